"""The wall, one award on it, and what other pages say of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import NotFound
from app.core.feed import feed_row
from app.core.i18n import current_locale, ngettext
from app.identity.actor import Actor
from app.identity.models import Person
from app.partners.models import Organisation
from app.recognition.groups import TOGETHER, VIEWS, group_columns, has_newer, in_view
from app.recognition.models import Award, AwardCategory, AwardEvent, AwardRecipient
from app.recognition.queries.rows import (
    AwardRow,
    Recipient,
    add_recipients,
    applause_count,
    as_rows,
    has_applauded,
    localized,
    row_columns,
)
from app.recognition.scope import is_ones_own, may_be_named, readable_awards

__all__ = ["VIEWS", "Shelf", "Wall", "find_award", "home_rows", "list_chips", "list_wall", "more_fact"]

PAGE = 15
FEATURED_DAYS = 100


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which awards: `view` one of VIEWS, `category` a slug or empty, `day` the award whose day and years are wanted."""

    view: str = "all"
    category: str = ""
    day: str = ""

    @property
    def is_whole(self) -> bool:
        return self.view == "all" and not self.category and not self.day

    @property
    def is_grouped(self) -> bool:
        """Whether years of service of one day stand together."""
        return self.view in TOGETHER and not self.day


@dataclass(frozen=True, slots=True)
class Wall:
    """Awards, newest first; `lead` is the one that leads the wall; `after` where the next page begins."""

    lead: AwardRow | None
    rows: list[AwardRow]
    after: str | None


@dataclass(frozen=True, slots=True)
class Chip:
    """A category to choose."""

    slug: str
    name: str


def list_wall(actor: Actor, shelf: Shelf, after: str = "") -> Wall:
    """A page of the wall. Two statements, three where an award leads it."""
    query = _listed(actor, shelf)
    if shelf.is_grouped:
        query = query.add_columns(*group_columns(shelf.view, actor)).where(~has_newer(shelf.view, actor))
    lead = _find_lead(actor) if shelf.is_whole else None
    if lead is not None:
        query = query.where(Award.id != lead.id)
    place = after_key(after)
    if place is not None:
        at, last = place
        query = query.where(or_(Award.happened_at < at, and_(Award.happened_at == at, Award.id < last)))
    found = db.session.execute(query.limit(PAGE + 1)).all()
    rows = _grouped(found) if shelf.is_grouped else as_rows(found)
    following = rows[PAGE - 1].key if len(rows) > PAGE else None
    rows = rows[:PAGE]
    shown = lead if place is None else None
    add_recipients([*rows, *([shown] if shown else [])])
    return Wall(shown, rows, following)


def _grouped(found: Sequence[Any]) -> list[AwardRow]:
    """Rows whose applause, where a card stands for several, is that of all of them."""
    rows = as_rows(each[:-3] for each in found)
    for row, each in zip(rows, found, strict=True):
        if each.group_count > 1:
            row.others = each.group_count - 1
            row.applause, row.applauded = each.group_applause, bool(each.group_applauded)
    return rows


def after_key(text: str) -> tuple[datetime, int] | None:
    """Where a page begins, from the address; None for the first page and for what is no place."""
    found = re.fullmatch(r"(\d{1,17})-(\d{1,18})", text)
    if found is None:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(found[1])), int(found[2])


def _listed(actor: Actor, shelf: Shelf) -> Select[Any]:
    query = (
        readable_awards(actor)
        .join(AwardCategory, AwardCategory.id == Award.category_id)
        .with_only_columns(*row_columns(actor))
        .order_by(Award.happened_at.desc(), Award.id.desc())
    )
    if shelf.category:
        query = query.where(AwardCategory.slug == shelf.category)
    if shelf.view == "mine":
        return query.where(is_ones_own(actor))
    query = query.where(Award.is_on_wall, *in_view(shelf.view, actor))
    if shelf.day:
        day = aliased(Award)
        same = and_(day.happened_at == Award.happened_at, day.service_years == Award.service_years)
        query = query.where(exists(select(day.id).where(day.public_id == shelf.day, same).correlate(Award)))
    return query


def _find_lead(actor: Actor) -> AwardRow | None:
    """The newest award of a category that leads the wall, of the last hundred days."""
    query = _listed(actor, Shelf()).where(
        AwardCategory.is_featured, Award.happened_at >= utc_now() - timedelta(days=FEATURED_DAYS)
    )
    found = as_rows(db.session.execute(query.limit(1)))
    return found[0] if found else None


