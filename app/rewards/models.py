"""Rewards, their denominations and voucher stock; orders and what became of them.

A reward names words per language (`{"en": ..., "ms": ..., "id": ...}`). A denomination is one size of it with its
price in points, worked out from the face value by the rate of its currency. Voucher codes are sealed; the row's
public id is the associated data, so that sealed bytes do not open on another row.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import triggers
from app.core.clock import utc_now
from app.core.db import Model
from app.core.types import (
    PK,
    BigInt,
    JSONText,
    LocalDate,
    StrEnumType,
    UTCDateTime,
    check_in,
    public_id_column,
)
from app.ledger.worth import PointValue as PointValue

EVERYWHERE = "*"
FOREVER = date(9999, 12, 31)
REFERENCE_BASE = 80000


class RewardKind(StrEnum):
    DIGITAL_VOUCHER = "digital_voucher"
    MANUAL = "manual"


class RewardStatus(StrEnum):
    LIVE = "live"
    HIDDEN = "hidden"
    DRAFT = "draft"


class VoucherState(StrEnum):
    AVAILABLE = "available"
    ALLOTTED = "allotted"
    WITHDRAWN = "withdrawn"


class OrderState(StrEnum):
    PLACED = "placed"
    PROCESSING = "processing"
    FULFILLED = "fulfilled"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Medium(StrEnum):
    """How a reward reaches the person."""

    CODE = "code"
    DOOR = "door"
    SERVICE = "service"


class RewardCategory(Model):
    """A shelf of the catalogue."""

    __tablename__ = "reward_categories"

    id: Mapped[PK]
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[Any] = mapped_column(JSONText)
    position: Mapped[int] = mapped_column(Integer, default=100)


class Reward(Model):
    """One thing of the catalogue. `price_points` and `lowest_points` repeat its denominations for sorting."""

    __tablename__ = "rewards"
    __table_args__ = (
        check_in("kind", RewardKind),
        check_in("status", RewardStatus),
        check_in("medium", Medium),
        CheckConstraint("delivery_hours BETWEEN 0 AND 2160", name="delivery_hours_range"),
        CheckConstraint("quantity_limit BETWEEN 1 AND 20", name="quantity_limit_range"),
        CheckConstraint("status <> 'live' OR lowest_points > 0", name="live_has_price"),
        Index("ix_rewards_shelf", "status", "category_id", "position", "id"),
    )

    id: Mapped[PK]
    slug: Mapped[str] = mapped_column(Text, unique=True)
    category_id: Mapped[int] = mapped_column(BigInt, ForeignKey("reward_categories.id"), index=True)
    brand: Mapped[str] = mapped_column(Text)
    name: Mapped[Any] = mapped_column(JSONText)
    description: Mapped[Any] = mapped_column(JSONText)
    search_text: Mapped[str] = mapped_column(Text)
    palette: Mapped[str] = mapped_column(Text, default="green")
    icon: Mapped[str] = mapped_column(Text, default="gift")
    kind: Mapped[RewardKind] = mapped_column(StrEnumType(RewardKind))
    medium: Mapped[Medium] = mapped_column(StrEnumType(Medium), default=Medium.CODE)
    delivery_hours: Mapped[int] = mapped_column(Integer, default=0)
    shows_value: Mapped[bool] = mapped_column(default=True)
    quantity_limit: Mapped[int] = mapped_column(Integer, default=5)
    status: Mapped[RewardStatus] = mapped_column(StrEnumType(RewardStatus), default=RewardStatus.DRAFT)
    position: Mapped[int] = mapped_column(Integer, default=1000)
    price_points: Mapped[int] = mapped_column(BigInt, default=0)
    lowest_points: Mapped[int] = mapped_column(BigInt, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class RewardCountry(Model):
    """Where a reward is offered: a row per country, or one row `*` for everyone."""

    __tablename__ = "reward_countries"

    reward_id: Mapped[int] = mapped_column(BigInt, ForeignKey("rewards.id"), primary_key=True)
    country: Mapped[str] = mapped_column(Text, primary_key=True)


class RewardTier(Model):
    """A reward that only companies on a level, or above it, may take."""

    __tablename__ = "reward_tiers"
    __table_args__ = (CheckConstraint("length(level) BETWEEN 1 AND 60", name="level_named"),)

    reward_id: Mapped[int] = mapped_column(BigInt, ForeignKey("rewards.id"), primary_key=True)
    level: Mapped[str] = mapped_column(Text)


class Denomination(Model):
    """One size of a reward: what it is worth, what it costs the vendor, what it costs in points."""

    __tablename__ = "denominations"
    __table_args__ = (
        UniqueConstraint("reward_id", "currency", "face_value_minor"),
        CheckConstraint("face_value_minor > 0 AND face_value_minor <= 1000000000000000", name="face_range"),
        CheckConstraint("cost_minor >= 0 AND cost_minor <= 1000000000000000", name="cost_range"),
        CheckConstraint("points > 0 AND points <= 1000000000000000", name="points_range"),
        CheckConstraint("length(currency) = 3", name="currency_iso"),
        Index(
            "uq_denominations_featured",
            "reward_id",
            unique=True,
            sqlite_where=text("is_featured"),
            postgresql_where=text("is_featured"),
        ),
    )

    id: Mapped[PK]
    reward_id: Mapped[int] = mapped_column(BigInt, ForeignKey("rewards.id"))
    face_value_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(Text)
    cost_minor: Mapped[int] = mapped_column(BigInt)
    points: Mapped[int] = mapped_column(BigInt)
    label: Mapped[Any | None] = mapped_column(JSONText)
    is_featured: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class Order(Model):
    """One redemption. Its reference is its number, its address is its public id."""

    __tablename__ = "orders"
    __table_args__ = (
        check_in("state", OrderState),
        UniqueConstraint("person_id", "idempotency_key"),
        CheckConstraint("points > 0", name="points_positive"),
        CheckConstraint(
            "refund_posting_id IS NULL OR state IN ('failed', 'cancelled')", name="refund_only_when_ended"
        ),
        Index(None, "person_id", "id"),
        Index(None, "organisation_id", "id"),
        Index(None, "state", "id"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    idempotency_key: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    state: Mapped[OrderState] = mapped_column(StrEnumType(OrderState), default=OrderState.PLACED)
    points: Mapped[int] = mapped_column(BigInt)
    payment_posting_id: Mapped[int | None] = mapped_column(BigInt, unique=True)
    refund_posting_id: Mapped[int | None] = mapped_column(BigInt, unique=True)
    reveal_session: Mapped[str | None] = mapped_column(Text)
    revealed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)

    @property
    def reference(self) -> str:
        """What people read out on the telephone."""
        return reference_of(self.id)


def reference_of(order_id: int) -> str:
    """The human reference of an order number."""
    return f"RD-{REFERENCE_BASE + order_id}"


class OrderLine(Model):
    """What was taken, at the price and cost of that moment."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity BETWEEN 1 AND 20", name="quantity_range"),
        CheckConstraint("unit_points > 0", name="unit_points_positive"),
        Index(None, "denomination_id", "id"),
    )

    id: Mapped[PK]
    order_id: Mapped[int] = mapped_column(BigInt, ForeignKey("orders.id"), index=True)
    reward_id: Mapped[int] = mapped_column(BigInt, ForeignKey("rewards.id"), index=True)
    denomination_id: Mapped[int] = mapped_column(BigInt, ForeignKey("denominations.id"))
    quantity: Mapped[int] = mapped_column(Integer)
    unit_points: Mapped[int] = mapped_column(BigInt)
    face_value_minor: Mapped[int] = mapped_column(BigInt)
    cost_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(Text)


