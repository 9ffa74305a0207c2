"""The vendor's list of partners: search, saved questions, keyset; and what the panel beside it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, tuple_

from app.company.seen import AWAY_DAYS
from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import NotFound
from app.identity.actor import Actor
from app.identity.listing import contains
from app.identity.models import Person, PersonStatus
from app.partners.models import Membership, Organisation, OrganisationManager, OrganisationStatus, Role
from app.partners.queries import visible_organisation_ids

PAGE = 25
QUESTIONS = ("all", "mine", "quiet", "suspended")


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One line of the list; `seen_at` is when any of its people was last here."""

    id: int
    public_id: str
    name: str
    kind: str
    city: str | None
    country: str
    status: OrganisationStatus
    seen_at: datetime | None
    member_count: int


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """One page of partners; `after` is the key of the next one."""

    rows: list[PartnerRow]
    total: int
    after: str | None


@dataclass(frozen=True, slots=True)
class Panel:
    """A partner with its people: (person, role), admins first."""

    organisation: Organisation
    members: list[tuple[Person, Role]]


def _open_places() -> Select[Any]:
    return (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == Organisation.id,
            Membership.ended_at.is_(None),
            Person.status == PersonStatus.ACTIVE,
        )
    )


def _seen_at() -> ColumnElement[Any]:
    return _open_places().with_only_columns(func.max(Person.last_seen_at)).scalar_subquery()


def _conditions(actor: Actor, question: str, text: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Organisation.id.in_(visible_organisation_ids(actor))]
    if question == "mine":
        link = OrganisationManager
        found.append(
            exists().where(link.organisation_id == Organisation.id, link.person_id == actor.person_id)
        )
    elif question == "quiet":
        since = utc_now() - timedelta(days=AWAY_DAYS)
        found.append(~exists(_open_places().where(Person.last_seen_at >= since)))
    elif question == "suspended":
        found.append(Organisation.status == OrganisationStatus.SUSPENDED)
    if text.strip():
        pattern = contains(text.strip()[:80])
        columns = (Organisation.name, Organisation.city, Organisation.registration_no, Organisation.domain)
        found.append(or_(*(func.lower(column).like(pattern, escape="\\") for column in columns)))
    return found


def list_partners(
    actor: Actor, *, question: str = "all", text: str = "", after: str | None = None
) -> PartnerPage:
    """Partners in scope by name. One statement, one more when paging."""
    conditions = _conditions(actor, question, text)
    total = (
        select(func.count()).select_from(Organisation).where(*conditions).correlate(None).scalar_subquery()
    )
    members = _open_places().with_only_columns(func.count()).scalar_subquery()
    query = select(
        Organisation.id,
        Organisation.public_id,
        Organisation.name,
        Organisation.kind,
        Organisation.city,
        Organisation.country,
        Organisation.status,
        _seen_at().label("seen_at"),
        members.label("member_count"),
        total.label("total"),
    ).where(*conditions)
    if after:
        key = select(func.lower(Organisation.name), Organisation.id).where(Organisation.public_id == after)
        found = db.session.execute(key).first()
        order = tuple_(func.lower(Organisation.name), Organisation.id)
        query = query.where(order > tuple_(*found) if found else false())
    query = query.order_by(func.lower(Organisation.name), Organisation.id).limit(PAGE + 1)
    rows = db.session.execute(query).all()
    shown = [
        PartnerRow(
            id=row.id,
            public_id=row.public_id,
            name=row.name,
            kind=row.kind,
            city=row.city,
            country=row.country,
            status=row.status,
            seen_at=row.seen_at,
            member_count=row.member_count,
        )
        for row in rows[:PAGE]
    ]
    return PartnerPage(
        rows=shown,
        total=rows[0].total if rows else 0,
        after=shown[-1].public_id if len(rows) > PAGE else None,
    )


def find_panel(public_id: str, actor: Actor) -> Panel:
    """A partner in scope with its people, in one statement. Raises NotFound."""
    query = (
        select(Organisation, Person, Membership.role)
        .outerjoin(
            Membership,
            and_(Membership.organisation_id == Organisation.id, Membership.ended_at.is_(None)),
        )
        .outerjoin(Person, Person.id == Membership.person_id)
        .where(Organisation.public_id == public_id, Organisation.id.in_(visible_organisation_ids(actor)))
        .order_by(Membership.role.desc(), Person.name, Person.id)
        .limit(200)
    )
    rows = db.session.execute(query).all()
    if not rows:
        raise NotFound()
    return Panel(rows[0][0], [(row[1], row[2]) for row in rows if row[1] is not None])
