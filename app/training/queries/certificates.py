"""Certificates: the public one, a person's own, and the list of the vendor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.core.clock import today
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import current_locale
from app.identity.actor import Actor
from app.partners.queries import visible_organisation_ids
from app.training.models import Certificate, Certification, CertificationCourse, Course, Enrolment, said

PAGE = 25
RENEW_DAYS = 60  # so long before its last day a certificate may be renewed


@dataclass(frozen=True, slots=True)
class CertificateView:
    """One certificate as it was printed, and how it stands today."""

    id: int
    serial: str
    titles: dict[str, str]
    person_id: int
    person_name: str
    organisation_name: str | None
    issued_on: date
    valid_until: date | None
    revoked_at: datetime | None
    revoked_reason: str | None
    course_slug: str | None
    is_renewed: bool
    opening: dict[str, str] | None

    @property
    def title(self) -> str:
        return said(self.titles, current_locale())

    @property
    def opens(self) -> str:
        """What the certification opens, in words; empty for a course."""
        return said(self.opening, current_locale())

    @property
    def state(self) -> str:
        """`valid`, `expired` or `revoked`; a revoked one stays so after its last day."""
        if self.revoked_at is not None:
            return "revoked"
        if self.valid_until is not None and self.valid_until < today():
            return "expired"
        return "valid"

    @property
    def can_renew(self) -> bool:
        """It runs out soon or has run out, and no later one stands in its place."""
        if self.valid_until is None or self.revoked_at is not None or self.is_renewed:
            return False
        return self.valid_until <= today() + timedelta(days=RENEW_DAYS)


def _rows() -> Any:
    later = aliased(Certificate)
    renewed = exists().where(later.renews_id == Certificate.id, later.revoked_at.is_(None))
    query: Any = select(
        Certificate.id, Certificate.serial, Certificate.title, Certificate.person_id, Certificate.person_name,
        Certificate.organisation_name, Certificate.issued_on, Certificate.valid_until, Certificate.revoked_at,
        Certificate.revoked_reason, Course.slug, renewed.label("is_renewed"),
        Certification.opens,
    )  # fmt: skip
    return query.outerjoin(Course, Course.id == Certificate.course_id).outerjoin(
        Certification, Certification.id == Certificate.certification_id
    )


def _view(row: Any) -> CertificateView:
    return CertificateView(
        row.id, row.serial, row.title, row.person_id, row.person_name, row.organisation_name, row.issued_on,
        row.valid_until, row.revoked_at, row.revoked_reason, row.slug, bool(row.is_renewed),
        row.opens,
    )  # fmt: skip


def find_certificate(serial: str) -> CertificateView:
    """A certificate by its serial, for anybody: who has the serial may check it. Raises NotFound.

    Small letters, spaces and lacking dashes are forgiven.
    """
    row = db.session.execute(_rows().where(Certificate.serial == _as_printed(serial))).first()
    if row is None:
        raise NotFound()
    return _view(row)


def _as_printed(serial: str) -> str:
    """A serial as somebody typed it, the way it is printed: letters, two digits of the year, eight characters."""
    plain = re.sub(r"[\s\-\u2010-\u2015]", "", serial.upper())
    found = re.fullmatch(r"([A-Z]{1,6})(\d\d)([A-Z0-9]{8})", plain)
    return "-".join(found.groups()) if found else serial.strip().upper()


def list_own(actor: Actor, limit: int = 10) -> list[CertificateView]:
    """A person's certificates, newest first, without those that a later one has taken the place of."""
    query = _rows().where(Certificate.person_id == actor.person_id).order_by(Certificate.id.desc())
    return [view for view in map(_view, db.session.execute(query.limit(3 * limit))) if not view.is_renewed][
        :limit
    ]


def find_renewable(actor: Actor, course_slug: str) -> CertificateView | None:
    """A person's own certificate of a course, if it runs out soon or has run out and passing again renews it."""
    mine = (Certificate.person_id == actor.person_id, Course.slug == course_slug)
    row = db.session.execute(_rows().where(*mine).order_by(Certificate.id.desc()).limit(1)).first()
    view = _view(row) if row is not None else None
    return view if view is not None and view.can_renew else None


def asks_again(actor: Actor, course_id: int) -> bool:
    """Whether a person's latest certificate of a course, or of a certification with it, waits for another pass of it.

    It runs out soon, has run out or was taken back, and the course was not passed since.
    """
    later = aliased(Certificate)
    same = and_(
        later.person_id == Certificate.person_id,
        later.course_id.is_not_distinct_from(Certificate.course_id),
        later.certification_id.is_not_distinct_from(Certificate.certification_id),
        later.id > Certificate.id,
    )
    paths = (
        select(CertificationCourse.certification_id)
        .join(Certification, Certification.id == CertificationCourse.certification_id)
        .where(CertificationCourse.course_id == course_id, Certification.is_live)
    )
    since = exists().where(
        Enrolment.person_id == Certificate.person_id,
        Enrolment.course_id == course_id,
        Enrolment.passed_at > Certificate.created_at,
    )
    query = select(Certificate.id).where(
        Certificate.person_id == actor.person_id,
        or_(Certificate.course_id == course_id, Certificate.certification_id.in_(paths)),
        or_(
            Certificate.revoked_at.is_not(None),
            Certificate.valid_until <= today() + timedelta(days=RENEW_DAYS),
        ),
        ~exists().where(same),
        ~since,
    )
    return db.session.scalar(query.limit(1)) is not None


def list_by_serial(serials: Sequence[str]) -> list[CertificateView]:
    """These certificates, in the order given."""
    if not serials:
        return []
    found = {
        row.serial: _view(row) for row in db.session.execute(_rows().where(Certificate.serial.in_(serials)))
    }
    return [found[serial] for serial in serials if serial in found]


def find_admin(serial: str, actor: Actor) -> CertificateView:
    """A certificate in the scope of a vendor person: of organisations that they may see. Raises NotFound."""
    query = _rows().where(Certificate.serial == serial, _seen_by(actor))
    row = db.session.execute(query).first()
    if row is None:
        raise NotFound()
    return _view(row)


def list_admin(
    actor: Actor, *, search: str = "", state: str = "", after: str = ""
) -> tuple[list[CertificateView], str | None]:
    """The vendor's list, newest first, 25 a page; the key of the next page, or None."""
    query = _rows().where(_seen_by(actor)).order_by(Certificate.id.desc()).limit(PAGE + 1)
    words = search.replace("\x00", "").strip()
    if words:
        safe = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")[:100]
        query = query.where(
            or_(
                Certificate.serial == words.upper(),
                func.lower(Certificate.person_name).like(f"%{safe.lower()}%", escape="\\"),
            )
        )
    if state == "valid":
        query = query.where(
            Certificate.revoked_at.is_(None),
            or_(Certificate.valid_until.is_(None), Certificate.valid_until >= today()),
        )
    elif state == "expired":
        query = query.where(Certificate.revoked_at.is_(None), Certificate.valid_until < today())
    elif state == "revoked":
        query = query.where(Certificate.revoked_at.is_not(None))
    if after.isascii() and after.isdigit() and len(after) < 19:
        query = query.where(Certificate.id < int(after))
    rows = [_view(row) for row in db.session.execute(query)]
    return rows[:PAGE], str(rows[PAGE - 1].id) if len(rows) > PAGE else None


def _seen_by(actor: Actor) -> Any:
    return or_(
        Certificate.organisation_id.is_(None),
        Certificate.organisation_id.in_(visible_organisation_ids(actor)),
    )
