"""Whose people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select

from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import NotFound
from app.core.feed import feed_row
from app.identity.actor import Actor
from app.identity.models import Invitation, Person, PersonStatus
from app.partners.models import VENDOR_ROLES, Membership, Organisation, OrganisationManager, Role
from app.partners.queries import visible_organisation_ids

PersonRow = Row[Person, Membership, Organisation | None]


def visible_people(actor: Actor) -> Select[Person, Membership, Organisation]:
    """People with their open place that a person may see. The one scope of this area.

    A partner's person: the own company. A vendor's person: the vendor's people, and those of the companies in scope.
    """
    query = (
        select(Person, Membership, Organisation)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
    )
    if not actor.is_vendor:
        return query.where(Membership.organisation_id == actor.organisation_id)
    inside = Membership.organisation_id.in_(visible_organisation_ids(actor))
    return query.where(or_(Membership.organisation_id.is_(None), inside))


def find_person(public_id: str, actor: Actor) -> PersonRow:
    """One person in scope with place and company. Raises NotFound."""
    found = db.session.execute(visible_people(actor).where(Person.public_id == public_id)).first()
    if found is None:
        raise NotFound()
    return found


def list_members(organisation_id: int) -> list[tuple[Person, Role]]:
    """People of one company, admins first, then by name."""
    query = (
        select(Person, Membership.role)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .where(Membership.organisation_id == organisation_id)
        .order_by(Membership.role.desc(), Person.name, Person.id)
        .limit(500)
    )
    return [(person, role) for person, role in db.session.execute(query)]


def members_row(organisation_id: int) -> Select[Any]:
    """How many active people a company has, as a feed row: `n1`."""
    return (
        select(*feed_row("members", n1=func.count()))
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.ended_at.is_(None),
            Person.status == PersonStatus.ACTIVE,
        )
    )


def list_invitations(organisation_id: int | None) -> list[Invitation]:
    """Invitations that were neither accepted nor taken back, newest first; those that ran out are among them."""
    same = (
        Invitation.organisation_id.is_(None)
        if organisation_id is None
        else Invitation.organisation_id == organisation_id
    )
    query = (
        select(Invitation)
        .where(same, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .order_by(Invitation.id.desc())
        .limit(100)
    )
    return list(db.session.scalars(query))


def find_invitation(public_id: str, actor: Actor) -> Invitation:
    """One open invitation in scope. Raises NotFound."""
    query = select(Invitation).where(
        Invitation.public_id == public_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    if actor.is_vendor:
        inside = Invitation.organisation_id.in_(visible_organisation_ids(actor))
        query = query.where(or_(Invitation.organisation_id.is_(None), inside))
    else:
        query = query.where(Invitation.organisation_id == actor.organisation_id)
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound()
    return found


def is_open(invitation: Invitation) -> bool:
    """Whether its link still works."""
    return invitation.expires_at > utc_now()


def find_admin(organisation_id: int, *, but: int) -> int | None:
    """The longest-serving active admin of a company other than one person, or None."""
    query = (
        select(Person.id)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == Role.PARTNER_ADMIN,
            Person.status == PersonStatus.ACTIVE,
            Person.id != but,
        )
        .order_by(Membership.started_at, Person.id)
    )
    return db.session.scalar(query.limit(1))


def list_managers() -> list[Person]:
    """The vendor's people who may look after companies, by name."""
    query = (
        select(Person)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .where(Membership.role.in_((Role.CHANNEL_MANAGER, Role.OWNER)))
        .order_by(Person.name, Person.id)
    )
    return list(db.session.scalars(query))


def list_contacts(organisation_id: int) -> list[Person]:
    """The vendor's active people who look after a company, by name."""
    link = OrganisationManager
    query = (
        select(Person)
        .join(link, link.person_id == Person.id)
        .where(link.organisation_id == organisation_id, Person.status == PersonStatus.ACTIVE)
        .order_by(Person.name, Person.id)
    )
    return list(db.session.scalars(query))


def names_of(person_ids: Iterable[int | None]) -> dict[int, str]:
    """Names by inner id, for timelines and receipts."""
    wanted = {person_id for person_id in person_ids if person_id is not None}
    if not wanted:
        return {}
    query = select(Person.id, Person.name).where(Person.id.in_(wanted))
    return {row.id: row.name for row in db.session.execute(query)}


def get_actor_of(person_id: int) -> Actor | None:
    """The person as an actor in their open place, or None; for jobs and commands."""
    row = db.session.execute(
        select(Person, Membership, Organisation)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.id == person_id)
    ).first()
    if row is None:
        return None
    person, membership, company = row[0], row[1], row[2]
    return Actor(
        person_id=person.id,
        public_id=person.public_id,
        name=person.name,
        email=person.email,
        role=membership.role,
        membership_id=membership.id,
        organisation_id=company.id if company else None,
        organisation_public_id=company.public_id if company else None,
        organisation_name=company.name if company else None,
        organisation_country=company.country if company else None,
        organisation_currency=company.currency if company else None,
        organisation_kind=company.kind if company else None,
        organisation_tier=company.tier if company else None,
        locale=person.locale,
        zone=person.time_zone or (company.time_zone if company else None) or "Asia/Kuala_Lumpur",
        has_shortcuts=person.has_shortcuts,
    )


def find_actor_by_email(email: str) -> Actor:
    """The actor of an address. Raises NotFound."""
    person_id = db.session.scalar(select(Person.id).where(Person.email == email.strip().lower()))
    found = get_actor_of(person_id) if person_id is not None else None
    if found is None:
        raise NotFound()
    return found


def is_vendor_role(role: Role) -> bool:
    """Whether a role belongs to the vendor's side."""
    return role in VENDOR_ROLES
