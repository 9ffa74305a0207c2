"""Who must take a course by when, and what they are told: when it is assigned, before it is due, once it is overdue.

An assignment for an audience takes in people who come to fit it later; one for people named never grows. A large audience
is taken in that way from the first: by the worker, in batches. Who has passed the course is done, whenever that was.
Each reminder goes out once, however often the task runs: the row keeps the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Select, and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.core import audit
from app.core.clock import today, utc_now
from app.core.db import db, dialect, lock, transaction
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.i18n import _, current_locale
from app.core.jobs import enqueue
from app.identity.actor import Actor
from app.identity.audience import people_of
from app.identity.models import Person
from app.partners.audience import Audience
from app.training.models import (
    Assignment,
    AssignmentPerson,
    Certificate,
    Certification,
    CertificationCourse,
    Course,
    CoursePass,
    CourseStatus,
    said,
)
from app.training.queries.assignments import TAKE_IN, promise_of
from app.training.services.authoring import find_course, may_edit
from app.training.services.telling import Said, course_button, tell

AT_ONCE = 500  # people of an audience whom the request itself takes in
BATCH = 500
NOTE_LENGTH = 500
REMIND_DAYS = (30, 14, 7, 3, 1)
OVERDUE = -1
EXPIRY_DAYS = (60, 30, 7)
FURTHEST_DAYS = 366 * 3


def assign(
    slug: str,
    *,
    audience: Audience | None,
    person_ids: Sequence[int] = (),
    due_on: date | None = None,
    remind_days: Sequence[int] = (7, 1),
    note: str = "",
    actor: Actor,
) -> Assignment:
    """Ask an audience, or the people named, to take a published course.

    An audience of more than AT_ONCE people is only promised here: the worker takes it in.
    Raises InvalidInput, Conflict, Forbidden.
    """
    may_edit(actor)
    _check(audience, person_ids, due_on, remind_days, note)
    with transaction():
        course = find_course(slug)
        if course.status is not CourseStatus.LIVE:
            raise Conflict(_("Only a published course can be assigned."))
        made = Assignment(
            course_id=course.id,
            audience=audience.to_record() if audience is not None else None,
            due_on=due_on,
            remind_days=sorted(set(remind_days), reverse=True) if due_on else [],
            note=note or None,
            made_by_id=actor.person_id,
        )
        db.session.add(made)
        db.session.flush()
        if audience is None:
            found = _at_work().where(Person.id.in_(person_ids))
        else:
            found = people_of(audience)
        people = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
        if not people and audience is None:
            raise InvalidInput(fields={"people": _("Choose at least one person of a partner.")})
        if audience is not None and people > AT_ONCE:
            enqueue(TAKE_IN, {"assignment_id": made.id, "people": people}, dedupe=promise_of(made.id))
        else:
            _take_in(made, course, list(db.session.scalars(found)))
        audit.record(
            "course.assigned", actor=actor, subject="course", subject_id=course.id,
            after={"people": people, "due_on": due_on.isoformat() if due_on else None},
        )  # fmt: skip
    return made


def _at_work() -> Select[int]:
    """Ids of the people who can take a course today. Who cannot is not written to, and hears of it once they can."""
    return people_of(Audience())


def _check(
    audience: Audience | None,
    person_ids: Sequence[int],
    due_on: date | None,
    remind_days: Sequence[int],
    note: str,
) -> None:
    fields: dict[str, object] = {}
    if audience is None and not person_ids:
        fields["people"] = _("Choose at least one person of a partner.")
    if due_on is not None and due_on < today():
        fields["due_on"] = _("Choose a date that is still to come.")
    if due_on is not None and due_on > today() + timedelta(days=FURTHEST_DAYS):
        fields["due_on"] = _("Choose a date within three years.")
    if not set(remind_days) <= set(REMIND_DAYS):
        fields["remind_days"] = _("Choose one of the answers offered.")
    if len(note) > NOTE_LENGTH:
        fields["note"] = _("Use at most %(num)s characters.", num=NOTE_LENGTH)
    if fields:
        raise InvalidInput(fields=fields)


def _take_in(assignment: Assignment, course: Course, person_ids: Sequence[int]) -> int:
    """Put people on an assignment and tell those who have not passed yet. Who is on it stays; returns how many came."""
    insert = postgresql.insert if dialect() == "postgresql" else sqlite.insert
    came: list[int] = []
    # What they are told now stands for the reminder that would be due already.
    stage = (
        stage_of((assignment.due_on - today()).days, assignment.remind_days) if assignment.due_on else None
    )
    for start in range(0, len(person_ids), 500):
        rows = [
            {
                "assignment_id": assignment.id,
                "person_id": person_id,
                "assigned_at": utc_now(),
                "reminded_days": stage,
            }
            for person_id in sorted(person_ids[start : start + 500])
        ]
        statement = insert(AssignmentPerson).values(rows).on_conflict_do_nothing()
        came += db.session.scalars(statement.returning(AssignmentPerson.person_id))
    if not came:
        return 0
    due_on, title = assignment.due_on, course.title

    def told() -> Said:
        heading = _("A course for you: %(course)s", course=said(title, current_locale()))
        note = assignment.note or ""
        if due_on is None:
            return Said(heading, note, course_button())
        return Said(heading, _("Take it by %(day)s.", day=_day(due_on)), course_button(), (note,))

    tell(
        set(came) - _passed(course.id, came),
        "training.assigned",
        told,
        href=f"/training/{course.slug}",
        dedupe=f"training.assigned:{assignment.id}",
        icon="graduation-cap",
    )
    return len(came)


def take_in(assignment_id: int) -> int:
    """Put everybody on an assignment who fits its audience and is not on it yet, and tell them. Returns how many came.

    Batch by batch, each in a transaction of its own: whoever reads or writes meanwhile waits for one batch at most, and
    after a kill it goes on with who is missing. The assignment's row is the lock, so two at once take nobody in twice.
    """
    count = 0
    while came := _take_in_batch(assignment_id):
        count += came
    return count


def _take_in_batch(assignment_id: int) -> int:
    with transaction():
        row = lock(Assignment, assignment_id)
        course = db.session.get_one(Course, row.course_id, populate_existing=True)
        is_over = row.due_on is not None and row.due_on < today()
        if row.cancelled_at is not None or row.audience is None or is_over:
            return 0
        if course.status is not CourseStatus.LIVE:
            return 0
        known = select(AssignmentPerson.person_id).where(AssignmentPerson.assignment_id == row.id)
        fitting = people_of(Audience.from_record(row.audience)).where(Person.id.not_in(known))
        found = list(db.session.scalars(fitting.order_by(Person.id).limit(BATCH)))
        return _take_in(row, course, found) if found else 0


def _passed(course_id: int, person_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(person_ids), 500):
        query = select(CoursePass.person_id).where(
            CoursePass.course_id == course_id, CoursePass.person_id.in_(person_ids[start : start + 500])
        )
        found |= set(db.session.scalars(query))
    return found


def _day(value: date) -> str:
    from flask_babel import format_date

    return str(format_date(value, "d MMMM y", rebase=False))


def cancel_assignment(public_id: str, *, actor: Actor) -> str:
    """Take an assignment back; nobody is reminded any more. Returns the course's slug. Raises NotFound."""
    may_edit(actor)
    with transaction():
        found = db.session.execute(
            select(Assignment.id, Course.slug)
            .join(Course, Course.id == Assignment.course_id)
            .where(Assignment.public_id == public_id)
        ).first()
        if found is None:
            raise NotFound()
        row = lock(Assignment, found.id)
        if row.cancelled_at is None:
            row.cancelled_at = utc_now()
            db.session.flush()
            audit.record(
                "course.assignment_cancelled", actor=actor, subject="course", subject_id=row.course_id
            )
        return str(found.slug)


