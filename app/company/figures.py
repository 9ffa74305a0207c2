"""Figures of a partner as columns of a query over organisations, and its deals under way. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Label, func, select

from app.activities.models import Activity, ActivityKind
from app.core.clock import today
from app.core.db import db
from app.deals.models import Deal
from app.deals.states import DealState
from app.identity.models import Person, PersonStatus
from app.ledger.models import POINTS, Account, AccountKind, OwnerKind
from app.partners.models import Membership, Organisation

OPEN = (DealState.SUBMITTED, DealState.IN_REVIEW, DealState.INFORMATION_NEEDED, DealState.APPROVED)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a partner has going: deals, sales since January in their main currency, company points, people."""

    open_count: int
    won_count: int
    sales_minor: int | None
    sales_currency: str | None
    has_more_currencies: bool
    points: int
    pending_points: int
    seen_at: Any
    member_count: int


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal under way, as a panel shows it."""

    public_id: str
    customer_name: str
    value_minor: int | None
    currency: str
    state: DealState


def active_people() -> Any:
    """Ids of the active people of the organisation of the outer query."""
    return (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == Organisation.id,
            Membership.ended_at.is_(None),
            Person.status == PersonStatus.ACTIVE,
        )
    )


def _deals(*states: DealState) -> ColumnElement[int]:
    query = select(func.count()).where(Deal.organisation_id == Organisation.id, Deal.state.in_(states))
    return query.scalar_subquery()


def _points(kind: AccountKind) -> ColumnElement[int | None]:
    return (
        select(Account.balance)
        .where(
            Account.owner_kind == OwnerKind.ORGANISATION,
            Account.owner_id == Organisation.id,
            Account.unit == POINTS,
            Account.kind == kind,
        )
        .scalar_subquery()
    )


def _sales(*columns: ColumnElement[Any]) -> Any:
    """Sales since January of the organisation of the outer query, by currency, the largest first."""
    return select(*columns).where(
        Activity.organisation_id == Organisation.id,
        Activity.kind == ActivityKind.SALE,
        Activity.voided_at.is_(None),
        Activity.occurred_on >= today().replace(month=1, day=1),
        Activity.currency.is_not(None),
    )


def figure_columns() -> tuple[Label[Any], ...]:
    """The columns that `read_figures` reads, each a small look-up by index."""
    total = func.sum(Activity.amount_minor)
    currency = Activity.currency.expression
    largest = _sales(total).group_by(currency).order_by(total.desc(), currency).limit(1)
    named = _sales(currency).group_by(currency).order_by(total.desc(), currency).limit(1)
    currencies = _sales(func.count(func.distinct(currency)))
    seen = active_people().with_only_columns(func.max(Person.last_seen_at)).scalar_subquery()
    members = active_people().with_only_columns(func.count()).scalar_subquery()
    return (
        _deals(*OPEN).label("open_count"),
        _deals(DealState.WON).label("won_count"),
        largest.scalar_subquery().label("sales_minor"),
        named.scalar_subquery().label("sales_currency"),
        currencies.scalar_subquery().label("currency_count"),
        _points(AccountKind.AVAILABLE).label("points"),
        _points(AccountKind.PENDING).label("pending_points"),
        seen.label("seen_at"),
        members.label("member_count"),
    )


def read_figures(row: Any) -> Figures:
    """The figures of one row."""
    return Figures(
        open_count=int(row.open_count),
        won_count=int(row.won_count),
        sales_minor=int(row.sales_minor) if row.sales_minor is not None else None,
        sales_currency=row.sales_currency,
        has_more_currencies=int(row.currency_count or 0) > 1,
        points=int(row.points or 0),
        pending_points=int(row.pending_points or 0),
        seen_at=row.seen_at,
        member_count=int(row.member_count),
    )


def latest_open_deals(organisation_id: int, limit: int = 3) -> list[OpenDeal]:
    """The newest deals under way of one organisation."""
    query = (
        select(Deal.public_id, Deal.customer_name, Deal.value_minor, Deal.currency, Deal.state)
        .where(Deal.organisation_id == organisation_id, Deal.state.in_(OPEN))
        .order_by(Deal.id.desc())
        .limit(limit)
    )
    return [OpenDeal(*row) for row in db.session.execute(query)]
