"""Stamps of what somebody looked at: who signs or saves says what they saw, so that nobody decides on what is unseen."""

from __future__ import annotations

import hashlib

from app.core.errors import Conflict
from app.core.i18n import _l
from app.core.types import dump_json

CHANGED_SINCE = _l(
    "This draft was saved elsewhere after you opened it here. What you typed is still here: save again to put it in the"
    " place of what stands."
)


class ChangedSince(Conflict):
    """What was looked at is not what stands now."""

    code = "changed_since"
    default = _l("This was changed after you opened it. Look at it as it is now, then decide.")


def stamp(*values: object) -> str:
    """A short digest of what a record says; of values that JSON knows."""
    return hashlib.sha256(dump_json(list(values)).encode()).hexdigest()[:20]


def check_seen(seen: str | None, *values: object) -> None:
    """Compare what was seen with what stands, inside the transaction that writes. Without `seen` nothing is compared.

    Raises ChangedSince.
    """
    if seen and seen != stamp(*values):
        raise ChangedSince()
