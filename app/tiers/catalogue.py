"""The published plans as everything else needs them, parsed once per publication."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.core.db import db, execute_sql, in_transaction
from app.tiers.models import TierPlan, TierVersion, VersionState
from app.tiers.plans import ONE_TIMES_BPS, Definition, Level


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, parsed."""

    id: int
    plan_id: int
    number: int
    name: str
    applies_from: date
    month: int
    definition: Definition

    @property
    def levels(self) -> tuple[Level, ...]:
        return self.definition.levels


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan with its published versions, by (applies_from, number)."""

    id: int
    public_id: str
    name: str
    versions: tuple[Version, ...]

    def version_on(self, on: date) -> Version | None:
        """The version in force on a day; None before the first."""
        found = None
        for version in self.versions:
            if version.applies_from <= on:
                found = version
        return found


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All plans that were published, in the order in which they are asked: those for everybody last."""

    stamp: str
    plans: tuple[Plan, ...]

    def find(self, plan_id: int | None) -> Plan | None:
        return next((plan for plan in self.plans if plan.id == plan_id), None)

    def version(self, version_id: int) -> Version | None:
        return next(
            (version for plan in self.plans for version in plan.versions if version.id == version_id), None
        )

    def version_for(self, organisation_id: int, country: str, kind: str, on: date) -> Version | None:
        """The version that counts for a company on a day: of the first plan whose audience has it."""
        for plan in self.plans:
            version = plan.version_on(on)
            if version is not None and version.definition.audience.matches(organisation_id, country, kind):
                return version
        return None

    def lowest_for(self, organisation_id: int, country: str, kind: str, on: date) -> Level | None:
        """Where a company starts, on a day; before the first plan, where that one lets it start."""
        for plan in self.plans:
            version = plan.version_on(on) or plan.versions[0]
            if version.definition.audience.matches(organisation_id, country, kind):
                return version.levels[0]
        return None

    @property
    def asks_where(self) -> bool:
        """True if a company's country or kind decides which plan it has."""
        return len(self.plans) > 1 or any(
            not version.definition.audience.is_everybody for plan in self.plans for version in plan.versions
        )

    def levels_on(self, on: date) -> Iterable[Level]:
        """Every level of every plan in force on a day, lowest first, plan by plan."""
        for plan in self.plans:
            version = plan.version_on(on)
            if version is not None:
                yield from version.levels

    def level(self, slug: str | None, on: date) -> Level | None:
        return next((level for level in self.levels_on(on) if level.slug == slug), None)

    def name_of(self, slug: str | None, on: date) -> str | None:
        found = self.level(slug, on)
        return found.name if found else None

    def multiplier_bps(self, slug: str | None, on: date) -> int:
        found = self.level(slug, on)
        return found.multiplier_bps if found else ONE_TIMES_BPS


NOTHING = Catalogue("", ())
_cache: dict[str, Catalogue] = {}
_guard = threading.Lock()
_SEEN = "tangga_tiers_stamp"


def current_stamp() -> str:
    """Stamp of the last publication as this transaction sees it; empty before the first."""
    row = execute_sql("SELECT stamp FROM tier_state WHERE id = 1").first()
    return str(row[0]) if row else ""


def load_catalogue() -> Catalogue:
    """The plans as they are now. One small read when nothing was published since the last call.

    A page that only reads asks once, however often it needs them; what is about to write asks anew.
    """
    key, seen = str(db.engine.url), db.session.info
    with _guard:
        found = _cache.get(key)
    if found is not None and seen.get(_SEEN) == found.stamp and not in_transaction():
        return found
    stamp = current_stamp()
    seen[_SEEN] = stamp
    if found is not None and found.stamp == stamp:
        return found
    fresh = _read(stamp)
    with _guard:
        if len(_cache) > 8:
            _cache.clear()
        _cache[key] = fresh
    return fresh


def saw_stamp(stamp: str) -> None:
    """Somebody read the stamp along with something else: a page that only reads need not ask for it again."""
    if not in_transaction():
        db.session.info[_SEEN] = stamp


def look_again() -> None:
    """Whoever has published asks for the plans anew."""
    db.session.info.pop(_SEEN, None)


def known_catalogue() -> Catalogue:
    """The plans as this process last saw them, without a statement; as they are now if it has seen none.

    For names and windows on pages. A next version begins on a later day, so it is not missed at once; a further plan may
    begin today, and is seen by whoever has read the stamp along with something else, as home does.
    """
    with _guard:
        found = _cache.get(str(db.engine.url))
    if found is None or not found.plans:
        return load_catalogue()
    return found if db.session.info.get(_SEEN, found.stamp) == found.stamp else load_catalogue()


def _read(stamp: str) -> Catalogue:
    if not stamp:
        return NOTHING
    rows = db.session.execute(
        select(TierPlan, TierVersion)
        .join(TierVersion, TierVersion.plan_id == TierPlan.id)
        .where(TierVersion.state == VersionState.PUBLISHED)
        .order_by(TierPlan.position, TierPlan.id, TierVersion.applies_from, TierVersion.number)
    ).all()
    grouped: dict[int, tuple[TierPlan, list[Version]]] = {}
    for plan, version in rows:
        grouped.setdefault(plan.id, (plan, []))[1].append(parse(version))
    plans = [Plan(plan.id, plan.public_id, plan.name, tuple(versions)) for plan, versions in grouped.values()]
    plans.sort(key=lambda plan: plan.versions[-1].definition.audience.is_everybody)
    return Catalogue(stamp, tuple(plans))


def parse(row: TierVersion) -> Version:
    """A stored version in plain values."""
    return Version(
        row.id, row.plan_id, row.number, row.name, row.applies_from, row.year_starts_month,
        Definition.from_record(row.definition),
    )  # fmt: skip
