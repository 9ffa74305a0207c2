"""A letter to many readers: each in their language, composed once a language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from sqlalchemy import or_, select

from app.core import mail
from app.core.db import db
from app.core.i18n import LOCALES, force_locale
from app.core.settings import current_settings
from app.identity.models import Person, PersonStatus
from app.partners.models import Membership, Organisation, OrganisationStatus


class Reader(Protocol):
    """Who is written to, as a row of `people` says it."""

    @property
    def id(self) -> int: ...
    @property
    def email(self) -> str: ...
    @property
    def locale(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written, in the language in force, and what its button says; it may have none."""

    subject: str
    paragraphs: Sequence[object]
    button: str = ""


def letters_to(readers: Iterable[Reader], words: Callable[[], Letter], *, href: str) -> list[mail.Letter]:
    """The mails to readers, in their order; the button leads to `href`, a path of this site."""
    written: dict[str, tuple[str, str, str]] = {}
    letters: list[mail.Letter] = []
    for reader in readers:
        locale = reader.locale if reader.locale in LOCALES else "en"
        if locale not in written:
            with force_locale(locale):
                letter = words()
                action = (letter.button, current_settings().external_url + href) if letter.button else None
                written[locale] = (letter.subject, *mail.compose(letter.paragraphs, action=action))
        letters.append(mail.Letter(reader.id, reader.email, *written[locale]))
    return letters


def find_readers(*conditions: Any) -> list[Reader]:
    """Who may be written to and fits: active people with an open place, nobody of a suspended company; each once."""
    query = (
        select(Person.id, Person.email, Person.locale)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Membership.ended_at.is_(None),
            Person.status == PersonStatus.ACTIVE,
            or_(Organisation.id.is_(None), Organisation.status == OrganisationStatus.ACTIVE),
            *conditions,
        )
        .distinct()
        .order_by(Person.id)
    )
    return [cast(Reader, row) for row in db.session.execute(query)]


def send_once(readers: Iterable[Reader], words: Callable[[], Letter], *, href: str, dedupe: str) -> None:
    """Promise a letter to each reader inside the present transaction; who was promised `dedupe` before gets none."""
    for one in letters_to(readers, words, href=href):
        key = f"{dedupe}:{one.person_id}"
        mail.send(one.to, one.subject, one.text, one.html, dedupe=key, person_id=one.person_id)
