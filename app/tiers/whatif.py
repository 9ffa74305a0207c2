"""What one more deal would do: the figures with it, and the level that recording it today would lead to.

The answer is worked out by the same code that records, so it is what really happens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.core.clock import today
from app.core.db import db
from app.tiers.catalogue import Version
from app.tiers.figures import FIGURES, Rates
from app.tiers.models import Measure
from app.tiers.plans import DEAL_WON, SCORE, Have
from app.tiers.progress import Progress, gap_line, progress

# (actor, amount in minor units, currency, family id, day) -> [(points, payee kind)]
Estimate = Callable[[Any, int, str, int | None, date], list[tuple[int, str]]]
_estimate: list[Estimate] = []


def estimate_from(function: Estimate) -> None:
    """Programs stand above this floor: they say here what a deal would earn."""
    _estimate[:] = [function]


def points_of(
    actor: Any, amount_minor: int, currency: str, family_id: int | None, on: date
) -> list[tuple[int, str]]:
    """What a deal would earn, by payee."""
    return _estimate[0](actor, amount_minor, currency, family_id, on) if _estimate else []


@dataclass(frozen=True, slots=True)
class Answer:
    """What a deal would do. `place`: the level afterwards; `rows`: the metrics of the level aimed at, with the deal;
    `gaps`: what it still lacks; `score`: what they come to, of 100, in a plan that joins by a score; `missing_rate`: its
    currency has no rate, so that its money would wait."""

    place: int
    is_up: bool
    aim: str
    rows: list[Progress]
    gaps: str
    points: list[tuple[int, str]]
    missing_rate: str | None = None
    score: int | None = None

    @property
    def left(self) -> int:
        return sum(not row.is_met for row in self.rows)

    @property
    def own_points(self) -> int:
        return sum(points for points, payee in self.points if payee == "member")

    @property
    def company_points(self) -> int:
        return sum(points for points, payee in self.points if payee == "organisation")


def answer(
    actor: Any,
    version: Version,
    own: int,
    have: Have,
    *,
    amount_minor: int,
    currency: str,
    family_id: int | None = None,
    is_pinned: bool = False,
) -> Answer:
    """What winning one more deal of this amount today would do to the actor's company."""
    on = today()
    definition = version.definition
    given = points_of(actor, amount_minor, currency, family_id, on)
    worth = added_worth(actor.organisation_id, currency, amount_minor, on)
    after = dict(have)
    for metric in definition.metrics:
        if metric.key == "deals":
            after["deals"] = after.get("deals", 0) + 1
        elif metric.key == "revenue" and (not metric.sources or DEAL_WON in metric.sources):
            after["revenue"] = after.get("revenue", 0) + (worth or 0)
        elif metric.key == "points":
            after["points"] = after.get("points", 0) + sum(points for points, _payee in given)
    place = own if is_pinned else max(definition.reached(after), own)
    aim = definition.levels[min(place if place > own else own + 1, len(definition.levels) - 1)]
    return Answer(
        place,
        place > own,
        aim.name,
        progress(definition, aim, after, version.month),
        gap_line(definition, aim, after, version.month),
        given,
        currency if worth is None else None,
        int(definition.score(after, aim)) if definition.join == SCORE else None,
    )


def added_worth(organisation_id: int, currency: str, amount_minor: int, on: date) -> int | None:
    """What an amount more adds to the day's worth in the reporting currency; None without a rate."""
    rates = Rates()
    if currency == rates.target:
        return amount_minor
    row = db.session.execute(
        select(FIGURES.c.amount, FIGURES.c.worth).where(
            FIGURES.c.organisation_id == organisation_id,
            FIGURES.c.measure == Measure.DEAL_REVENUE,
            FIGURES.c.day == on,
            FIGURES.c.part == currency,
        )
    ).first()
    held, worth = (row.amount, row.worth or 0) if row else (0, 0)
    total = rates.worth(held + amount_minor, currency, on)
    return None if total is None else total - worth
