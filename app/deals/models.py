"""Deals, their lines, what happened to them, what was said and which others claim the same customer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import triggers
from app.core.clock import utc_now
from app.core.db import Model
from app.core.money import MAX_AMOUNT
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
from app.deals.states import DealState, EventKind, LossReason, RejectionReason

REFERENCE_BASE = 20_000


def reference_of(deal_id: int) -> str:
    """The number people say: `D-20431`. It may have gaps and opens nothing: addresses carry the public id."""
    return f"D-{REFERENCE_BASE + deal_id}"


class Deal(Model):
    """A partner's claim on an opportunity.

    `claimed_at` orders rivals: the first complete submission, set anew when the customer or the products change.
    `queued_at` is when it last became the vendor's turn. `protected_until` is the last protected day.
    """

    __tablename__ = "deals"
    __table_args__ = (
        check_in("state", DealState),
        CheckConstraint("value_minor IS NULL OR value_minor >= 0", name="value_positive"),
        CheckConstraint(f"value_minor IS NULL OR value_minor <= {MAX_AMOUNT * 20}", name="value_bounded"),
        CheckConstraint("customer_country IS NULL OR length(customer_country) = 2", name="country_alpha2"),
        CheckConstraint("length(currency) = 3", name="currency_iso"),
        CheckConstraint(
            "state IN ('draft', 'withdrawn') OR (submitted_at IS NOT NULL AND claimed_at IS NOT NULL "
            "AND name_key IS NOT NULL AND customer_country IS NOT NULL AND value_minor IS NOT NULL)",
            name="submitted_is_complete",
        ),
        CheckConstraint("state <> 'approved' OR protected_until IS NOT NULL", name="approved_is_protected"),
        CheckConstraint("(state = 'rejected') = (rejection_reason IS NOT NULL)", name="rejected_with_reason"),
        CheckConstraint("(state = 'lost') = (loss_reason IS NOT NULL)", name="lost_with_reason"),
        CheckConstraint(
            "(state = 'won') = (won_on IS NOT NULL AND invoice_no IS NOT NULL AND invoice_minor IS NOT NULL "
            "AND activity_public_id IS NOT NULL)",
            name="won_with_invoice",
        ),
        CheckConstraint("invoice_minor IS NULL OR invoice_minor > 0", name="invoice_positive"),
        UniqueConstraint("member_id", "draft_key"),
        Index(None, "organisation_id", "id"),
        Index(None, "member_id", "id"),
        Index(None, "domain_key"),
        Index(None, "name_key", "customer_country"),
        Index(None, "registration_key", "customer_country"),
        Index(
            "ix_deals_queue",
            "queued_at",
            "id",
            sqlite_where=text("state IN ('submitted', 'in_review')"),
            postgresql_where=text("state IN ('submitted', 'in_review')"),
        ),
        Index(
            "ix_deals_protected",
            "protected_until",
            sqlite_where=text("state = 'approved'"),
            postgresql_where=text("state = 'approved'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"))
    member_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    state: Mapped[DealState] = mapped_column(StrEnumType(DealState), default=DealState.DRAFT)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    draft_key: Mapped[str | None] = mapped_column(Text)
    customer_name: Mapped[str] = mapped_column(Text, default="")
    customer_country: Mapped[str | None] = mapped_column(Text)
    customer_domain: Mapped[str] = mapped_column(Text, default="")
    customer_registration_no: Mapped[str] = mapped_column(Text, default="")
    name_key: Mapped[str | None] = mapped_column(Text)
    domain_key: Mapped[str | None] = mapped_column(Text)
    registration_key: Mapped[str | None] = mapped_column(Text)
    contact_name: Mapped[str] = mapped_column(Text, default="")
    contact_email: Mapped[str] = mapped_column(Text, default="")
    currency: Mapped[str] = mapped_column(Text)
    value_minor: Mapped[int | None] = mapped_column(BigInt)
    expected_close_on: Mapped[date | None] = mapped_column(LocalDate)
    notes: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    queued_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    protected_until: Mapped[date | None] = mapped_column(LocalDate)
    reminded_days: Mapped[int | None] = mapped_column(Integer)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    rejection_reason: Mapped[RejectionReason | None] = mapped_column(StrEnumType(RejectionReason))
    loss_reason: Mapped[LossReason | None] = mapped_column(StrEnumType(LossReason))
    invoice_no: Mapped[str | None] = mapped_column(Text)
    invoice_minor: Mapped[int | None] = mapped_column(BigInt)
    won_on: Mapped[date | None] = mapped_column(LocalDate)
    activity_public_id: Mapped[str | None] = mapped_column(Text)

    @property
    def reference(self) -> str:
        return reference_of(self.id)


class DealLine(Model):
    """One product family of a deal and what it is worth, in the deal's currency. A draft's line may lack either."""

    __tablename__ = "deal_lines"
    __table_args__ = (
        UniqueConstraint("deal_id", "position"),
        CheckConstraint("value_minor IS NULL OR value_minor > 0", name="value_positive"),
        CheckConstraint(f"value_minor IS NULL OR value_minor <= {MAX_AMOUNT}", name="value_bounded"),
    )

    id: Mapped[PK]
    deal_id: Mapped[int] = mapped_column(BigInt, ForeignKey("deals.id"))
    position: Mapped[int] = mapped_column(Integer)
    family_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("product_families.id"), index=True)
    value_minor: Mapped[int | None] = mapped_column(BigInt)


class DealEvent(Model):
    """One line of the timeline; both sides see it, nothing is erased. An undo is a line that names what it undoes."""

    __tablename__ = "deal_events"
    __table_args__ = (
        check_in("kind", EventKind),
        Index(None, "deal_id", "id"),
        CheckConstraint("(kind = 'undone') = (undoes_id IS NOT NULL)", name="undone_names_event"),
    )

    id: Mapped[PK]
    deal_id: Mapped[int] = mapped_column(BigInt, ForeignKey("deals.id"))
    kind: Mapped[EventKind] = mapped_column(StrEnumType(EventKind))
    actor_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    from_state: Mapped[DealState] = mapped_column(StrEnumType(DealState))
    to_state: Mapped[DealState] = mapped_column(StrEnumType(DealState))
    note: Mapped[str | None] = mapped_column(Text)
    data: Mapped[Any | None] = mapped_column(JSONText)
    undoes_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("deal_events.id"), unique=True)
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class DealComment(Model):
    """Something said about a deal, read by both sides."""

    __tablename__ = "deal_comments"
    __table_args__ = (Index(None, "deal_id", "id"),)

    id: Mapped[PK]
    deal_id: Mapped[int] = mapped_column(BigInt, ForeignKey("deals.id"))
    author_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class DealFile(Model):
    """A file on a deal; the content lies in the upload store under `storage_key`."""

    __tablename__ = "deal_files"
    __table_args__ = (Index(None, "deal_id", "id"),)

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    deal_id: Mapped[int] = mapped_column(BigInt, ForeignKey("deals.id"))
    author_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInt)
    storage_key: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class DealGram(Model):
    """The few trigrams by which names that are nearly the same find each other through an index."""

    __tablename__ = "deal_grams"
    __table_args__ = (Index(None, "country", "gram", "size"),)

    deal_id: Mapped[int] = mapped_column(BigInt, ForeignKey("deals.id"), primary_key=True)
    gram: Mapped[str] = mapped_column(Text, primary_key=True)
    country: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)


class DealMatch(Model):
    """Two deals of different companies with the same customer (10,000) or nearly so. Kept both ways round."""

    __tablename__ = "deal_matches"
    __table_args__ = (
        CheckConstraint("deal_id <> rival_id", name="two_deals"),
        CheckConstraint("kind IN ('domain', 'registration', 'name', 'near')", name="kind_known"),
        CheckConstraint("score_bps BETWEEN 0 AND 10000", name="score_share"),
    )

    deal_id: Mapped[int] = mapped_column(BigInt, ForeignKey("deals.id"), primary_key=True)
    rival_id: Mapped[int] = mapped_column(BigInt, ForeignKey("deals.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(Text)
    score_bps: Mapped[int] = mapped_column(Integer)


triggers.append_only("deal_events")
