"""Accounts, postings, transfers and lots. Postings, transfers and lot movements are append-only in the database.

Amounts are positive integers (points or minor units); direction is from/to. House accounts keep no balance: one hot
row would cost several times the speed under concurrency, and their totals follow from the transfers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model
from app.core.triggers import append_only
from app.core.types import PK, BigInt, LocalDate, StrEnumType, UTCDateTime, check_in, public_id_column

POINTS = "PTS"
MAX_AMOUNT = 10**15
STRICT = {"sqlite_strict": True}


class OwnerKind(StrEnum):
    MEMBER = "member"
    ORGANISATION = "organisation"
    CONTACT = "contact"
    CODE = "code"
    FUND = "fund"
    HOUSE = "house"


class AccountKind(StrEnum):
    AVAILABLE = "available"
    PENDING = "pending"
    CODE = "code"
    FUND = "fund"
    PAYABLE = "payable"
    CLAWBACK_DUE = "clawback_due"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    PAID = "paid"
    ADJUSTED = "adjusted"


class PostingKind(StrEnum):
    AWARD = "award"
    REDEMPTION = "redemption"
    REFUND = "refund"
    CLAWBACK = "clawback"
    COLLECTION = "collection"
    RELEASE = "release"
    EXPIRY = "expiry"
    ADJUSTMENT = "adjustment"
    SHARE = "share"
    REVERSAL = "reversal"
    CODE_ISSUE = "code_issue"
    CODE_CLAIM = "code_claim"
    CODE_VOID = "code_void"
    CODE_EXPIRY = "code_expiry"


HOUSE_KINDS = ("issued", "redeemed", "expired", "paid", "adjusted")
LOT_KINDS = ("available", "pending")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose value it is: a member (person id) or an organisation (organisation id)."""

    kind: str
    id: int


HOUSE = Owner("house", 0)


class Account(Model):
    """One balance of one owner in one unit; the house's accounts keep none."""

    __tablename__ = "accounts"

    id: Mapped[PK]
    owner_kind: Mapped[OwnerKind] = mapped_column(StrEnumType(OwnerKind))
    owner_id: Mapped[int] = mapped_column(BigInt)
    kind: Mapped[AccountKind] = mapped_column(StrEnumType(AccountKind))
    unit: Mapped[str] = mapped_column(Text, default=POINTS)
    balance: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    __table_args__ = (
        UniqueConstraint("owner_kind", "owner_id", "unit", "kind"),
        check_in("owner_kind", OwnerKind),
        check_in("kind", AccountKind),
        CheckConstraint("length(unit) = 3 AND unit = upper(unit)", name="unit_code"),
        CheckConstraint("balance >= 0 AND balance <= 1000000000000000000", name="balance_range"),
        CheckConstraint("(owner_kind = 'house') = (balance IS NULL)", name="house_without_balance"),
        CheckConstraint(
            "(owner_kind = 'house') = (kind IN ('issued', 'redeemed', 'expired', 'paid', 'adjusted'))",
            name="house_kinds",
        ),
        CheckConstraint("(owner_kind = 'house') = (owner_id = 0)", name="house_owner"),
        STRICT,
    )


class Posting(Model):
    """One business fact that moved value. Its idempotency key makes a retry find the first."""

    __tablename__ = "postings"

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    idempotency_key: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[PostingKind] = mapped_column(StrEnumType(PostingKind))
    actor_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    checker_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    activity_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("activities.id"))
    program_version_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("program_versions.id"))
    rule_key: Mapped[str | None] = mapped_column(Text)
    order_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("orders.id"))
    reverses_posting_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("postings.id"))
    note: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        check_in("kind", PostingKind),
        CheckConstraint("checker_id <> actor_id", name="checker_is_another"),
        CheckConstraint("length(idempotency_key) BETWEEN 1 AND 300", name="key_length"),
        CheckConstraint(
            "kind NOT IN ('refund', 'clawback', 'reversal') OR reverses_posting_id IS NOT NULL",
            name="reversal_names_posting",
        ),
        Index(
            "uq_postings_reverses_posting_id",
            "reverses_posting_id",
            unique=True,
            sqlite_where=text("reverses_posting_id IS NOT NULL"),
            postgresql_where=text("reverses_posting_id IS NOT NULL"),
        ),
        Index(
            "uq_postings_order_payment",
            "order_id",
            unique=True,
            sqlite_where=text("kind = 'redemption' AND order_id IS NOT NULL"),
            postgresql_where=text("kind = 'redemption' AND order_id IS NOT NULL"),
        ),
        Index(
            "ix_postings_activity_id",
            "activity_id",
            sqlite_where=text("activity_id IS NOT NULL"),
            postgresql_where=text("activity_id IS NOT NULL"),
        ),
        STRICT,
    )


