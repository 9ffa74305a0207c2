"""Years of service of one day: on the wall they are one card, whoever they are, and one tap applauds them all.

A company that joined with three hundred people would otherwise fill twenty pages a year later. Each award stays its own,
with its own page, applause and certificate; the card stands for those that the same reader sees in the same view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, distinct, exists, func, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.identity.actor import Actor
from app.partners.models import Organisation
from app.recognition.models import Applause, Award, AwardRecipient, AwardState
from app.recognition.scope import is_shown

VIEWS = ("all", "mine", "company", "country")
TOGETHER = ("all", "company", "country")  # one's own awards stand each by itself


@dataclass(frozen=True, slots=True)
class Group:
    """How many awards a card stands for, how many people applaud one of them, and whether the reader applauds all."""

    count: int
    applause: int
    applauded: bool


def in_view(view: str, actor: Actor, award: Any = Award) -> list[ColumnElement[bool]]:
    """What narrows the wall to a view: none for all, the reader's company or country."""
    if view == "company":
        return [_has_recipient(AwardRecipient.organisation_id == actor.organisation_id, award)]
    if view == "country":
        return [_has_recipient(Organisation.country == actor.organisation_country, award)]
    return []


def _has_recipient(condition: ColumnElement[bool], award: Any) -> ColumnElement[bool]:
    return exists(
        select(AwardRecipient.id)
        .join(Organisation, Organisation.id == AwardRecipient.organisation_id)
        .where(AwardRecipient.award_id == award.id, condition)
        .correlate(award)
    )


def _of_the_day(fellow: Any, view: str, actor: Actor) -> ColumnElement[bool]:
    """The awards on the wall for the same years and day as `Award`, itself among them; never true without years."""
    return and_(
        fellow.state == AwardState.GIVEN,
        fellow.happened_at == Award.happened_at,
        fellow.service_years == Award.service_years,
        fellow.is_on_wall,
        is_shown(fellow),
        *in_view(view, actor, fellow),
    )


def has_newer(view: str, actor: Actor) -> ColumnElement[bool]:
    """Whether a newer award of the same day stands on the wall for this one too."""
    fellow = aliased(Award)
    query = select(fellow.id).where(_of_the_day(fellow, view, actor), fellow.id > Award.id)
    return exists(query.correlate(Award))


def group_columns(view: str, actor: Actor) -> list[Any]:
    """The columns of a `Group`, for a query of awards; an award without years is a group of one."""
    one, two, three = aliased(Award), aliased(Award), aliased(Award)
    count = select(func.count(one.id)).where(_of_the_day(one, view, actor)).correlate(Award)
    applause = (
        select(func.count(distinct(Applause.person_id)))
        .join(two, two.id == Applause.award_id)
        .where(_of_the_day(two, view, actor))
        .correlate(Award)
    )
    mine = exists().where(Applause.award_id == three.id, Applause.person_id == actor.person_id)
    missing = select(three.id).where(_of_the_day(three, view, actor), ~mine.correlate(three))
    years = Award.service_years.is_not(None)
    return [
        case((years, count.scalar_subquery()), else_=1).label("group_count"),
        case((years, applause.scalar_subquery()), else_=0).label("group_applause"),
        case((and_(years, ~exists(missing.correlate(Award))), 1), else_=0).label("group_applauded"),
    ]


def find_group(award_id: int, view: str, actor: Actor) -> Group:
    """The group that an award stands for in a view."""
    row = db.session.execute(select(*group_columns(view, actor)).where(Award.id == award_id)).one()
    return Group(row.group_count, row.group_applause, bool(row.group_applauded))


def list_group(award_id: int, view: str, actor: Actor) -> list[int]:
    """The awards that an award stands for in a view, itself among them, by id."""
    fellow = aliased(Award)
    query = select(fellow.id).join(Award, _of_the_day(fellow, view, actor)).where(Award.id == award_id)
    return sorted({award_id, *db.session.scalars(query)})
