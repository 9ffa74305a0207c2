"""The vendor's list of partners: search, saved questions, keyset; and what the panel beside it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, literal, or_, select, tuple_, union_all

from app.company.figures import Figures, active_people, figure_columns, read_figures
from app.company.seen import AWAY_DAYS
from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import NotFound
from app.identity.actor import Actor
from app.identity.listing import contains
from app.identity.models import Person
from app.partners.models import (
    Membership,
    Organisation,
    OrganisationFamily,
    OrganisationManager,
    OrganisationStatus,
    Role,
)
from app.partners.queries import visible_organisation_ids
from app.products.models import ProductFamily
from app.tiers.queries import list_near

PAGE = 25
QUESTIONS = ("all", "mine", "near", "quiet", "suspended")


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """One page of (organisation, figures); `after` is the key of the next one."""

    rows: list[tuple[Organisation, Figures]]
    total: int
    after: str | None


@dataclass(frozen=True, slots=True)
class Panel:
    """A partner with its figures and its people: (person, role), admins first."""

    organisation: Organisation
    figures: Figures
    members: list[tuple[Person, Role]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick: who may look after a partner, or what it may sell."""

    key: str
    name: str
    is_ticked: bool


def _conditions(actor: Actor, question: str, text: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Organisation.id.in_(visible_organisation_ids(actor))]
    if question == "mine":
        link = OrganisationManager
        found.append(
            exists().where(link.organisation_id == Organisation.id, link.person_id == actor.person_id)
        )
    elif question == "near":
        found.append(Organisation.public_id.in_(list_near(actor)))
    elif question == "quiet":
        since = utc_now() - timedelta(days=AWAY_DAYS)
        found.append(~exists(active_people().where(Person.last_seen_at >= since)))
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
    """Partners in scope by name, with their figures. One statement, one more when paging."""
    conditions = _conditions(actor, question, text)
    counted = select(func.count()).select_from(Organisation).where(*conditions)
    total = counted.correlate(None).scalar_subquery()
    order = (func.lower(Organisation.name), Organisation.id)
    query = select(Organisation, *figure_columns(), total.label("total")).where(*conditions)
    if after:
        key = db.session.execute(select(*order).where(Organisation.public_id == after)).first()
        query = query.where(tuple_(*order) > tuple_(*key) if key else false())
    rows = db.session.execute(query.order_by(*order).limit(PAGE + 1)).all()
    shown = [(row[0], read_figures(row)) for row in rows[:PAGE]]
    return PartnerPage(
        rows=shown,
        total=int(rows[0]._mapping["total"]) if rows else 0,
        after=shown[-1][0].public_id if len(rows) > PAGE else None,
    )


def find_panel(public_id: str, actor: Actor) -> Panel:
    """A partner in scope with its figures and people, in one statement. Raises NotFound."""
    query: Any = (
        select(Organisation, Person, Membership.role, *figure_columns())
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
    members = [(row[1], row[2]) for row in rows if row[1] is not None]
    return Panel(rows[0][0], read_figures(rows[0]), members)


def list_ticks(organisation_id: int) -> tuple[list[Tick], list[Tick]]:
    """(who may look after a partner, what it may sell), in one statement."""
    manager, licence = OrganisationManager, OrganisationFamily
    people = (
        select(literal("person"), Person.public_id, Person.name, manager.person_id.is_not(None))
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .outerjoin(manager, and_(manager.person_id == Person.id, manager.organisation_id == organisation_id))
        .where(Membership.role.in_((Role.CHANNEL_MANAGER, Role.OWNER)))
    )
    families = select(
        literal("family"), ProductFamily.slug, ProductFamily.name, licence.family_id.is_not(None)
    ).outerjoin(
        licence, and_(licence.family_id == ProductFamily.id, licence.organisation_id == organisation_id)
    )
    rows = sorted(db.session.execute(union_all(people, families)).all(), key=lambda row: row[2].lower())
    made = [(row[0], Tick(row[1], row[2], bool(row[3]))) for row in rows]
    return [tick for kind, tick in made if kind == "person"], [t for kind, t in made if kind == "family"]
