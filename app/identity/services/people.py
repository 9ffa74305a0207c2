"""Verbs on people: who they are, what they may, whether they may come in."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.core.i18n import LOCALES
from app.identity.actor import Actor
from app.identity.models import Person, PersonStatus
from app.identity.sessions import end_sessions_of
from app.partners.models import PARTNER_ROLES, VENDOR_ROLES, Membership, OrganisationManager, Role
from app.partners.services import change_membership_role, open_membership


class EmailTaken(Conflict):
    """Another account has this address."""

    code = "email_taken"


def create_person(
    *,
    actor: Actor | None,
    email: str,
    name: str,
    role: Role,
    organisation_id: int | None,
    password_hash: str | None = None,
    locale: str = "en",
    time_zone: str | None = None,
    phone: str | None = None,
) -> Person:
    """Write a person with an open place. `password_hash` comes from `passwords.hash_password`, made beforehand.

    Raises EmailTaken.
    """
    folded = email.strip().lower()
    with transaction():
        if db.session.scalar(select(Person.id).where(Person.email == folded)) is not None:
            raise EmailTaken(_("There is already an account with this email address."))
        person = Person(
            email=folded,
            name=name.strip(),
            password_hash=password_hash,
            locale=locale if locale in LOCALES else "en",
            time_zone=time_zone,
            phone=phone,
        )
        db.session.add(person)
        try:
            db.session.flush()
        except IntegrityError:  # somebody else took the address since we looked
            raise EmailTaken(_("There is already an account with this email address.")) from None
        open_membership(person.id, organisation_id, role)
        audit.record(
            "person.created",
            actor=actor,
            subject="person",
            subject_id=person.id,
            organisation_id=organisation_id,
            after={"role": role.value},
        )
    return person


def find_by_id(person_id: int | None) -> Person:
    """One person by inner id. Raises NotFound."""
    person = db.session.get(Person, person_id) if person_id is not None else None
    if person is None:
        raise NotFound()
    return person


def set_language(person_id: int, locale: str) -> None:
    """Speak to a person in another language from now on."""
    if locale not in LOCALES:
        raise InvalidInput(_("Choose one of the languages offered."))
    with transaction():
        db.session.execute(update(Person).where(Person.id == person_id).values(locale=locale))


def edit_account(actor: Actor, *, name: str, locale: str, time_zone: str | None, has_shortcuts: bool) -> None:
    """Change what a person says about themselves."""
    assert actor.person_id is not None
    with transaction():
        person = lock(Person, actor.person_id)
        before = {"name": person.name, "locale": person.locale, "time_zone": person.time_zone}
        person.name, person.locale, person.time_zone = name, locale, time_zone or None
        person.has_shortcuts = has_shortcuts
        after = {"name": person.name, "locale": person.locale, "time_zone": person.time_zone}
        if before != after:
            audit.record(
                "person.edited",
                actor=actor,
                subject="person",
                subject_id=person.id,
                organisation_id=actor.organisation_id,
                before=before,
                after=after,
            )


def change_role(person_id: int, role: Role, *, actor: Actor) -> None:
    """Give a person another role on the same side. Their sessions get new tokens at the next request.

    Raises Forbidden (no right over that person), Conflict (oneself, the last owner), InvalidInput (other side).
    """
    with transaction():
        hold_owners()
        person, membership = _may_manage(person_id, actor)
        side = PARTNER_ROLES if membership.organisation_id is not None else VENDOR_ROLES
        if role not in side:
            raise InvalidInput(_("Choose one of the roles offered."))
        if membership.role is role:
            return
        if membership.role is Role.OWNER:
            _another_owner_or_refuse(person.id)
        old = membership.role
        change_membership_role(person.id, role)
        if role not in (Role.CHANNEL_MANAGER, Role.OWNER):
            _looks_after_nobody(person.id)
        _record("person.role_changed", person, membership, actor, {"role": old.value}, {"role": role.value})


def deactivate(person_id: int, *, actor: Actor) -> int | None:
    """Keep a person out: every session ends with this commit. Raises Forbidden or Conflict.

    Returns the company they are of, None for the vendor's people. `company.services.deactivate_member` also passes
    their deals on; pages call that.
    """
    with transaction():
        hold_owners()
        person, membership = _may_manage(person_id, actor)
        if person.status is PersonStatus.DEACTIVATED:
            raise Conflict(_("This person is deactivated already."))
        if membership.role is Role.OWNER:
            _another_owner_or_refuse(person.id)
        person.status = PersonStatus.DEACTIVATED
        end_sessions_of(person.id)
        _looks_after_nobody(person.id)
        _record("person.deactivated", person, membership, actor)
        return membership.organisation_id


def reactivate(person_id: int, *, actor: Actor) -> None:
    """Let a deactivated person in again. Raises Forbidden or Conflict."""
    with transaction():
        person, membership = _may_manage(person_id, actor)
        if person.status is PersonStatus.ACTIVE:
            raise Conflict(_("This person is active already."))
        person.status = PersonStatus.ACTIVE
        _record("person.reactivated", person, membership, actor)


def _record(
    code: str,
    person: Person,
    membership: Membership,
    actor: Actor,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    audit.record(
        code,
        actor=actor,
        subject="person",
        subject_id=person.id,
        organisation_id=membership.organisation_id,
        before=before,
        after=after,
    )


def _may_manage(person_id: int, actor: Actor) -> tuple[Person, Membership]:
    """The person, locked, and their open place, if the actor may decide over them.

    A partner admin: the own company. With `partner.manage`: partners' people. With `person.manage`: everybody.
    Whether the person is in the actor's sight at all was asked before, by the scope.
    """
    person = lock(Person, person_id)
    membership = db.session.scalars(
        select(Membership)
        .where(Membership.person_id == person_id, Membership.ended_at.is_(None))
        .execution_options(populate_existing=True)
    ).first()
    if membership is None:
        raise NotFound()
    if person_id == actor.person_id:
        raise Conflict(_("You cannot change your own access. Ask another admin."))
    of_partner = membership.organisation_id is not None
    if actor.is_vendor:
        allowed = actor.can("person.manage") or (of_partner and actor.can("partner.manage"))
    else:
        allowed = actor.can("team.manage") and membership.organisation_id == actor.organisation_id
    if not allowed:
        raise Forbidden()
    return person, membership


def hold_owners() -> None:
    """Let changes to the vendor's people queue: two owners who deactivate each other must not both succeed."""
    query = select(Membership.id).where(Membership.role == Role.OWNER, Membership.ended_at.is_(None))
    db.session.execute(query.order_by(Membership.id).with_for_update())


def _another_owner_or_refuse(person_id: int) -> None:
    query = (
        select(func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == Role.OWNER,
            Membership.ended_at.is_(None),
            Person.status == PersonStatus.ACTIVE,
            Person.id != person_id,
        )
    )
    if not db.session.scalar(query):
        raise Conflict(_("This is the last owner. Make somebody else owner first."))


def _looks_after_nobody(person_id: int) -> None:
    db.session.execute(delete(OrganisationManager).where(OrganisationManager.person_id == person_id))


def note_seen(person_id: int) -> None:
    """Say that a person was here now; the demo uses it, sessions do it by themselves."""
    with transaction():
        db.session.execute(update(Person).where(Person.id == person_id).values(last_seen_at=utc_now()))
