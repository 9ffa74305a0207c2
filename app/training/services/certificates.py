"""Certificates: issued with a pass, renewed by passing again, revoked by the vendor with a reason."""

from __future__ import annotations

import secrets
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, literal, select, update

from app.activities import queries as activities
from app.activities.services import record, void
from app.core import audit
from app.core.clock import today, utc_now
from app.core.db import db, dialect, execute_sql, lock, queue_up, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.core.i18n import _, current_locale
from app.core.types import bind, dump_json
from app.identity.actor import Actor
from app.identity.models import Person
from app.training.models import (
    Certificate,
    Certification,
    CertificationCourse,
    Course,
    CourseVersion,
    Enrolment,
    said,
)
from app.training.services.telling import Said, tell

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read as something else
REASON_LENGTH = 500
NAME_LENGTH = 5000
SOURCE = "training"
_INSERT = """
INSERT INTO certificates (serial, cause, course_id, certification_id, person_id, organisation_id, person_name,
    organisation_name, title, issued_on, valid_until, renews_id, created_at)
VALUES (:serial, :cause, :course_id, :certification_id, :person_id, :organisation_id, :person_name,
    :organisation_name, {title}, :issued_on, :valid_until, :renews_id, :now)
ON CONFLICT (serial) DO NOTHING
"""


def new_serial(prefix: str, title: str, on: date) -> str:
    """`VCS-26-8QD4VT7K`: letters of the vendor or of the title, the year, 8 random characters."""
    letters = prefix or _initials(title)
    return f"{letters}-{on:%y}-" + "".join(secrets.choice(LETTERS) for _at in range(8))


def _initials(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title)
    found = [word[0].upper() for word in plain.split() if word[0].isascii() and word[0].isalpha()]
    return "".join(found[:4]) or "C"


def last_day(issued_on: date, months: int | None) -> date | None:
    """The last day on which a certificate of so many months stands: 22 Nov 2026 and 12 give 21 Nov 2027."""
    if months is None:
        return None
    index = issued_on.year * 12 + issued_on.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(issued_on.day, monthrange(year, month + 1)[1])) - timedelta(days=1)


def issue_for(enrolment: Enrolment, course: Course, version: CourseVersion, *, actor: Actor) -> list[str]:
    """Serials of the certificates that a pass brings: the course's own, then those of certifications now complete.

    Inside the pass's transaction. A certificate without an end that stands is not issued again.
    """
    issued: list[str] = []
    if version.gives_certificate:
        last = _last(Certificate.course_id == course.id, enrolment.person_id)
        if last is None or last.valid_until is not None or last.revoked_at is not None:
            issued.append(
                _issue(
                    {"course_id": course.id, "cause": f"course:{enrolment.id}"},
                    version.title, "", version.validity_months, last, enrolment, actor,
                )
            )  # fmt: skip
    for certification in _certifications_with(course.id):
        last = last_of(certification, enrolment.person_id)
        serial = certify(certification, enrolment, last, actor=actor)
        issued += [serial] if serial is not None else []
    return issued


def last_of(certification: Certification, person_id: int) -> Certificate | None:
    """The latest certificate of a certification that a person got, whatever became of it."""
    return _last(Certificate.certification_id == certification.id, person_id)


def certify(
    certification: Certification, enrolment: Enrolment, last: Certificate | None, *, actor: Actor
) -> str | None:
    """The serial of what `enrolment`, a pass of `actor`, completes after the certificate `last`; None if nothing."""
    if last is not None and last.valid_until is None and last.revoked_at is None:
        return None
    if not _has_all(certification.id, enrolment.person_id, last):
        return None
    cause = f"certification:{certification.id}:{enrolment.person_id}:{enrolment.id}"
    return _issue(
        {"certification_id": certification.id, "cause": cause},
        certification.name, certification.serial_prefix, certification.validity_months, last, enrolment, actor,
    )  # fmt: skip


def _last(condition: Any, person_id: int) -> Certificate | None:
    query = select(Certificate).where(condition, Certificate.person_id == person_id)
    return db.session.scalars(query.order_by(Certificate.id.desc()).limit(1)).first()


def _certifications_with(course_id: int) -> list[Certification]:
    query = (
        select(Certification)
        .join(CertificationCourse, CertificationCourse.certification_id == Certification.id)
        .where(CertificationCourse.course_id == course_id, Certification.is_live)
    )
    return list(db.session.scalars(query.order_by(Certification.position, Certification.id)))


def counts() -> ColumnElement[bool]:
    """Whether a round was passed, and stands: not one whose own certificate was taken back."""
    cause = literal("course:").concat(cast(Enrolment.id, Text))
    revoked = exists().where(Certificate.cause == cause, Certificate.revoked_at.is_not(None))
    return and_(Enrolment.passed_at.is_not(None), ~revoked.correlate(Enrolment))


