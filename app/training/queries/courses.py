"""Which courses a learner sees, and how far they are in each: the one scope of the learner's side.

A course is visible while it is live and its audience holds the person's company; and to whoever was assigned to it,
is in it, or passed it, for as long as they wish.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlalchemy.orm import aliased

from app.core.db import read
from app.core.errors import NotFound
from app.core.i18n import current_locale
from app.core.types import BigInt
from app.identity.actor import Actor
from app.partners.audience import Audience
from app.training.models import (
    Assignment,
    AssignmentPerson,
    Attempt,
    Certification,
    CertificationCourse,
    Course,
    CourseModule,
    CoursePass,
    CourseStatus,
    CourseVersion,
    Enrolment,
    ModuleProgress,
    Question,
    said,
)
from app.training.rules import waits_until

PERSON: Any = bindparam("actor_person", type_=BigInt)


@dataclass(frozen=True, slots=True)
class Listed:
    """A course as the scope sees it: enough to sort and to page."""

    id: int
    slug: str
    category: str
    is_live: bool
    is_open: bool
    is_passed: bool
    is_assigned: bool
    due_on: date | None


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course for one person. `version_id` is the version they are in, else the present one.

    Minutes are those of its parts; `question_count` is what an attempt draws. `points` is what the first pass gave.
    `opens_at`: when its quiz opens again, while all attempts are used up.
    """

    id: int
    public_id: str
    slug: str
    titles: dict[str, str]
    summaries: dict[str, str]
    category: str
    is_live: bool
    version_id: int
    enrolment_id: int | None
    number: int
    touched_at: datetime | None
    part_count: int
    done_count: int
    minutes: int
    minutes_left: int
    question_count: int
    pass_mark_percent: int
    attempts_limit: int
    wait_hours: int
    gives_certificate: bool
    validity_months: int | None
    passed_at: datetime | None
    points: int
    right_count: int | None
    asked_count: int | None
    attempt_id: str | None
    is_assigned: bool
    due_on: date | None
    opens_at: datetime | None

    @property
    def title(self) -> str:
        return said(self.titles, current_locale())

    @property
    def summary(self) -> str:
        return said(self.summaries, current_locale())

    @property
    def is_open(self) -> bool:
        """In it now."""
        return self.enrolment_id is not None

    @property
    def is_passed(self) -> bool:
        return self.passed_at is not None

    @property
    def is_begun(self) -> bool:
        """In it now, or through it once."""
        return self.is_open or self.is_passed

    @property
    def is_waiting(self) -> bool:
        """All attempts are used up: there is nothing to do in it before the quiz opens again."""
        return self.opens_at is not None

    @property
    def has_quiz(self) -> bool:
        return self.question_count > 0


@dataclass(frozen=True, slots=True)
class Membership:
    """A course's place in a certification that is for this person; its words are those of the certification."""

    certification_id: int
    slug: str
    names: dict[str, str]
    opening: dict[str, str]
    order: tuple[int, int, int]
    course_id: int


def list_visible(actor: Actor) -> list[Listed]:
    """Every course that the learner may see, in the vendor's order. One statement of light rows."""
    return read_scope(actor)[0]


def read_scope(actor: Actor) -> tuple[list[Listed], list[Membership]]:
    """The visible courses, and every place of a course in a live certification for this person. One statement."""
    found: dict[int, Listed] = {}
    places: list[Membership] = []
    for row in read(_scope(), {"actor_person": actor.person_id}):
        if row.certification_id is not None and is_for(row.certification_audience, actor):
            order = (row.certification_position, row.certification_id, row.place)
            places.append(
                Membership(
                    row.certification_id, row.certification_slug, row.certification_name, row.certification_opens,
                    order, row.id,
                )
            )  # fmt: skip
        if row.id not in found and _is_visible(row, actor):
            found[row.id] = Listed(
                row.id, row.slug, row.category, row.status is CourseStatus.LIVE, bool(row.is_open),
                bool(row.is_passed), bool(row.is_assigned), row.due_on,
            )  # fmt: skip
    return list(found.values()), places


