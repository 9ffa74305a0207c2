"""What the deals area refuses, each with its status once."""

from __future__ import annotations

from app.core.errors import Conflict, RateLimited
from app.core.i18n import _l


class DealAlreadyDecided(Conflict):
    """The state does not allow this verb (any more)."""

    code = "deal_state"
    default = _l("This deal has moved on, so that is no longer possible. Nothing was changed.")


class DealChanged(Conflict):
    """The deal was edited after the page was opened."""

    code = "deal_changed"
    default = _l("The partner changed this deal after you opened it. Look at it again, then decide.")


class CustomerTaken(Conflict):
    """Another company was first with the same customer and product family."""

    code = "customer_taken"
    default = _l(
        "Another company registered this customer first. Compare the two, then approve knowingly or decline."
    )


class UndoTooLate(Conflict):
    """The minute is over, or somebody acted on the decision."""

    code = "undo_too_late"
    default = _l("It is too late to undo this. The partner has been told, or somebody acted on it.")


class ProtectionEnded(Conflict):
    """The protection ran out before the win or loss was reported."""

    code = "protection_ended"
    default = _l("The protection of this deal has ended.")


class TooManyChecks(RateLimited):
    """More checks than a person may make in an hour, or a company in a day."""

    code = "deal_checks"
