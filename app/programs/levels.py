"""What the levels of companies do to points, as the engine needs it."""

from __future__ import annotations

from datetime import date

from app.activities.facts import Entry
from app.core.clock import today
from app.programs.engine import Level
from app.programs.rules import Rule
from app.tiers.catalogue import Catalogue, load_catalogue


class Levels:
    """Levels by (slug, date), each looked up once; the plans are read once, with one small statement, if any asks."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, date], Level] = {}
        self._plans: Catalogue | None = None

    def of(self, rule: Rule, entry: Entry) -> Level | None:
        """The level that multiplies what a rule gives for an entry; None without a look-up if no reward asks."""
        slug, on = entry.organisation_tier, entry.fact.occurred_on
        if slug is None or not rule.is_by_tier:
            return None
        found = self._found.get((slug, on))
        if found is None:
            if self._plans is None:
                self._plans = load_catalogue()
            level = self._plans.level(slug, on)
            name = level.name if level is not None else slug.capitalize()
            found = self._found[slug, on] = Level(slug, name, self._plans.multiplier_bps(slug, on))
        return found


def levels_now() -> tuple[Level, ...]:
    """The levels of today, lowest first, with what they do to points. One small statement."""
    found: dict[str, Level] = {}
    for level in load_catalogue().levels_on(today()):
        found.setdefault(level.slug, Level(level.slug, level.name, level.multiplier_bps))
    return tuple(found.values())
