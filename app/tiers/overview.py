"""The vendor's view of all companies: how many stand where by which rules, and who is near a border."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from app.core.clock import today
from app.core.db import db
from app.core.i18n import _, ngettext
from app.identity.actor import Actor
from app.partners.models import Organisation
from app.partners.queries import visible_organisation_ids
from app.tiers import figures
from app.tiers.catalogue import Catalogue, Version, known_catalogue, load_catalogue
from app.tiers.models import TierFigure, TierPin, TierPlan, TierVersion, VersionState
from app.tiers.plans import Definition
from app.tiers.progress import gap_line, share_of
from app.tiers.standings import STANDINGS, holds
from app.tiers.windows import Window, window_on

NEAR = Fraction(2, 3)  # of the way to the next level
SHOWN = 8
TONES = ("neutral", "soft", "accent", "brand")


@dataclass(frozen=True, slots=True)
class Near:
    """A company near a border: what it lacks for the next level, or for its own."""

    public_id: str
    name: str
    words: str
    share: int
    is_short: bool
    grace_until: date | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts per level under the rules in force and under a draft, and who is near."""

    live: list[int] = field(default_factory=list)
    draft: list[int] = field(default_factory=list)
    standing: list[int] = field(default_factory=list)
    up: int = 0
    down: int = 0
    near: list[Near] = field(default_factory=list)
    at_risk: list[Near] = field(default_factory=list)
    next_review_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan as the admin pages know it: what is in force, what comes, what is being written."""

    id: int
    public_id: str
    name: str
    versions: list[TierVersion]

    @property
    def open_version(self) -> TierVersion | None:
        return next((each for each in self.versions if each.state is not VersionState.PUBLISHED), None)

    @property
    def published(self) -> list[TierVersion]:
        return [each for each in self.versions if each.state is VersionState.PUBLISHED]

    @property
    def live(self) -> TierVersion | None:
        """The version of today; before the first day of the first, that one."""
        running = [each for each in self.published if each.applies_from <= today()]
        return running[-1] if running else next(iter(self.published), None)

    def before(self, version: TierVersion) -> TierVersion | None:
        """The published version that this one follows."""
        return next((each for each in reversed(self.published) if each.number < version.number), None)

    def after(self, version: TierVersion) -> TierVersion | None:
        """The published version that follows this one."""
        return next((each for each in self.published if each.number > version.number), None)

    @property
    def coming(self) -> TierVersion | None:
        return next((each for each in self.published if each.applies_from > today()), None)


def list_plans() -> list[PlanRow]:
    """Every plan with its versions, oldest first. One statement."""
    query = (
        select(TierPlan, TierVersion)
        .join(TierVersion, TierVersion.plan_id == TierPlan.id)
        .order_by(TierPlan.position, TierPlan.id, TierVersion.number)
    )
    found: dict[int, PlanRow] = {}
    for plan, version in db.session.execute(query):
        row = found.setdefault(plan.id, PlanRow(plan.id, plan.public_id, plan.name, []))
        row.versions.append(version)
    return list(found.values())


def waiting_count(actor: Actor) -> Any:
    """How many versions wait for a second person, for those who may be it."""
    if not actor.can("tier.publish"):
        return None
    return select(func.count(TierVersion.id)).where(TierVersion.state == VersionState.WAITING)


def look(
    live: Version, draft: Definition | None, draft_month: int, catalogue: Catalogue, actor: Actor
) -> Overview:
    """Where the companies of a plan would stand if they were reviewed today; who is pinned stays. Three statements."""
    on = today()
    mine = [row for row in _companies(actor) if _has(catalogue, live, row, on)]
    window = window_on(live.month, on)
    found = _all_sums([window] if draft is None else list({window, window_on(draft_month, on)}))
    overview = Overview(
        [0] * len(live.levels), [0] * len(draft.levels) if draft else [], [0] * len(live.levels)
    )
    up = down = 0
    near: list[tuple[Fraction, Near]] = []
    risk: list[tuple[Fraction, Near]] = []
    definition = live.definition
    for row in mine:
        have = figures.have(definition.metrics, found[window].get(row.id, {}))
        own, is_held = definition.index(row.level), row.pin_until is not None
        reached = own if is_held else definition.reached(have)
        overview.live[reached] += 1
        overview.standing[own] += 1
        if draft is not None:
            after = figures.have(draft.metrics, found[window_on(draft_month, on)].get(row.id, {}))
            place = draft.index(row.level) if is_held else draft.reached(after)
            overview.draft[place] += 1
            rank = draft.index(definition.levels[reached].slug)
            up, down = up + (place > rank), down + (place < rank)
        if not is_held:
            _note_borders(row, live, own, have, near, risk)
    near.sort(key=lambda each: -each[0])
    risk.sort(key=lambda each: each[0])
    return Overview(
        overview.live, overview.draft, overview.standing, up, down,
        [each for _share, each in near], [each for _share, each in risk],
        min((row.next_review_on for row in mine if row.next_review_on and row.next_review_on > on), default=None),
    )  # fmt: skip


def list_near(actor: Actor) -> list[str]:
    """Public ids of the companies in sight that are near their next level. Two statements, one more a kind of year."""
    catalogue, on = known_catalogue(), today()
    rows, found = _companies(actor), dict[Window, dict[int, dict[str, int]]]()
    near: list[str] = []
    for row in rows:
        version = catalogue.version_for(row.id, row.country, str(row.kind), on)
        if version is None or row.pin_until is not None:
            continue
        window, definition = window_on(version.month, on), version.definition
        if window not in found:
            found |= _all_sums([window])
        own = definition.index(row.level)
        have = figures.have(definition.metrics, found[window].get(row.id, {}))
        above = definition.levels[own + 1 : own + 2]
        if above and NEAR <= share_of(definition, above[0], have, version.month) < 1:
            near.append(row.public_id)
    return near


def reach(definition: Definition, actor: Actor) -> int:
    """How many companies in the actor's sight a plan that was never published would be for: those that its audience
    has and no plan's that is asked before it. One statement."""
    on, catalogue, wanted = today(), load_catalogue(), definition.audience

    def has_it(row: Any) -> bool:
        if not wanted.matches(row.id, row.country, str(row.kind)):
            return False
        other = catalogue.version_for(row.id, row.country, str(row.kind), on)
        return other is None or (other.definition.audience.is_everybody and not wanted.is_everybody)

    return sum(has_it(row) for row in _companies(actor))


