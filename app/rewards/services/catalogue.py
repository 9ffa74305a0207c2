"""Verbs of the catalogue: what is offered, to whom, at which price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.i18n import _
from app.core.slugs import free_slug
from app.rewards.models import (
    EVERYWHERE,
    Denomination,
    Medium,
    OrderLine,
    PointValue,
    Reward,
    RewardCategory,
    RewardCountry,
    RewardKind,
    RewardStatus,
    RewardTier,
    VoucherCode,
)
from app.rewards.prices import Rate, price_points
from app.rewards.words import fold, slug_of

if TYPE_CHECKING:
    from app.identity.actor import Actor


PRICE_LIMIT = 10**12  # points; far below what one posting may move, also times twenty
FACE_LIMIT = 10**15
PER_LIMIT = 10**12
RESERVED_SLUGS = frozenset({"new", "stock", "rates"})  # pages of the vendor's catalogue


@dataclass(frozen=True, slots=True)
class RewardDetails:
    """What a vendor's person says about a reward. Words are per language; English is needed."""

    category_id: int
    brand: str
    name: dict[str, str]
    description: dict[str, str]
    kind: RewardKind
    palette: str = "green"
    icon: str = "gift"
    medium: Medium = Medium.CODE
    delivery_hours: int = 0
    shows_value: bool = True
    quantity_limit: int = 5
    position: int = 1000
    countries: Sequence[str] = field(default_factory=tuple)
    required_tier: str | None = None


def add_category(slug: str, name: dict[str, str], position: int, *, actor: Actor) -> int:
    """Add a shelf, or rename the one with this slug; returns its id."""
    with transaction():
        found = db.session.scalars(select(RewardCategory).where(RewardCategory.slug == slug)).first()
        if found is None:
            found = RewardCategory(slug=slug)
            db.session.add(found)
        found.name, found.position = name, position
        db.session.flush()
        audit.record("reward_category.set", actor=actor, subject="reward_category", subject_id=found.id)
        return found.id


def add_reward(details: RewardDetails, *, actor: Actor, slug: str | None = None) -> str:
    """Add a reward as a draft; returns its slug."""
    with transaction():
        wanted = slug or slug_of(details.name.get("en", ""))
        reward = Reward(slug=free_slug(Reward.slug, wanted, RESERVED_SLUGS), status=RewardStatus.DRAFT)
        _write(reward, details)
        db.session.add(reward)
        db.session.flush()
        _set_countries(reward.id, details.countries)
        _set_tier(reward.id, details.required_tier)
        audit.record("reward.added", actor=actor, subject="reward", subject_id=reward.id)
        return reward.slug


def edit_reward(slug: str, details: RewardDetails, *, actor: Actor) -> None:
    """Change what is said about a reward. Its kind stays once somebody took one. Raises NotFound, InvalidInput."""
    with transaction():
        reward = lock_reward(slug)
        if details.kind is not reward.kind and _has_stock_or_orders(reward.id):
            raise InvalidInput(fields={"kind": _("It has stock or orders, so how it is delivered stays.")})
        before = {"name": reward.name, "kind": reward.kind.value, "position": reward.position}
        _write(reward, details)
        _set_countries(reward.id, details.countries)
        _set_tier(reward.id, details.required_tier)
        after = {"name": reward.name, "kind": reward.kind.value, "position": reward.position}
        audit.record(
            "reward.edited", actor=actor, subject="reward", subject_id=reward.id, before=before, after=after
        )


def set_status(slug: str, status: RewardStatus, *, actor: Actor) -> None:
    """Show or hide a reward. A reward without a value cannot go live. Raises NotFound, Conflict."""
    with transaction():
        reward = lock_reward(slug)
        if status is reward.status:
            return
        if status is RewardStatus.LIVE and not reward.lowest_points:
            raise Conflict(_("Add a value first. A reward without one cannot be shown."))
        before = {"status": reward.status.value}
        reward.status, reward.updated_at = status, utc_now()
        audit.record(
            "reward.shown" if status is RewardStatus.LIVE else "reward.hidden",
            actor=actor, subject="reward", subject_id=reward.id, before=before, after={"status": status.value},
        )  # fmt: skip


def add_denomination(
    slug: str,
    currency: str,
    face_value_minor: int,
    cost_minor: int,
    *,
    actor: Actor,
    label: dict[str, str] | None = None,
    is_featured: bool = False,
) -> int:
    """Add a value, or change the cost and label of the one there is; returns its id.

    The price in points comes from the rate of the currency. Raises NotFound, InvalidInput (no rate yet).
    """
    if not 0 < face_value_minor <= FACE_LIMIT:
        raise InvalidInput(fields={"face_value": _("Enter a value above zero.")})
    with transaction():
        reward = lock_reward(slug)
        rate = find_rate(currency)
        points = price_points(face_value_minor, rate)
        if points > PRICE_LIMIT:
            raise InvalidInput(fields={"face_value": _("This value is too high for a reward.")})
        found = db.session.scalars(
            select(Denomination).where(
                Denomination.reward_id == reward.id,
                Denomination.currency == currency,
                Denomination.face_value_minor == face_value_minor,
            )
        ).first()
        if found is None:
            found = Denomination(
                reward_id=reward.id, currency=currency, face_value_minor=face_value_minor, is_featured=False
            )
            db.session.add(found)
        found.points = points
        found.cost_minor, found.is_active = cost_minor, True
        if label is not None:
            found.label = label or None
        db.session.flush()
        _reprice(reward, featured_id=found.id if is_featured else None)
        about = {"currency": currency, "face_value_minor": face_value_minor, "cost_minor": cost_minor}
        audit.record("reward.value_set", actor=actor, subject="reward", subject_id=reward.id, after=about)
        return found.id


