"""What has happened since somebody of the vendor's was last here: at most five lines, each an action or a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select

from app.company.figures import active_people
from app.company.seen import AWAY_DAYS
from app.core.clock import local, today, utc_now, zone
from app.core.feed import FeedRow, feed_row
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_points
from app.core.types import UTCDateTime
from app.deals.models import Deal
from app.deals.scope import visible_deals
from app.deals.states import DealState
from app.identity.actor import Actor
from app.identity.models import Person, UserSession
from app.partners.models import Organisation
from app.partners.queries import visible_organisation_ids
from app.rewards.models import Order, OrderState
from app.tiers.models import Cause, TierChange
from app.tiers.overview import nearest
from app.tiers.queries import level_names
from app.training.models import CoursePass

LINES = 5
USUAL_DAYS, LONGEST_DAYS = 3, 14  # back to when, if nobody was here for longer
OF_A_KIND = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is about, what there is to say, where it leads. `asks`: something may be done about it."""

    name: str
    words: str
    href: str
    at: datetime | None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Since:
    """`left_at`: when the person was here last before today; None if that is too long ago to go back to."""

    left_at: datetime | None
    lines: Sequence[Line] = ()


def instant(text: str | None) -> datetime | None:
    """An instant as either database casts it to text."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def since_rows(actor: Actor) -> list[Select[Any]]:
    """Feed rows of what happened since: parts `left`, `risen`, `quiet`, `passes`, `won`, `taken`."""
    left, mine = _left_at(actor), visible_organisation_ids(actor)
    found = [select(*feed_row("left", at=_last_visit(actor)))]
    if actor.can("tier.admin_view"):
        found.append(
            select(*feed_row("risen", ref=Organisation.public_id, title=Organisation.name, text=TierChange.from_level,
                             extra=TierChange.to_level, at=TierChange.created_at))
            .join(Organisation, Organisation.id == TierChange.organisation_id)
            .where(TierChange.created_at >= left, TierChange.cause != Cause.PLAN, TierChange.from_level.is_not(None),
                   Organisation.id.in_(mine))
            .order_by(TierChange.id.desc())
            .limit(OF_A_KIND)
        )  # fmt: skip
    if actor.can("partner.view"):
        found.append(_quiet(actor))
    if actor.can("training.admin_view"):
        companies = func.count(CoursePass.organisation_id.distinct())
        found.append(
            select(*feed_row("passes", n1=func.sum(CoursePass.points), n2=func.count(), extra=companies,
                             at=func.max(CoursePass.passed_at)))
            .where(CoursePass.passed_at >= left, CoursePass.organisation_id.in_(mine))
        )  # fmt: skip
    if actor.can("deal.review"):
        won = visible_deals(actor).where(Deal.state == DealState.WON, Deal.closed_at >= left)
        companies = func.count(Deal.organisation_id.distinct())
        columns = feed_row("won", n1=func.count(Deal.id), n2=companies, at=func.max(Deal.closed_at))
        found.append(won.with_only_columns(*columns, maintain_column_froms=True))
    if actor.can("reward.edit") or actor.can("ledger.adjust"):
        given_back = (OrderState.FAILED, OrderState.CANCELLED)
        found.append(
            select(*feed_row("taken", n1=func.count(Order.id), n2=func.sum(Order.points), at=func.max(Order.created_at)))
            .where(Order.created_at >= left, Order.state.not_in(given_back))
        )  # fmt: skip
    return found


def _last_visit(actor: Actor) -> ColumnElement[Any]:
    """When the person was last here on a day before today, within a fortnight."""
    here = zone(actor.zone)
    midnight = datetime.combine(today(actor.zone), datetime.min.time(), here)
    seen = UserSession.seen_at
    return (
        select(func.max(seen))
        .where(
            UserSession.person_id == actor.person_id,
            seen < midnight,
            seen >= midnight - timedelta(days=LONGEST_DAYS),
        )
        .scalar_subquery()
    )


def _left_at(actor: Actor) -> ColumnElement[datetime]:
    return func.coalesce(
        _last_visit(actor), literal(utc_now() - timedelta(days=USUAL_DAYS), UTCDateTime), type_=UTCDateTime
    )


def _quiet(actor: Actor) -> Select[Any]:
    """Companies of which the last person came just too long ago, and how many of their deals are protected."""
    now = utc_now()
    seen = active_people().with_only_columns(func.max(Person.last_seen_at)).scalar_subquery()
    protected = (
        select(func.count())
        .where(Deal.organisation_id == Organisation.id, Deal.state == DealState.APPROVED)
        .scalar_subquery()
    )
    return (
        select(*feed_row("quiet", ref=Organisation.public_id, title=Organisation.name, n1=protected, at=seen))
        .where(
            Organisation.id.in_(visible_organisation_ids(actor)),
            seen < now - timedelta(days=AWAY_DAYS),
            seen >= now - timedelta(days=AWAY_DAYS + LONGEST_DAYS),
        )
        .order_by(seen.desc())
        .limit(OF_A_KIND)
    )


def read_since(actor: Actor, feed: Mapping[str, Sequence[FeedRow]]) -> Since:
    """The lines for what the feed says, actions before facts. Two statements more, for who is near a level."""
    left_at = next((instant(row.at) for row in feed.get("left", ())), None)
    since = left_at or utc_now() - timedelta(days=USUAL_DAYS)
    lines: list[Line] = []
    if actor.can("tier.admin_view") and actor.can("partner.view"):
        near = nearest(actor, local(since, actor.zone).date())[:OF_A_KIND]
        lines += [Line(one.name, one.words, f"/admin/partners/{one.public_id}", None, True) for one in near]
    for row in feed.get("quiet", ()):
        seen = instant(row.at)
        if seen is not None and seen >= since - timedelta(days=AWAY_DAYS):
            lines.append(_quiet_line(row, seen))
    lines += _risen_lines(feed.get("risen", ()))
    counted = (row for part in ("won", "passes", "taken") for row in feed.get(part, ()))
    lines += [_counted_line(row) for row in counted if row.n2]
    return Since(left_at, lines[:LINES])


def _quiet_line(row: FeedRow, seen: datetime) -> Line:
    days = (utc_now() - seen).days
    if row.n1:
        deals = ngettext("%(num)s protected deal", "%(num)s protected deals", row.n1)
        words = ngettext(
            "no sign-in for %(num)s day, %(deals)s",
            "no sign-in for %(num)s days, %(deals)s",
            days,
            deals=deals,
        )
    else:
        words = ngettext("no sign-in for %(num)s day", "no sign-in for %(num)s days", days)
    at = seen + timedelta(days=AWAY_DAYS)
    return Line(row.title or "", words, f"/admin/partners/{row.ref}", at, True)


def _risen_lines(rows: Sequence[FeedRow]) -> list[Line]:
    names = level_names() if rows else {}
    order, lines = list(names), []
    for row in rows:
        if row.text not in names or row.extra not in names:
            continue  # of a plan that is not in force any more
        is_up, tier = order.index(row.extra) > order.index(row.text), names[row.extra]
        words = _("risen to %(tier)s", tier=tier) if is_up else _("lowered to %(tier)s", tier=tier)
        lines.append(Line(row.title or "", words, f"/admin/partners/{row.ref}", instant(row.at), not is_up))
    return lines


def _counted_line(row: FeedRow) -> Line:
    """What is many events in one line."""
    at, count = instant(row.at), row.n1 or 0
    if row.part == "won":
        return Line(_("Deals won"), _in_companies(count, row.n2 or 0), "/admin/deals?state=won", at)
    if row.part == "taken":
        points = _points(row.n2 or 0)
        words = ngettext("%(num)s order, %(points)s", "%(num)s orders, %(points)s", count, points=points)
        return Line(_("Rewards"), words, "/admin/orders", at)
    passed, companies = row.n2 or 0, int(row.extra or 0)
    words = _in_companies(passed, companies)
    if count:
        words = ngettext(
            "%(count)s in %(num)s company, %(points)s", "%(count)s in %(num)s companies, %(points)s", companies,
            count=passed, points=_points(count),
        )  # fmt: skip
    return Line(_("Courses passed"), words, "/admin/training", at)


def _in_companies(count: int, companies: int) -> str:
    return ngettext("%(count)s in %(num)s company", "%(count)s in %(num)s companies", companies, count=count)


def _points(count: int) -> str:
    said = format_points(count, current_locale())
    return ngettext("%(points)s point", "%(points)s points", count, points=said)