def find_course(slug: str, actor: Actor) -> CourseView:
    """One visible course. Raises NotFound."""
    if actor.is_vendor:
        raise NotFound()
    query = _views().where(Course.slug == bindparam("slug"))
    row = read(query, {"actor_person": actor.person_id, "slug": slug}).first()
    if row is None or not _is_visible(row, actor):
        raise NotFound()
    return _view(row)


def list_views(ids: Iterable[int], actor: Actor) -> list[CourseView]:
    """These courses in the order given, which the caller took from `list_visible`. One statement, none for none."""
    wanted = list(ids)
    if not wanted:
        return []
    query = _views().where(Course.id.in_(bindparam("ids", expanding=True)))
    rows = read(query, {"actor_person": actor.person_id, "ids": wanted})
    found = {row.id: _view(row) for row in rows}
    return [found[each] for each in wanted if each in found]


def course_titles() -> dict[str, str]:
    """Titles by slug of all courses that were ever published, in the reader's language."""
    locale = current_locale()
    rows = read(select(Course.slug, Course.title).where(Course.status != CourseStatus.DRAFT))
    return {row.slug: said(row.title, locale) for row in rows}


def _is_visible(row: Any, actor: Actor) -> bool:
    if row.is_open or row.is_passed or row.is_assigned:
        return True
    if row.status is not CourseStatus.LIVE or actor.organisation_id is None:
        return False
    return is_for(row.audience, actor)


def is_for(record: dict[str, Any] | None, actor: Actor) -> bool:
    """True if a stored audience holds this person's company."""
    return Audience.from_record(record or {}).matches(
        actor.organisation_id or 0, actor.organisation_country or "", actor.organisation_kind or "",
        actor.organisation_tier,
    )  # fmt: skip


def _mine() -> tuple[Any, Any, dict[str, Any]]:
    """The person's open round, their pass, and the columns that both selects share."""
    opened, passed = aliased(Enrolment, name="opened"), aliased(CoursePass, name="passed")
    assigned = (
        select(func.count(Assignment.id), func.min(Assignment.due_on))
        .join(AssignmentPerson, AssignmentPerson.assignment_id == Assignment.id)
        .where(
            Assignment.course_id == Course.id,
            Assignment.cancelled_at.is_(None),
            AssignmentPerson.person_id == PERSON,
        )
        .correlate(Course)
    )
    columns = {
        "is_open": (opened.id.is_not(None)).label("is_open"),
        "is_passed": (passed.course_id.is_not(None)).label("is_passed"),
        "is_assigned": assigned.with_only_columns(func.count(Assignment.id))
        .scalar_subquery()
        .label("is_assigned"),
        "due_on": assigned.with_only_columns(func.min(Assignment.due_on)).scalar_subquery().label("due_on"),
    }
    return opened, passed, columns


def _joined(query: Select[Any], opened: Any, passed: Any) -> Select[Any]:
    return (
        query.select_from(Course)
        .outerjoin(
            opened,
            and_(opened.course_id == Course.id, opened.person_id == PERSON, opened.passed_at.is_(None)),
        )
        .outerjoin(passed, and_(passed.course_id == Course.id, passed.person_id == PERSON))
        .where(Course.status != CourseStatus.DRAFT)
    )


@functools.cache
def _scope() -> Select[Any]:
    opened, passed, shared = _mine()
    query = select(
        Course.id, Course.slug, Course.category, Course.status, Course.audience, *shared.values(),
        Certification.id.label("certification_id"), Certification.slug.label("certification_slug"),
        Certification.name.label("certification_name"), Certification.opens.label("certification_opens"),
        Certification.audience.label("certification_audience"), Certification.position.label("certification_position"),
        CertificationCourse.position.label("place"),
    )  # fmt: skip
    live = and_(Certification.id == CertificationCourse.certification_id, Certification.is_live)
    return (
        _joined(query, opened, passed)
        .outerjoin(CertificationCourse, CertificationCourse.course_id == Course.id)
        .outerjoin(Certification, live)
        .order_by(Course.position, Course.id)
    )


