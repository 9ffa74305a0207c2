"""Rows of training for pages that gather from every area: home, more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Interval, Select, Text, and_, bindparam, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.core.clock import utc_now
from app.core.db import db, dialect
from app.core.feed import FeedRow, feed_row
from app.core.i18n import current_locale, ngettext
from app.core.types import UTCDateTime
from app.identity.actor import Actor
from app.training.models import (
    Assignment,
    AssignmentPerson,
    Attempt,
    Course,
    CourseModule,
    CoursePass,
    CourseStatus,
    CourseVersion,
    Enrolment,
    ModuleProgress,
    Question,
)

HOME_LIMIT = 2
# Asked for when the statement runs: home makes its statement once and keeps it.
NOW: Any = bindparam("training_now", callable_=utc_now, type_=UTCDateTime())


def home_rows(actor: Actor) -> Select[Any] | None:
    """At most two courses to finish: assigned or begun, the earliest due date first, then the latest begun.

    `part` is `learn`; `ref` slug, `title`, `n1` minutes left, `extra` how many questions its quiz asks (as text), `at`
    the due date, `text` is `open` if it was begun.
    """
    if actor.is_vendor or not actor.can("training.view"):
        return None
    query, opened, due_on = _unfinished(actor)
    version_id = func.coalesce(opened.version_id, Course.current_version_id)
    done = select(ModuleProgress.module_id).where(ModuleProgress.enrolment_id == opened.id).correlate(opened)
    minutes = (
        select(func.coalesce(func.sum(CourseModule.minutes), 0))
        .where(CourseModule.version_id == version_id, CourseModule.id.not_in(done))
        .correlate(opened, Course)
        .scalar_subquery()
    )
    pool = (
        select(func.count(Question.id))
        .where(Question.version_id == version_id)
        .correlate(opened, Course)
        .scalar_subquery()
    )
    drawn = (
        select(CourseVersion.drawn_count)
        .where(CourseVersion.id == version_id)
        .correlate(opened, Course)
        .scalar_subquery()
    )
    order = (
        due_on.is_(None),
        due_on,
        opened.touched_at.is_(None),
        opened.touched_at.desc(),
        Course.position,
        Course.id,
    )
    columns = feed_row(
        "learn",
        rank=func.row_number().over(order_by=order),
        ref=Course.slug,
        title=_in_language(Course.title, current_locale()),
        text=case((opened.id.is_not(None), "open"), else_=literal("assigned")),
        extra=case((drawn < pool, drawn), else_=pool),
        n1=minutes,
        n2=func.count().over(),
        at=due_on,
    )
    return query.with_only_columns(*columns).order_by(*order).limit(HOME_LIMIT)


def more_words(rows: Sequence[FeedRow]) -> str | None:
    """How many courses wait to be finished, from the rows of `home_rows`."""
    count = rows[0].n2 if rows else 0
    return ngettext("%(num)s to finish", "%(num)s to finish", count) if count else None


def more_fact(actor: Actor) -> str | None:
    """How many courses wait to be finished, in words, or None. One statement."""
    if actor.is_vendor or not actor.can("training.view"):
        return None
    query, _opened, _due_on = _unfinished(actor)
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return ngettext("%(num)s to finish", "%(num)s to finish", count) if count else None


def _unfinished(actor: Actor) -> tuple[Any, Any, Any]:
    """Courses that this person was assigned or is in, and has not passed: the select, the open round, the due date.

    A course whose attempts are used up is left out until its quiz opens again: nothing can be done in it.
    """
    opened, passed = aliased(Enrolment, name="opened"), aliased(CoursePass, name="passed")
    assigned = (
        select(Assignment.course_id, func.min(Assignment.due_on).label("due_on"))
        .join(AssignmentPerson, AssignmentPerson.assignment_id == Assignment.id)
        .where(AssignmentPerson.person_id == actor.person_id, Assignment.cancelled_at.is_(None))
        .group_by(Assignment.course_id)
        .subquery("assigned")
    )
    query = (
        select(Course.id)
        .outerjoin(assigned, assigned.c.course_id == Course.id)
        .outerjoin(
            opened,
            and_(
                opened.course_id == Course.id, opened.person_id == actor.person_id, opened.passed_at.is_(None)
            ),
        )
        .outerjoin(passed, and_(passed.course_id == Course.id, passed.person_id == actor.person_id))
        .where(
            passed.course_id.is_(None),
            ~_used_up(opened),
            or_(
                opened.id.is_not(None),
                and_(assigned.c.course_id.is_not(None), Course.status == CourseStatus.LIVE),
            ),
        )
    )
    return query, opened, assigned.c.due_on


def _used_up(opened: Any) -> Any:
    """The rule of attempts (`rules.tries_of`) inside a statement: attempts are numbered, the last of a set shuts."""
    if dialect() == "postgresql":
        wait = func.make_interval(0, 0, 0, 0, CourseVersion.wait_hours, type_=Interval())
        waits = Attempt.finished_at.op("+", return_type=UTCDateTime())(wait) > NOW
    else:
        days = func.julianday(NOW) - func.julianday(Attempt.finished_at)
        waits = days * 24 < CourseVersion.wait_hours
    return (
        exists()
        .where(
            Attempt.enrolment_id == opened.id,
            CourseVersion.id == opened.version_id,
            Attempt.number % CourseVersion.attempts_limit == 0,
            waits,
        )
        .correlate(opened)
    )


def _in_language(column: Any, locale: str) -> Any:
    """Words of a language inside a statement, else the English ones."""
    if dialect() == "postgresql":
        own, english = (
            column.op("->>", return_type=Text())(literal(code, Text())) for code in (locale, "en")
        )
    else:
        own, english = func.json_extract(column, f"$.{locale}"), func.json_extract(column, "$.en")
    return func.coalesce(func.nullif(own, ""), english)
