"""Programs, their versions, their counters, and the awards they gave.

A version's definition is one document, read whole and never queried by part; `app.programs.rules` alone reads and
writes it. Once published it can no longer change: the database refuses.
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


class PayeeKind(StrEnum):
    MEMBER = "member"
    ORGANISATION = "organisation"


class ProgramState(Model):
    """One row. `serial` grows with each publication and each end, so that a fact remembers which programs it met;
    `stamp` is new with each, so that a process knows whether what it has parsed still stands."""

    __tablename__ = "program_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    serial: Mapped[int] = mapped_column(BigInt)
    stamp: Mapped[str] = mapped_column(Text)


class Program(Model):
    """One incentive. Facts dated after `ended_on` and recorded from `ended_serial` on earn nothing more in it."""

    __tablename__ = "programs"
    __table_args__ = (
        CheckConstraint("(ended_on IS NULL) = (ended_serial IS NULL)", name="end_is_numbered"),
        CheckConstraint("length(slug) BETWEEN 1 AND 80", name="slug_length"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    created_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    ended_on: Mapped[date | None] = mapped_column(LocalDate)
    ended_serial: Mapped[int | None] = mapped_column(BigInt)


class ProgramVersion(Model):
    """One wording of a program. Facts dated from `applies_from` on (or all, if empty) are judged by it."""

    __tablename__ = "program_versions"
    __table_args__ = (
        check_in("state", VersionState),
        UniqueConstraint("program_id", "number"),
        CheckConstraint("(state = 'published') = (serial IS NOT NULL)", name="published_is_numbered"),
        CheckConstraint("budget_points IS NULL OR budget_points > 0", name="budget_positive"),
        Index(
            "uq_program_versions_open",
            "program_id",
            unique=True,
            sqlite_where=text("state <> 'published'"),
            postgresql_where=text("state <> 'published'"),
        ),
    )

    id: Mapped[PK]
    program_id: Mapped[int] = mapped_column(BigInt, ForeignKey("programs.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[VersionState] = mapped_column(StrEnumType(VersionState), default=VersionState.DRAFT)
    name: Mapped[str] = mapped_column(Text)
    applies_from: Mapped[date | None] = mapped_column(LocalDate)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONText)
    budget_points: Mapped[int | None] = mapped_column(BigInt)
    serial: Mapped[int | None] = mapped_column(BigInt)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    editor_ids: Mapped[list[int]] = mapped_column(JSONText, default=list)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ProgramBudget(Model):
    """What a program may still give. The hard stop: spent can never pass the budget, whoever writes at once."""

    __tablename__ = "program_budgets"
    __table_args__ = (
        CheckConstraint("spent_points >= 0 AND spent_points <= budget_points", name="within_budget"),
    )

    program_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("programs.id"), primary_key=True, autoincrement=False
    )
    budget_points: Mapped[int] = mapped_column(BigInt)
    spent_points: Mapped[int] = mapped_column(BigInt, default=0)


class ProgramUse(Model):
    """Points that one payee has from one reward of one rule: the counter behind a cap, and the figure on the card."""

    __tablename__ = "program_uses"
    __table_args__ = (
        check_in("payee_kind", PayeeKind),
        CheckConstraint("points >= 0", name="points_range"),
        Index(None, "payee_kind", "payee_id"),
    )

    program_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("programs.id"), primary_key=True, autoincrement=False
    )
    rule_key: Mapped[str] = mapped_column(Text, primary_key=True)
    reward_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    payee_kind: Mapped[PayeeKind] = mapped_column(StrEnumType(PayeeKind), primary_key=True)
    payee_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    points: Mapped[int] = mapped_column(BigInt, default=0)


class ProgramAward(Model):
    """What a rule gave for one fact, with the calculation that explains it. Append-only.

    `gross_points` is what the rule says, `points` what was given after cap and budget (0: a limit took all of it, and
    no posting was made). `used_points` is the payee's counter just before. A reversal is a row of its own with the
    opposite sign. Rows of one counter follow each other in id order. `program_id` repeats the version's, and the
    organisation is the activity's: fewer look-ups a line in an import; `tangga activities rebuild --check` compares.
    """

    __tablename__ = "program_awards"
    __table_args__ = (
        check_in("payee_kind", PayeeKind),
        CheckConstraint("(points = 0) = (posting_id IS NULL)", name="posting_for_points"),
        CheckConstraint("(reverses_award_id IS NULL) = (points >= 0 AND gross_points > 0)", name="sign"),
        CheckConstraint("abs(points) <= abs(gross_points)", name="not_more_than_owed"),
        CheckConstraint("used_points >= 0", name="used_range"),
        Index(
            "uq_program_awards_once",
            "activity_id",
            "program_id",
            "rule_key",
            "reward_no",
            "payee_kind",
            "payee_id",
            unique=True,
            sqlite_where=text("reverses_award_id IS NULL"),
            postgresql_where=text("reverses_award_id IS NULL"),
        ),
        Index(
            "uq_program_awards_reverses",
            "reverses_award_id",
            unique=True,
            sqlite_where=text("reverses_award_id IS NOT NULL"),
            postgresql_where=text("reverses_award_id IS NOT NULL"),
        ),
        Index("ix_program_awards_posting", "posting_id"),
        Index(
            "ix_program_awards_held",
            "payee_kind",
            "payee_id",
            "held_until",
            sqlite_where=text("held_until IS NOT NULL"),
            postgresql_where=text("held_until IS NOT NULL"),
        ),
    )

    id: Mapped[PK]
    program_id: Mapped[int] = mapped_column(BigInt)
    version_id: Mapped[int] = mapped_column(BigInt, ForeignKey("program_versions.id"))
    rule_key: Mapped[str] = mapped_column(Text)
    reward_no: Mapped[int] = mapped_column(Integer)
    payee_kind: Mapped[PayeeKind] = mapped_column(StrEnumType(PayeeKind))
    payee_id: Mapped[int] = mapped_column(BigInt)
    activity_id: Mapped[int] = mapped_column(BigInt, ForeignKey("activities.id"))
    gross_points: Mapped[int] = mapped_column(BigInt)
    points: Mapped[int] = mapped_column(BigInt)
    used_points: Mapped[int] = mapped_column(BigInt)
    calculation: Mapped[list[Any]] = mapped_column(JSONText)
    held_until: Mapped[date | None] = mapped_column(LocalDate)
    posting_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("postings.id"))
    reverses_award_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("program_awards.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class ParkedFact(Model):
    """A fact that a rule could not judge, because no exchange rate was known for its date. Judged when one comes."""

    __tablename__ = "parked_facts"

    activity_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("activities.id"), primary_key=True, autoincrement=False
    )
    program_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("programs.id"), primary_key=True, autoincrement=False
    )
    rule_key: Mapped[str] = mapped_column(Text, primary_key=True)
    from_currency: Mapped[str] = mapped_column(Text)
    to_currency: Mapped[str] = mapped_column(Text)
    parked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    resolved_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


triggers.append_only("program_awards")


def _freeze_published() -> None:
    """A published version can be neither changed nor deleted."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'a published version is final'); END"
    function = (
        "CREATE OR REPLACE FUNCTION tangga_final() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'a published version is final' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for event in ("UPDATE", "DELETE"):
        name = f"program_versions_no_{event.lower()}"
        triggers.register(
            name,
            "program_versions",
            f"CREATE TRIGGER {name} BEFORE {event} ON program_versions WHEN OLD.state = 'published' {refuse}",
            (
                function,
                f"DROP TRIGGER IF EXISTS {name} ON program_versions",
                f"CREATE TRIGGER {name} BEFORE {event} ON program_versions FOR EACH ROW "
                "WHEN (OLD.state = 'published') EXECUTE FUNCTION tangga_final()",
            ),
        )


_freeze_published()
