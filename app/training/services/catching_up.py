"""Certificates for people who had passed all courses of a certification before it asked for just these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from app.activities.pipeline import take_turn
from app.core.db import db, transaction
from app.core.i18n import _, current_locale
from app.core.jobs import enqueue
from app.core.types import new_public_id
from app.identity.actor import Actor
from app.identity.audience import people_of
from app.identity.queries import get_actor_of
from app.partners.audience import Audience
from app.training.models import Certification, CertificationCourse, Enrolment, said
from app.training.services.certificates import certify, counts, last_of
from app.training.services.telling import Said, tell

CERTIFY = "training.certify"
BATCH = 100


def promise(certification_id: int) -> None:
    """Let the worker look, after the present transaction, who has passed all courses already."""
    _enqueue(certification_id, new_public_id(), 0)


def _enqueue(certification_id: int, run: str, after: int) -> None:
    payload = {"certification_id": certification_id, "run": run, "after": after}
    enqueue(CERTIFY, payload, dedupe=f"{CERTIFY}:{run}:{after}")


def certify_batch(certification_id: int, run: str, after: int) -> int:
    """Issue to the next people of the audience, tell them, and promise the rest; returns how many got one.

    All in one transaction, and the cause of each certificate is its person's latest pass: however often this runs, and
    whoever passes meanwhile, nobody gets it twice. What was revoked is not given back without a new pass of all.
    """
    with transaction():
        take_turn()
        row = db.session.get(Certification, certification_id, populate_existing=True)
        if row is None or not row.is_live:
            return 0
        rows = db.session.execute(_complete(row, after)).all()
        serials = {
            one.person_id: certify(
                row, db.session.get_one(Enrolment, one.latest), last_of(row, one.person_id), actor=actor
            )
            for actor, one in _by_company(rows)
        }
        for person_id, serial in serials.items():
            if serial is not None:
                _tell(row, person_id, serial)
        if len(rows) == BATCH:
            _enqueue(row.id, run, rows[-1].person_id)
    return sum(serial is not None for serial in serials.values())


def _complete(row: Certification, after: int) -> Select[int, int]:
    """People who have passed every course that it asks for, each with the latest pass that stands."""
    asked = select(CertificationCourse.course_id).where(CertificationCourse.certification_id == row.id)
    count = select(func.count()).select_from(asked.subquery()).scalar_subquery()
    return (
        select(Enrolment.person_id, func.max(Enrolment.id).label("latest"))
        .where(
            Enrolment.course_id.in_(asked),
            counts(),
            Enrolment.person_id > after,
            Enrolment.person_id.in_(people_of(Audience.from_record(row.audience or {}))),
        )
        .group_by(Enrolment.person_id)
        .having(func.count(Enrolment.course_id.distinct()) == count)
        .order_by(Enrolment.person_id)
        .limit(BATCH)
    )


def _by_company(rows: Sequence[Any]) -> list[tuple[Actor, Any]]:
    """These people as actors, in the order of their companies: the rows of companies are taken in this one order, by the
    review of tiers too."""
    found = [(actor, one) for one in rows if (actor := get_actor_of(one.person_id)) is not None]
    return sorted(found, key=lambda each: (each[0].organisation_id or 0, each[1].person_id))


def _tell(row: Certification, person_id: int, serial: str) -> None:
    def told() -> Said:
        heading = _("A certificate for you: %(title)s", title=said(row.name, current_locale()))
        return Said(heading, _("You had passed all its courses already."), _("Open the certificate"))

    href = f"/certificates/{serial}"
    tell([person_id], "training.certified", told, href=href, dedupe=f"{CERTIFY}:{serial}", icon="award")
