"""Telling learners: the bell and an e-mail, in the transaction that says that they were told, so that it happens once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core import mail
from app.core.db import db
from app.core.i18n import _
from app.identity.models import Person, PersonStatus
from app.notices.letters import Letter, letters_to
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
    readers: list[Any] = []
    for start in range(0, len(wanted), CHUNK):
        query = (
            select(Person.id, Person.email, Person.locale)
            .where(Person.id.in_(wanted[start : start + CHUNK]), Person.status == PersonStatus.ACTIVE)
            .order_by(Person.id)
        )
        readers += db.session.execute(query)

    def letter() -> Letter:
        said = words()
        paragraphs = [line for line in (said.title, said.body, *said.more) if line]
        return Letter(said.title, paragraphs, said.button)

    if readers:
        mail.send_many(letters_to(readers, letter, href=href))


def course_button() -> str:
    """What a mail's button says that leads to a course."""
    return _("Open the course")
