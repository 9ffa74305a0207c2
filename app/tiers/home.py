"""The tier on home: one feed part, and the card that is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, Text, case, cast, func, literal, null, or_, select, union_all

from app.core.clock import today
from app.core.feed import FeedRow, feed_row
from app.core.i18n import _, ngettext
from app.core.types import BigInt, read_date
from app.identity.actor import Actor
from app.tiers import figures
from app.tiers.catalogue import Version, known_catalogue, load_catalogue
from app.tiers.figures import FIGURES
from app.tiers.models import Measure, TierStanding
from app.tiers.progress import Progress, furthest, in_the_way, progress
from app.tiers.windows import ROLLING, window_on

PART, STANDING = "tier", "standing"


class HomePlan(NamedTuple):
    """What decides the statement of home's card, beside the company: the version, its measures, the present window."""

    version_id: int
    measures: tuple[Measure, ...]
    start: date
    end: date


def home_plan(actor: Actor) -> HomePlan | None:
    """The plan that is for the actor's company now, or None. No statement."""
    if actor.organisation_id is None:
        return None
    version = known_catalogue().version_for(
        actor.organisation_id, actor.organisation_country or "", actor.organisation_kind or "", today()
    )
    if version is None:
        return None
    window = window_on(version.month, today())
    return HomePlan(version.id, tuple(version.definition.measures), window.start, window.end)


def home_rows(actor: Actor) -> Select[Any] | None:
    """What the actor's company has in its plan's present window, a row a measure (`extra`, `n1`), and a row for where
    it stands (`ref` the level, `text` the version, `at` the last day of a grace). `tier_card` reads them. None while no
    plan is for the company."""
    plan = home_plan(actor)
    return None if plan is None else home_select(plan, actor.organisation_id)


def home_select(plan: HomePlan, organisation_id: Any) -> Select[Any]:
    """`home_rows` for a company that is known by its id or by a parameter."""
    columns = FIGURES.c
    sums = (
        select(
            cast(columns.measure, Text).label("extra"),
            cast(func.sum(columns.worth), BigInteger).label("n1"),
            cast(null(), Text).label("ref"),
            cast(null(), Text).label("at"),
        )
        .where(
            columns.organisation_id == organisation_id,
            columns.measure.in_([measure for measure in plan.measures if measure != Measure.PASSES]),
            columns.day.between(plan.start, plan.end),
        )
        .group_by(columns.measure)
    )
    certified = (
        select(columns.part)
        .where(
            columns.organisation_id == organisation_id,
            columns.measure == Measure.PASSES,
            columns.day <= plan.end,
        )
        .group_by(columns.part)
        .having(
            or_(
                func.sum(case((columns.day <= plan.start, columns.amount), else_=0)) > 0,
                func.max(case((columns.day > plan.start, columns.amount), else_=0)) > 0,
            )
        )
        .subquery()
    )
    people = select(
        literal(Measure.PASSES.value).label("extra"),
        cast(func.count(), BigInteger).label("n1"),
        cast(null(), Text).label("ref"),
        cast(null(), Text).label("at"),
    ).select_from(certified)
    stands = select(
        literal(STANDING).label("extra"),
        cast(null(), BigInt).label("n1"),
        TierStanding.level.label("ref"),
        cast(TierStanding.grace_until, Text).label("at"),
    ).where(TierStanding.organisation_id == organisation_id)
    rows = union_all(sums, people, stands).subquery()
    return select(
        *feed_row(
            PART, extra=rows.c.extra, n1=rows.c.n1, ref=rows.c.ref, text=str(plan.version_id), at=rows.c.at
        )
    )


@dataclass(frozen=True, slots=True)
class Card:
    """The tier as home shows it: the metric furthest away, how many others are open, and until when the level is kept
    if the last review found something missing."""

    level: str
    next_level: str
    lead: Progress | None
    others: int
    days_left: int | None
    grace_until: date | None = None

    @property
    def is_top(self) -> bool:
        return not self.next_level

    @property
    def short_words(self) -> str:
        """RM 36k to Gold, whatever else is missing: for a place with room for a few words."""
        if self.is_top or self.lead is None:
            return self.level
        return _("%(gap)s to %(tier)s", gap=self.lead.gap_text, tier=self.next_level)

    @property
    def words(self) -> str:
        """RM 36k to Gold; RM 36k and 2 more to Gold."""
        if self.is_top or self.lead is None:
            return self.level
        gap, tier = self.lead.gap_text, self.next_level
        if not self.others:
            return self.short_words
        return ngettext(
            "%(gap)s and %(num)s more to %(tier)s", "%(gap)s and %(num)s more to %(tier)s", self.others, gap=gap,
            tier=tier,
        )  # fmt: skip


def tier_card(rows: Sequence[FeedRow]) -> Card | None:
    """The card from the feed's rows; None without any."""
    version = _version(rows)
    if version is None:
        return None
    definition = version.definition
    found = {row.extra: row.n1 or 0 for row in rows if row.extra != STANDING and row.extra is not None}
    stands = next((row for row in rows if row.extra == STANDING), None)
    own, until = (
        (definition.index(stands.ref), read_date(stands.at)) if stands else (definition.index(None), None)
    )
    have = figures.have(definition.metrics, found)
    level = definition.levels[own]
    if own + 1 == len(definition.levels):
        return Card(level.name, "", None, 0, None, until)
    above = definition.levels[own + 1]
    open_rows = in_the_way(definition, above, have, version.month)
    return Card(
        level.name, above.name, furthest(open_rows), max(len(open_rows) - 1, 0), _days_left(version.month, today()),
        until,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CompanyCard:
    """A company's tier beside its other figures: `lead` is the metric furthest away, `rows` all of the next level."""

    level: str
    next_level: str
    lead: Progress | None
    rows: list[Progress]


def company_card(organisation: Any) -> CompanyCard | None:
    """For anything with `id`, `country`, `kind` and `tier`; None while no plan is for it. One statement."""
    on = today()
    version = known_catalogue().version_for(organisation.id, organisation.country, str(organisation.kind), on)
    if version is None:
        return None
    definition = version.definition
    own = definition.index(organisation.tier)
    level = definition.levels[own]
    if own + 1 == len(definition.levels):
        return CompanyCard(level.name, "", None, [])
    found = figures.sums([organisation.id], window_on(version.month, on)).get(organisation.id, {})
    above = definition.levels[own + 1]
    have = figures.have(definition.metrics, found)
    rows = progress(definition, above, have, version.month)
    return CompanyCard(
        level.name, above.name, furthest(in_the_way(definition, above, have, version.month)), rows
    )


def tier_name(slug: str | None) -> str:
    """What a level is called, without a statement; empty for none."""
    return known_catalogue().name_of(slug, today()) or (slug or "").capitalize()


def _version(rows: Sequence[FeedRow]) -> Version | None:
    texts = [row.text for row in rows if row.text]
    if not texts:
        return None
    wanted = int(texts[0])
    return known_catalogue().version(wanted) or load_catalogue().version(wanted)


def _days_left(month: int, on: date) -> int | None:
    """Days of the year after today; none with a rolling window."""
    return None if month == ROLLING else (window_on(month, on).end - on).days
