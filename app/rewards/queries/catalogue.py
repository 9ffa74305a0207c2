"""The catalogue as a partner sees it: whose rewards, what they can get now, in which order.

Sorted so that what the person can get comes first, then what is too dear (nearest first), then what is out of stock.
One statement finds a page; its number does not depend on how many rewards there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, case, exists, func, literal, or_, select, tuple_

from app.core.clock import today
from app.core.db import db, execute_sql
from app.core.errors import NotFound
from app.rewards.models import (
    EVERYWHERE,
    Denomination,
    Medium,
    Reward,
    RewardCategory,
    RewardCountry,
    RewardKind,
    RewardStatus,
    RewardTier,
    VoucherCode,
    VoucherState,
)
from app.rewards.prices import Rate
from app.rewards.words import fold
from app.tiers.queries import opened_levels

if TYPE_CHECKING:
    from app.identity.actor import Actor

PAGE = 24
REACHABLE, TOO_DEAR, GONE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Filters:
    """What the person asked for; empty means everything."""

    search: str = ""
    categories: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    only_reachable: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.search or self.categories or self.media or self.only_reachable)


@dataclass(frozen=True, slots=True)
class Card:
    """One reward on the catalogue page."""

    id: int
    slug: str
    brand: str
    name: dict[str, str]
    palette: str
    icon: str
    kind: RewardKind
    medium: Medium
    delivery_hours: int
    shows_value: bool
    price_points: int
    lowest_points: int
    face_value_minor: int
    currency: str
    label: dict[str, str] | None
    rank: int
    sort: int

    @property
    def is_from(self) -> bool:
        """True if the card shows the lowest of several prices."""
        return self.has_several and self.shown_points == self.lowest_points

    has_several: bool = False
    shown_points: int = 0
    required_tier: str | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """How many rewards stand on each shelf, for this person."""

    total: int = 0
    reachable: int = 0
    categories: list[tuple[str, dict[str, str], int]] = field(default_factory=list)
    media: dict[str, int] = field(default_factory=dict)


def visible_rewards(actor: Actor) -> Select[Any]:
    """Live rewards offered in the country of the person's organisation."""
    offered = exists().where(
        RewardCountry.reward_id == Reward.id,
        RewardCountry.country.in_([EVERYWHERE, actor.organisation_country or ""]),
    )
    return select(Reward).where(Reward.status == RewardStatus.LIVE, offered)


def _available(today_on: date) -> Any:
    """A code of this value is left."""
    return exists().where(
        VoucherCode.denomination_id == Denomination.id,
        VoucherCode.state == VoucherState.AVAILABLE,
        VoucherCode.expires_on >= today_on,
    )


def _locked(actor: Actor) -> Any:
    """The reward asks for a level that the person's company has not reached."""
    opened = opened_levels(actor.organisation_tier)
    return (
        exists().where(RewardTier.reward_id == Reward.id, RewardTier.level.not_in(opened)).correlate(Reward)
    )


def _required_tier(actor: Actor) -> Any:
    """The level that opens a reward, where it is locked for the person."""
    opened = opened_levels(actor.organisation_tier)
    return (
        select(RewardTier.level)
        .where(RewardTier.reward_id == Reward.id, RewardTier.level.not_in(opened))
        .correlate(Reward)
        .scalar_subquery()
        .label("required_tier")
    )


def _rank(balance: int, actor: Actor) -> Any:
    obtainable = or_(Reward.kind == RewardKind.MANUAL, _available(today()))
    of_reward = and_(Denomination.reward_id == Reward.id, Denomination.is_active)
    reachable = exists().where(of_reward, Denomination.points <= balance, obtainable).correlate(Reward)
    in_stock = exists().where(of_reward, obtainable).correlate(Reward)
    return case((_locked(actor), GONE), (reachable, REACHABLE), (in_stock, TOO_DEAR), else_=GONE)


