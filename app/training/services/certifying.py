"""Certifications: courses that together give one certificate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from app.core import audit
from app.core.db import db, lock, transaction
from app.core.errors import InvalidInput, NotFound
from app.core.i18n import _
from app.core.slugs import free_slug, slugify
from app.identity.actor import Actor
from app.partners.audience import Audience
from app.training.content import TITLE_LENGTH, words_faults
from app.training.models import Certification, CertificationCourse, Course, CourseStatus
from app.training.services.authoring import may_edit, refuse
from app.training.services.catching_up import promise

MOST_COURSES = 30
RESERVED = frozenset({"new"})
PREFIX = re.compile(r"[A-Za-z]{0,6}")


@dataclass(frozen=True, slots=True)
class Path:
    """What a certification is: its name, what it opens in words, the courses by slug in their order."""

    name: Mapping[str, str]
    courses: Sequence[str]
    opens: Mapping[str, str] = field(default_factory=dict)
    serial_prefix: str = ""
    validity_months: int | None = None
    audience: Audience = field(default_factory=Audience)
    is_live: bool = True

    def faults(self) -> list[tuple[str, str]]:
        found = list(words_faults("name", self.name, TITLE_LENGTH, _("Give it a name.")))
        found += words_faults("opens", self.opens, TITLE_LENGTH)
        if not 2 <= len(self.courses) <= MOST_COURSES:
            found.append(("courses", _("Choose from %(low)s to %(high)s courses.", low=2, high=MOST_COURSES)))
        if not PREFIX.fullmatch(self.serial_prefix):
            found.append(("serial_prefix", _("Use letters from A to Z, at most 6.")))
        if self.validity_months is not None and not 1 <= self.validity_months <= 120:
            found.append(("validity_months", _("Enter a number from %(low)s to %(high)s.", low=1, high=120)))
        return found


def save_path(slug: str | None, path: Path, *, actor: Actor) -> Certification:
    """Make a certification, or change one. Certificates that were given stand; who has passed all its courses gets one.

    Raises InvalidInput, NotFound.
    """
    may_edit(actor)
    refuse(path.faults())
    with transaction():
        ids = _course_ids(path.courses)
        if slug is None:
            name = next((text for text in path.name.values() if text), "")
            free = free_slug(Certification.slug, slugify(name, fallback="certification"), RESERVED)
            row = Certification(slug=free, made_by_id=actor.person_id)
            before: dict[str, Any] | None = None
            db.session.add(row)
        else:
            found = db.session.scalar(select(Certification.id).where(Certification.slug == slug))
            if found is None:
                raise NotFound()
            row = lock(Certification, found)
            before = {"audience": row.audience, "is_live": row.is_live}
        row.name, row.opens = dict(path.name), dict(path.opens)
        row.serial_prefix, row.validity_months = path.serial_prefix.upper(), path.validity_months
        row.audience, row.is_live = path.audience.to_record(), path.is_live
        db.session.flush()
        link = CertificationCourse
        asked = set(db.session.scalars(select(link.course_id).where(link.certification_id == row.id)))
        db.session.execute(delete(link).where(link.certification_id == row.id))
        for position, course_id in enumerate(ids):
            db.session.add(link(certification_id=row.id, course_id=course_id, position=position))
        db.session.flush()
        present = {"audience": row.audience, "is_live": row.is_live}
        if row.is_live and (before != present or asked - set(ids)):
            promise(row.id)
        audit.record(
            "certification.saved", actor=actor, subject="certification", subject_id=row.id, before=before,
            after={"courses": list(path.courses), "is_live": path.is_live},
        )  # fmt: skip
    return row


def _course_ids(slugs: Sequence[str]) -> list[int]:
    rows = db.session.execute(
        select(Course.slug, Course.id).where(Course.slug.in_(slugs), Course.status != CourseStatus.DRAFT)
    )
    known = {row.slug: row.id for row in rows}
    if set(slugs) - set(known):
        raise InvalidInput(fields={"courses": _("Choose published courses only.")})
    return [known[slug] for slug in dict.fromkeys(slugs)]
