"""Gift-code campaigns, their batches, and the codes themselves: a keyed hash and the last four, never the code.

What a code is worth now is the balance of its ledger account (owner kind `code`, owner id the code's); a batch adds up
what became of its codes, so that no page counts a hundred thousand rows. A batch's row is locked before any account of
its codes: claims, orders, voiding and expiry meet there, in one order.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model
from app.core.triggers import append_only
from app.core.types import PK, BigInt, LocalDate, StrEnumType, UTCDateTime, check_in, public_id_column

MOST_POINTS = 50_000
MOST_CODES = 1_000_000


class Occasion(StrEnum):
    THANKS = "thanks"
    CELEBRATION = "celebration"
    PRIZE = "prize"
    EVENT = "event"
    WELCOME = "welcome"
    FESTIVE = "festive"


class BatchState(StrEnum):
    WAITING = "waiting"  # made, locked until a second person says yes
    LIVE = "live"
    DECLINED = "declined"
    VOID = "void"
    ENDED = "ended"  # past its grace; what was left has expired


class GiftCampaign(Model):
    """Why codes are given: what their holders read, how long they hold, and how many points it may cost."""

    __tablename__ = "gift_campaigns"
    __table_args__ = (
        check_in("occasion", Occasion),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_length"),
        CheckConstraint("length(giver) BETWEEN 1 AND 60", name="giver_length"),
        CheckConstraint("length(message) <= 300", name="message_length"),
        CheckConstraint("valid_from <= valid_until", name="days_in_order"),
        CheckConstraint("budget_points > 0 AND budget_points <= 1000000000000000", name="budget_range"),
        CheckConstraint(
            "committed_points >= 0 AND committed_points <= budget_points", name="within_the_budget"
        ),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    giver: Mapped[str] = mapped_column(Text)
    occasion: Mapped[Occasion] = mapped_column(StrEnumType(Occasion), default=Occasion.THANKS)
    message: Mapped[str] = mapped_column(Text, default="")
    palette: Mapped[str] = mapped_column(Text, default="plain")
    valid_from: Mapped[date] = mapped_column(LocalDate)
    valid_until: Mapped[date] = mapped_column(LocalDate)
    budget_points: Mapped[int] = mapped_column(BigInt)
    committed_points: Mapped[int] = mapped_column(BigInt, default=0)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    @property
    def left_points(self) -> int:
        """What further batches may still give."""
        return self.budget_points - self.committed_points


class GiftCodeBatch(Model):
    """Codes of one size, made together. `used_points` and its neighbours add up what became of them.

    One that needs a checker and is worth less than the limit does so for what its maker made before, the same day.
    """

    __tablename__ = "gift_code_batches"
    __table_args__ = (
        check_in("state", BatchState),
        CheckConstraint(f"points BETWEEN 1 AND {MOST_POINTS}", name="points_range"),
        CheckConstraint(f"code_count BETWEEN 1 AND {MOST_CODES}", name="count_range"),
        CheckConstraint(
            "used_points >= 0 AND voided_points >= 0 AND expired_points >= 0 "
            "AND used_points + voided_points + expired_points <= points * code_count",
            name="within_what_was_issued",
        ),
        CheckConstraint(
            "NOT needs_checker OR state IN ('waiting', 'declined') OR decided_by_id IS NOT NULL",
            name="large_was_checked",
        ),
        CheckConstraint("state = 'declined' OR decided_by_id <> made_by_id", name="checker_is_another"),
        CheckConstraint(
            "(state IN ('waiting', 'declined')) = (posting_id IS NULL)", name="issued_by_a_posting"
        ),
        Index(None, "campaign_id", "id"),
        Index(None, "state", "id"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    campaign_id: Mapped[int] = mapped_column(BigInt, ForeignKey("gift_campaigns.id"))
    points: Mapped[int] = mapped_column(BigInt)
    code_count: Mapped[int] = mapped_column(BigInt)
    valid_until: Mapped[date] = mapped_column(LocalDate)
    state: Mapped[BatchState] = mapped_column(StrEnumType(BatchState))
    needs_checker: Mapped[bool]
    worth_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(Text)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    decided_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    posting_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("postings.id"), unique=True)
    exported_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    exported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    used_points: Mapped[int] = mapped_column(BigInt, default=0)
    voided_points: Mapped[int] = mapped_column(BigInt, default=0)
    expired_points: Mapped[int] = mapped_column(BigInt, default=0)

    @property
    def issued_points(self) -> int:
        """What all its codes are worth together."""
        return self.points * self.code_count


class GiftCode(Model):
    """One code: recognised by its keyed hash, named by its last four."""

    __tablename__ = "gift_codes"
    __table_args__ = (
        CheckConstraint("length(last_four) = 4", name="four_characters"),
        Index(None, "batch_id", "id"),
    )

    id: Mapped[PK]
    batch_id: Mapped[int] = mapped_column(BigInt, ForeignKey("gift_code_batches.id"))
    digest: Mapped[str] = mapped_column(Text, unique=True)
    last_four: Mapped[str] = mapped_column(Text)
    voided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class GiftCodeExport(Model):
    """A part of a batch's one export, sealed; gone after the download, and with it the only copy of the codes."""

    __tablename__ = "gift_code_exports"

    batch_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("gift_code_batches.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


append_only(
    "gift_code_batches",
    columns=(
        "id", "public_id", "campaign_id", "points", "code_count", "valid_until", "needs_checker", "made_by_id",
        "made_at",
    ),
)  # fmt: skip
append_only("gift_codes", columns=("id", "batch_id", "digest", "last_four"))
