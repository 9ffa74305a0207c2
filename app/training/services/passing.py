"""Passing a course: once as an activity that may earn, each time as a certificate where the course gives one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.activities.services import record
from app.core import audit
from app.core.clock import today, utc_now
from app.core.db import db, queue_up
from app.identity.actor import Actor
from app.identity.models import Person
from app.partners.models import Organisation
from app.training.models import Attempt, Course, CoursePass, CourseVersion, Enrolment, said
from app.training.rules import Outcome
from app.training.services.certificates import issue_for


def pass_course(enrolment: Enrolment, attempt: Attempt | None, *, actor: Actor) -> Outcome:
    """Close a round that was passed, in the caller's transaction, which holds the enrolment's lock.

    The first pass of a course by a person is recorded as the activity `course_passed`; the next ones earn nothing.
    A certificate, also one renewed, is an activity of its own, which tiers count. Two courses that somebody passes at
    once follow each other, so that the second sees what the first has completed.
    """
    queue_up(Person, enrolment.person_id)
    course = db.session.get_one(Course, enrolment.course_id)
    version = db.session.get_one(CourseVersion, enrolment.version_id)
    enrolment.passed_at = enrolment.touched_at = utc_now()
    db.session.flush()
    first = db.session.get(CoursePass, (course.id, enrolment.person_id)) is None
    before = _level(actor)
    outcome = _record(course, version, enrolment, attempt, actor) if first else Outcome(first)
    serials = issue_for(enrolment, course, version, actor=actor)
    after = _level(actor)
    audit.record(
        "course.passed",
        actor=actor,
        subject="course",
        subject_id=course.id,
        organisation_id=actor.organisation_id,
        note=None if first else "again",
    )
    outcome = replace(outcome, serials=tuple(serials), tier=after if after != before else None)
    enrolment.outcome = outcome.to_record()
    db.session.flush()
    return outcome


def _record(
    course: Course, version: CourseVersion, enrolment: Enrolment, attempt: Attempt | None, actor: Actor
) -> Outcome:
    """The activity, its row in `course_passes`, and what programs gave for it."""
    passed_on = today()
    recorded = None
    if actor.organisation_id is not None:
        recorded = record(
            "course_passed",
            source="training",
            source_ref=f"{course.public_id}:{enrolment.person_id}",
            organisation_id=actor.organisation_id,
            member_id=enrolment.person_id,
            occurred_on=passed_on,
            family_id=course.family_id,
            attributes={
                "course": course.slug,
                "title": said(course.title, "en"),
                "titles": dict(course.title),
                "certificate": version.gives_certificate,  # says so: the certificate is a fact of its own
            },
            actor=actor,
        )
    earned: tuple[dict[str, Any], ...] = tuple(
        {
            "points": award.points,
            "program": award.program_name,
            "slug": award.program_slug,
            "payee": award.payee,
            "posting": award.posting_public_id,
            "held_until": award.pending_until.isoformat() if award.pending_until else None,
        }
        for award in (recorded.awards if recorded else ())
        if award.points
    )
    outcome = Outcome(True, earned, recorded.public_id if recorded else None)
    db.session.add(
        CoursePass(
            course_id=course.id,
            person_id=enrolment.person_id,
            organisation_id=actor.organisation_id,
            enrolment_id=enrolment.id,
            attempt_id=attempt.id if attempt is not None else None,
            activity_id=recorded.activity_id if recorded else None,
            points=outcome.points,
            passed_at=utc_now(),
            passed_on=passed_on,
        )
    )
    db.session.flush()
    return outcome


def _level(actor: Actor) -> str | None:
    """Slug of the company's level as it stands in this transaction."""
    if actor.organisation_id is None:
        return None
    return db.session.scalar(select(Organisation.tier).where(Organisation.id == actor.organisation_id))
