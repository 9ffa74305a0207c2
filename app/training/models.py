"""Courses and what they are made of; who must take them. What people did with them is in `models_learning`.

A course has numbered versions. The draft can be changed; publishing freezes it (the database refuses any change), and
people who are midway finish the version that they began. Words are kept per language: `{"en": ..., "ms": ...,
"id": ...}`; English stands in where a language is missing (`said`).
"""

from __future__ import annotations

from collections.abc import Mapping
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
from app.training.models_learning import Attempt as Attempt
from app.training.models_learning import AttemptQuestion as AttemptQuestion
from app.training.models_learning import Certificate as Certificate
from app.training.models_learning import CoursePass as CoursePass
from app.training.models_learning import Enrolment as Enrolment
from app.training.models_learning import ModuleProgress as ModuleProgress

LANGUAGES = ("en", "ms", "id")
PASS_MARK_PERCENT = 80
ATTEMPTS_LIMIT = 3
WAIT_HOURS = 24


def said(words: Mapping[str, str] | None, locale: str) -> str:
    """Words in a language, else in English, else in whichever there is."""
    words = words or {}
    return words.get(locale) or words.get("en") or next((word for word in words.values() if word), "")


def language_of(words: Mapping[str, str] | None, locale: str) -> str:
    """The language that `said` answers in."""
    words = words or {}
    return next((each for each in (locale, "en", *words) if words.get(each)), locale)


class CourseStatus(StrEnum):
    DRAFT = "draft"  # never published
    LIVE = "live"
    RETIRED = "retired"  # nobody begins it any more; who is midway may finish, passes and certificates stand


class CourseVersionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class ModuleKind(StrEnum):
    TEXT = "text"
    VIDEO = "video"
    FILE = "file"


class QuestionKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"


