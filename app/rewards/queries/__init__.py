"""Reads of rewards, for partners (`catalogue`, `orders`) and for the vendor (`vendor`)."""

from app.rewards.queries.catalogue import count_facets, find_nudge, find_point_rate, list_cards
from app.rewards.queries.orders import find_order, list_orders, orders_row, visible_orders

__all__ = [
    "count_facets",
    "find_nudge",
    "find_order",
    "find_point_rate",
    "list_cards",
    "list_orders",
    "orders_row",
    "visible_orders",
]
