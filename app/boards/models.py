"""Boards, their periods, and the scores that stand on them. Scores are sums of facts and can always be rebuilt."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

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

EMPTY_PART = ","  # an audience's part as text, without anything asked for


class Metric(StrEnum):
    """What is counted. Revenue is in minor units of the reporting currency."""

    POINTS = "points"
    REVENUE = "revenue"
    DEALS = "deals"
    COURSES = "courses"


class Participants(StrEnum):
    """Who competes; the values are those of `Gain.payee_kind`."""

    PEOPLE = "member"
    COMPANIES = "organisation"


class Period(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"


class BoardStatus(StrEnum):
    """A draft counts nothing and may change; a running board's rule is fixed; an ended one stands still."""

    DRAFT = "draft"
    RUNNING = "running"
    ENDED = "ended"


class NameMode(StrEnum):
    """How somebody appears: by name, by an alias, or as a partner of their region."""

    NAME = "name"
    ALIAS = "alias"
    REGION = "region"


class Board(Model):
    """One board as the vendor defines it.

    `audience` is an Audience record; the four texts repeat its parts (`,MY,SG,`; `,` when nothing is asked), so that a
    statement can find the boards that fit a company. `specificity` counts the parts. A board counts facts once it is
    filled (`filled_at`): from then on the pipeline keeps its scores.
    """

    __tablename__ = "boards"
    __table_args__ = (
        check_in("metric", Metric),
        check_in("participants", Participants),
        check_in("period", Period),
        check_in("status", BoardStatus),
        CheckConstraint("(started_at IS NULL) = (status = 'draft')", name="started_unless_draft"),
        CheckConstraint("(ended_at IS NULL) = (status <> 'ended')", name="ended_has_instant"),
        CheckConstraint("filled_at IS NULL OR started_at IS NOT NULL", name="filled_after_start"),
        CheckConstraint("length(slug) BETWEEN 1 AND 60", name="slug_length"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    slug: Mapped[str] = mapped_column(Text, unique=True)
    names: Mapped[dict[str, str]] = mapped_column(JSONText)
    prizes: Mapped[dict[str, str] | None] = mapped_column(JSONText)
    metric: Mapped[Metric] = mapped_column(StrEnumType(Metric))
    participants: Mapped[Participants] = mapped_column(StrEnumType(Participants))
    period: Mapped[Period] = mapped_column(StrEnumType(Period))
    sources: Mapped[list[str]] = mapped_column(JSONText, default=list)  # kinds of fact whose money is revenue
    audience: Mapped[dict[str, Any]] = mapped_column(JSONText)
    countries: Mapped[str] = mapped_column(Text, default=EMPTY_PART)
    kinds: Mapped[str] = mapped_column(Text, default=EMPTY_PART)
    tiers: Mapped[str] = mapped_column(Text, default=EMPTY_PART)
    companies: Mapped[str] = mapped_column(Text, default=EMPTY_PART)
    specificity: Mapped[int] = mapped_column(BigInt, default=0)
    closes_on: Mapped[date | None] = mapped_column(LocalDate)
    status: Mapped[BoardStatus] = mapped_column(StrEnumType(BoardStatus), default=BoardStatus.DRAFT)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    filled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class BoardPeriod(Model):
    """One month, quarter or year of a board, or all time. Both dates belong to it.

    `day_on`: the day at whose start the scores were noted in `day_score`, for the movement since yesterday; empty
    while that is being done. Once closed the standing is final: `digest` and `participants` say what it was.
    """

    __tablename__ = "board_periods"
    __table_args__ = (
        UniqueConstraint("board_id", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("digest IS NULL OR closed_at IS NOT NULL", name="digest_when_closed"),
    )

    id: Mapped[PK]
    board_id: Mapped[int] = mapped_column(BigInt, ForeignKey("boards.id"))
    starts_on: Mapped[date] = mapped_column(LocalDate)
    ends_on: Mapped[date] = mapped_column(LocalDate)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    day_on: Mapped[date | None] = mapped_column(LocalDate)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    digest: Mapped[str | None] = mapped_column(Text)
    participants: Mapped[int | None] = mapped_column(BigInt)


class BoardScore(Model):
    """What one participant has in one period. Who has nothing (left) keeps a row of 0 and is not on the board.

    `lead` decides among equal scores, the greater stands first: the negative id of the newest fact in force that
    counts in the score, which is the fact with which the present score was reached. `organisation_id` is the company
    of that fact. `counted` is the score as the blocks have it; where it differs from `score` the fold is still due.
    `day_score` is the score when the day began.
    """

    __tablename__ = "board_scores"
    __table_args__ = (
        CheckConstraint("score >= 0", name="score_not_negative"),
        CheckConstraint("counted >= 0", name="counted_not_negative"),
        CheckConstraint("lead <= 0", name="lead_not_positive"),
        Index("ix_board_scores_standing", "period_id", "score", "lead"),
        Index(
            "ix_board_scores_unfolded",
            "period_id",
            sqlite_where=text("score <> counted"),
            postgresql_where=text("score <> counted"),
        ),
        Index(
            "ix_board_scores_day",
            "period_id",
            "day_score",
            sqlite_where=text("day_score > 0"),
            postgresql_where=text("day_score > 0"),
        ),
    )

    period_id: Mapped[int] = mapped_column(BigInt, ForeignKey("board_periods.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(BigInt)
    score: Mapped[int] = mapped_column(BigInt)
    lead: Mapped[int] = mapped_column(BigInt)
    counted: Mapped[int] = mapped_column(BigInt, default=0)
    day_score: Mapped[int] = mapped_column(BigInt, default=0)


class BoardBlock(Model):
    """How many participants have a (counted) score from `lo` up to the next block's `lo`: see `app.boards.blocks`."""

    __tablename__ = "board_blocks"
    __table_args__ = (CheckConstraint("count >= 0", name="count_not_negative"),)

    period_id: Mapped[int] = mapped_column(BigInt, ForeignKey("board_periods.id"), primary_key=True)
    lo: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInt)


class BoardDayBlock(Model):
    """The same of the scores when the day began; `above` counts everybody in higher blocks."""

    __tablename__ = "board_day_blocks"

    period_id: Mapped[int] = mapped_column(BigInt, ForeignKey("board_periods.id"), primary_key=True)
    lo: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    above: Mapped[int] = mapped_column(BigInt)


class BoardWorth(Model):
    """What a fact in a foreign currency is worth in the reporting one, by its date's rate when it was counted.

    Empty while there is no rate: the fact waits and is counted when one comes.
    """

    __tablename__ = "board_worths"
    __table_args__ = (
        Index(
            "ix_board_worths_waiting",
            "activity_id",
            sqlite_where=text("worth_minor IS NULL"),
            postgresql_where=text("worth_minor IS NULL"),
        ),
    )

    # an activity's id; a foreign key would cost an import more than it tells
    activity_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    worth_minor: Mapped[int | None] = mapped_column(BigInt)


class BoardName(Model):
    """How a person or a company wishes to appear on every board. Without a row: by name."""

    __tablename__ = "board_names"
    __table_args__ = (
        check_in("kind", Participants),
        check_in("mode", NameMode),
        CheckConstraint("(alias IS NOT NULL) = (mode = 'alias')", name="alias_where_used"),
        CheckConstraint("(alias IS NULL) = (alias_key IS NULL)", name="alias_has_key"),
        Index(
            "uq_board_names_alias",
            "alias_key",
            unique=True,
            sqlite_where=text("alias_key IS NOT NULL"),
            postgresql_where=text("alias_key IS NOT NULL"),
        ),
    )

    kind: Mapped[Participants] = mapped_column(StrEnumType(Participants), primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    mode: Mapped[NameMode] = mapped_column(StrEnumType(NameMode))
    alias: Mapped[str | None] = mapped_column(Text)
    alias_key: Mapped[str | None] = mapped_column(Text)  # folded, so that two aliases never look alike
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
