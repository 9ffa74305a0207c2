"""The completion matrix: people or companies down, courses across; whose rows follows from the actor's scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import and_, exists, false, func, literal, or_, select, tuple_, union_all

from app.core.clock import today
from app.core.db import db
from app.core.i18n import current_locale
from app.core.types import LocalDate, read_date
from app.identity.actor import Actor
from app.identity.listing import contains
from app.identity.models import Person, PersonStatus
from app.partners.models import Membership, Organisation, OrganisationStatus
from app.partners.queries import visible_organisation_ids
from app.training.models import (
    Assignment,
    AssignmentPerson,
    Course,
    CoursePass,
    CourseStatus,
    Enrolment,
    said,
)

PAGE = 25
MOST_COURSES = 5
CSV_COURSES = 60
CSV_PAGE = 500
VIEWS = ("people", "companies")
STATES = ("", "passed", "missing", "overdue")
PASSED, STARTED, ASSIGNED = "passed", "started", "assigned"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the page asks for. `course` is a slug; `state` looks at it, or at everything assigned without one."""

    view: str = "people"
    text: str = ""
    country: str = ""
    course: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A course across."""

    id: int
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Cell:
    """How far one person is: state, and the date that goes with it (passed on, due on)."""

    state: str = ""
    on: date | None = None

    @property
    def is_overdue(self) -> bool:
        return self.state in (STARTED, ASSIGNED) and self.on is not None and self.on < today()


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person with a cell for each course, in the order of the columns."""

    id: int
    public_id: str
    name: str
    company: str
    company_public_id: str
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One company: how many active people, and how many of them passed each course."""

    id: int
    public_id: str
    name: str
    country: str
    people: int
    passed: list[int] = field(default_factory=list)


def list_columns(chosen: str, limit: int = MOST_COURSES) -> tuple[list[Column], list[Column]]:
    """Courses to choose from, and those shown: the one chosen, else the first few. One statement."""
    rows = db.session.execute(
        select(Course.id, Course.slug, Course.title)
        .where(Course.status == CourseStatus.LIVE)
        .order_by(Course.position, Course.id)
        .limit(CSV_COURSES)
    )
    every = [Column(row.id, row.slug, said(row.title, current_locale())) for row in rows]
    picked = [one for one in every if one.slug == chosen]
    return every, picked or every[:limit]


def list_people(
    actor: Actor, filters: Filters, columns: Sequence[Column], after: str = "", limit: int = PAGE
) -> tuple[list[PersonRow], str | None]:
    """A page of people in scope by company and name, and the key of the next. Two statements, one more when paging."""
    order = (func.lower(Organisation.name), Organisation.id, func.lower(Person.name), Person.id)
    base: Any = (
        select(
            Person.id, Person.public_id, Person.name, Organisation.name.label("company"),
            Organisation.public_id.label("company_public_id"),
        )
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.status == PersonStatus.ACTIVE, *_companies(actor, filters))
    )  # fmt: skip
    query = base
    if filters.text:
        pattern = contains(filters.text)
        query = query.where(
            or_(*(func.lower(one).like(pattern, escape="\\") for one in (Person.name, Organisation.name)))
        )
    query = query.where(*_in_state(filters, columns))
    if after:
        key = db.session.execute(base.with_only_columns(*order).where(Person.public_id == after)).first()
        query = query.where(tuple_(*order) > tuple_(*key) if key else false())
    found = db.session.execute(query.order_by(*order).limit(limit + 1)).all()
    rows = [
        PersonRow(row.id, row.public_id, row.name, row.company, row.company_public_id)
        for row in found[:limit]
    ]
    cells = _cells([row.id for row in rows], [column.id for column in columns])
    full = [replace(row, cells=[cells[row.id, column.id] for column in columns]) for row in rows]
    return full, full[-1].public_id if len(found) > limit else None


def list_companies(
    actor: Actor, filters: Filters, columns: Sequence[Column], after: str = "", limit: int = PAGE
) -> tuple[list[CompanyRow], str | None]:
    """A page of companies in scope by name, and the key of the next. Two statements, one more when paging."""
    order = (func.lower(Organisation.name), Organisation.id)
    people = _active().with_only_columns(func.count()).correlate(Organisation).scalar_subquery()
    base: Any = select(
        Organisation.id, Organisation.public_id, Organisation.name, Organisation.country, people.label("people")
    ).where(*_companies(actor, filters))  # fmt: skip
    query = base
    if filters.text:
        query = query.where(func.lower(Organisation.name).like(contains(filters.text), escape="\\"))
    if after:
        key = db.session.execute(
            base.with_only_columns(*order).where(Organisation.public_id == after)
        ).first()
        query = query.where(tuple_(*order) > tuple_(*key) if key else false())
    found = db.session.execute(query.order_by(*order).limit(limit + 1)).all()
    rows = [CompanyRow(row.id, row.public_id, row.name, row.country, row.people) for row in found[:limit]]
    passed = _passed_in([row.id for row in rows], [column.id for column in columns])
    full = [replace(row, passed=[passed[row.id, column.id] for column in columns]) for row in rows]
    return full, full[-1].public_id if len(found) > limit else None


def list_countries(actor: Actor) -> list[str]:
    """Countries of the companies in scope."""
    query = (
        select(Organisation.country).distinct().where(Organisation.id.in_(visible_organisation_ids(actor)))
    )
    return sorted(db.session.scalars(query))


def every_person(actor: Actor, filters: Filters, columns: Sequence[Column]) -> Iterator[PersonRow]:
    """All people of the filters, page by page, for the CSV."""
    after: str | None = ""
    while after is not None:
        rows, after = list_people(actor, filters, columns, after, CSV_PAGE)
        yield from rows


def every_company(actor: Actor, filters: Filters, columns: Sequence[Column]) -> Iterator[CompanyRow]:
    """All companies of the filters, page by page, for the CSV."""
    after: str | None = ""
    while after is not None:
        rows, after = list_companies(actor, filters, columns, after, CSV_PAGE)
        yield from rows


def _companies(actor: Actor, filters: Filters) -> list[Any]:
    found = [
        Organisation.status == OrganisationStatus.ACTIVE,
        Organisation.id.in_(visible_organisation_ids(actor)),
    ]
    return [*found, Organisation.country == filters.country] if filters.country else found


def _active() -> Any:
    """Active people with a place in the company of the outer statement."""
    return (
        select(Person.id)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .where(Membership.organisation_id == Organisation.id, Person.status == PersonStatus.ACTIVE)
    )


def _in_state(filters: Filters, columns: Sequence[Column]) -> list[Any]:
    """People by how far they are in the course chosen; without one: in anything that was assigned to them."""
    ids = [column.id for column in columns]
    passed = exists().where(CoursePass.person_id == Person.id, CoursePass.course_id.in_(ids))
    if filters.state == "passed":
        return [passed]
    mine = (
        select(literal(1))
        .select_from(Assignment)
        .join(AssignmentPerson, AssignmentPerson.assignment_id == Assignment.id)
        .where(
            AssignmentPerson.person_id == Person.id,
            Assignment.cancelled_at.is_(None),
            ~exists().where(
                CoursePass.person_id == AssignmentPerson.person_id,
                CoursePass.course_id == Assignment.course_id,
            ),
        )
        .correlate(Person)
    )  # fmt: skip
    if filters.course:
        mine = mine.where(Assignment.course_id.in_(ids))
    if filters.state == "overdue":
        return [mine.where(Assignment.due_on < today()).exists()]
    if filters.state == "missing":
        return [~passed] if filters.course else [mine.exists()]
    return []


def _cells(person_ids: Sequence[int], course_ids: Sequence[int]) -> dict[tuple[int, int], Cell]:
    found: dict[tuple[int, int], Cell] = defaultdict(Cell)
    if not person_ids or not course_ids:
        return found

    def rows(state: str, model: Any, course: Any, on: Any) -> Any:
        return select(
            literal(state).label("state"), model.person_id, course.label("course_id"), on.label("on")
        ).where(model.person_id.in_(person_ids), course.in_(course_ids))  # fmt: skip

    none = literal(None, LocalDate)
    assigned = (
        rows(ASSIGNED, AssignmentPerson, Assignment.course_id, func.min(Assignment.due_on))
        .select_from(AssignmentPerson)
        .join(Assignment, Assignment.id == AssignmentPerson.assignment_id)
        .where(Assignment.cancelled_at.is_(None))
        .group_by(AssignmentPerson.person_id, Assignment.course_id)
    )
    begun = rows(STARTED, Enrolment, Enrolment.course_id, none).where(Enrolment.passed_at.is_(None))
    done = rows(PASSED, CoursePass, CoursePass.course_id, CoursePass.passed_on)
    rank = {ASSIGNED: 0, STARTED: 1, PASSED: 2}
    read = sorted(db.session.execute(union_all(assigned, begun, done)), key=lambda row: rank[row.state])
    for row in read:
        key, on = (row.person_id, row.course_id), read_date(row.on)
        found[key] = Cell(row.state, on or (found[key].on if row.state == STARTED else None))
    return found


def _passed_in(organisation_ids: Sequence[int], course_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = defaultdict(int)
    if not organisation_ids or not course_ids:
        return found
    rows = db.session.execute(
        select(Membership.organisation_id, CoursePass.course_id, func.count())
        .join(CoursePass, CoursePass.person_id == Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.ended_at.is_(None), Person.status == PersonStatus.ACTIVE,
            Membership.organisation_id.in_(organisation_ids), CoursePass.course_id.in_(course_ids),
        )
        .group_by(Membership.organisation_id, CoursePass.course_id)
    )  # fmt: skip
    for organisation_id, course_id, count in rows:
        found[int(organisation_id or 0), course_id] = count
    return found