def list_chips(actor: Actor) -> tuple[list[Chip], int]:
    """Categories that have an award on the wall, in the vendor's order, and how many awards are one's own."""
    on_wall = readable_awards(actor).where(Award.category_id == AwardCategory.id, Award.is_on_wall)
    query = (
        select(
            AwardCategory.slug,
            localized("name", current_locale()).label("name"),
            own_count(actor).scalar_subquery().label("mine"),
        )
        .where(exists(on_wall.with_only_columns(Award.id).correlate(AwardCategory)))
        .order_by(AwardCategory.position, AwardCategory.id)
    )
    found = db.session.execute(query).all()
    mine = found[0].mine if found else int(db.session.scalar(own_count(actor)) or 0)
    return [Chip(row.slug, row.name) for row in found], mine


def own_count(actor: Actor) -> Select[int]:
    """The query of how many awards are a person's or their company's."""
    return (
        readable_awards(actor)
        .where(is_ones_own(actor))
        .with_only_columns(func.count(Award.id), maintain_column_froms=True)
    )


@dataclass(frozen=True, slots=True)
class AwardView:
    """One award with those recipients that the reader may answer for."""

    award: AwardRow
    own: list[Recipient]
    events: list[Any]


def find_award(public_id: str, actor: Actor) -> AwardView:
    """One award that a person may read. Two statements. Raises NotFound."""
    query = (
        readable_awards(actor)
        .join(AwardCategory, AwardCategory.id == Award.category_id)
        .with_only_columns(*row_columns(actor))
        .where(Award.public_id == public_id)
    )
    found = as_rows(db.session.execute(query)) if public_id.isalnum() else []
    if not found:
        raise NotFound()
    add_recipients(found)
    return AwardView(found[0], [one for one in found[0].recipients if answers_for(one, actor)], [])


def answers_for(recipient: Recipient, actor: Actor) -> bool:
    """Whether this person may say if the recipient is named in public."""
    if recipient.person_id is not None:
        return recipient.person_id == actor.person_id
    return recipient.organisation_id == actor.organisation_id and actor.can("team.manage")


def may_print(recipient: Recipient, actor: Actor) -> bool:
    """Whether a certificate is this person's to print: their own, their company's, or any for the vendor."""
    if actor.is_vendor:
        return actor.can("recognition.admin_view")
    if recipient.person_id is not None:
        return recipient.person_id == actor.person_id
    return recipient.organisation_id == actor.organisation_id


def find_picture_key(public_id: str, actor: Actor) -> str:
    """Where an award's picture lies. Raises NotFound."""
    query = readable_awards(actor).where(Award.public_id == public_id, Award.picture_key.is_not(None))
    found = db.session.scalar(query.with_only_columns(Award.picture_key))
    if found is None:
        raise NotFound()
    return found


def list_events(award_id: int) -> list[Any]:
    """What happened to an award: (kind, name of who did it, note, when), oldest first."""
    query = (
        select(AwardEvent.kind, Person.name, AwardEvent.note, AwardEvent.occurred_at)
        .outerjoin(Person, Person.id == AwardEvent.actor_id)
        .where(AwardEvent.award_id == award_id)
        .order_by(AwardEvent.id)
    )
    return list(db.session.execute(query))


def first_name() -> ColumnElement[str]:
    """The name of the first recipient who may be named."""
    return (
        select(func.coalesce(Person.name, Organisation.name))
        .select_from(AwardRecipient)
        .join(Organisation, Organisation.id == AwardRecipient.organisation_id)
        .outerjoin(Person, Person.id == AwardRecipient.person_id)
        .where(AwardRecipient.award_id == Award.id, may_be_named())
        .order_by(AwardRecipient.id)
        .limit(1)
        .correlate(Award)
        .scalar_subquery()
    )


def home_rows(actor: Actor) -> Select[Any] | None:
    """The newest award on the wall as a feed row, in the actor's language; years of service stand on the wall only."""
    if not actor.can("recognition.view"):
        return None
    locale = actor.locale
    return (
        readable_awards(actor)
        .join(AwardCategory, AwardCategory.id == Award.category_id)
        .where(Award.is_on_wall, Award.service_years.is_(None))
        .with_only_columns(
            *feed_row(
                "award",
                ref=Award.public_id,
                title=first_name(),
                text=Award.citation,
                extra=localized("name", locale),
                n1=applause_count(),
                n2=case((has_applauded(actor), 1), else_=0),
                at=Award.happened_at,
            )
        )
        .order_by(Award.happened_at.desc(), Award.id.desc())
        .limit(1)
    )


def more_fact(actor: Actor) -> str | None:
    """How many awards a person has, for the tile; None if none. One statement."""
    count = int(db.session.scalar(own_count(actor)) or 0)
    return ngettext("%(num)s award", "%(num)s awards", count) if count else None
