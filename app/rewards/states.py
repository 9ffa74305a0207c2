"""The states of an order as one table. What is not listed is refused."""

from __future__ import annotations

from app.rewards.models import OrderState as S

TRANSITIONS: dict[S, frozenset[S]] = {
    S.PLACED: frozenset({S.PROCESSING, S.FULFILLED, S.SHIPPED, S.DELIVERED, S.CANCELLED, S.FAILED}),
    S.PROCESSING: frozenset({S.FULFILLED, S.SHIPPED, S.DELIVERED, S.CANCELLED, S.FAILED}),
    S.FULFILLED: frozenset({S.SHIPPED, S.DELIVERED, S.FAILED}),
    S.SHIPPED: frozenset({S.DELIVERED, S.FAILED}),
    S.DELIVERED: frozenset({S.FAILED}),
    S.CANCELLED: frozenset(),
    S.FAILED: frozenset(),
}

OPEN = frozenset({S.PLACED, S.PROCESSING})
"""Nothing has left the vendor yet: the order can be cancelled and its points return."""

FORWARD = {S.PLACED: S.PROCESSING, S.PROCESSING: S.SHIPPED, S.FULFILLED: S.DELIVERED, S.SHIPPED: S.DELIVERED}
"""The next step of an order that people fulfil by hand."""


def may_go(now: S, then: S) -> bool:
    """True if the table allows this step."""
    return then in TRANSITIONS[now]
