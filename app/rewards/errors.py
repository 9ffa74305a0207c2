"""Refusals of the catalogue and of orders. Each says what happened to the points."""

from __future__ import annotations

from app.core.errors import Conflict
from app.core.i18n import _l


class OutOfStock(Conflict):
    """The last voucher went to somebody else between look and tap."""

    code = "out_of_stock"
    default = _l("The last one has just gone. Nothing was charged.")


class NoLongerOffered(Conflict):
    """The reward or this value of it was taken out of the catalogue."""

    code = "no_longer_offered"
    default = _l("This reward is no longer offered. Nothing was charged.")


class TierNeeded(Conflict):
    """The reward is for companies on a higher level."""

    code = "tier_needed"
    default = _l("This reward is for a higher tier. Nothing was charged.")


class PriceChanged(Conflict):
    """The price shown is not the price of now."""

    code = "price_changed"
    default = _l("The price has changed. Nothing was charged. Look at the new price, then decide.")


class CannotBeReturned(Conflict):
    """Something was delivered, or the order has ended already."""

    code = "cannot_be_returned"
    default = _l("This order can no longer be cancelled. Nothing has changed.")


class OrderStateChanged(Conflict):
    """Somebody moved the order on first."""

    code = "order_state_changed"
    default = _l("This order has moved on in the meantime. Look at it again.")


class AlreadyAnswered(Conflict):
    """Somebody answered this complaint first."""

    code = "already_answered"
    default = _l("Somebody has answered this already.")
