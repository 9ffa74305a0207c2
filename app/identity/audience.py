"""The people of an audience: who belongs to it today, and how many."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select

from app.core.db import db
from app.identity.actor import Actor
from app.identity.models import Person, PersonStatus
from app.partners.audience import Audience
from app.partners.models import Membership, Organisation, OrganisationStatus
from app.partners.queries import visible_organisation_ids


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people in how many companies; `seen` of them have signed in before."""

    people: int
    companies: int
    seen: int


def people_of(audience: Audience) -> Select[int]:
    """Ids of the active people whose open place is in an active company of the audience."""
    return (
        select(Person.id)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Person.status == PersonStatus.ACTIVE,
            Organisation.status == OrganisationStatus.ACTIVE,
            audience.condition(),
        )
    )


def count_reach(audience: Audience, actor: Actor) -> Reach:
    """How many belong to an audience, among the companies in the actor's sight. One statement."""
    query = (
        select(
            func.count(Person.id),
            func.count(Organisation.id.distinct()),
            func.count(Person.last_seen_at),
        )
        .select_from(Organisation)
        .outerjoin(
            Membership, and_(Membership.organisation_id == Organisation.id, Membership.ended_at.is_(None))
        )
        .outerjoin(Person, and_(Person.id == Membership.person_id, Person.status == PersonStatus.ACTIVE))
        .where(
            Organisation.status == OrganisationStatus.ACTIVE,
            Organisation.id.in_(visible_organisation_ids(actor)),
            audience.condition(),
        )
    )
    people, companies, seen = db.session.execute(query).one()
    return Reach(int(people), int(companies), int(seen))
