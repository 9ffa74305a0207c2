"""The catalogue as the vendor sees it: price, cost, stock with days left, who sees it, taken in thirty days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from app.core.clock import today, utc_now
from app.core.db import db
from app.core.errors import NotFound
from app.core.settings import current_settings
from app.identity.models import Person
from app.rewards.models import (
    EVERYWHERE,
    Denomination,
    Medium,
    Order,
    OrderLine,
    OrderState,
    PointValue,
    Reward,
    RewardCategory,
    RewardCountry,
    RewardKind,
    RewardStatus,
    RewardTier,
    StockImport,
    VoucherCode,
    VoucherState,
)
from app.rewards.words import fold

PAGE = 25
PACE_DAYS = 30
LOW_DAYS = 7
SHORT_DAYS = 3
SHELVES = ("live", "low", "hidden", "all")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the vendor looks at."""

    shelf: str = "live"
    search: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """One value of a reward, with its stock."""

    id: int
    reward_id: int
    face_value_minor: int
    currency: str
    cost_minor: int
    points: int
    label: dict[str, str] | None
    is_featured: bool
    is_active: bool
    left: int = 0


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One reward in the vendor's table."""

    id: int
    slug: str
    brand: str
    name: dict[str, str]
    palette: str
    icon: str
    kind: RewardKind
    medium: Medium
    delivery_hours: int
    status: RewardStatus
    price_points: int
    left: int
    taken: int
    country_codes: str
    sizes: Sequence[Size] = field(default_factory=tuple)

    @property
    def countries(self) -> list[str]:
        """Country codes; `*` alone means everyone."""
        return sorted(self.country_codes.split(","))

    @property
    def is_digital(self) -> bool:
        return self.kind is RewardKind.DIGITAL_VOUCHER

    @property
    def days_left(self) -> int | None:
        """Days that the stock lasts at the pace of the last thirty; None if nobody takes it or it has no stock."""
        return self.left * PACE_DAYS // self.taken if self.is_digital and self.taken else None

    @property
    def runs_out_on(self) -> date | None:
        return None if self.days_left is None else today() + timedelta(days=self.days_left)

    @property
    def stock_tone(self) -> str:
        """brand; warn under seven days, bad under three or with nothing left."""
        days = self.days_left
        if self.is_digital and (not self.left or (days is not None and days < SHORT_DAYS)):
            return "bad"
        return "warn" if days is not None and days < LOW_DAYS else "brand"

    @property
    def featured(self) -> Size | None:
        active = [size for size in self.sizes if size.is_active]
        return next((size for size in active if size.is_featured), active[0] if active else None)


def _stock() -> Any:
    return (
        select(VoucherCode.reward_id, func.count().label("left"))
        .where(VoucherCode.state == VoucherState.AVAILABLE, VoucherCode.expires_on >= today())
        .group_by(VoucherCode.reward_id)
        .subquery("stock")
    )


