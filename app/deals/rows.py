"""One row of a list of deals: what it shows, and whose turn it is."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_
from sqlalchemy.sql.elements import ColumnElement

from app.core.clock import local, today
from app.core.settings import current_settings
from app.core.types import LocalDate
from app.deals.models import Deal, reference_of
from app.deals.review import product_names
from app.deals.states import CLOSED, DealState
from app.identity.models import Person

SOON_DAYS = 14
S = DealState

# The day is asked for when a statement runs, so that statements can be made once.
TODAY: Any = bindparam("today", callable_=today, type_=LocalDate)
SOON: Any = bindparam("soon", callable_=lambda: today() + timedelta(days=SOON_DAYS), type_=LocalDate)


@functools.cache
def ends_soon() -> ColumnElement[bool]:
    """Protected, with less than 14 days left."""
    return and_(Deal.state == S.APPROVED, Deal.protected_until >= TODAY, Deal.protected_until < SOON)


@functools.cache
def to_mark() -> ColumnElement[bool]:
    """Protected, and the day it was expected to close has come: mark it as won, or as lost."""
    return and_(Deal.state == S.APPROVED, Deal.protected_until >= TODAY, Deal.expected_close_on <= TODAY)


@functools.cache
def needs_you() -> ColumnElement[bool]:
    """It is the partner's turn: a question waits, the protection ends soon, or the day to close has come."""
    return or_(Deal.state == S.INFORMATION_NEEDED, ends_soon(), to_mark())


@functools.cache
def group_of() -> ColumnElement[int]:
    """0 needs you, 1 also open, 2 closed: the order of the list."""
    return case((needs_you(), 0), (or_(*(Deal.state == state for state in CLOSED)), 2), else_=1)


@dataclass(frozen=True, slots=True)
class DealRow:
    """One deal of a list. `group`: 0 needs you, 1 also open, 2 closed."""

    id: int
    public_id: str
    state: DealState
    customer_name: str
    products: str
    value_minor: int | None
    currency: str
    protected_until: date | None
    approved_at: datetime | None
    expected_close_on: date | None
    won_on: date | None
    closed_at: datetime | None
    invoice_minor: int | None
    member_name: str
    group: int
    loss_reason: Any = None
    rejection_reason: Any = None

    @property
    def reference(self) -> str:
        return reference_of(self.id)

    @property
    def key(self) -> str:
        """Where the next page begins."""
        return f"{self.group}-{self.id}"

    @property
    def days_left(self) -> int | None:
        """Whole days of protection left; None if it is not protected."""
        if self.state is not S.APPROVED or self.protected_until is None:
            return None
        return max((self.protected_until - today()).days, 0)

    @property
    def protection_days(self) -> int:
        return protection_days(self.approved_at, self.protected_until)


def protection_days(approved_at: datetime | None, until: date | None) -> int:
    """How many days the protection was given for."""
    if approved_at is None or until is None:
        return current_settings().deal_protection_days
    return max((until - local(approved_at, current_settings().time_zone).date()).days, 1)


def row_columns() -> list[Any]:
    """The columns of a `DealRow`, in its order; the query must join Person."""
    return [
        Deal.id, Deal.public_id, Deal.state, Deal.customer_name,
        func.coalesce(product_names(), "").label("products"), Deal.value_minor,
        Deal.currency, Deal.protected_until, Deal.approved_at, Deal.expected_close_on, Deal.won_on, Deal.closed_at,
        Deal.invoice_minor, Person.name.label("member_name"), group_of().label("group_no"), Deal.loss_reason,
        Deal.rejection_reason,
    ]  # fmt: skip
