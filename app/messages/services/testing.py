"""A test mail of a draft, to oneself alone."""

from __future__ import annotations

from app.core import mail
from app.core.db import transaction
from app.core.errors import InvalidInput
from app.core.i18n import LOCALE_NAMES, _
from app.identity.actor import Actor
from app.messages.letters import letter
from app.messages.services.drafts import find_editable, open_revision, wordings
from app.messages.services.publishing import missing_in
from app.messages.services.telling import told


def send_test(public_id: str, locale: str, *, actor: Actor) -> None:
    """Mail one language of a draft to the actor. Raises InvalidInput if it lacks headline or message."""
    with transaction():
        row = find_editable(public_id, actor)
        revision = open_revision(row.id)
        text = wordings(revision.id).get(locale) if revision else None
        lacks = missing_in(text, "")
        if text is None or lacks:
            raise InvalidInput(
                fields={
                    f"{name}_{locale}": _(
                        "A test needs headline and message in %(language)s.", language=LOCALE_NAMES[locale]
                    )
                    for name in lacks
                }
            )
        subject, body, html = letter(told(row, text, locale))
        mail.send(actor.email, _("Test: %(subject)s", subject=subject), body, html, person_id=actor.person_id)
