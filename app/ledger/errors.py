"""What the ledger refuses, in words a partner may read."""

from __future__ import annotations

from app.core.errors import Conflict, Forbidden
from app.core.i18n import _l


class InsufficientPoints(Conflict):
    """The balance does not cover the amount. `available` and `needed` are in points."""

    code = "insufficient_points"
    default = _l("There are not enough points for this. Nothing was taken.")

    def __init__(self, available: int = 0, needed: int = 0) -> None:
        super().__init__()
        self.available, self.needed = available, needed


class AlreadyReversed(Conflict):
    """A posting is taken back at most once."""

    code = "already_reversed"
    default = _l("This was already taken back. Nothing was changed.")


class NotReversible(Conflict):
    """This kind of posting has no opposite of its own."""

    code = "not_reversible"
    default = _l("This line cannot be taken back.")


class KeyReused(Conflict):
    """The idempotency key belongs to another kind of posting."""

    code = "key_reused"
    default = _l("This was already sent with other content. Nothing was changed.")


class CheckerNeeded(Forbidden):
    """Maker-checker: above the limit a second person must approve, never the same one."""

    code = "checker_needed"
    default = _l("An adjustment of more than 10,000 points needs a second person to approve it.")


class LedgerBroken(Exception):
    """Lots and balance disagree: a defect, never a refusal. Everything is rolled back."""