class Course(Model):
    """One course. `audience` is the record of `partners.audience`; `title` repeats the current version's for lists."""

    __tablename__ = "courses"
    __table_args__ = (
        check_in("status", CourseStatus),
        CheckConstraint("length(slug) BETWEEN 1 AND 80", name="slug_length"),
        CheckConstraint("status = 'draft' OR current_version_id IS NOT NULL", name="published_has_version"),
        Index(None, "status", "position", "id"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[dict[str, str]] = mapped_column(JSONText)
    status: Mapped[CourseStatus] = mapped_column(StrEnumType(CourseStatus), default=CourseStatus.DRAFT)
    # Number 0 never exists; the version that people begin now. No foreign key: versions point at courses.
    current_version_id: Mapped[int | None] = mapped_column(BigInt)
    audience: Mapped[dict[str, Any]] = mapped_column(JSONText, default=dict)
    category: Mapped[str] = mapped_column(
        Text, default="course"
    )  # slug of the shelf: "course", "short_read" or own
    family_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("product_families.id"), index=True)
    position: Mapped[int] = mapped_column(Integer, default=100)
    created_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class CourseVersion(Model):
    """One wording of a course with its rules.

    `drawn_count` questions are drawn from the pool for each attempt; 0: no quiz, finishing the parts passes the course.
    `validity_months` is how long its certificate stands (none: for good).
    """

    __tablename__ = "course_versions"
    __table_args__ = (
        check_in("state", CourseVersionState),
        UniqueConstraint("course_id", "number"),
        CheckConstraint("pass_mark_percent BETWEEN 1 AND 100", name="pass_mark_range"),
        CheckConstraint("attempts_limit BETWEEN 1 AND 10", name="attempts_range"),
        CheckConstraint("wait_hours BETWEEN 0 AND 720", name="wait_range"),
        CheckConstraint("drawn_count BETWEEN 0 AND 50", name="drawn_range"),
        CheckConstraint(
            "validity_months IS NULL OR validity_months BETWEEN 1 AND 120", name="validity_range"
        ),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_is_dated"),
        Index(
            "uq_course_versions_draft",
            "course_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[PK]
    course_id: Mapped[int] = mapped_column(BigInt, ForeignKey("courses.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[CourseVersionState] = mapped_column(
        StrEnumType(CourseVersionState), default=CourseVersionState.DRAFT
    )
    title: Mapped[dict[str, str]] = mapped_column(JSONText)
    summary: Mapped[dict[str, str]] = mapped_column(JSONText, default=dict)
    pass_mark_percent: Mapped[int] = mapped_column(Integer, default=PASS_MARK_PERCENT)
    attempts_limit: Mapped[int] = mapped_column(Integer, default=ATTEMPTS_LIMIT)
    wait_hours: Mapped[int] = mapped_column(Integer, default=WAIT_HOURS)
    drawn_count: Mapped[int] = mapped_column(Integer, default=0)
    gives_certificate: Mapped[bool] = mapped_column(default=True)
    validity_months: Mapped[int | None] = mapped_column(Integer)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    published_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CourseFile(Model):
    """A file of a course: what a part hands out, or a picture in its text (`/training/<slug>/files/<public id>`)."""

    __tablename__ = "course_files"
    __table_args__ = (CheckConstraint("size_bytes > 0", name="size_positive"), Index(None, "course_id", "id"))

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    course_id: Mapped[int] = mapped_column(BigInt, ForeignKey("courses.id"))
    storage_key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInt)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class CourseModule(Model):
    """One part of a version, in the order of `position`. `key` is the same in every version that keeps the part."""

    __tablename__ = "course_modules"
    __table_args__ = (
        check_in("kind", ModuleKind),
        UniqueConstraint("version_id", "key"),
        CheckConstraint("minutes BETWEEN 0 AND 600", name="minutes_range"),
        CheckConstraint("kind <> 'video' OR url IS NOT NULL", name="video_has_link"),
        CheckConstraint("kind <> 'file' OR file_id IS NOT NULL", name="file_has_file"),
        Index(None, "version_id", "position", "id"),
    )

    id: Mapped[PK]
    version_id: Mapped[int] = mapped_column(BigInt, ForeignKey("course_versions.id"))
    key: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[ModuleKind] = mapped_column(StrEnumType(ModuleKind), default=ModuleKind.TEXT)
    minutes: Mapped[int] = mapped_column(Integer, default=0)
    title: Mapped[dict[str, str]] = mapped_column(JSONText)
    body: Mapped[dict[str, str]] = mapped_column(JSONText, default=dict)  # Markdown
    url: Mapped[str | None] = mapped_column(Text)  # https only
    file_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("course_files.id"), index=True)


class Question(Model):
    """One question of the pool.

    `options`: `[{"key": "a7", "text": {"en": ...}, "right": true}, ...]`; keys are unique in the question and never
    say which is right. A true/false question has the keys `true` and `false` and needs no texts.
    """

    __tablename__ = "course_questions"
    __table_args__ = (
        check_in("kind", QuestionKind),
        UniqueConstraint("version_id", "key"),
        Index(None, "version_id", "position", "id"),
    )

    id: Mapped[PK]
    version_id: Mapped[int] = mapped_column(BigInt, ForeignKey("course_versions.id"))
    key: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[QuestionKind] = mapped_column(StrEnumType(QuestionKind), default=QuestionKind.SINGLE)
    text: Mapped[dict[str, str]] = mapped_column(JSONText)
    explanation: Mapped[dict[str, str]] = mapped_column(JSONText, default=dict)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONText)

    @property
    def right_keys(self) -> frozenset[str]:
        """Keys of the options that are right."""
        return frozenset(str(option["key"]) for option in self.options if option.get("right"))


class Certification(Model):
    """A path of courses that together give one certificate; shown first on the learner's page."""

    __tablename__ = "certifications"
    __table_args__ = (
        CheckConstraint("length(slug) BETWEEN 1 AND 80", name="slug_length"),
        CheckConstraint(
            "validity_months IS NULL OR validity_months BETWEEN 1 AND 120", name="validity_range"
        ),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[dict[str, str]] = mapped_column(JSONText)
    opens: Mapped[dict[str, str]] = mapped_column(JSONText, default=dict)  # what finishing it opens, in words
    serial_prefix: Mapped[str] = mapped_column(
        Text, default=""
    )  # letters before the year; none: from the name
    audience: Mapped[dict[str, Any]] = mapped_column(JSONText, default=dict)
    validity_months: Mapped[int | None] = mapped_column(Integer)
    is_live: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(Integer, default=100)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class CertificationCourse(Model):
    """A course that a certification asks for, in the order of `position`."""

    __tablename__ = "certification_courses"

    certification_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("certifications.id"), primary_key=True, autoincrement=False
    )
    course_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("courses.id"), primary_key=True, autoincrement=False, index=True
    )
    position: Mapped[int] = mapped_column(Integer, default=0)


