"""Going through a course: begin it, finish a part, begin it again for a renewal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core.clock import utc_now
from app.core.db import db, dialect, execute_sql, lock, transaction
from app.core.errors import NotFound
from app.core.types import bind
from app.identity.actor import Actor
from app.training.errors import CourseClosed
from app.training.models import Course, CourseModule, CourseStatus, CourseVersion, Enrolment, Question
from app.training.queries.courses import find_course
from app.training.rules import Outcome
from app.training.services.passing import pass_course

_ENROL = (
    "INSERT INTO course_enrolments (course_id, version_id, person_id, organisation_id, number, started_at, touched_at) "
    "SELECT :course_id, :version_id, :person_id, :organisation_id, COALESCE(MAX(number), 0) + 1, :now, :now "
    "FROM course_enrolments WHERE course_id = :course_id AND person_id = :person_id "
    "HAVING COUNT(*) = 0 OR :again ON CONFLICT DO NOTHING"
)
_DONE = (
    "INSERT INTO course_module_progress (enrolment_id, module_id, done_at) VALUES (:enrolment_id, :module_id, :now) "
    "ON CONFLICT (enrolment_id, module_id) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a finished part leads: the number of the next part, or the quiz, or (no quiz) the pass."""

    next_number: int | None
    has_quiz: bool
    outcome: Outcome | None = None


def enrol(slug: str, *, actor: Actor) -> Enrolment:
    """Begin a course, or go on with the one under way. Who passed it begins a new round, with the present version.

    A second call, or two at once, give the same row. Raises NotFound, CourseClosed.
    """
    course = find_course(slug, actor)
    with transaction():
        found = open_enrolment(course.id, actor) or _begin(course.id, actor, again=True)
        if found is None:  # another tab began it and passed it in between
            raise CourseClosed()
        return found


def _begin(course_id: int, actor: Actor, *, again: bool) -> Enrolment | None:
    """Write the next round and return it; without `again` only a first one, and None if there was one before."""
    row = db.session.execute(
        select(Course.status, Course.current_version_id).where(Course.id == course_id)
    ).one()
    if row.status is not CourseStatus.LIVE or row.current_version_id is None:
        raise CourseClosed()
    execute_sql(
        _ENROL,
        {
            "course_id": course_id,
            "version_id": row.current_version_id,
            "person_id": actor.person_id,
            "organisation_id": actor.organisation_id,
            "again": again,
            "now": bind(utc_now(), dialect()),
        },
    )
    return open_enrolment(course_id, actor)


def open_enrolment(course_id: int, actor: Actor) -> Enrolment | None:
    """The round that this person is in, or None."""
    return db.session.scalars(
        select(Enrolment).where(
            Enrolment.course_id == course_id,
            Enrolment.person_id == actor.person_id,
            Enrolment.passed_at.is_(None),
        )
    ).first()


def finish_part(slug: str, number: int, *, actor: Actor, before: Collection[int] = ()) -> Step:
    """Mark part `number` (from 1) as gone through and move on. The same part twice changes nothing.

    `before` are parts that were read without signal and are marked along with it, as far as there are such parts; then
    it goes on with the first part that was not gone through. The last part of a course without a quiz passes it.
    Raises NotFound, CourseClosed.
    """
    course = find_course(slug, actor)
    with transaction():
        enrolment = open_enrolment(course.id, actor)
        if enrolment is None and course.passed_at is None:
            enrolment = _begin(course.id, actor, again=False)
        version_id = enrolment.version_id if enrolment is not None else course.version_id
        modules = list_modules(version_id)
        if not 1 <= number <= len(modules):
            raise NotFound()
        following = number + 1 if number < len(modules) else None
        has_quiz = quiz_size(version_id) > 0
        if enrolment is None:  # reading again what was passed
            return Step(following, has_quiz)
        enrolment = lock(Enrolment, enrolment.id)
        if enrolment.passed_at is not None:
            return Step(following, has_quiz)
        _mark({number, *before}, enrolment, modules)
        unread = first_unread(enrolment.id, modules)
        following = unread if before else following
        enrolment.module_id = modules[following - 1].id if following else modules[-1].id
        enrolment.touched_at = utc_now()
        db.session.flush()
        if has_quiz or unread is not None:
            return Step(following or unread, has_quiz)
        return Step(None, False, pass_course(enrolment, None, actor=actor))


def _mark(numbers: Collection[int], enrolment: Enrolment, modules: list[CourseModule]) -> None:
    for number in sorted(set(numbers) & set(range(1, len(modules) + 1))):
        values: dict[str, Any] = {"enrolment_id": enrolment.id, "module_id": modules[number - 1].id}
        execute_sql(_DONE, {**values, "now": bind(utc_now(), dialect())})


def list_modules(version_id: int) -> list[CourseModule]:
    """Parts of a version in their order."""
    query = select(CourseModule).where(CourseModule.version_id == version_id)
    return list(db.session.scalars(query.order_by(CourseModule.position, CourseModule.id)))


def first_unread(enrolment_id: int, modules: list[CourseModule]) -> int | None:
    """Number of the first part that was not gone through, or None."""
    rows = execute_sql(
        "SELECT module_id FROM course_module_progress WHERE enrolment_id = :id", {"id": enrolment_id}
    )
    done = {int(row[0]) for row in rows}
    return next((at for at, module in enumerate(modules, 1) if module.id not in done), None)


def quiz_size(version_id: int) -> int:
    """How many questions an attempt draws: the version's number, at most its pool; 0 without a quiz."""
    pool = select(Question.id).where(Question.version_id == version_id)
    drawn = db.session.scalar(select(CourseVersion.drawn_count).where(CourseVersion.id == version_id)) or 0
    return min(drawn, len(db.session.scalars(pool).all()))