def _has_all(certification_id: int, person_id: int, last: Certificate | None) -> bool:
    """True if every course of it was passed; for a renewal: each of them again since the last certificate."""
    passed = select(Enrolment.course_id).where(Enrolment.person_id == person_id, counts())
    if last is not None:
        passed = passed.where(Enrolment.passed_at > last.created_at)
    missing = select(func.count()).where(
        CertificationCourse.certification_id == certification_id,
        CertificationCourse.course_id.not_in(passed),
    )
    return not db.session.scalar(missing)


def _issue(
    of: dict[str, Any],
    title: dict[str, str],
    prefix: str,
    months: int | None,
    last: Certificate | None,
    enrolment: Enrolment,
    actor: Actor,
) -> str:
    """Write one certificate with the names as they are today."""
    name, on = dialect(), today()
    renews = last.id if last is not None and last.revoked_at is None else None
    values: dict[str, Any] = {
        "course_id": None,
        "certification_id": None,
        **of,
        "person_id": enrolment.person_id,
        "organisation_id": actor.organisation_id,
        "person_name": actor.name[:NAME_LENGTH],
        "organisation_name": actor.organisation_name,
        "title": dump_json(title),
        "issued_on": bind(on, name),
        "valid_until": bind(last_day(on, months), name),
        "renews_id": renews,
        "now": bind(utc_now(), name),
    }
    statement = _INSERT.format(title="CAST(:title AS jsonb)" if name == "postgresql" else ":title")
    while True:  # 39 bits a serial: a second round is a rarity
        serial = new_serial(prefix, said(title, "en"), on)
        if execute_sql(statement, {**values, "serial": serial}).rowcount:
            break
    _record(serial, on, last_day(on, months), enrolment.person_id, said(title, "en"), actor)
    audit.record(
        "certificate.issued",
        actor=actor,
        subject="person",
        subject_id=enrolment.person_id,
        organisation_id=actor.organisation_id,
        note=serial,
    )
    return serial


def _record(serial: str, on: date, until: date | None, person_id: int, title: str, actor: Actor) -> None:
    """The certificate as a fact of its holder's company. Nothing pays for it: tiers count who is certified."""
    if actor.organisation_id is None:
        return
    record(
        "certified",
        source=SOURCE,
        source_ref=serial,
        organisation_id=actor.organisation_id,
        member_id=person_id,
        occurred_on=on,
        attributes={"title": title, "until": until.isoformat() if until else None},
        actor=actor,
    )


def _void(serials: Iterable[str], reason: str, actor: Actor) -> None:
    """Certificates that were taken back certify nobody; those older than their facts have none."""
    for known in activities.latest_revisions(SOURCE, "certified", list(serials)).values():
        void(known[0], reason, actor)


def revoke(serial: str, reason: str, *, actor: Actor) -> None:
    """Take a certificate back, for a reason that its holder is told and its public page is not. It cannot be undone.

    The person may earn a new one by passing again. Raises NotFound, Forbidden, InvalidInput, Conflict.
    """
    if not actor.can("training.edit"):
        raise Forbidden()
    reason = reason.replace("\x00", "").strip()
    if not reason:
        raise InvalidInput(fields={"reason": _("Say why: the holder is told.")})
    if len(reason) > REASON_LENGTH:
        raise InvalidInput(fields={"reason": _("Use at most %(num)s characters.", num=REASON_LENGTH)})
    with transaction():
        found = db.session.execute(
            select(Certificate.id, Certificate.person_id).where(Certificate.serial == serial)
        ).first()
        if found is None:
            raise NotFound()
        # before any of the person's certificates, all of which may be written
        queue_up(Person, found.person_id)
        certificate = lock(Certificate, found.id)
        if certificate.revoked_at is not None:
            raise Conflict(_("This certificate was revoked before."))
        certificate.revoked_at, certificate.revoked_by_id = utc_now(), actor.person_id
        certificate.revoked_reason = reason
        db.session.flush()
        # An earlier one of the same thing would go on saying what this one no longer may.
        twins = db.session.scalars(
            update(Certificate)
            .where(
                Certificate.person_id == certificate.person_id,
                Certificate.course_id.is_not_distinct_from(certificate.course_id),
                Certificate.certification_id.is_not_distinct_from(certificate.certification_id),
                Certificate.revoked_at.is_(None),
            )
            .values(revoked_at=certificate.revoked_at, revoked_by_id=actor.person_id, revoked_reason=reason)
            .returning(Certificate.serial)
        )
        _void([serial, *twins], reason, actor)
        title = certificate.title
        tell(
            [certificate.person_id],
            "training.revoked",
            lambda: Said(
                _("Your certificate was taken back: %(title)s", title=said(title, current_locale())),
                reason,
                _("Open the certificate"),
            ),
            href=f"/certificates/{serial}",
            dedupe=f"training.revoked:{certificate.id}",
            icon="award",
        )
        audit.record(
            "certificate.revoked",
            actor=actor,
            subject="person",
            subject_id=certificate.person_id,
            organisation_id=certificate.organisation_id,
            note=serial,
            after={"reason": reason},
        )
