"""Tiers as a reactor of the pipeline: keep the figures, and lift whoever has enough. Gives no points.

Taking a fact back lowers nobody: the review does, after its grace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.activities.facts import Award, Entry, Gain
from app.activities.pipeline import Gains
from app.core.clock import today
from app.tiers import figures
from app.tiers.catalogue import load_catalogue
from app.tiers.models import Cause
from app.tiers.services.levels import lift
from app.tiers.windows import Window, window_on


def react(entries: Sequence[Entry], actor: Any, given: Gains) -> dict[int, list[Gain]]:
    """Add new entries to the figures and lift the companies that have reached a level with them."""
    figures.add(figures.changes_of(entries, given))
    _lift(entries, actor)
    return {}


def undo(entries: Sequence[Entry], reason: str, actor: Any, gains: Gains) -> None:
    """Take entries out of the figures. The level stays until the review."""
    figures.add(figures.changes_of(entries, gains, -1))


def gained(entries: Sequence[Entry], gains: Gains, actor: Any) -> None:
    """Count points that came after the fact was recorded."""
    only_points = {
        key: amount for key, amount in figures.changes_of(entries, gains).items() if key.measure == "points"
    }
    figures.add(only_points)
    _lift(entries, actor)


def _lift(entries: Sequence[Entry], actor: Any) -> None:
    """Lift companies with entries in their plan's present window; the last such entry is the cause."""
    catalogue, on = load_catalogue(), today()
    if not catalogue.plans:
        return
    causes: dict[int, int] = {}
    windows: dict[int, Window | None] = {}
    for entry in entries:
        fact = entry.fact
        organisation_id = fact.organisation_id
        if organisation_id not in windows:
            version = catalogue.version_for(
                organisation_id, entry.organisation_country, entry.organisation_kind, on
            )
            windows[organisation_id] = window_on(version.month, on) if version is not None else None
        window = windows[organisation_id]
        if window is not None and window.start <= fact.occurred_on <= window.end:
            causes[organisation_id] = entry.id
    if causes:
        lift(causes, cause=Cause.ACTIVITY, activities=causes, actor=actor)


def hold(entries: Sequence[Entry]) -> None:
    """Nothing: rows of figures are taken in one order when they are written."""


def awards(entry_ids: Sequence[int]) -> dict[int, list[Award]]:
    return {}


def gains(entry_ids: Sequence[int]) -> dict[int, list[Gain]]:
    return {}


def ruleset() -> int:
    return 0


def asks_tier(kind: str) -> bool:
    return False
