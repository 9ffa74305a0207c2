"""Telling learners: the bell and an e-mail, in the transaction that says that they were told, so that it happens once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app.core import mail
from app.core.db import db
from app.core.i18n import LOCALES, _, force_locale
from app.core.settings import current_settings
from app.identity.models import Person, PersonStatus
from app.notices.services import notify

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Said:
    """What is told, in the language in force: the notice is title and body, the mail adds `more` and the button."""

    title: str
    body: str
    button: str
    more: tuple[str, ...] = ()


def tell(
    person_ids: Iterable[int], kind: str, words: Callable[[], Said], *, href: str, dedupe: str, icon: str
) -> None:
    """Tell active people by notice and by mail, each in their own language, inside the present transaction.

    The mark that the caller moves in the same transaction is what keeps the mail from going out twice; `href` is a
    path of this site, `dedupe` names the notice.
    """
    wanted = sorted(set(person_ids))

    def notice() -> tuple[object, object]:
        said = words()
        return said.title, said.body

    notify(wanted, kind, notice, href=href, dedupe=dedupe, icon=icon)
    letters: list[mail.Letter] = []
    written: dict[str, tuple[str, str, str]] = {}
    for start in range(0, len(wanted), CHUNK):
        query = (
            select(Person.id, Person.email, Person.locale)
            .where(Person.id.in_(wanted[start : start + CHUNK]), Person.status == PersonStatus.ACTIVE)
            .order_by(Person.id)
        )
        for row in db.session.execute(query):
            locale = row.locale if row.locale in LOCALES else "en"
            if locale not in written:
                written[locale] = _letter(locale, words, href)
            letters.append(mail.Letter(row.id, row.email, *written[locale]))
    if letters:
        mail.send_many(letters)


def _letter(locale: str, words: Callable[[], Said], href: str) -> tuple[str, str, str]:
    """(subject, text, HTML) in a language."""
    with force_locale(locale):
        said = words()
        paragraphs = [line for line in (said.title, said.body, *said.more) if line]
        action = (said.button, current_settings().external_url + href)
        return said.title, *mail.compose(paragraphs, action=action)


def course_button() -> str:
    """What a mail's button says that leads to a course."""
    return _("Open the course")
