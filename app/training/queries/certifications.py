"""Certifications as the vendor's pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import current_locale
from app.training.models import Certificate, Certification, CertificationCourse, Course, CourseStatus, said


@dataclass(frozen=True, slots=True)
class PathRow:
    """A certification in the list: its courses in their order, and how many hold its certificate."""

    slug: str
    name: str
    is_live: bool
    courses: list[str]
    holders: int


def list_paths() -> list[PathRow]:
    """All certifications in the vendor's order. Two statements."""
    locale = current_locale()
    holders = select(func.count(Certificate.person_id.distinct())).where(
        Certificate.certification_id == Certification.id, Certificate.revoked_at.is_(None)
    )
    rows = db.session.execute(
        select(Certification, holders.scalar_subquery())
        .order_by(Certification.position, Certification.id)
        .limit(200)
    ).all()
    titles: dict[int, list[str]] = {}
    for key, title in db.session.execute(
        select(CertificationCourse.certification_id, Course.title)
        .join(Course, Course.id == CertificationCourse.course_id)
        .order_by(CertificationCourse.position)
    ):
        titles.setdefault(key, []).append(said(title, locale))
    return [
        PathRow(row.slug, said(row.name, locale), row.is_live, titles.get(row.id, []), count)
        for row, count in rows
    ]


def find_path(slug: str) -> tuple[Certification, list[str]]:
    """A certification and the slugs of its courses in their order. Raises NotFound."""
    row = db.session.scalar(select(Certification).where(Certification.slug == slug))
    if row is None:
        raise NotFound()
    courses = db.session.scalars(
        select(Course.slug)
        .join(CertificationCourse, CertificationCourse.course_id == Course.id)
        .where(CertificationCourse.certification_id == row.id)
        .order_by(CertificationCourse.position)
    )
    return row, list(courses)


def list_choices() -> list[tuple[str, str]]:
    """(slug, title) of the courses that a certification may ask for."""
    locale = current_locale()
    rows = db.session.execute(
        select(Course.slug, Course.title)
        .where(Course.status != CourseStatus.DRAFT)
        .order_by(Course.position, Course.id)
        .limit(200)
    )
    return [(row.slug, said(row.title, locale)) for row in rows]
