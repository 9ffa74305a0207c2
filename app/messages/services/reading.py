"""Reading and confirming: one receipt a person and revision."""

from __future__ import annotations

from app.core.clock import utc_now
from app.core.db import db, dialect, execute_sql, transaction
from app.core.errors import Conflict, NotFound
from app.core.i18n import _
from app.core.types import bind
from app.identity.actor import Actor
from app.messages.models import Announcement, Kind, MailRefusal, Revision, State
from app.messages.scope import readable
from app.messages.services.publishing import notice_key
from app.notices.services import read_about

_READ = """
INSERT INTO announcement_receipts (revision_id, person_id, organisation_id, read_at)
VALUES (:revision_id, :person_id, :organisation_id, :now) ON CONFLICT (revision_id, person_id) DO NOTHING
"""
_CONFIRM = """
INSERT INTO announcement_receipts (revision_id, person_id, organisation_id, read_at, confirmed_at)
VALUES (:revision_id, :person_id, :organisation_id, :now, :now)
ON CONFLICT (revision_id, person_id)
DO UPDATE SET confirmed_at = COALESCE(announcement_receipts.confirmed_at,
    CASE WHEN excluded.confirmed_at < announcement_receipts.read_at THEN announcement_receipts.read_at
         ELSE excluded.confirmed_at END)
"""  # the reading may have been noted by a machine whose clock is ahead


class CorrectedMeanwhile(Conflict):
    """Another revision is live than the one that was read."""

    code = "corrected_meanwhile"


def read(public_id: str, *, actor: Actor) -> None:
    """Note that a person has read what is live now; again does nothing. Raises NotFound."""
    with transaction():
        revision_id, number, _kind = _live(public_id, actor, (State.LIVE, State.ENDED))
        execute_sql(_READ, _values(revision_id, actor))
        read_about(notice_key(public_id, number), actor=actor)


def confirm(public_id: str, number: int, *, actor: Actor) -> None:
    """Note that a person confirms revision `number`; again does nothing.

    Raises NotFound, CorrectedMeanwhile if another one is live, Conflict if nothing is to be confirmed.
    """
    with transaction():
        revision_id, live, kind = _live(public_id, actor, (State.LIVE,))
        if kind is not Kind.MUST_CONFIRM:
            raise Conflict(_("There is nothing to confirm here."))
        if live != number:
            raise CorrectedMeanwhile(
                _("This was corrected while you were reading. Read it again, then confirm.")
            )
        execute_sql(_CONFIRM, _values(revision_id, actor))
        read_about(notice_key(public_id, number), actor=actor)


def want_mail(wanted: bool, *, actor: Actor) -> None:
    """Turn e-mail copies of announcements on or off for a person. What must be confirmed is mailed all the same."""
    with transaction():
        row = db.session.get(MailRefusal, actor.person_id)
        if wanted and row is not None:
            db.session.delete(row)
        elif not wanted and row is None:
            execute_sql(
                "INSERT INTO announcement_mail_refusals (person_id, created_at) VALUES (:person_id, :now) "
                "ON CONFLICT (person_id) DO NOTHING",
                {"person_id": actor.person_id, "now": bind(utc_now(), dialect())},
            )


def _live(public_id: str, actor: Actor, states: tuple[State, ...]) -> tuple[int, int, Kind]:
    query = readable(actor, Revision.id, Revision.number, Announcement.kind, states=states)
    found = db.session.execute(query.where(Announcement.public_id == public_id)).first()
    if found is None:
        raise NotFound()
    return found[0], found[1], found[2]


def _values(revision_id: int, actor: Actor) -> dict[str, object]:
    return {
        "revision_id": revision_id,
        "person_id": actor.person_id,
        "organisation_id": actor.organisation_id,
        "now": bind(utc_now(), dialect()),
    }