class Transfer(Model):
    """One movement between two accounts, with the running balance of each side that keeps one."""

    __tablename__ = "transfers"

    id: Mapped[PK]
    posting_id: Mapped[int] = mapped_column(BigInt, ForeignKey("postings.id"), index=True)
    from_account_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts.id"))
    to_account_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts.id"))
    amount: Mapped[int] = mapped_column(BigInt)
    from_balance: Mapped[int | None] = mapped_column(BigInt)
    to_balance: Mapped[int | None] = mapped_column(BigInt)

    __table_args__ = (
        CheckConstraint("from_account_id <> to_account_id", name="two_accounts"),
        CheckConstraint("amount > 0 AND amount <= 1000000000000000", name="amount_range"),
        CheckConstraint("from_balance >= 0", name="from_balance_range"),
        CheckConstraint("to_balance >= 0", name="to_balance_range"),
        Index(
            "ix_transfers_from_account_id",
            "from_account_id",
            "id",
            sqlite_where=text("from_balance IS NOT NULL"),
            postgresql_where=text("from_balance IS NOT NULL"),
        ),
        Index(
            "ix_transfers_to_account_id",
            "to_account_id",
            "id",
            sqlite_where=text("to_balance IS NOT NULL"),
            postgresql_where=text("to_balance IS NOT NULL"),
        ),
        STRICT,
    )


class Lot(Model):
    """One grant of points with its own expiry. Only `remaining` ever changes, and each change has a movement.

    `origin_posting_id` is the award it came from, also after a release, a sharing out or a late refund;
    `releases_on` is set while the lot is held on a pending account.
    """

    __tablename__ = "lots"

    id: Mapped[PK]
    account_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts.id"))
    transfer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("transfers.id"))
    origin_posting_id: Mapped[int] = mapped_column(BigInt, ForeignKey("postings.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInt)
    remaining: Mapped[int] = mapped_column(BigInt)
    expires_on: Mapped[date] = mapped_column(LocalDate)
    releases_on: Mapped[date | None] = mapped_column(LocalDate)

    __table_args__ = (
        CheckConstraint("amount > 0 AND amount <= 1000000000000000", name="amount_range"),
        CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining_range"),
        Index(
            "ix_lots_open",
            "account_id",
            "expires_on",
            "id",
            sqlite_where=text("remaining > 0"),
            postgresql_where=text("remaining > 0"),
        ),
        Index(
            "ix_lots_held",
            "releases_on",
            sqlite_where=text("remaining > 0 AND releases_on IS NOT NULL"),
            postgresql_where=text("remaining > 0 AND releases_on IS NOT NULL"),
        ),
        STRICT,
    )


class LotMovement(Model):
    """What one transfer took from a lot (negative) or gave back to it (positive); the grant itself is the lot's amount."""

    __tablename__ = "lot_movements"

    id: Mapped[PK]
    lot_id: Mapped[int] = mapped_column(BigInt, ForeignKey("lots.id"), index=True)
    transfer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("transfers.id"), index=True)
    delta: Mapped[int] = mapped_column(BigInt)

    __table_args__ = (CheckConstraint("delta <> 0", name="delta_not_zero"), STRICT)


class AdjustmentState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


class Adjustment(Model):
    """An adjustment over the limit, prepared by one person, waiting for another. Nothing has moved until then."""

    __tablename__ = "adjustments"

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    owner_kind: Mapped[OwnerKind] = mapped_column(StrEnumType(OwnerKind))
    owner_id: Mapped[int] = mapped_column(BigInt)
    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"))
    points: Mapped[int] = mapped_column(BigInt)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[AdjustmentState] = mapped_column(
        StrEnumType(AdjustmentState), default=AdjustmentState.WAITING
    )
    made_by_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    decided_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    posting_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("postings.id"), unique=True)

    __table_args__ = (
        check_in("state", AdjustmentState),
        check_in("owner_kind", OwnerKind),
        CheckConstraint("points <> 0", name="points_not_zero"),
        CheckConstraint("(state = 'approved') = (posting_id IS NOT NULL)", name="approved_has_posting"),
        CheckConstraint("(state = 'waiting') = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("state <> 'approved' OR decided_by_id <> made_by_id", name="checker_is_another"),
        Index(None, "state", "id"),
    )


append_only("accounts", columns=("id", "owner_kind", "owner_id", "kind", "unit", "created_at"))
append_only("postings")
append_only("transfers")
append_only(
    "lots",
    columns=("id", "account_id", "transfer_id", "origin_posting_id", "amount", "expires_on", "releases_on"),
)
append_only("lot_movements")
append_only(
    "adjustments",
    columns=("id", "owner_kind", "owner_id", "organisation_id", "points", "reason", "made_by_id", "made_at"),
)