def nearest(actor: Actor, since: date) -> list[Near]:
    """Companies in sight that are near their next level, for which something has counted since a day; the nearest first.

    Two statements.
    """
    catalogue, on = known_catalogue(), today()
    counted = exists().where(
        TierFigure.organisation_id == Organisation.id, TierFigure.day >= since, TierFigure.amount > 0
    )
    found: list[tuple[Any, Version]] = []
    asked: dict[Window, list[int]] = {}
    for row in _companies(actor, counted):
        version = catalogue.version_for(row.id, row.country, str(row.kind), on)
        if version is not None and row.pin_until is None:
            found.append((row, version))
            asked.setdefault(window_on(version.month, on), []).append(row.id)
    sums = figures.sums_of(asked)
    near: list[tuple[Fraction, Near]] = []
    for row, version in found:
        definition = version.definition
        have = figures.have(definition.metrics, sums[window_on(version.month, on)].get(row.id, {}))
        _note_borders(row, version, definition.index(row.level), have, near, [])
    near.sort(key=lambda each: -each[0])
    return [each for _share, each in near]


def _note_borders(
    row: Any,
    live: Version,
    own: int,
    have: dict[str, int],
    near: list[tuple[Fraction, Near]],
    risk: list[tuple[Fraction, Near]],
) -> None:
    definition = live.definition
    if own + 1 < len(definition.levels):
        above = definition.levels[own + 1]
        share = share_of(definition, above, have, live.month)
        if NEAR <= share < 1:
            gaps = gap_line(definition, above, have, live.month)
            text = _("%(gaps)s short of %(tier)s", gaps=gaps, tier=above.name)
            near.append((share, Near(row.public_id, row.name, text, int(share * 100), False, None)))
    level = definition.levels[own]
    if own and not definition.meets(have, level):
        share = share_of(definition, level, have, live.month)
        gaps = gap_line(definition, level, have, live.month)
        text = _("%(gaps)s short of keeping %(tier)s", gaps=gaps, tier=level.name)
        risk.append((share, Near(row.public_id, row.name, text, int(share * 100), True, row.grace_until)))


def _has(catalogue: Catalogue, live: Version, row: Any, on: date) -> bool:
    version = catalogue.version_for(row.id, row.country, str(row.kind), on)
    return version is not None and version.plan_id == live.plan_id


def _companies(actor: Actor, *conditions: ColumnElement[bool]) -> list[Any]:
    """Companies in the actor's sight with where they stand."""
    query = (
        select(
            Organisation.id, Organisation.public_id, Organisation.name, Organisation.country, Organisation.kind,
            STANDINGS.c.level, STANDINGS.c.grace_until, STANDINGS.c.next_review_on, TierPin.ends_on.label("pin_until"),
        )
        .outerjoin(STANDINGS, STANDINGS.c.organisation_id == Organisation.id)
        .outerjoin(TierPin, (TierPin.organisation_id == Organisation.id) & holds(today()))
        .where(Organisation.id.in_(visible_organisation_ids(actor)), *conditions)
        .order_by(Organisation.name, Organisation.id)
    )  # fmt: skip
    return list(db.session.execute(query))


def _all_sums(windows: list[Window]) -> dict[Window, dict[int, dict[str, int]]]:
    return {window: figures.sums_of_all(window) for window in windows}


def change_words(overview: Overview) -> tuple[str, str]:
    """What a draft changes, in two sentences."""
    up = (
        ngettext("%(num)s company would rise.", "%(num)s companies would rise.", overview.up)
        if overview.up
        else _("Nobody would rise.")
    )
    down = (
        ngettext("%(num)s would stand lower.", "%(num)s would stand lower.", overview.down)
        if overview.down
        else _("Nobody would stand lower.")
    )
    return up, down
