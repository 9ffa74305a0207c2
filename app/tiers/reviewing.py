"""What a review decides, step by step, without writing anything: the preview and the run are this one code.

The year before the review's day is judged. Who lacks something gets a grace, in which that year stays open: what is
recorded until its end still counts. Warnings go out on the way; at its end the level falls by one. Who has enough by
then has lost nothing. A pinned level is left alone until its pin has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.tiers.catalogue import Catalogue, Version
from app.tiers.plans import WARNINGS
from app.tiers.progress import in_the_way
from app.tiers.standings import Standing
from app.tiers.windows import DAY, Window, months_on, next_review, window_on

UNPINNED, GRACE, WARNED, RECOVERED, LOWERED, RAISED = (
    "unpinned", "grace", "warned", "recovered", "lowered", "raised",
)  # fmt: skip
FOREVER = date.max
TOLD_EVERY = 500  # companies

Lacks = tuple[tuple[str, int], ...]
# What companies have in a window, per metric key.
Figures = Callable[[Standing, Version, Window], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a review does to one company on a day. `days`: how many are left, for a warning; `lacks`: what is
    missing for the level, by metric or in marks of a score, when a grace begins."""

    on: date
    organisation_id: int
    kind: str
    level: str
    to_level: str
    until: date | None = None
    days: int | None = None
    lacks: Lacks = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one look at a company leads to: the steps, and how it stands afterwards."""

    before: Standing
    after: Standing
    steps: tuple[Step, ...]


def version_of(standing: Standing, catalogue: Catalogue, on: date) -> Version | None:
    return catalogue.version_for(standing.organisation_id, standing.country, standing.kind, on)


def is_pinned(standing: Standing, on: date) -> bool:
    return standing.pin_ends_on is not None and on <= standing.pin_ends_on


def grace_window(start: date) -> Window:
    """The reviewed year, and all that comes after it."""
    return Window(start, FOREVER)


def windows_of(standing: Standing, catalogue: Catalogue, days: Iterable[date], until: date) -> set[Window]:
    """Every window that looks at this company on these days, and at reviews until a day, will ask for."""
    asked = set()
    for on in days:
        version = version_of(standing, catalogue, on)
        if version is not None:
            asked.add(window_on(version.month, on))
    if standing.grace_from is not None:
        asked.add(grace_window(standing.grace_from))
    review_on = standing.next_review_on
    if standing.pin_ends_on is not None and standing.pin_ends_on < until:
        asked.add(grace_window(months_on(standing.pin_ends_on + DAY, -12)))
        for on in days:
            asked.add(grace_window(months_on(on, -12)))
    for _number in range(13):
        if review_on > until:
            break
        asked.add(grace_window(months_on(review_on, -12)))
        version = version_of(standing, catalogue, review_on)
        if version is None:
            break
        review_on = next_review(version.month, review_on)
    return asked


def look(standing: Standing, catalogue: Catalogue, on: date, figures: Figures, *, ups: bool) -> Verdict:
    """What a review does to one company on a day; with `ups` also whether it has reached more."""
    steps: list[Step] = []
    now = version_of(standing, catalogue, on)
    if now is None or standing.level is None:
        return Verdict(standing, standing, ())
    before, steps_of = standing, _Steps(on, standing, steps)
    if standing.pin_ends_on is not None and not is_pinned(standing, on):
        steps_of.add(UNPINNED, standing.level)
        standing = replace(standing, pin_id=None, pin_ends_on=None, next_review_on=on)
    if is_pinned(standing, on):
        if standing.next_review_on <= on:
            standing = replace(standing, next_review_on=next_review(now.month, on))
        return Verdict(before, standing, tuple(steps))
    if standing.next_review_on <= on:
        standing = _review(standing, catalogue, now, on, figures, steps_of)
    if standing.grace_until is not None:
        standing = _wait(standing, catalogue, now, on, figures, steps_of)
    if ups:
        definition = now.definition
        place = definition.reached(figures(standing, now, window_on(now.month, on)))
        level = definition.levels[place].slug
        moved = all(each.slug != standing.level for each in definition.levels)  # to another plan
        if moved or place > definition.index(standing.level):
            steps_of.add(RAISED, level)
            standing = _cleared(standing, level)
    return Verdict(before, standing, tuple(steps))


class _Steps:
    """Writes steps of one company on one day."""

    def __init__(self, on: date, standing: Standing, steps: list[Step]) -> None:
        self._on, self._id, self._steps = on, standing.organisation_id, steps
        self._level = standing.level or ""

    def add(
        self, kind: str, to_level: str, until: date | None = None, days: int | None = None, lacks: Lacks = ()
    ) -> None:
        self._steps.append(Step(self._on, self._id, kind, self._level, to_level, until, days, lacks))
        self._level = to_level


def _keeps(standing: Standing, catalogue: Catalogue, now: Version, start: date, figures: Figures) -> bool:
    """True if a company has enough for its level in a reviewed year and what came after, by the rules of that year or
    by those of now."""
    last_day = months_on(start, 12) - DAY
    judges = {version.id: version for version in (version_of(standing, catalogue, last_day), now) if version}
    return any(
        version.definition.meets(
            figures(standing, version, grace_window(start)), version.definition.level(standing.level)
        )
        for version in judges.values()
    )


def _review(
    standing: Standing, catalogue: Catalogue, now: Version, on: date, figures: Figures, steps: _Steps
) -> Standing:
    start = months_on(standing.next_review_on, -12)
    standing = replace(standing, next_review_on=next_review(now.month, on))
    if standing.grace_until is not None or _keeps(standing, catalogue, now, start, figures):
        return standing
    until = on + timedelta(days=now.definition.grace_days)
    level, have = now.definition.level(standing.level), figures(standing, now, grace_window(start))
    missing = in_the_way(now.definition, level, have, now.month)
    steps.add(GRACE, standing.level or "", until, lacks=tuple((row.key, row.missing) for row in missing))
    return replace(standing, grace_from=start, grace_until=until, warned_days=None)


def _wait(
    standing: Standing, catalogue: Catalogue, now: Version, on: date, figures: Figures, steps: _Steps
) -> Standing:
    assert standing.grace_from is not None and standing.grace_until is not None
    if _keeps(standing, catalogue, now, standing.grace_from, figures):
        steps.add(RECOVERED, standing.level or "")
        return _cleared(standing, standing.level)
    if on >= standing.grace_until:
        definition = now.definition
        level = definition.levels[max(definition.index(standing.level) - 1, 0)].slug
        steps.add(LOWERED, level)
        return _cleared(standing, level)
    left = (standing.grace_until - on).days
    due = min((days for days in WARNINGS if left <= days), default=None)
    if due is None or (standing.warned_days is not None and standing.warned_days <= due):
        return standing
    steps.add(WARNED, standing.level or "", standing.grace_until, left)
    return replace(standing, warned_days=due)


def _cleared(standing: Standing, level: str | None) -> Standing:
    return replace(standing, level=level, grace_from=None, grace_until=None, warned_days=None)


def next_look(standing: Standing) -> date:
    """The next day on which a review does something to a company, as far as it is known now."""
    if standing.pin_ends_on is not None:
        return standing.pin_ends_on + DAY
    days = [standing.next_review_on]
    if standing.grace_until is not None:
        days.append(standing.grace_until)
        days += [
            standing.grace_until - timedelta(days=left)
            for left in WARNINGS
            if standing.warned_days is None or left < standing.warned_days
        ]
    return min(days)


def foresee(
    standings: Sequence[Standing],
    catalogue: Catalogue,
    on: date,
    until: date,
    figures: Figures,
    progress: Callable[[int, int], None] | None = None,
) -> list[Step]:
    """Every step that daily reviews from a day until another will take if nothing more is recorded. `progress` is told
    now and then how many companies were looked at, and of how many."""
    starts = {
        version.applies_from
        for plan in catalogue.plans
        for version in plan.versions
        if on < version.applies_from <= until
    }
    steps: list[Step] = []
    for number, standing in enumerate(standings, start=1):
        day, present = on, standing
        while True:
            verdict = look(present, catalogue, day, figures, ups=day == on or day in starts)
            steps += verdict.steps
            present = verdict.after
            coming = [start for start in starts if start > day]
            day = min([max(next_look(present), day + DAY), *coming])
            if day > until:
                break
        if progress and (number % TOLD_EVERY == 0 or number == len(standings)):
            progress(number, len(standings))
    return sorted(steps, key=lambda step: (step.on, step.organisation_id))
