"""Assignments as the vendor's pages list them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.core.i18n import current_locale
from app.core.jobs import promised
from app.identity.models import Person, PersonStatus
from app.partners.audience import Audience
from app.partners.audience_form import audience_parts
from app.partners.models import Membership
from app.training.models import Assignment, AssignmentPerson, Course, CoursePass, CourseStatus, said

TAKE_IN = "training.take_in"
PAGE = 25
MOST_COURSES = 100


@dataclass(frozen=True, slots=True)
class Assigned:
    """One assignment with how far its people are. `whom` are the parts of its audience in words; none: people named.

    `coming`: how many it is to have, while a large audience is still being taken in.
    """

    public_id: str
    slug: str
    title: str
    whom: list[str] | None
    due_on: date | None
    remind_days: list[int]
    note: str | None
    made_at: datetime
    made_by: str | None
    people: int
    passed: int
    is_cancelled: bool
    coming: int | None = None


def list_assignments(slug: str | None = None, after: str = "") -> tuple[list[Assigned], str | None]:
    """Assignments of one course or of all, newest first, by keyset; and the key of the next page. Two statements."""
    on_it = select(func.count()).where(AssignmentPerson.assignment_id == Assignment.id)
    done = (
        select(func.count())
        .select_from(AssignmentPerson)
        .join(CoursePass, CoursePass.person_id == AssignmentPerson.person_id)
        .where(AssignmentPerson.assignment_id == Assignment.id, CoursePass.course_id == Assignment.course_id)
    )
    query: Any = (
        select(
            Assignment, Course.slug, Course.title, Person.name,
            on_it.scalar_subquery().label("people"), done.scalar_subquery().label("passed"),
        )
        .join(Course, Course.id == Assignment.course_id)
        .outerjoin(Person, Person.id == Assignment.made_by_id)
        .order_by(Assignment.id.desc())
    )  # fmt: skip
    if slug is not None:
        query = query.where(Course.slug == slug)
    if after:
        before = select(Assignment.id).where(Assignment.public_id == after).scalar_subquery()
        query = query.where(Assignment.id < before)
    rows = db.session.execute(query.limit(PAGE + 1)).all()
    locale = current_locale()
    coming = people_coming([row[0].id for row in rows[:PAGE] if row[0].cancelled_at is None])
    found = [
        Assigned(
            row[0].public_id, row.slug, said(row.title, locale), _whom(row[0].audience), row[0].due_on,
            row[0].remind_days, row[0].note, row[0].made_at, row.name, row.people, row.passed,
            row[0].cancelled_at is not None, coming.get(row[0].id),
        )
        for row in rows[:PAGE]
    ]  # fmt: skip
    return found, found[-1].public_id if len(rows) > PAGE else None


def promise_of(assignment_id: int) -> str:
    """The name of the job that takes a large audience in."""
    return f"{TAKE_IN}:{assignment_id}"


def people_coming(assignment_ids: Sequence[int]) -> dict[int, int]:
    """Assignments whose audience is still being taken in: id -> how many people it had when it was assigned."""
    found = promised([promise_of(one) for one in assignment_ids])
    return {int(payload["assignment_id"]): int(payload["people"]) for payload in found.values()}


def list_assignable() -> list[tuple[str, str]]:
    """(slug, title) of the courses that can be assigned. One statement."""
    query = select(Course.slug, Course.title).where(Course.status == CourseStatus.LIVE)
    rows = db.session.execute(query.order_by(Course.position, Course.id).limit(MOST_COURSES)).all()
    locale = current_locale()
    return [(row.slug, said(row.title, locale)) for row in rows]


def _whom(record: dict[str, Any] | None) -> list[str] | None:
    return audience_parts(Audience.from_record(record)) if record is not None else None


def people_by_email(emails: Sequence[str]) -> dict[str, int]:
    """Ids of active partner people by e-mail, in lower case. One statement."""
    wanted = sorted({email.lower() for email in emails})
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Person.email, Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.email.in_(wanted), Person.status == PersonStatus.ACTIVE,
            Membership.ended_at.is_(None), Membership.organisation_id.is_not(None),
        )
    )  # fmt: skip
    return {row.email: row.id for row in rows}