def _filtered(query: Select[Any], filters: Filters) -> Select[Any]:
    if filters.search:
        query = query.where(Reward.search_text.contains(fold(filters.search), autoescape=True))
    if filters.categories:
        shelf = select(RewardCategory.id).where(RewardCategory.slug.in_(filters.categories))
        query = query.where(Reward.category_id.in_(shelf))
    if filters.media:
        query = query.where(Reward.medium.in_(filters.media))
    return query


def list_cards(
    actor: Actor, balance: int, filters: Filters, after: str = "", limit: int = PAGE
) -> tuple[list[Card], str | None]:
    """A page of the catalogue in one statement, and the key of the next page."""
    inner = (
        _filtered(visible_rewards(actor), filters)
        .with_only_columns(
            Reward.id, Reward.position, Reward.lowest_points, _rank(balance, actor).label("rank")
        )
        .subquery()
    )
    sort = case((inner.c.rank == REACHABLE, inner.c.position), else_=inner.c.lowest_points).label("sort")
    ranked = select(inner.c.id, inner.c.rank, sort).subquery()
    featured = and_(Denomination.reward_id == Reward.id, Denomination.is_featured)
    query = (
        select(
            Reward.id, Reward.slug, Reward.brand, Reward.name, Reward.palette, Reward.icon, Reward.kind,
            Reward.medium, Reward.delivery_hours, Reward.shows_value, Reward.price_points,
            Reward.lowest_points, Denomination.face_value_minor, Denomination.currency, Denomination.label,
            ranked.c.rank, ranked.c.sort, _has_several().label("has_several"),
            _required_tier(actor),
        )
        .join(ranked, ranked.c.id == Reward.id)
        .join(Denomination, featured)
        .order_by(ranked.c.rank, ranked.c.sort, Reward.id)
        .limit(limit + 1)
    )  # fmt: skip
    if filters.only_reachable:
        query = query.where(ranked.c.rank == REACHABLE)
    if (key := _key(after)) is not None:
        query = query.where(tuple_(ranked.c.rank, ranked.c.sort, Reward.id) > tuple_(*map(literal, key)))
    cards = [
        _card(replace(Card(*row[:-1]), required_tier=row[-1]), balance) for row in db.session.execute(query)
    ]
    following = None
    if len(cards) > limit:
        last = cards[limit - 1]
        following = f"{last.rank}.{last.sort}.{last.id}"
    return cards[:limit], following


def _has_several() -> Any:
    other = select(Denomination.id).where(Denomination.is_active).correlate(Reward)
    return exists(
        other.where(Denomination.reward_id == Reward.id, ~Denomination.is_featured).subquery().select()
    )


def _card(card: Card, balance: int) -> Card:
    """The price that helps most: the featured one if it is within reach, else the lowest."""
    shown = card.price_points if card.price_points <= balance else card.lowest_points
    return replace(card, shown_points=shown)


def _key(after: str) -> tuple[int, int, int] | None:
    parts = after.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 16 for part in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


def count_facets(actor: Actor, balance: int) -> Facets:
    """Totals of the whole visible catalogue per category and medium, in one statement."""
    inner = (
        visible_rewards(actor)
        .with_only_columns(Reward.category_id, Reward.medium, _rank(balance, actor).label("rank"))
        .subquery()
    )
    rows = db.session.execute(
        select(
            RewardCategory.slug,
            RewardCategory.name,
            inner.c.medium,
            func.count(),
            func.sum(case((inner.c.rank == REACHABLE, 1), else_=0)),
        )
        .join(inner, inner.c.category_id == RewardCategory.id)
        .group_by(RewardCategory.id, RewardCategory.slug, RewardCategory.name, inner.c.medium)
        .order_by(RewardCategory.position, RewardCategory.id)
    ).all()
    categories: dict[str, tuple[str, dict[str, str], int]] = {}
    media: dict[str, int] = {}
    for slug, name, medium, count, _reachable in rows:
        before = categories.get(slug, (slug, name, 0))[2]
        categories[slug] = (slug, name, before + int(count))
        media[str(medium)] = media.get(str(medium), 0) + int(count)
    return Facets(
        total=sum(int(row[3]) for row in rows),
        reachable=sum(int(row[4] or 0) for row in rows),
        categories=list(categories.values()),
        media=media,
    )


