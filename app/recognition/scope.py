"""Whose awards, and whom one may award. Every query and service of this area starts here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select

from app.core.db import db
from app.core.errors import InvalidInput, NotFound
from app.core.i18n import _
from app.identity.actor import Actor
from app.identity.models import Person, PersonStatus
from app.partners.models import Membership, Organisation, OrganisationStatus
from app.partners.queries import visible_organisation_ids
from app.recognition.models import Award, AwardRecipient, AwardState

PERSON, COMPANY = "p", "c"
MOST_RECEIVERS = 50


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who may be awarded: a person in their company, or a company (`person_id` None)."""

    key: str
    person_id: int | None
    organisation_id: int
    public_id: str
    name: str
    company: str
    locale: str

    @property
    def first_name(self) -> str:
        """What a button calls them: a person's first name, a company's whole name."""
        return self.name.split()[0] if self.person_id is not None and self.name.split() else self.name


def visible_awards(actor: Actor) -> Select[Award]:
    """The awards of the vendor's pages: all of them; for a channel manager those whose every recipient they look after."""
    if not actor.is_vendor or not actor.can("recognition.admin_view"):
        return select(Award).where(false())
    stranger = exists().where(
        AwardRecipient.award_id == Award.id,
        AwardRecipient.organisation_id.not_in(visible_organisation_ids(actor)),
    )
    return select(Award).where(~stranger)


def find_award_id(public_id: str, actor: Actor) -> int:
    """Inner id of an award on the vendor's pages. Raises NotFound."""
    query = visible_awards(actor).where(Award.public_id == public_id).with_only_columns(Award.id)
    found = db.session.scalar(query) if public_id.isalnum() else None
    if found is None:
        raise NotFound()
    return found


def may_be_named() -> ColumnElement[bool]:
    """Whether a recipient is shown: their company is not suspended, and a person's account is open.

    A person who has left (no open place) keeps what they won; one who is shut out is not shown while that lasts.
    The query must join Organisation, and Person from outside.
    """
    has_place = exists().where(Membership.person_id == Person.id, Membership.ended_at.is_(None))
    person = or_(
        AwardRecipient.person_id.is_(None), Person.status == PersonStatus.ACTIVE, ~has_place.correlate(Person)
    )
    return and_(Organisation.status == OrganisationStatus.ACTIVE, person)


def is_shown(award: Any = Award) -> ColumnElement[bool]:
    """Whether an award (or an alias of awards) has anybody left who may be named."""
    return exists(
        select(AwardRecipient.id)
        .join(Organisation, Organisation.id == AwardRecipient.organisation_id)
        .outerjoin(Person, Person.id == AwardRecipient.person_id)
        .where(AwardRecipient.award_id == award.id, may_be_named())
        .correlate(award)
    )


def is_ones_own(actor: Actor) -> ColumnElement[bool]:
    """Whether an award went to this person, or to their company as a whole."""
    company = and_(
        AwardRecipient.person_id.is_(None), AwardRecipient.organisation_id == actor.organisation_id
    )
    mine = or_(AwardRecipient.person_id == actor.person_id, company)
    if actor.is_vendor:
        mine = false()
    return exists().where(AwardRecipient.award_id == Award.id, mine).correlate(Award)


def readable_awards(actor: Actor) -> Select[Award]:
    """The awards a person may read: those on the wall, whoever's they are, and one's own beside it.

    The wall is a place made to be seen. What waits, was declined or taken back is on none of them.
    """
    if not actor.can("recognition.view"):
        return select(Award).where(false())
    on_wall = and_(Award.is_on_wall, is_shown())
    seen = or_(on_wall, is_ones_own(actor)) if not actor.is_vendor else is_shown()
    return select(Award).where(Award.state == AwardState.GIVEN, seen)


def list_gone(award_id: int) -> Select[str]:
    """Names of an award's recipients who could not be awarded now, by whomsoever: left, or shut out."""
    has_place = exists().where(
        Membership.person_id == AwardRecipient.person_id,
        Membership.organisation_id == AwardRecipient.organisation_id,
        Membership.ended_at.is_(None),
    )
    stays = and_(Person.status == PersonStatus.ACTIVE, has_place.correlate(AwardRecipient))
    return (
        select(func.coalesce(Person.name, Organisation.name))
        .select_from(AwardRecipient)
        .join(Organisation, Organisation.id == AwardRecipient.organisation_id)
        .outerjoin(Person, Person.id == AwardRecipient.person_id)
        .where(
            AwardRecipient.award_id == award_id,
            or_(
                Organisation.status != OrganisationStatus.ACTIVE,
                and_(AwardRecipient.person_id.is_not(None), not_(stays)),
            ),
        )
        .order_by(AwardRecipient.id)
    )


def awardable_people(actor: Actor) -> Select[Person, Organisation]:
    """People whom this actor may award: active ones of active companies that the actor may see."""
    return (
        select(Person, Organisation)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Person.status == PersonStatus.ACTIVE,
            Organisation.status == OrganisationStatus.ACTIVE,
            Organisation.id.in_(visible_organisation_ids(actor)),
        )
    )


def awardable_companies(actor: Actor) -> Select[Organisation]:
    """Companies whom this actor may award."""
    return select(Organisation).where(
        Organisation.status == OrganisationStatus.ACTIVE, Organisation.id.in_(visible_organisation_ids(actor))
    )


def person_receiver(person: Person, company: Organisation) -> Receiver:
    """A person as a receiver."""
    key = f"{PERSON}-{person.public_id}"
    return Receiver(key, person.id, company.id, person.public_id, person.name, company.name, person.locale)


def company_receiver(company: Organisation) -> Receiver:
    """A company as a receiver."""
    key = f"{COMPANY}-{company.public_id}"
    return Receiver(key, None, company.id, company.public_id, company.name, company.name, company.locale)


def find_receivers(keys: Sequence[str], actor: Actor) -> list[Receiver]:
    """The receivers with these keys (`p-<id>` or `c-<id>`), in this order, each once. Two statements.

    Raises NotFound if one of them is nobody whom the actor may award, InvalidInput for more than an award can have.
    """
    wanted = list(dict.fromkeys(keys))
    if len(wanted) > MOST_RECEIVERS:
        sentence = _("Choose at most %(count)s people or companies.", count=MOST_RECEIVERS)
        raise InvalidInput(sentence, fields={"to": sentence})
    ids = {kind: [key[2:] for key in wanted if key.startswith(f"{kind}-")] for kind in (PERSON, COMPANY)}
    found: dict[str, Receiver] = {}
    if ids[PERSON]:
        for row in db.session.execute(awardable_people(actor).where(Person.public_id.in_(ids[PERSON]))):
            one = person_receiver(row[0], row[1])
            found[one.key] = one
    if ids[COMPANY]:
        query = awardable_companies(actor).where(Organisation.public_id.in_(ids[COMPANY]))
        for company in db.session.scalars(query):
            one = company_receiver(company)
            found[one.key] = one
    if len(found) != len(wanted):
        raise NotFound()
    return [found[key] for key in wanted]
