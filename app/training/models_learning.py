"""What people did with courses: enrolments, parts read, attempts, passes, certificates.

An attempt keeps what was drawn for it: its questions, in order, and the order of each one's options. An answer is
written once. The first pass of a course by a person is one row of `course_passes`, and the reward hangs on that row.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import triggers
from app.core.clock import utc_now
from app.core.db import Model
from app.core.types import PK, BigInt, JSONText, LocalDate, UTCDateTime, public_id_column


class Enrolment(Model):
    """One person going through one version of a course; one open at a time. `module_id` is where they are.

    `outcome` is what passing brought, as it was shown (`services.passing.Outcome`).
    """

    __tablename__ = "course_enrolments"
    __table_args__ = (
        UniqueConstraint("course_id", "person_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        Index(
            "uq_course_enrolments_open",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("passed_at IS NULL"),
            postgresql_where=text("passed_at IS NULL"),
        ),
        Index(None, "organisation_id", "id"),
    )

    id: Mapped[PK]
    course_id: Mapped[int] = mapped_column(BigInt, ForeignKey("courses.id"))
    version_id: Mapped[int] = mapped_column(BigInt, ForeignKey("course_versions.id"), index=True)
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    number: Mapped[int] = mapped_column(Integer, default=1)
    module_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("course_modules.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    passed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSONText)


class ModuleProgress(Model):
    """A part that a person finished in an enrolment."""

    __tablename__ = "course_module_progress"

    enrolment_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("course_enrolments.id"), primary_key=True, autoincrement=False
    )
    module_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("course_modules.id"), primary_key=True, autoincrement=False, index=True
    )
    done_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class Attempt(Model):
    """One try at the quiz."""

    __tablename__ = "quiz_attempts"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "number"),
        CheckConstraint("question_count BETWEEN 1 AND 50", name="questions_range"),
        CheckConstraint("(finished_at IS NULL) = (right_count IS NULL)", name="finished_is_counted"),
        CheckConstraint("(finished_at IS NULL) = (is_passed IS NULL)", name="finished_is_judged"),
        CheckConstraint("right_count BETWEEN 0 AND question_count", name="right_range"),
        Index(
            "uq_quiz_attempts_open",
            "enrolment_id",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index(
            "uq_quiz_attempts_passed",
            "enrolment_id",
            unique=True,
            sqlite_where=text("is_passed"),
            postgresql_where=text("is_passed"),
        ),
        Index(None, "person_id", "id"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    enrolment_id: Mapped[int] = mapped_column(BigInt, ForeignKey("course_enrolments.id"))
    course_id: Mapped[int] = mapped_column(BigInt, ForeignKey("courses.id"), index=True)
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    number: Mapped[int] = mapped_column(Integer)
    question_count: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    right_count: Mapped[int | None] = mapped_column(Integer)
    is_passed: Mapped[bool | None] = mapped_column()


class AttemptQuestion(Model):
    """A question as it was drawn for an attempt: its place, the order of its options, and the answer, once given."""

    __tablename__ = "quiz_attempt_questions"
    __table_args__ = (
        UniqueConstraint("attempt_id", "question_id"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(answered_at IS NULL) = (chosen IS NULL)", name="answered_has_choice"),
        CheckConstraint("(answered_at IS NULL) = (is_right IS NULL)", name="answered_is_judged"),
    )

    attempt_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("quiz_attempts.id"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    question_id: Mapped[int] = mapped_column(BigInt, ForeignKey("course_questions.id"), index=True)
    option_keys: Mapped[list[str]] = mapped_column(JSONText)
    chosen: Mapped[list[str] | None] = mapped_column(JSONText)
    is_right: Mapped[bool | None] = mapped_column()
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CoursePass(Model):
    """The first pass of a course by a person: the one that is an activity and may earn."""

    __tablename__ = "course_passes"
    __table_args__ = (Index(None, "person_id", "course_id"), Index(None, "organisation_id", "course_id"))

    course_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("courses.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("people.id"), primary_key=True, autoincrement=False
    )
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    enrolment_id: Mapped[int] = mapped_column(BigInt, ForeignKey("course_enrolments.id"), unique=True)
    attempt_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("quiz_attempts.id"), unique=True)
    activity_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("activities.id"))
    points: Mapped[int] = mapped_column(BigInt, default=0)  # to the person, as shown with the pass
    passed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    passed_on: Mapped[date] = mapped_column(LocalDate)


class Certificate(Model):
    """What somebody may show: of one course or of one certification, with the names as printed on its day.

    `cause` makes it unique: `course:<enrolment id>` or `certification:<id>:<person id>:<enrolment id>`. A renewal is
    a row of its own that names the one it renews. Public at `/certificates/<serial>`.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("(course_id IS NULL) <> (certification_id IS NULL)", name="of_one_thing"),
        CheckConstraint("valid_until IS NULL OR valid_until >= issued_on", name="valid_after_issue"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_has_reason"),
        Index(None, "person_id", "id"),
        Index(None, "course_id", "person_id"),
        Index(None, "certification_id", "person_id"),
        Index(None, "organisation_id", "id"),
        Index(None, "valid_until", "id"),
    )

    id: Mapped[PK]
    serial: Mapped[str] = mapped_column(Text, unique=True)
    cause: Mapped[str] = mapped_column(Text, unique=True)
    course_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("courses.id"))
    certification_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("certifications.id"))
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    person_name: Mapped[str] = mapped_column(Text)
    organisation_name: Mapped[str | None] = mapped_column(Text)
    title: Mapped[dict[str, str]] = mapped_column(JSONText)
    issued_on: Mapped[date] = mapped_column(LocalDate)
    valid_until: Mapped[date | None] = mapped_column(LocalDate)
    renews_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("certificates.id"), unique=True)
    reminded_days: Mapped[int | None] = mapped_column(Integer)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    revoked_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


triggers.append_only("course_passes")
triggers.append_only(
    "certificates",
    columns=("serial", "cause", "person_id", "person_name", "title", "issued_on", "valid_until", "renews_id"),
)


def _answered_once() -> None:
    """An answer that was given can be neither changed nor deleted, nor can a finished attempt."""
    for table, name, told in (
        ("quiz_attempt_questions", "answered_at", "an answer is given once"),
        ("quiz_attempts", "finished_at", "a finished attempt is final"),
    ):
        function = f"tangga_{table}_final"
        for event in ("UPDATE", "DELETE"):
            trigger = f"{table}_final_{event.lower()}"
            head = f"CREATE TRIGGER {trigger} BEFORE {event} ON {table}"
            triggers.register(
                trigger,
                table,
                f"{head} WHEN OLD.{name} IS NOT NULL BEGIN SELECT RAISE(ABORT, '{told}'); END",
                (
                    f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                    f"BEGIN RAISE EXCEPTION '{told}' USING ERRCODE = 'restrict_violation'; END $$",
                    f"DROP TRIGGER IF EXISTS {trigger} ON {table}",
                    f"{head} FOR EACH ROW WHEN (OLD.{name} IS NOT NULL) EXECUTE FUNCTION {function}()",
                ),
            )


_answered_once()
