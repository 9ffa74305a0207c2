"""What a company has and needs, worked out for pages: the next level, the gap of each metric, the ladder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from app.core.i18n import _
from app.tiers import words
from app.tiers.plans import ALL, FULL_SCORE, PASS_SCORE, SCORE, Definition, Level, Metric

ALMOST = Fraction(99, 100)  # a score that is enough, with a metric at zero


@dataclass(frozen=True, slots=True)
class Progress:
    """One metric on the way to a level. With a score, `marks` of `weight` is what it brings."""

    metric: Metric
    have: int
    need: int
    month: int
    marks: int = 0

    @property
    def key(self) -> str:
        return self.metric.key

    @property
    def is_met(self) -> bool:
        return self.have >= self.need

    @property
    def missing(self) -> int:
        return max(self.need - self.have, 0)

    @property
    def share(self) -> Fraction:
        return Fraction(min(max(self.have, 0), self.need), self.need) if self.need else Fraction(1)

    @property
    def name(self) -> str:
        return words.metric_name(self.key, self.month)

    @property
    def icon(self) -> str:
        return words.METRIC_ICONS[self.key]

    @property
    def have_text(self) -> str:
        return words.amount(self.key, self.have)

    @property
    def need_text(self) -> str:
        return words.amount(self.key, self.need)

    @property
    def gap_text(self) -> str:
        """RM 36k, 3 deals."""
        return words.counted(self.key, self.missing, missing=True)

    @property
    def to_go(self) -> str:
        return _("%(gap)s to go", gap=words.gap(self.key, self.missing))


def progress(definition: Definition, level: Level, have: Mapping[str, int], month: int) -> list[Progress]:
    """Each metric that a level asks for."""
    found = [
        Progress(metric, have.get(metric.key, 0), level.needs[metric.key], month)
        for metric in definition.metrics
        if level.needs.get(metric.key, 0)
    ]
    if definition.join != SCORE:
        return found
    return [replace(row, marks=marks) for row, marks in zip(found, _whole_marks(found), strict=True)]


def _whole_marks(rows: list[Progress]) -> list[int]:
    """What each metric brings to a score, in whole marks that come to the very score said beside them: a mark that
    rounding down left over goes to the metric that was nearest to it."""
    exact = [row.share * row.metric.weight for row in rows]
    whole = [int(marks) for marks in exact]
    nearest = sorted(range(len(rows)), key=lambda at: whole[at] - exact[at])
    for at in nearest[: int(sum(exact, Fraction(0))) - sum(whole)]:
        whole[at] += 1
    return whole


def furthest(rows: list[Progress]) -> Progress | None:
    """The metric with the longest way left; None when all are met."""
    open_rows = [row for row in rows if not row.is_met]
    return min(open_rows, key=lambda row: row.share, default=None)


def share_of(definition: Definition, level: Level, have: Mapping[str, int], month: int) -> Fraction:
    """How far a company has come toward a level, from 0 to 1; 1 only if it has enough."""
    rows = progress(definition, level, have, month)
    if not rows or definition.meets(have, level):
        return Fraction(1)
    if definition.join == SCORE:
        return min(definition.score(have, level) / PASS_SCORE, ALMOST)
    return sum((row.share for row in rows), Fraction(0)) / len(rows)


def in_the_way(definition: Definition, level: Level, have: Mapping[str, int], month: int) -> list[Progress]:
    """What keeps from a level: each metric that is short. With a score it is the score; once that is enough, each metric
    that stands at zero, of which anything will do."""
    if definition.join != SCORE:
        return [row for row in progress(definition, level, have, month) if not row.is_met]
    score = int(definition.score(have, level))
    if level.needs and score < PASS_SCORE:
        return [Progress(Metric(SCORE, FULL_SCORE), score, PASS_SCORE, month)]
    zeros = [metric for metric in definition.metrics if level.needs and have.get(metric.key, 0) <= 0]
    return [Progress(metric, 0, 1, month) for metric in zeros]


def gap_line(definition: Definition, level: Level, have: Mapping[str, int], month: int) -> str:
    """What is missing for a level, in one line: RM 36k, 3 deals and 1 person; 12 marks."""
    return words.joined(row.gap_text for row in in_the_way(definition, level, have, month))


def join_line(definition: Definition, level: Level, count: int) -> str:
    """The heading that says how the metrics join."""
    if definition.join != ALL:
        return _("%(tier)s needs %(score)d of 100", tier=level.name, score=PASS_SCORE)
    if count == 1:
        return _("What %(tier)s needs", tier=level.name)
    if count == 2:
        return _("%(tier)s needs both", tier=level.name)
    if count == 3:
        return _("%(tier)s needs all three", tier=level.name)
    return _("%(tier)s needs all four", tier=level.name)


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of the ladder as it is drawn: `state` is own, next, above or below; `lower` and `upper` are how much of
    the rails under and over the rung is reached, of 100, and in which tone."""

    level: Level
    place: int
    state: str
    line: str
    lower: tuple[str, int]
    upper: tuple[str, int]


def ladder(definition: Definition, own: int, gaps: str, share: Fraction, since: str) -> list[Rung]:
    """The rungs, highest first. `gaps`: what is missing for the next one."""
    found = []
    reached = int(share * 200)  # of the rails between own and next: 100 over the own rung, 100 under the next
    for place, level in enumerate(definition.levels):
        lower, upper = ("faint", 100), ("faint", 100)
        if place < own:
            state, line = "below", words.needs_line(definition, level) or _("Everyone starts here")
            lower = upper = ("solid", 100)
        elif place == own:
            state, line, lower = "own", since, ("solid", 100)
            upper = ("reached", min(reached, 100)) if place + 1 < len(definition.levels) else ("none", 0)
        elif place == own + 1:
            state = "next"
            line = _("%(gaps)s away", gaps=gaps) if gaps else words.needs_line(definition, level)
            lower = ("reached", max(reached - 100, 0))
        else:
            state, line = "above", words.needs_line(definition, level)
        if place == 0:
            lower = ("solid", 100)
        if place == len(definition.levels) - 1:
            upper = ("none", 0)
        found.append(Rung(level, place, state, line, lower, upper))
    return found[::-1]
