"""Tier plans and their versions, what companies have by day, where they stand, and how they got there.

A version's definition is one document, read whole; `app.tiers.plans` alone reads and writes it. Once published it can
no longer change: the database refuses. History is append-only.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
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


class VersionState(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"  # sent to a second person
    PUBLISHED = "published"


class Measure(StrEnum):
    """What is counted per company and day. A metric of a plan is made of one or two of them."""

    POINTS = "points"
    DEAL_REVENUE = "deal_revenue"
    SALE_REVENUE = "sale_revenue"
    DEALS = "deals"
    # Certificates, one part a member: 1 on the day that one begins, -1 on the first day on which it no longer stands.
    PASSES = "passes"


class Cause(StrEnum):
    ACTIVITY = "activity"
    REVIEW = "review"
    PIN = "pin"
    PLAN = "plan"


class TierState(Model):
    """One row. `stamp` is new with each publication, so that a process knows whether what it has parsed stands."""

    __tablename__ = "tier_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(Text)
    built_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TierPlan(Model):
    """One ladder of levels and whom it is for. The first plan by `position` whose audience has a company applies."""

    __tablename__ = "tier_plans"

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer, default=1)
    created_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class TierVersion(Model):
    """One wording of a plan, in force from `applies_from` until the next. `year_starts_month`: 1 is the calendar year,
    2 to 12 a fiscal year, 0 the last twelve months."""

    __tablename__ = "tier_versions"
    __table_args__ = (
        check_in("state", VersionState),
        UniqueConstraint("plan_id", "number"),
        CheckConstraint("year_starts_month BETWEEN 0 AND 12", name="month_known"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_is_dated"),
        Index(
            "uq_tier_versions_open",
            "plan_id",
            unique=True,
            sqlite_where=text("state <> 'published'"),
            postgresql_where=text("state <> 'published'"),
        ),
    )

    id: Mapped[PK]
    plan_id: Mapped[int] = mapped_column(BigInt, ForeignKey("tier_plans.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[VersionState] = mapped_column(StrEnumType(VersionState), default=VersionState.DRAFT)
    name: Mapped[str] = mapped_column(Text)
    applies_from: Mapped[date] = mapped_column(LocalDate)
    year_starts_month: Mapped[int] = mapped_column(Integer, default=1)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONText)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    editor_ids: Mapped[list[int]] = mapped_column(JSONText, default=list)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class TierFigure(Model):
    """What a company has of one measure from one day's facts; always the sum over the log, and rebuilt from it.

    `part` keeps apart what may not be added blindly: currencies of an amount, members of passes. `amount` is in the
    part's own unit, `worth` the same in the reporting currency at the day's rate; empty while that rate is unknown.
    """

    __tablename__ = "tier_figures"
    __table_args__ = (
        check_in("measure", Measure),
        Index(
            "ix_tier_figures_waiting",
            "day",
            sqlite_where=text("worth IS NULL"),
            postgresql_where=text("worth IS NULL"),
        ),
    )

    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"), primary_key=True)
    measure: Mapped[Measure] = mapped_column(StrEnumType(Measure), primary_key=True)
    day: Mapped[date] = mapped_column(LocalDate, primary_key=True)
    part: Mapped[str] = mapped_column(Text, primary_key=True)
    amount: Mapped[int] = mapped_column(BigInt)
    worth: Mapped[int | None] = mapped_column(BigInt)


class TierStanding(Model):
    """Where a company stands now, and what the review has begun. The row is the lock for whatever changes it.

    In grace: what was found on the review's day has until `grace_until` to come right, counted from `grace_from` on.
    """

    __tablename__ = "tier_standings"
    __table_args__ = (
        CheckConstraint("(grace_from IS NULL) = (grace_until IS NULL)", name="grace_is_whole"),
        CheckConstraint("warned_days IS NULL OR grace_until IS NOT NULL", name="warned_in_grace"),
        CheckConstraint("changes >= 0", name="changes_range"),
        Index(None, "next_review_on"),
        Index(None, "level"),
    )

    organisation_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("organisations.id"), primary_key=True, autoincrement=False
    )
    plan_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("tier_plans.id"))
    level: Mapped[str | None] = mapped_column(Text)
    since_on: Mapped[date] = mapped_column(LocalDate)
    next_review_on: Mapped[date] = mapped_column(LocalDate)
    grace_from: Mapped[date | None] = mapped_column(LocalDate)
    grace_until: Mapped[date | None] = mapped_column(LocalDate)
    warned_days: Mapped[int | None] = mapped_column(Integer)
    changes: Mapped[int] = mapped_column(Integer, default=0)


class TierPin(Model):
    """A level held by a person's decision: it neither rises nor falls until `ends_on` has passed."""

    __tablename__ = "tier_pins"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason_given"),
        Index(
            "uq_tier_pins_open",
            "organisation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    level: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(LocalDate)
    ends_on: Mapped[date] = mapped_column(LocalDate)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))


class TierChange(Model):
    """One change of a company's level, with its cause. `number` counts a company's changes, so that none is doubled."""

    __tablename__ = "tier_changes"
    __table_args__ = (
        check_in("cause", Cause),
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("(cause = 'activity') = (activity_id IS NOT NULL)", name="cause_has_activity"),
        CheckConstraint("cause <> 'pin' OR pin_id IS NOT NULL", name="cause_has_pin"),
        CheckConstraint("from_level IS NULL OR from_level <> to_level", name="is_a_change"),
        Index(None, "organisation_id", "from_on"),
        Index(
            "ix_tier_changes_activity",
            "activity_id",
            sqlite_where=text("activity_id IS NOT NULL"),
            postgresql_where=text("activity_id IS NOT NULL"),
        ),
    )

    id: Mapped[PK]
    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"))
    number: Mapped[int] = mapped_column(Integer)
    from_level: Mapped[str | None] = mapped_column(Text)
    to_level: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(LocalDate)
    cause: Mapped[Cause] = mapped_column(StrEnumType(Cause))
    version_id: Mapped[int] = mapped_column(BigInt, ForeignKey("tier_versions.id"))
    activity_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("activities.id"))
    pin_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("tier_pins.id"))
    actor_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


triggers.append_only("tier_changes")


def _freeze_published() -> None:
    """A published version can be neither changed nor deleted."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'a published version is final'); END"
    function = (
        "CREATE OR REPLACE FUNCTION tangga_final() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'a published version is final' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for event in ("UPDATE", "DELETE"):
        name = f"tier_versions_no_{event.lower()}"
        triggers.register(
            name,
            "tier_versions",
            f"CREATE TRIGGER {name} BEFORE {event} ON tier_versions WHEN OLD.state = 'published' {refuse}",
            (
                function,
                f"DROP TRIGGER IF EXISTS {name} ON tier_versions",
                f"CREATE TRIGGER {name} BEFORE {event} ON tier_versions FOR EACH ROW "
                "WHEN (OLD.state = 'published') EXECUTE FUNCTION tangga_final()",
            ),
        )


_freeze_published()