@functools.cache
def _views() -> Select[Any]:
    opened, passed, shared = _mine()
    version_id = func.coalesce(opened.version_id, Course.current_version_id)
    parts = select(CourseModule).where(CourseModule.version_id == version_id).correlate(opened, Course)
    done = select(ModuleProgress.module_id).where(ModuleProgress.enrolment_id == opened.id).correlate(opened)
    pool = select(func.count(Question.id)).where(Question.version_id == version_id).correlate(opened, Course)
    size = pool.scalar_subquery()
    tried = aliased(Attempt, name="tried")
    used_up = (
        select(func.max(tried.finished_at))
        .where(tried.enrolment_id == opened.id, tried.number % CourseVersion.attempts_limit == 0)
        .correlate(opened, CourseVersion)
    )

    def of_parts(what: Any, *conditions: Any) -> Any:
        return parts.with_only_columns(what).where(*conditions).scalar_subquery()

    minutes = func.coalesce(func.sum(CourseModule.minutes), 0)
    query = select(
        Course.id, Course.public_id, Course.slug, Course.title.label("titles"), CourseVersion.summary,
        CourseVersion.title.label("version_titles"), Course.category, Course.status, Course.audience,
        version_id.label("version_id"), opened.id.label("enrolment_id"), opened.number, opened.touched_at,
        of_parts(func.count(CourseModule.id)).label("part_count"),
        of_parts(func.count(CourseModule.id), CourseModule.id.in_(done)).label("done_count"),
        of_parts(minutes).label("minutes"),
        of_parts(minutes, CourseModule.id.not_in(done)).label("minutes_left"),
        case((CourseVersion.drawn_count < size, CourseVersion.drawn_count), else_=size).label("question_count"),
        CourseVersion.pass_mark_percent, CourseVersion.attempts_limit, CourseVersion.wait_hours,
        CourseVersion.gives_certificate, CourseVersion.validity_months,
        passed.passed_at, passed.points, Attempt.right_count, Attempt.question_count.label("asked_count"),
        Attempt.public_id.label("attempt_id"), used_up.scalar_subquery().label("used_up_at"),
        *shared.values(),
    )  # fmt: skip
    return (
        _joined(query, opened, passed)
        .join(CourseVersion, CourseVersion.id == version_id)
        .outerjoin(Attempt, Attempt.id == passed.attempt_id)
    )


def _view(row: Any) -> CourseView:
    return CourseView(
        row.id, row.public_id, row.slug, row.version_titles or row.titles, row.summary or {}, row.category,
        row.status is CourseStatus.LIVE, row.version_id, row.enrolment_id, row.number or 0, row.touched_at,
        row.part_count, row.done_count, row.minutes, row.minutes_left, row.question_count, row.pass_mark_percent,
        row.attempts_limit, row.wait_hours, row.gives_certificate, row.validity_months, row.passed_at,
        row.points or 0, row.right_count, row.asked_count, row.attempt_id, bool(row.is_assigned), row.due_on,
        waits_until(row.used_up_at, row.wait_hours),
    )  # fmt: skip


def shelve(listed: Sequence[Listed], first: Sequence[int]) -> tuple[list[Listed], list[Listed]]:
    """Courses that must come first (assigned and open, by due date), and the rest; none of those in `first`."""
    rest = [each for each in listed if each.id not in set(first)]
    due = [each for each in rest if (each.is_assigned or each.is_open) and not each.is_passed]
    due.sort(key=lambda each: (each.due_on is None, each.due_on or date.max))
    taken = {each.id for each in due}
    return due, [each for each in rest if each.id not in taken]
