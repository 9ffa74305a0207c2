"""One fact, in revisions. Nothing here is edited: a correction voids the last revision and records the next."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model
from app.core.triggers import append_only
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


class ActivityKind(StrEnum):
    """What can happen. A feature that brings a new kind adds it here."""

    DEAL_WON = "deal_won"
    SALE = "sale"
    COURSE_PASSED = "course_passed"
    CERTIFIED = "certified"
    RECOGNITION = "recognition"
    SERVICE_MILESTONE = "service_milestone"


class Activity(Model):
    """A revision of a fact: unique by (source, source_ref, kind), at most one revision in force.

    `organisation_country` and `organisation_kind` are those of the day it was recorded, `organisation_tier` is the
    level of the fact's own date as it was known then, so that a rule judges the same fact alike for ever;
    `ruleset` is the state of the programs it met (see `programs.models.ProgramState`).
    """

    __tablename__ = "activities"
    __table_args__ = (
        check_in("kind", ActivityKind),
        UniqueConstraint("source", "kind", "source_ref", "revision"),
        CheckConstraint("revision >= 1", name="revision_positive"),
        CheckConstraint("(amount_minor IS NULL) = (currency IS NULL)", name="amount_has_currency"),
        CheckConstraint(
            "amount_minor IS NULL OR amount_minor BETWEEN 0 AND 1000000000000000", name="amount_range"
        ),
        CheckConstraint("quantity IS NULL OR quantity BETWEEN 0 AND 1000000000", name="quantity_range"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void_has_reason"),
        Index(
            "uq_activities_in_force",
            "source",
            "kind",
            "source_ref",
            unique=True,
            sqlite_where=text("voided_at IS NULL"),
            postgresql_where=text("voided_at IS NULL"),
        ),
        Index(None, "organisation_id", "occurred_on", "id"),
        Index(None, "member_id", "occurred_on", "id"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    kind: Mapped[ActivityKind] = mapped_column(StrEnumType(ActivityKind))
    source: Mapped[str] = mapped_column(Text)
    source_ref: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    digest: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"))
    organisation_country: Mapped[str] = mapped_column(Text)
    organisation_kind: Mapped[str] = mapped_column(Text)
    organisation_tier: Mapped[str | None] = mapped_column(Text)
    member_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    occurred_on: Mapped[date] = mapped_column(LocalDate)
    occurred_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[int | None] = mapped_column(BigInt)
    product_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("products.id"))
    family_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("product_families.id"))
    attributes: Mapped[dict[str, Any] | None] = mapped_column(JSONText)
    ruleset: Mapped[int] = mapped_column(BigInt, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    voided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    voided_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    void_reason: Mapped[str | None] = mapped_column(Text)


CONTENT = (
    "kind", "source", "source_ref", "revision", "digest", "organisation_id", "organisation_country",
    "organisation_kind", "organisation_tier", "member_id", "occurred_on", "occurred_at", "amount_minor",
    "currency", "quantity", "product_id", "family_id", "attributes", "ruleset",
)  # fmt: skip
append_only("activities", columns=CONTENT)