class VoucherCode(Model):
    """One bearer code of the vendor's stock, sealed. Allotted to one order line, once and for good."""

    __tablename__ = "voucher_codes"
    __table_args__ = (
        check_in("state", VoucherState),
        UniqueConstraint("reward_id", "code_digest"),
        CheckConstraint("(state = 'allotted') = (order_line_id IS NOT NULL)", name="allotted_has_line"),
        Index(
            "ix_voucher_codes_available",
            "denomination_id",
            "expires_on",
            "id",
            sqlite_where=text("state = 'available'"),
            postgresql_where=text("state = 'available'"),
        ),
        Index(
            "ix_voucher_codes_order_line",
            "order_line_id",
            sqlite_where=text("order_line_id IS NOT NULL"),
            postgresql_where=text("order_line_id IS NOT NULL"),
        ),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    reward_id: Mapped[int] = mapped_column(BigInt, ForeignKey("rewards.id"))
    denomination_id: Mapped[int] = mapped_column(BigInt, ForeignKey("denominations.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    code_digest: Mapped[str] = mapped_column(Text)
    expires_on: Mapped[date] = mapped_column(LocalDate, default=FOREVER)
    state: Mapped[VoucherState] = mapped_column(StrEnumType(VoucherState), default=VoucherState.AVAILABLE)
    order_line_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("order_lines.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class StockImport(Model):
    """One file of codes: how many came in, and which lines named a code we had already."""

    __tablename__ = "stock_imports"
    __table_args__ = (Index(None, "reward_id", "id"),)

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    reward_id: Mapped[int] = mapped_column(BigInt, ForeignKey("rewards.id"))
    denomination_id: Mapped[int] = mapped_column(BigInt, ForeignKey("denominations.id"))
    person_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    file_name: Mapped[str] = mapped_column(Text)
    added_count: Mapped[int] = mapped_column(Integer)
    duplicate_count: Mapped[int] = mapped_column(Integer)
    duplicate_lines: Mapped[Any] = mapped_column(JSONText)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class OrderComplaint(Model):
    """What somebody says is wrong with an order, and what the vendor answered."""

    __tablename__ = "order_complaints"
    __table_args__ = (
        Index(None, "order_id", "id"),
        Index(
            "ix_order_complaints_open",
            "id",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[PK]
    order_id: Mapped[int] = mapped_column(BigInt, ForeignKey("orders.id"))
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    message: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


triggers.register(
    "voucher_codes_one_order",
    "voucher_codes",
    "CREATE TRIGGER voucher_codes_one_order BEFORE UPDATE OF order_line_id ON voucher_codes "
    "WHEN OLD.order_line_id IS NOT NULL AND NEW.order_line_id IS NOT OLD.order_line_id "
    "BEGIN SELECT RAISE(ABORT, 'a voucher belongs to one order'); END",
    (
        "CREATE OR REPLACE FUNCTION tangga_voucher_one_order() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'a voucher belongs to one order' USING ERRCODE = 'restrict_violation'; END $$",
        "DROP TRIGGER IF EXISTS voucher_codes_one_order ON voucher_codes",
        "CREATE TRIGGER voucher_codes_one_order BEFORE UPDATE OF order_line_id ON voucher_codes FOR EACH ROW "
        "WHEN (OLD.order_line_id IS NOT NULL AND NEW.order_line_id IS DISTINCT FROM OLD.order_line_id) "
        "EXECUTE FUNCTION tangga_voucher_one_order()",
    ),
)