def _taken() -> Any:
    since = utc_now() - timedelta(days=PACE_DAYS)
    return (
        select(OrderLine.reward_id, func.sum(OrderLine.quantity).label("taken"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.created_at >= since, Order.state.not_in([OrderState.CANCELLED, OrderState.FAILED]))
        .group_by(OrderLine.reward_id)
        .subquery("taken")
    )


def _low(left: Any, taken: Any) -> Any:
    """Runs out within a week, or has run out."""
    return and_(
        Reward.kind == RewardKind.DIGITAL_VOUCHER,
        Reward.status == RewardStatus.LIVE,
        or_(left == 0, left * PACE_DAYS < taken * LOW_DAYS),
    )


def _joined() -> tuple[Any, Any, Any, Any]:
    stock, taken = _stock(), _taken()
    left_count = func.coalesce(stock.c.left, 0)
    taken_count = func.coalesce(taken.c.taken, 0)
    source = Reward.__table__.outerjoin(stock, stock.c.reward_id == Reward.id).outerjoin(
        taken, taken.c.reward_id == Reward.id
    )
    return source, left_count, taken_count, _low(left_count, taken_count)


def list_catalogue(shelf: Shelf, after: str = "", limit: int = PAGE) -> tuple[list[CatalogueRow], str | None]:
    """A page of the vendor's catalogue in two statements, soonest gone first, and the key of the next page."""
    source, left, taken, low = _joined()
    countries = (
        select(func.aggregate_strings(RewardCountry.country, ","))
        .where(RewardCountry.reward_id == Reward.id)
        .scalar_subquery()
    )
    query: Select[Any] = select(
        Reward.id, Reward.slug, Reward.brand, Reward.name, Reward.palette, Reward.icon, Reward.kind,
        Reward.medium, Reward.delivery_hours, Reward.status, Reward.price_points, left.label("left"),
        taken.label("taken"), countries.label("countries"),
    ).select_from(source)  # fmt: skip
    if shelf.shelf == "low":
        query = query.where(low)
    elif shelf.shelf == "live":
        query = query.where(Reward.status == RewardStatus.LIVE)
    elif shelf.shelf == "hidden":
        query = query.where(Reward.status != RewardStatus.LIVE)
    if shelf.search:
        query = query.where(Reward.search_text.contains(fold(shelf.search), autoescape=True))
    if shelf.country:
        offered = select(RewardCountry.reward_id).where(
            RewardCountry.country.in_([EVERYWHERE, shelf.country])
        )
        query = query.where(Reward.id.in_(offered))
    order = case((low, 0), else_=1)
    parts = after.split(".")
    if len(parts) == 3 and all(part.isdecimal() and len(part) < 16 for part in parts):
        rank, position, key = map(int, parts)
        query = query.where(
            or_(
                order > rank,
                and_(order == rank, Reward.position > position),
                and_(order == rank, Reward.position == position, Reward.id > key),
            )
        )
    query = query.add_columns(order.label("rank"), Reward.position)
    found = db.session.execute(query.order_by(order, Reward.position, Reward.id).limit(limit + 1)).all()
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        following = f"{last.rank}.{last.position}.{last.id}"
    return _completed([CatalogueRow(*row[:14]) for row in found[:limit]]), following


def _completed(rows: list[CatalogueRow]) -> list[CatalogueRow]:
    ids = [row.id for row in rows]
    sizes: dict[int, list[Size]] = {}
    for size in list_sizes(ids):
        sizes.setdefault(size.reward_id, []).append(size)
    return [replace(row, sizes=tuple(sizes.get(row.id, ()))) for row in rows]


def list_sizes(reward_ids: Sequence[int]) -> list[Size]:
    """The active values of some rewards, with what is left of each."""
    left = (
        select(func.count())
        .where(
            VoucherCode.denomination_id == Denomination.id,
            VoucherCode.state == VoucherState.AVAILABLE,
            VoucherCode.expires_on >= today(),
        )
        .correlate(Denomination)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Denomination.id, Denomination.reward_id, Denomination.face_value_minor, Denomination.currency,
            Denomination.cost_minor, Denomination.points, Denomination.label, Denomination.is_featured,
            Denomination.is_active, left,
        )
        .where(Denomination.reward_id.in_(reward_ids), Denomination.is_active)
        .order_by(Denomination.points, Denomination.id)
    )  # fmt: skip
    return [Size(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ShelfCounts:
    """How many rewards stand on each of the vendor's shelves."""

    live: int
    low: int
    hidden: int

    @property
    def all(self) -> int:
        return self.live + self.hidden


def count_shelves() -> ShelfCounts:
    """All counts in one statement."""
    source, _left, _taken_count, low = _joined()
    row = db.session.execute(
        select(
            func.sum(case((Reward.status == RewardStatus.LIVE, 1), else_=0)),
            func.sum(case((low, 1), else_=0)),
            func.sum(case((Reward.status != RewardStatus.LIVE, 1), else_=0)),
        ).select_from(source)
    ).one()
    return ShelfCounts(*(int(value or 0) for value in row))


def find_reward(slug: str) -> Reward:
    """A reward by slug, whatever its status. Raises NotFound."""
    found = db.session.scalars(select(Reward).where(Reward.slug == slug)).first()
    if found is None:
        raise NotFound()
    return found


def list_countries(reward_id: int) -> list[str]:
    """Countries of a reward; empty means everyone."""
    found = db.session.scalars(select(RewardCountry.country).where(RewardCountry.reward_id == reward_id))
    return sorted(country for country in found if country != EVERYWHERE)


def required_tier(reward_id: int) -> str | None:
    """The level that opens a reward; None: everybody may take it."""
    return db.session.scalar(select(RewardTier.level).where(RewardTier.reward_id == reward_id))


def list_categories() -> list[RewardCategory]:
    """The shelves in their order."""
    query = select(RewardCategory).order_by(RewardCategory.position, RewardCategory.id)
    return list(db.session.scalars(query))


def list_rates() -> list[PointValue]:
    """What points are worth, the reporting currency first."""
    own = case((PointValue.currency == current_settings().reporting_currency, 0), else_=1)
    return list(db.session.scalars(select(PointValue).order_by(own, PointValue.currency)))


@dataclass(frozen=True, slots=True)
class StockTarget:
    """A value that codes can be imported for."""

    id: int
    slug: str
    name: dict[str, str]
    face_value_minor: int
    currency: str
    label: dict[str, str] | None


def list_stock_targets(limit: int = 200) -> list[StockTarget]:
    """Values of digital rewards, in the catalogue's order."""
    rows = db.session.execute(
        select(
            Denomination.id, Reward.slug, Reward.name, Denomination.face_value_minor, Denomination.currency,
            Denomination.label,
        )
        .join(Reward, Reward.id == Denomination.reward_id)
        .where(Reward.kind == RewardKind.DIGITAL_VOUCHER, Denomination.is_active)
        .order_by(Reward.position, Reward.id, Denomination.points)
        .limit(limit)
    )  # fmt: skip
    return [StockTarget(*row) for row in rows]


def find_stock_target(denomination_id: int) -> StockTarget | None:
    """One value of a digital reward, or None."""
    row = db.session.execute(
        select(
            Denomination.id, Reward.slug, Reward.name, Denomination.face_value_minor, Denomination.currency,
            Denomination.label,
        )
        .join(Reward, Reward.id == Denomination.reward_id)
        .where(Denomination.id == denomination_id, Denomination.is_active)
    ).first()  # fmt: skip
    return None if row is None else StockTarget(*row)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One file of codes that came in."""

    public_id: str
    file_name: str
    added_count: int
    duplicate_count: int
    duplicate_lines: list[int]
    created_at: datetime
    person_name: str | None
    reward_name: dict[str, str]
    slug: str
    face_value_minor: int
    currency: str
    label: dict[str, str] | None


def list_imports(limit: int = 10) -> list[ImportRow]:
    """The latest files of codes."""
    rows = db.session.execute(
        select(
            StockImport.public_id, StockImport.file_name, StockImport.added_count,
            StockImport.duplicate_count, StockImport.duplicate_lines, StockImport.created_at, Person.name,
            Reward.name, Reward.slug, Denomination.face_value_minor, Denomination.currency, Denomination.label,
        )
        .join(Reward, Reward.id == StockImport.reward_id)
        .join(Denomination, Denomination.id == StockImport.denomination_id)
        .outerjoin(Person, Person.id == StockImport.person_id)
        .order_by(StockImport.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [ImportRow(*row) for row in rows]
