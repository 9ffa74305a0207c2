"""Reads of sale lines: whose rows, paging, sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from app.activities import pipeline
from app.core.db import db
from app.core.feed import feed_row
from app.partners.models import Organisation
from app.partners.queries import Viewer, visible_organisation_ids
from app.products.models import Product, ProductFamily
from app.programs.models import ParkedFact
from app.sales.models import SaleLine

PAGE = 25


def visible_sales(viewer: Viewer) -> Select[Any]:
    """The sale lines a person may see, and the one scope of this area.

    A partner's person: lines that count for their organisation, and lines that it reported itself (a distributor sees
    of its resellers only those). The vendor's: lines of the organisations that they may see.
    """
    if viewer.is_vendor:
        if not viewer.can("sale.view"):
            return select(SaleLine).where(false())
        return select(SaleLine).where(SaleLine.organisation_id.in_(visible_organisation_ids(viewer)))
    own = viewer.organisation_id
    return select(SaleLine).where(or_(SaleLine.organisation_id == own, SaleLine.reported_by_id == own))


def latest_row(viewer: Viewer) -> Select[Any] | None:
    """The day of the last sale that counts for a partner's company, as a feed row: `at`, none before the first."""
    if viewer.organisation_id is None:
        return None
    own = select(func.max(SaleLine.sold_on)).where(SaleLine.organisation_id == viewer.organisation_id)
    return select(*feed_row("sales", at=own.scalar_subquery()))


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One line as pages show it. `points` is what it earned, `posting` the receipt of that; `is_waiting` says that it
    earns nothing yet because the exchange rate of its day is not known."""

    id: int
    document: str
    line: str
    kind: str
    sold_on: date
    company: str
    company_public_id: str
    product: str
    family: str
    quantity: int
    amount_minor: int
    currency: str
    is_credit: bool
    credited_minor: int
    points: int = 0
    posting: str | None = None
    is_waiting: bool = False


@dataclass(slots=True)
class SalesPage:
    """Some lines, newest first, and where the next ones begin."""

    rows: list[SaleRow] = field(default_factory=list)
    after: str | None = None


def list_sales(
    viewer: Viewer, *, text: str = "", kind: str = "", after: str = "", with_points: bool = False
) -> SalesPage:
    """Lines in scope, newest first. `text` finds a document, a product or (for the vendor) a company by its beginning."""
    scope = visible_sales(viewer).subquery()
    query = (
        select(
            scope, Organisation.name.label("company"), Organisation.public_id.label("company_public_id"),
            Product.name.label("product"), ProductFamily.name.label("family"), _waits(scope).label("is_waiting"),
        )
        .join(Organisation, Organisation.id == scope.c.organisation_id)
        .join(Product, Product.id == scope.c.product_id)
        .join(ProductFamily, ProductFamily.id == Product.family_id)
        .order_by(scope.c.sold_on.desc(), scope.c.id.desc())
        .limit(PAGE + 1)
    )  # fmt: skip
    if kind:
        query = query.where(scope.c.kind == kind)
    if text:
        begins = _begins(text)
        query = query.where(
            or_(
                func.lower(scope.c.document).like(begins, escape="\\"),
                func.lower(Product.name).like("%" + begins, escape="\\"),
                func.lower(Organisation.name).like("%" + begins, escape="\\"),
            )
        )
    place = _place(after)
    if place is not None:
        day, row_id = place
        query = query.where(or_(scope.c.sold_on < day, and_(scope.c.sold_on == day, scope.c.id < row_id)))
    found = db.session.execute(query).mappings().all()
    shown = found[:PAGE]
    earned = _earned([row["activity_id"] for row in shown if row["activity_id"]]) if with_points else {}
    page = SalesPage([_row(row, earned) for row in shown])
    if len(found) > PAGE:
        page.after = f"{shown[-1]['sold_on'].isoformat()}_{shown[-1]['id']}"
    return page


def _waits(scope: Any) -> ColumnElement[bool]:
    parked = select(ParkedFact.activity_id).where(
        ParkedFact.activity_id == scope.c.activity_id, ParkedFact.resolved_at.is_(None)
    )
    return parked.exists()


def _begins(text: str) -> str:
    cleaned = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return cleaned + "%"


def _place(after: str) -> tuple[date, int] | None:
    day, _mark, row_id = after.partition("_")
    try:
        return date.fromisoformat(day), min(int(row_id), 2**62)
    except ValueError:
        return None


def _earned(activity_ids: list[int]) -> dict[int, tuple[int, str | None]]:
    """Points and the posting of each activity."""
    found: dict[int, tuple[int, str | None]] = {}
    for activity_id, awards in pipeline.awards(activity_ids).items():
        given = [award for award in awards if award.payee == "organisation" and award.points > 0]
        if given:
            found[activity_id] = (sum(award.points for award in given), given[0].posting_public_id)
    return found


def _row(row: Any, earned: dict[int, tuple[int, str | None]]) -> SaleRow:
    points, posting = earned.get(row["activity_id"], (0, None)) if row["credits_id"] is None else (0, None)
    return SaleRow(
        id=row["id"], document=row["document"], line=row["line"], kind=row["kind"].value, sold_on=row["sold_on"],
        company=row["company"], company_public_id=row["company_public_id"], product=row["product"],
        family=row["family"], quantity=row["quantity"], amount_minor=row["amount_minor"], currency=row["currency"],
        is_credit=row["credits_id"] is not None, credited_minor=row["credited_minor"], points=points, posting=posting,
        is_waiting=bool(row["is_waiting"]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearSum:
    """What was sold in a year, per currency: credits taken off."""

    currency: str
    amount_minor: int
    line_count: int


def sum_of_year(viewer: Viewer, year: int) -> list[YearSum]:
    """Sums of a calendar year in scope, the largest number of lines first."""
    scope = visible_sales(viewer).subquery()
    query = (
        select(scope.c.currency, func.sum(scope.c.amount_minor), func.count())
        .where(scope.c.sold_on >= date(year, 1, 1), scope.c.sold_on <= date(year, 12, 31))
        .group_by(scope.c.currency)
        .order_by(func.count().desc())
    )
    return [YearSum(row[0], int(row[1]), row[2]) for row in db.session.execute(query)]