def take_in_newcomers() -> int:
    """People who came to fit an assignment's audience since join it. Returns how many."""
    query = (
        select(Assignment.id)
        .join(Course, Course.id == Assignment.course_id)
        .where(
            Assignment.cancelled_at.is_(None),
            Assignment.audience.is_not(None),
            Course.status == CourseStatus.LIVE,
            (Assignment.due_on.is_(None)) | (Assignment.due_on >= today()),
        )
    )
    return sum(take_in(assignment_id) for assignment_id in list(db.session.scalars(query)))


def stage_of(days_left: int, remind_days: Sequence[int]) -> int | None:
    """Which reminder is due: the nearest one not later than now; -1 once overdue, None before the first."""
    if days_left < 0:
        return OVERDUE
    return min((days for days in remind_days if days_left <= days), default=None)


def remind() -> int:
    """Remind who has not passed an assigned course yet. Returns how many assignments had somebody to remind."""
    query = (
        select(Assignment.id, Assignment.due_on, Assignment.remind_days)
        .join(Course, Course.id == Assignment.course_id)
        .where(
            Assignment.cancelled_at.is_(None),
            Assignment.due_on.is_not(None),
            Assignment.due_on <= today() + timedelta(days=max(REMIND_DAYS)),
            Assignment.due_on >= today() - timedelta(days=90),
            Course.status == CourseStatus.LIVE,
        )
    )
    count = 0
    for row in db.session.execute(query).all():
        stage = stage_of((row.due_on - today()).days, row.remind_days)
        if stage is not None:
            count += _remind(row.id, stage)
    return count


