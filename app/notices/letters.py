"""A letter to many readers: each in their language, composed once a language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core import mail
from app.core.i18n import LOCALES, force_locale
from app.core.settings import current_settings


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
    """What is written, in the language in force, and what its button says."""

    subject: str
    paragraphs: Sequence[object]
    button: str


def letters_to(readers: Iterable[Reader], words: Callable[[], Letter], *, href: str) -> list[mail.Letter]:
    """The mails to readers, in their order; the button leads to `href`, a path of this site."""
    written: dict[str, tuple[str, str, str]] = {}
    letters: list[mail.Letter] = []
    for reader in readers:
        locale = reader.locale if reader.locale in LOCALES else "en"
        if locale not in written:
            with force_locale(locale):
                letter = words()
                action = (letter.button, current_settings().external_url + href)
                written[locale] = (letter.subject, *mail.compose(letter.paragraphs, action=action))
        letters.append(mail.Letter(reader.id, reader.email, *written[locale]))
    return letters
