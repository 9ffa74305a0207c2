"""What the kinds of sale are called on screens."""

from __future__ import annotations

from app.core.i18n import _


def sale_kind_name(kind: str) -> str:
    """Sell-in, sell-through or sell-out, in the reader's language."""
    return {"sell_in": _("Sell-in"), "sell_through": _("Sell-through"), "sell_out": _("Sell-out")}.get(
        kind, kind
    )