@dataclass(frozen=True, slots=True)
class Nudge:
    """One reward that fits points about to run out."""

    slug: str
    name: dict[str, str]
    points: int


def find_nudge(actor: Actor, expiring_points: int) -> Nudge | None:
    """The dearest value that the expiring points pay for, and that can be had now."""
    obtainable = or_(Reward.kind == RewardKind.MANUAL, _available(today()))
    row = db.session.execute(
        visible_rewards(actor)
        .with_only_columns(Reward.slug, Reward.name, Denomination.points)
        .join(Denomination, Denomination.reward_id == Reward.id)
        .where(Denomination.is_active, Denomination.points <= expiring_points, obtainable, ~_locked(actor))
        .order_by(Denomination.points.desc(), Reward.position, Reward.id)
        .limit(1)
    ).first()
    return Nudge(*row) if row is not None else None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a reward on its page."""

    id: int
    points: int
    face_value_minor: int
    currency: str
    label: dict[str, str] | None
    is_featured: bool
    left: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward with the values that can be chosen."""

    choices: Sequence[Choice]
    id: int
    slug: str
    brand: str
    name: dict[str, str]
    description: dict[str, str]
    palette: str
    icon: str
    kind: RewardKind
    medium: Medium
    delivery_hours: int
    shows_value: bool
    quantity_limit: int
    required_tier: str | None = None

    @property
    def is_digital(self) -> bool:
        return self.kind is RewardKind.DIGITAL_VOUCHER

    @property
    def is_out_of_stock(self) -> bool:
        return all(choice.left == 0 for choice in self.choices)


def find_offer(slug: str, actor: Actor) -> Offer:
    """A visible reward with its values, cheapest first, in one statement. Raises NotFound."""
    enough = 50
    left = (
        select(VoucherCode.id)
        .where(
            VoucherCode.denomination_id == Denomination.id,
            VoucherCode.state == VoucherState.AVAILABLE,
            VoucherCode.expires_on >= today(),
        )
        .limit(enough)
        .correlate(Denomination)
        .subquery()
    )
    rows = db.session.execute(
        visible_rewards(actor)
        .with_only_columns(
            Reward.id, Reward.slug, Reward.brand, Reward.name, Reward.description, Reward.palette,
            Reward.icon, Reward.kind, Reward.medium, Reward.delivery_hours, Reward.shows_value,
            Reward.quantity_limit, _required_tier(actor), Denomination.id.label("denomination_id"), Denomination.points,
            Denomination.face_value_minor, Denomination.currency, Denomination.label,
            Denomination.is_featured,
            select(func.count()).select_from(left).correlate(Denomination).scalar_subquery().label("left"),
        )
        .join(Denomination, Denomination.reward_id == Reward.id)
        .where(Reward.slug == slug, Denomination.is_active)
        .order_by(Denomination.points, Denomination.id)
    ).all()  # fmt: skip
    if not rows:
        raise NotFound()
    is_manual = rows[0].kind is RewardKind.MANUAL
    choices = [
        Choice(
            row.denomination_id, row.points, row.face_value_minor, row.currency, row.label,
            row.is_featured, None if is_manual else int(row.left),
        )
        for row in rows
    ]  # fmt: skip
    columns: Any = rows[0][:13]
    return Offer(choices, *columns)


_RATE = "SELECT currency, points, per_minor FROM point_values WHERE currency = :currency"


def find_point_rate(currency: str | None) -> Rate | None:
    """What points are worth in a currency; None where the vendor has not said."""
    if not currency:
        return None
    row = execute_sql(_RATE, {"currency": currency}).first()
    return Rate(*row) if row is not None else None