def _remind(assignment_id: int, stage: int) -> int:
    with transaction():
        row = lock(Assignment, assignment_id)
        course = db.session.get_one(Course, row.course_id)
        reminded = AssignmentPerson.reminded_days
        who = and_(
            AssignmentPerson.assignment_id == row.id,
            (reminded.is_(None)) | (reminded > stage),
            AssignmentPerson.person_id.not_in(
                select(CoursePass.person_id).where(CoursePass.course_id == course.id)
            ),
            AssignmentPerson.person_id.in_(_at_work()),
        )
        told = list(db.session.scalars(select(AssignmentPerson.person_id).where(who)))
        if not told:
            return 0
        tell(
            told,
            "training.overdue" if stage == OVERDUE else "training.reminder",
            lambda: _reminder(course, row.due_on, stage),
            href=f"/training/{course.slug}",
            dedupe=f"training.reminder:{row.id}:{stage}",
            icon="calendar-clock",
        )
        db.session.execute(
            update(AssignmentPerson).where(who).values(reminded_days=stage, reminded_at=utc_now()),
            execution_options={"synchronize_session": False},
        )
        return 1


def _reminder(course: Course, due_on: date | None, stage: int) -> Said:
    name = said(course.title, current_locale())
    day = _day(due_on) if due_on else ""
    if stage == OVERDUE:
        body = _("It was due on %(day)s. You can still take it.", day=day)
        return Said(_("%(course)s is overdue", course=name), body, course_button())
    heading = _("Finish %(course)s by %(day)s", course=name, day=day)
    return Said(heading, _("You go on where you left off."), course_button())


def warn_of_expiry() -> int:
    """Tell people 60, 30 and 7 days before a certificate ends, unless it was renewed or revoked. Returns how many."""
    soon = today() + timedelta(days=max(EXPIRY_DAYS))
    newer = select(Certificate.renews_id).where(Certificate.renews_id.is_not(None))
    query = (
        select(Certificate.id, Certificate.valid_until, Certificate.reminded_days)
        .where(
            Certificate.valid_until >= today(),
            Certificate.valid_until <= soon,
            Certificate.revoked_at.is_(None),
            Certificate.id.not_in(newer),
            Certificate.person_id.in_(_at_work()),
        )
        .order_by(Certificate.id)
    )
    count = 0
    for row in db.session.execute(query).all():
        stage = stage_of((row.valid_until - today()).days, EXPIRY_DAYS)
        if stage is not None and (row.reminded_days is None or row.reminded_days > stage):
            count += _warn(row.id, stage)
    return count


def _warn(certificate_id: int, stage: int) -> int:
    with transaction():
        row = lock(Certificate, certificate_id)
        if row.revoked_at is not None or (row.reminded_days is not None and row.reminded_days <= stage):
            return 0
        row.reminded_days = stage
        db.session.flush()
        slug = db.session.scalar(
            select(Course.slug).where(Course.id == row.course_id, Course.status == CourseStatus.LIVE)
        )
        can_renew = slug is not None if row.course_id is not None else _can_renew_path(row)

        def advice() -> str:
            if can_renew:
                return _("Pass again to renew it.")
            return (
                _("This course is closed. What you passed stays yours.") if row.course_id is not None else ""
            )

        tell(
            [row.person_id],
            "training.expiring",
            lambda: Said(
                _("%(title)s ends on %(day)s", title=said(row.title, current_locale()), day=_day(row.valid_until or today())),
                advice(),
                course_button() if slug else _("Open the certificate"),
            ),
            href=f"/training/{slug}" if slug else f"/certificates/{row.serial}",
            dedupe=f"training.expiring:{row.id}:{stage}",
            icon="award",
        )  # fmt: skip
        return 1


def _can_renew_path(row: Certificate) -> bool:
    """Whether a certification is still given, and each of its courses can still be passed."""
    live = select(Certification.is_live).where(Certification.id == row.certification_id)
    closed = (
        select(Course.id)
        .join(CertificationCourse, CertificationCourse.course_id == Course.id)
        .where(
            CertificationCourse.certification_id == row.certification_id, Course.status != CourseStatus.LIVE
        )
    )
    return bool(db.session.scalar(live)) and db.session.scalar(closed.limit(1)) is None
