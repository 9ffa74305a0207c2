"""What the vendor sees of announcements: the list, who has read and confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.core.db import db
from app.identity.actor import Actor
from app.identity.models import Person, PersonStatus
from app.messages.models import Announcement, Receipt, Revision, State, Wording
from app.messages.scope import in_care_of, readers_of, visible_announcements, wording_for
from app.partners.audience import Audience
from app.partners.models import Membership, Organisation, OrganisationStatus
from app.partners.queries import visible_organisation_ids

PAGE_SIZE, RECEIPT_PAGE = 25, 50
ANSWERS = ("all", "read", "unread", "confirmed", "unconfirmed")


@dataclass(frozen=True, slots=True)
class Item:
    """An announcement in the vendor's list: how many were told of its wording, read it, confirmed it."""

    row: Announcement
    title: str
    locale: str
    told: int
    read: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class ItemPage:
    items: list[Item]
    next: str | None


@dataclass(frozen=True, slots=True)
class Reader:
    """One person of the audience, with the receipt of the live wording."""

    public_id: str
    name: str
    email: str
    company: str
    country: str
    read_at: datetime | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReaderPage:
    readers: list[Reader]
    next: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """People of the audience, and how many of them have read and confirmed the live wording."""

    people: int
    read: int
    confirmed: int

    def of(self, answer: str) -> int:
        return {
            "all": self.people,
            "read": self.read,
            "unread": self.people - self.read,
            "confirmed": self.confirmed,
            "unconfirmed": self.people - self.confirmed,
        }[answer]


def list_announcements(
    actor: Actor, *, state: State | None = None, locale: str = "en", after: str = ""
) -> ItemPage:
    """A page of announcements, the newest first. An unknown key begins at the start."""
    shown = aliased(Revision)
    newest = (
        select(shown.id)
        .where(shown.announcement_id == Announcement.id)
        .order_by(shown.is_live.desc(), shown.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    read, confirmed = (
        select(func.count(column)).where(Receipt.revision_id == Revision.id).scalar_subquery()
        for column in (Receipt.id, Receipt.confirmed_at)
    )
    query = (
        visible_announcements(actor)
        .select_from(Announcement)
        .join(Revision, Revision.id == newest)
        .outerjoin(
            Wording,
            and_(Wording.revision_id == Revision.id, Wording.locale == wording_for(locale, Revision.id)),
        )
        .add_columns(Wording.title, Wording.locale, Revision.told_count, read, confirmed)
        .order_by(Announcement.id.desc())
    )
    if state is not None:
        query = query.where(Announcement.state == state)
    if after:
        last = select(Announcement.id).where(Announcement.public_id == after).scalar_subquery()
        query = query.where(Announcement.id < func.coalesce(last, 2**62))
    rows = list(db.session.execute(query.limit(PAGE_SIZE + 1)))
    items = [Item(row[0], row[1] or "", row[2] or locale, *row[3:]) for row in rows[:PAGE_SIZE]]
    return ItemPage(items, items[-1].row.public_id if len(rows) > PAGE_SIZE else None)


def count_states(actor: Actor) -> dict[State, int]:
    """How many announcements are in each state."""
    query = visible_announcements(actor).with_only_columns(Announcement.state, func.count())
    return {row[0]: int(row[1]) for row in db.session.execute(query.group_by(Announcement.state))}


def live_revision(announcement_id: int) -> Revision | None:
    """The wording that is, or was last, read."""
    query = select(Revision).where(Revision.announcement_id == announcement_id, Revision.is_live)
    return db.session.scalars(query).first()


def _people(announcement: Announcement, revision_id: int, actor: Actor, *columns: Any) -> Select[Any]:
    """People in the actor's sight who belong to the audience today, or who have read it."""
    belongs = and_(
        Person.status == PersonStatus.ACTIVE,
        Organisation.status == OrganisationStatus.ACTIVE,
        Audience.from_record(announcement.audience).condition(),
    )
    if announcement.manager_id is not None:
        belongs = and_(belongs, in_care_of(announcement.manager_id))
    return (
        select(*columns)
        .select_from(Person)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Receipt, and_(Receipt.revision_id == revision_id, Receipt.person_id == Person.id))
        .where(or_(belongs, Receipt.id.is_not(None)), Organisation.id.in_(visible_organisation_ids(actor)))
    )


def has_readers(announcement: Announcement) -> bool:
    """Whether anybody belongs to its audience today. One statement."""
    return db.session.scalar(readers_of(announcement).limit(1)) is not None


def count_readers(announcement: Announcement, revision_id: int, actor: Actor) -> Counts:
    """How many have read and confirmed a wording. One statement."""
    query = _people(
        announcement,
        revision_id,
        actor,
        func.count(Person.id),
        func.count(Receipt.read_at),
        func.count(Receipt.confirmed_at),
    )
    return Counts(*(int(value) for value in db.session.execute(query).one()))


def list_readers(
    announcement: Announcement,
    revision_id: int,
    actor: Actor,
    *,
    answer: str = "all",
    after: str = "",
    limit: int = RECEIPT_PAGE,
) -> ReaderPage:
    """A page of people by name, with their receipts. `answer`: one of ANSWERS."""
    query = _people(
        announcement,
        revision_id,
        actor,
        Person.public_id,
        Person.name,
        Person.email,
        Organisation.name,
        Organisation.country,
        Receipt.read_at,
        Receipt.confirmed_at,
    ).order_by(Person.name, Person.id)
    if answer == "read":
        query = query.where(Receipt.read_at.is_not(None))
    elif answer == "unread":
        query = query.where(Receipt.read_at.is_(None))
    elif answer == "confirmed":
        query = query.where(Receipt.confirmed_at.is_not(None))
    elif answer == "unconfirmed":
        query = query.where(Receipt.confirmed_at.is_(None))
    if after:
        other = aliased(Person)
        last = db.session.execute(select(other.name, other.id).where(other.public_id == after)).first()
        if last is not None:
            query = query.where(tuple_(Person.name, Person.id) > tuple_(*last))
    rows = list(db.session.execute(query.limit(limit + 1)))
    readers = [Reader(*row) for row in rows[:limit]]
    return ReaderPage(readers, readers[-1].public_id if len(rows) > limit else None)


def walk_readers(announcement: Announcement, revision_id: int, actor: Actor, answer: str) -> Iterator[Reader]:
    """Everybody of the list, page after page."""
    after = ""
    while True:
        page = list_readers(announcement, revision_id, actor, answer=answer, after=after, limit=1000)
        yield from page.readers
        if page.next is None:
            return
        after = page.next
