"""Figures of partners beside each other: one statement each, for as many partners as a page shows. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from app.activities.models import Activity, ActivityKind
from app.core.clock import today
from app.core.db import db
from app.deals.models import Deal
from app.deals.states import DealState

OPEN = (DealState.SUBMITTED, DealState.IN_REVIEW, DealState.INFORMATION_NEEDED, DealState.APPROVED)


@dataclass(frozen=True, slots=True)
class DealFigures:
    """How many deals are open, and how many were won ever."""

    open: int = 0
    won: int = 0


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal under way, as a panel shows it."""

    public_id: str
    customer_name: str
    value_minor: int | None
    currency: str
    state: DealState


def deal_figures(organisation_ids: Sequence[int]) -> dict[int, DealFigures]:
    """Open and won deals by organisation."""
    if not organisation_ids:
        return {}
    query = (
        select(
            Deal.organisation_id,
            func.sum(case((Deal.state.in_(OPEN), 1), else_=0)),
            func.sum(case((Deal.state == DealState.WON, 1), else_=0)),
        )
        .where(Deal.organisation_id.in_(organisation_ids))
        .group_by(Deal.organisation_id)
    )
    return {row[0]: DealFigures(int(row[1]), int(row[2])) for row in db.session.execute(query)}


def sales_this_year(organisation_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """Recorded sales since January by organisation: (minor units, currency), largest first."""
    if not organisation_ids:
        return {}
    total = func.sum(Activity.amount_minor)
    query = (
        select(Activity.organisation_id, Activity.currency, total)
        .where(
            Activity.organisation_id.in_(organisation_ids),
            Activity.kind == ActivityKind.SALE,
            Activity.voided_at.is_(None),
            Activity.occurred_on >= today().replace(month=1, day=1),
            Activity.currency.is_not(None),
        )
        .group_by(Activity.organisation_id, Activity.currency)
        .order_by(total.desc())
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for organisation_id, currency, minor in db.session.execute(query):
        found.setdefault(organisation_id, []).append((int(minor or 0), currency or ""))
    return found


def latest_open_deals(organisation_id: int, limit: int = 3) -> list[OpenDeal]:
    """The newest deals under way of one organisation."""
    query = (
        select(Deal.public_id, Deal.customer_name, Deal.value_minor, Deal.currency, Deal.state)
        .where(Deal.organisation_id == organisation_id, Deal.state.in_(OPEN))
        .order_by(Deal.id.desc())
        .limit(limit)
    )
    return [OpenDeal(*row) for row in db.session.execute(query)]
