"""Argon2id, and what a password must be. Each hash takes 0.1 s and 64 MB: never inside a write transaction."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from app.core.db import end_read, in_transaction
from app.core.errors import InvalidInput
from app.core.settings import current_settings

SHORTEST, LONGEST = 10, 200


@lru_cache(maxsize=2)
def _hasher(quick: bool) -> PasswordHasher:
    if quick:  # the tests sign in thousands of times
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher()


@lru_cache(maxsize=2)
def _nobodys_hash(quick: bool) -> str:
    return _hasher(quick).hash("nobody has this password")


def _is_quick() -> bool:
    return current_settings().env == "test"


def _slow_work_ahead() -> None:
    if in_transaction():
        raise RuntimeError("Argon2 inside a write transaction")
    end_read()


def hash_password(password: str) -> str:
    """Argon2id hash of a password."""
    _slow_work_ahead()
    return _hasher(_is_quick()).hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits. Takes the same time when there is no stored hash."""
    _slow_work_ahead()
    quick = _is_quick()
    try:
        fits = _hasher(quick).verify(stored or _nobodys_hash(quick), password[: LONGEST * 4])
    except (VerificationError, InvalidHashError):
        return False
    return fits and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher(_is_quick()).check_needs_rehash(stored)


def check_new_password(password: str, *, email: str = "") -> None:
    """Raises InvalidInput with the rule that a new password breaks."""
    if len(password) < SHORTEST:
        sentence = _("Use at least %(count)s characters.", count=SHORTEST)
    elif len(password) > LONGEST:
        sentence = _("Use at most %(count)s characters.", count=LONGEST)
    elif len(set(password)) < 4 or password.casefold() in (email.casefold(), "password12", "1234567890"):
        sentence = _("Choose something harder to guess.")
    else:
        return
    raise InvalidInput(sentence, fields={"password": sentence})