class Assignment(Model):
    """A course that people must take by a date. With an audience record, people who come to fit it later join in."""

    __tablename__ = "course_assignments"
    __table_args__ = (Index(None, "course_id", "id"),)

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    course_id: Mapped[int] = mapped_column(BigInt, ForeignKey("courses.id"))
    audience: Mapped[dict[str, Any] | None] = mapped_column(
        JSONText
    )  # none: the people named, and nobody else
    due_on: Mapped[date | None] = mapped_column(LocalDate)
    # Reminders, in days before the due date; one more comes once it is overdue.
    remind_days: Mapped[list[int]] = mapped_column(JSONText, default=lambda: [7, 1])
    note: Mapped[str | None] = mapped_column(Text)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AssignmentPerson(Model):
    """One person of an assignment; `reminded_days` is the last reminder sent, in days before the due date."""

    __tablename__ = "course_assignment_people"
    __table_args__ = (Index(None, "person_id", "assignment_id"),)

    assignment_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("course_assignments.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("people.id"), primary_key=True, autoincrement=False
    )
    assigned_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    reminded_days: Mapped[int | None] = mapped_column(Integer)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def _freeze(table: str, events: tuple[str, ...], version: str) -> None:
    """Rows of a published version cannot be changed; `version` says where its state is, for {row}."""
    function = (
        "CREATE OR REPLACE FUNCTION tangga_final() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'a published version is final' USING ERRCODE = 'restrict_violation'; END $$"
    )
    check = (
        "CREATE OR REPLACE FUNCTION tangga_{table}_final() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF EXISTS (SELECT 1 FROM course_versions v WHERE v.id = {row}.version_id AND v.state = 'published') THEN "
        "RAISE EXCEPTION 'a published version is final' USING ERRCODE = 'restrict_violation'; END IF; "
        "RETURN {row}; END $$"
    )
    for event in events:
        name, row = f"{table}_no_{event.lower()}", "NEW" if event == "INSERT" else "OLD"
        head = f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
        refuse = "BEGIN SELECT RAISE(ABORT, 'a published version is final'); END"
        drop = f"DROP TRIGGER IF EXISTS {name} ON {table}"
        if version == "self":
            lite = f"{head} WHEN OLD.state = 'published' {refuse}"
            when = "FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION tangga_final()"
            triggers.register(name, table, lite, (function, drop, f"{head} {when}"))
            continue
        lite = (
            f"{head} WHEN EXISTS (SELECT 1 FROM course_versions v WHERE v.id = {row}.version_id "
            f"AND v.state = 'published') {refuse}"
        )
        # An update returns the new row, a deletion the old one.
        own = check.replace("{table}", f"{table}_{event.lower()}").replace("{row}", row, 1)
        own = own.replace("{row}", "OLD" if event == "DELETE" else "NEW")
        triggers.register(
            name,
            table,
            lite,
            (
                own,
                drop,
                f"{head} FOR EACH ROW EXECUTE FUNCTION tangga_{table}_{event.lower()}_final()",
            ),
        )


_freeze("course_versions", ("UPDATE", "DELETE"), "self")
_freeze("course_modules", ("INSERT", "UPDATE", "DELETE"), "version")
_freeze("course_questions", ("INSERT", "UPDATE", "DELETE"), "version")
