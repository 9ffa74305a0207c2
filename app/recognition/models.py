"""Awards, whom they are for, what happened to them, who applauds, and who may be named in public."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import triggers
from app.core.clock import utc_now
from app.core.db import Model
from app.core.types import (
    PK,
    BigInt,
    LocalDate,
    StrEnumType,
    UTCDateTime,
    check_in,
    public_id_column,
)

CITATION_MAX = 600
LANGUAGES = ("en", "ms", "id")
TONES = ("brand", "ok", "warn", "bad", "info", "accent")
ICONS = (
    "trophy", "award", "rocket", "heart-handshake", "users", "lightbulb", "cloud", "sparkles", "medal",
    "handshake", "graduation-cap", "shield-check", "calendar-heart",
)  # fmt: skip
SERVICE = "service"


class AwardState(StrEnum):
    WAITING = "waiting"  # for a second person; nothing is public or posted
    GIVEN = "given"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"  # within the minute, or before anybody decided
    WITHDRAWN = "withdrawn"  # later, with a reason


class AwardEventKind(StrEnum):
    ASKED = "asked"
    GIVEN = "given"
    APPROVED = "approved"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    WITHDRAWN = "withdrawn"


class AwardCategory(Model):
    """What awards are given for: the vendor's own list, in three languages.

    `note_*` is the line under the name, and what the wall says when an award has no citation of its own. The newest
    award of a `is_featured` category leads the wall. The category `service` is the portal's own.
    """

    __tablename__ = "award_categories"
    __table_args__ = (
        CheckConstraint(f"tone IN ({', '.join(repr(tone) for tone in TONES)})", name="tone_known"),
        CheckConstraint("length(name_en) BETWEEN 1 AND 60", name="name_length"),
        CheckConstraint("position BETWEEN 0 AND 1000", name="position_range"),
    )

    id: Mapped[PK]
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name_en: Mapped[str] = mapped_column(Text)
    name_ms: Mapped[str] = mapped_column(Text, default="")
    name_id: Mapped[str] = mapped_column(Text, default="")
    note_en: Mapped[str] = mapped_column(Text, default="")
    note_ms: Mapped[str] = mapped_column(Text, default="")
    note_id: Mapped[str] = mapped_column(Text, default="")
    icon: Mapped[str] = mapped_column(Text, default="award")
    tone: Mapped[str] = mapped_column(Text, default="accent")
    position: Mapped[int] = mapped_column(Integer, default=100)
    is_featured: Mapped[bool] = mapped_column(default=False)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    def name(self, locale: str) -> str:
        """The name in a language, or the English one."""
        return {"ms": self.name_ms, "id": self.name_id}.get(locale) or self.name_en

    def note(self, locale: str) -> str:
        """The line under the name in a language, or the English one."""
        return {"ms": self.note_ms, "id": self.note_id}.get(locale) or self.note_en


class Award(Model):
    """One award, for one or several. `points` goes to each recipient; `happened_at` is its place on the wall.

    `worth_minor` is what all its points were worth in the reporting currency when it was asked for (None: the vendor
    had set no value). One that waits and is worth less than the limit waits for what its giver gave before.
    """

    __tablename__ = "recognition_awards"
    __table_args__ = (
        check_in("state", AwardState),
        CheckConstraint("points BETWEEN 0 AND 1000000000", name="points_range"),
        CheckConstraint(f"length(citation) <= {CITATION_MAX}", name="citation_length"),
        CheckConstraint("citation_lang IN ('en', 'ms', 'id')", name="citation_lang_known"),
        CheckConstraint("state <> 'given' OR given_at IS NOT NULL", name="given_has_time"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> giver_id", name="two_people"),
        Index(None, "state", "happened_at", "id"),
        Index(None, "category_id", "happened_at", "id"),
        Index(None, "giver_id", "id"),
        Index(None, "year", "id"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    category_id: Mapped[int] = mapped_column(BigInt, ForeignKey("award_categories.id"))
    state: Mapped[AwardState] = mapped_column(StrEnumType(AwardState))
    citation: Mapped[str] = mapped_column(Text, default="")
    citation_lang: Mapped[str] = mapped_column(Text, default="en")
    picture_key: Mapped[str | None] = mapped_column(Text, unique=True)
    points: Mapped[int] = mapped_column(BigInt, default=0)
    worth_minor: Mapped[int | None] = mapped_column(BigInt)
    is_on_wall: Mapped[bool] = mapped_column(default=True)
    service_years: Mapped[int | None] = mapped_column(Integer)
    giver_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    approved_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    year: Mapped[int] = mapped_column(
        Integer
    )  # of happened_at, in the vendor's zone: the Hall of Fame's shelf
    given_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class AwardRecipient(Model):
    """One of those an award is for: a company, or a person in the company of that day."""

    __tablename__ = "award_recipients"
    __table_args__ = (
        Index(
            "uq_award_recipients_person",
            "award_id",
            "person_id",
            unique=True,
            sqlite_where=text("person_id IS NOT NULL"),
            postgresql_where=text("person_id IS NOT NULL"),
        ),
        Index(
            "uq_award_recipients_company",
            "award_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("person_id IS NULL"),
            postgresql_where=text("person_id IS NULL"),
        ),
        Index(None, "award_id"),  # both unique ones are partial: neither finds all the recipients of an award
        Index(None, "person_id", "award_id"),
        Index(None, "organisation_id", "award_id"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    award_id: Mapped[int] = mapped_column(BigInt, ForeignKey("recognition_awards.id"))
    person_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"))
    activity_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("activities.id"))


class AwardEvent(Model):
    """What happened to an award, who did it and why. Append-only."""

    __tablename__ = "award_events"
    __table_args__ = (check_in("kind", AwardEventKind), Index(None, "award_id", "id"))

    id: Mapped[PK]
    award_id: Mapped[int] = mapped_column(BigInt, ForeignKey("recognition_awards.id"))
    kind: Mapped[AwardEventKind] = mapped_column(StrEnumType(AwardEventKind))
    actor_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    note: Mapped[str | None] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class Applause(Model):
    """One person applauds one award, once."""

    __tablename__ = "award_applause"

    award_id: Mapped[int] = mapped_column(BigInt, ForeignKey("recognition_awards.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class HallConsent(Model):
    """A recipient said yes or no to being named in public; the newest row counts. Append-only.

    `person_id` is who said it: the person, an admin of the company, or for *no* also the vendor.
    """

    __tablename__ = "hall_consents"
    __table_args__ = (Index(None, "recipient_id", "id"),)

    id: Mapped[PK]
    recipient_id: Mapped[int] = mapped_column(BigInt, ForeignKey("award_recipients.id"))
    is_given: Mapped[bool] = mapped_column()
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class ServiceMilestone(Model):
    """Years of service that were recorded: each once for an unbroken time at one company.

    `membership_id` is the first place of that time; `reached_on` the anniversary in the vendor's zone.
    """

    __tablename__ = "service_milestones"
    __table_args__ = (CheckConstraint("years > 0", name="years_positive"),)

    membership_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("memberships.id"), primary_key=True, autoincrement=False
    )
    years: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    reached_on: Mapped[date] = mapped_column(LocalDate)
    award_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("recognition_awards.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


triggers.append_only("award_events")
triggers.append_only("hall_consents")
