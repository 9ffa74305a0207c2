"""How often somebody may try to sign in: a person and an address, in fixed windows. Right tries are given back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import ngettext

from app.core import limits
from app.core.db import transaction
from app.core.errors import RateLimited
from app.core.settings import current_settings

MAILS_A_PERSON = 5
Window = tuple[str, str, int, int]  # name, whom, limit, seconds


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a sign-in comes from."""

    user_agent: str = ""
    address: str = ""


def fold_email(email: str) -> str:
    """An address as it is stored: edges off, case folded."""
    return email.strip().lower()


def windows_of(email: str, browser: Browser) -> tuple[Window, ...]:
    """The person's window and the address's."""
    settings = current_settings()
    seconds = settings.sign_in_window_minutes * 60
    return (
        ("sign-in person", fold_email(email), settings.sign_in_person_limit, seconds),
        ("sign-in address", limits.network_of(browser.address), settings.sign_in_address_limit, seconds),
    )


def count_try(email: str, browser: Browser) -> None:
    """Count a try before it is judged, so that many at once cannot pass; a right one is given back."""
    _count(windows_of(email, browser), _too_many_tries)


def _count(windows: tuple[Window, ...], sentence: Callable[[int], str]) -> None:
    """Count on all of these. Raises RateLimited with the sentence for so many minutes."""
    with transaction():
        within = [limits.hit(*window) for window in windows]
    if not all(within):
        wait = max(limits.wait_seconds(*w) for w, good in zip(windows, within, strict=True) if not good)
        raise RateLimited(sentence(max(1, -(-wait // 60))), retry_after=wait)


def _too_many_tries(minutes: int) -> str:
    return ngettext(
        "Too many tries did not fit. You can try again in %(num)s minute.",
        "Too many tries did not fit. You can try again in %(num)s minutes.",
        minutes,
    )


def _too_many_mails(minutes: int) -> str:
    return ngettext(
        "We have sent several mails already. You can ask again in %(num)s minute.",
        "We have sent several mails already. You can ask again in %(num)s minutes.",
        minutes,
    )


def count_address(browser: Browser) -> None:
    """Count a try on its address alone: who it is comes later. Raises RateLimited."""
    _count(windows_of("", browser)[1:], _too_many_tries)


def give_address_back(browser: Browser) -> None:
    """The try was a good one."""
    for window in windows_of("", browser)[1:]:
        limits.give_back(*window)


def give_try_back(email: str, browser: Browser) -> None:
    """The try was a good one."""
    for window in windows_of(email, browser):
        limits.give_back(*window)


def count_mail(email: str, browser: Browser) -> None:
    """Count a mail with a code or a link. Raises RateLimited."""
    seconds = current_settings().sign_in_window_minutes * 60
    windows = (
        ("sign-in mail person", fold_email(email), MAILS_A_PERSON, seconds),
        (
            "sign-in mail address",
            limits.network_of(browser.address),
            current_settings().sign_in_address_limit,
            seconds,
        ),
    )
    _count(windows, _too_many_mails)