def retire_denomination(slug: str, denomination_id: int, *, actor: Actor) -> None:
    """Stop offering one value; orders keep it. A live reward keeps at least one. Raises NotFound, Conflict."""
    with transaction():
        reward = lock_reward(slug)
        found = lock(Denomination, denomination_id)
        if found.reward_id != reward.id or not found.is_active:
            raise NotFound()
        found.is_active = found.is_featured = False
        db.session.flush()
        _reprice(reward)
        if reward.status is RewardStatus.LIVE and not reward.lowest_points:
            raise Conflict(_("A reward that partners see keeps at least one value. Hide it first."))
        audit.record("reward.value_retired", actor=actor, subject="reward", subject_id=reward.id)


def set_point_value(currency: str, points: int, per_minor: int, *, actor: Actor) -> int:
    """Set what points are worth in a currency and reprice every value in it; returns how many were repriced.

    Raises InvalidInput.
    """
    if not 0 < per_minor <= PER_LIMIT:
        raise InvalidInput(fields={"per": _("Enter an amount between a few cents and a few millions.")})
    with transaction():
        found = db.session.get(PointValue, currency)
        before = None if found is None else {"points": found.points, "per_minor": found.per_minor}
        if found is None:
            found = PointValue(currency=currency)
            db.session.add(found)
        found.points, found.per_minor, found.updated_at = points, per_minor, utc_now()
        db.session.flush()
        rows = db.session.scalars(select(Denomination).where(Denomination.currency == currency)).all()
        rate = Rate(currency, points, per_minor)
        for row in rows:
            row.points = price_points(row.face_value_minor, rate)
            if row.points > PRICE_LIMIT:
                raise InvalidInput(fields={"points": _("With this rate some prices would be too high.")})
        db.session.flush()
        for reward in db.session.scalars(
            select(Reward).where(Reward.id.in_({row.reward_id for row in rows})).order_by(Reward.id)
        ):
            _reprice(reward)
        after: dict[str, Any] = {"points": points, "per_minor": per_minor}
        audit.record("point_value.set", actor=actor, subject="point_value", before=before, after=after)
        return len(rows)


def find_rate(currency: str) -> Rate:
    """The rate of a currency. Raises InvalidInput (field `currency`) if the vendor has not set one."""
    found = db.session.get(PointValue, currency)
    if found is None:
        sentence = _("Say first what points are worth in %(currency)s.", currency=currency)
        raise InvalidInput(fields={"currency": sentence})
    return Rate(found.currency, found.points, found.per_minor)


def lock_reward(slug: str) -> Reward:
    """A reward by slug, for update. Raises NotFound."""
    found = db.session.scalar(select(Reward.id).where(Reward.slug == slug))
    if found is None:
        raise NotFound()
    return lock(Reward, found)


def _write(reward: Reward, details: RewardDetails) -> None:
    if not details.name.get("en"):
        raise InvalidInput(fields={"name_en": _("Enter the name in English.")})
    for name in (
        "category_id", "brand", "name", "description", "kind", "palette", "icon", "medium", "delivery_hours",
        "shows_value", "quantity_limit", "position",
    ):  # fmt: skip
        setattr(reward, name, getattr(details, name))
    reward.search_text = fold(" ".join([details.brand, *details.name.values()]))
    reward.updated_at = utc_now()


def _set_countries(reward_id: int, countries: Sequence[str]) -> None:
    db.session.execute(delete(RewardCountry).where(RewardCountry.reward_id == reward_id))
    for country in sorted(set(countries)) or [EVERYWHERE]:
        db.session.add(RewardCountry(reward_id=reward_id, country=country))
    db.session.flush()


def _set_tier(reward_id: int, level: str | None) -> None:
    """Say which level opens a reward; none: everybody may take it."""
    db.session.execute(delete(RewardTier).where(RewardTier.reward_id == reward_id))
    if level:
        db.session.add(RewardTier(reward_id=reward_id, level=level))
    db.session.flush()


def _reprice(reward: Reward, featured_id: int | None = None) -> None:
    """Bring the reward's repeated prices up to date; one active value is the one its card shows."""
    rows = db.session.scalars(
        select(Denomination)
        .where(Denomination.reward_id == reward.id, Denomination.is_active)
        .order_by(Denomination.points, Denomination.id)
    ).all()
    if not rows:
        reward.price_points = reward.lowest_points = 0
        return
    wanted = featured_id or next((row.id for row in rows if row.is_featured), rows[0].id)
    db.session.execute(
        update(Denomination).where(Denomination.reward_id == reward.id).values(is_featured=False)
    )
    db.session.execute(update(Denomination).where(Denomination.id == wanted).values(is_featured=True))
    for row in rows:
        db.session.refresh(row)
    reward.lowest_points = rows[0].points
    reward.price_points = next(row.points for row in rows if row.id == wanted)
    db.session.flush()


def _has_stock_or_orders(reward_id: int) -> bool:
    return (
        db.session.scalar(select(VoucherCode.id).where(VoucherCode.reward_id == reward_id).limit(1))
        is not None
        or db.session.scalar(select(OrderLine.id).where(OrderLine.reward_id == reward_id).limit(1))
        is not None
    )
