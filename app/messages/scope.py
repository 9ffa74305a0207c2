"""Whose announcements: readers by the audience, the vendor's people by what they look after."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.core.clock import utc_now
from app.identity.actor import Actor
from app.identity.audience import people_of
from app.identity.models import Person
from app.messages.models import Announcement, Receipt, Revision, State, Wording
from app.partners.audience import Audience
from app.partners.models import Organisation, OrganisationManager, Role


def bars(values: tuple[Any, ...]) -> str:
    """Values as a `for_*` column holds them: `|MY|ID|`, or nothing for everybody."""
    return f"|{'|'.join(map(str, values))}|" if values else ""


def audience_columns(audience: Audience) -> dict[str, Any]:
    """An audience as the columns of an announcement."""
    return {
        "audience": audience.to_record(),
        "for_countries": bars(audience.countries),
        "for_kinds": bars(audience.kinds),
        "for_tiers": bars(audience.tiers),
        "for_organisations": bars(audience.organisation_ids),
    }


def _holds(column: Any, value: Any) -> ColumnElement[bool]:
    """Whether a `for_*` column is empty or has the value of a company's row in it."""
    marked = literal("|").concat(value).concat("|")
    return or_(column == "", func.replace(column, marked, "") != column)


def fits() -> ColumnElement[bool]:
    """`Audience.matches` on a row of announcements and a row of organisations."""
    link = aliased(OrganisationManager)
    looked_after = exists().where(link.organisation_id == Organisation.id)
    return and_(
        _holds(Announcement.for_countries, Organisation.country),
        _holds(Announcement.for_kinds, Organisation.kind),
        _holds(Announcement.for_tiers, Organisation.tier),
        _holds(Announcement.for_organisations, Organisation.id),
        or_(
            Announcement.manager_id.is_(None),
            looked_after.where(link.person_id == Announcement.manager_id),
            ~looked_after,
        ),
    )


def in_care_of(manager_id: int) -> ColumnElement[bool]:
    """Companies that a person looks after, and those that nobody looks after."""
    link = OrganisationManager
    looked_after = exists().where(link.organisation_id == Organisation.id)
    return or_(looked_after.where(link.person_id == manager_id), ~looked_after)


def readers_of(announcement: Announcement) -> Select[int]:
    """Ids of the people it is for, today."""
    query = people_of(Audience.from_record(announcement.audience))
    return query.where(in_care_of(announcement.manager_id)) if announcement.manager_id else query


def wording_for(locale: Any, revision_id: Any) -> Any:
    """The language that a reader gets: their own, else English, else what there is. None if nothing is ready."""
    other = aliased(Wording)
    rank = case((other.locale == locale, "0"), (other.locale == "en", "1"), else_="2")
    return (  # the least of rank and name: SQLite lets no ORDER BY of a subquery look outside
        select(func.substr(func.min(rank.concat(other.locale)), 2))
        .where(other.revision_id == revision_id, other.title != "", other.body != "")
        .scalar_subquery()
    )


def readable(actor: Actor, *columns: Any, states: tuple[State, ...] = (State.LIVE,)) -> Select[Any]:
    """What a partner's person may read, in their language, with their receipt. The one scope of reading.

    One row an announcement: its live revision, the wording for the reader, and the receipt or nulls. Knows the actor
    by their ids alone, so that it also serves for `actor.stand_in`.
    """
    return (
        select(*columns)
        .select_from(Announcement)
        .join(Revision, and_(Revision.announcement_id == Announcement.id, Revision.is_live))
        .join(Person, Person.id == actor.person_id)
        .join(Organisation, Organisation.id == actor.organisation_id)
        .join(Wording, Wording.revision_id == Revision.id)
        .outerjoin(Receipt, and_(Receipt.revision_id == Revision.id, Receipt.person_id == Person.id))
        .where(
            Announcement.state.in_(states),
            fits(),
            Wording.locale == wording_for(Person.locale, Revision.id),
        )
    )


def visible_announcements(actor: Actor) -> Select[Announcement]:
    """What the vendor's people see: everything; a channel manager the own drafts and what has been told."""
    query = select(Announcement)
    if not actor.can("news.admin_view"):
        return query.where(false())
    if actor.role is Role.CHANNEL_MANAGER:
        told = Announcement.state.in_((State.LIVE, State.ENDED, State.TAKEN_DOWN))
        query = query.where(or_(Announcement.created_by_id == actor.person_id, told))
    return query


def may_edit(announcement: Announcement, actor: Actor) -> bool:
    """Whether a person may change it: a channel manager only what they made."""
    own = actor.role is not Role.CHANNEL_MANAGER or announcement.created_by_id == actor.person_id
    return own and actor.can("news.edit")


def is_over(announcement: Announcement) -> bool:
    """Whether its end has passed, though the worker may not have been there yet."""
    return announcement.ends_at is not None and announcement.ends_at <= utc_now()
