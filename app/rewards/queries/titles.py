"""What orders are called, for statements and receipts of other areas. One statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import db
from app.rewards.models import Order, OrderLine, OrderState, Reward, reference_of


@dataclass(frozen=True, slots=True)
class OrderTitle:
    """An order in a line: what was taken, its number and how far it is. `name` is by language."""

    public_id: str
    reference: str
    name: dict[str, str]
    icon: str
    quantity: int
    state: OrderState


def titles_of(order_ids: Iterable[int | None]) -> dict[int, OrderTitle]:
    """Titles by order id; the caller has made sure that the orders may be seen."""
    wanted = {order_id for order_id in order_ids if order_id is not None}
    if not wanted:
        return {}
    query = (
        select(Order.id, Order.public_id, Reward.name, Reward.icon, OrderLine.quantity, Order.state)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Reward, Reward.id == OrderLine.reward_id)
        .where(Order.id.in_(wanted))
    )
    return {
        row.id: OrderTitle(row.public_id, reference_of(row.id), row.name, row.icon, row.quantity, row.state)
        for row in db.session.execute(query)
    }
