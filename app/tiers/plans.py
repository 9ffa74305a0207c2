"""What a version of a plan says, in plain values: metrics, levels, needs, benefits. No database.

Levels stand lowest first; the first asks for nothing. A need is met by having it exactly: the boundary belongs to the
higher level.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from app.core.errors import InvalidInput
from app.core.i18n import _
from app.core.money import MAX_AMOUNT
from app.partners.audience import Audience
from app.tiers.models import Measure

ALL, SCORE = "all", "score"
JOINS = (ALL, SCORE)
PASS_SCORE = 70
FULL_SCORE = 100
GRACE_DAYS = 90
WARNINGS = (60, 30, 7)
MAX_GRACE_DAYS = 365
ONE_TIMES_BPS = 10_000
MAX_BPS = 100_000
MAX_LEVELS, MAX_BENEFITS, MAX_NAME = 8, 12, 40

REVENUE, POINTS, DEALS, CERTIFIED = "revenue", "points", "deals", "certified"
METRICS = (REVENUE, DEALS, CERTIFIED, POINTS)
DEAL_WON, SALE = "deal_won", "sale"
SOURCES: dict[str, Measure] = {DEAL_WON: Measure.DEAL_REVENUE, SALE: Measure.SALE_REVENUE}
_MEASURES = {POINTS: Measure.POINTS, DEALS: Measure.DEALS, CERTIFIED: Measure.PASSES}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

Have = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that counts. `weight`: the most it can bring to a score; `sources`: the facts whose money is revenue."""

    key: str
    weight: int = 0
    sources: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What has to be summed for it."""
        if self.key == REVENUE:
            return tuple(SOURCES[source] for source in self.sources or SOURCES)
        return (_MEASURES[self.key],)

    def to_record(self) -> dict[str, Any]:
        return {"key": self.key, "weight": self.weight, "sources": list(self.sources)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Metric:
        return cls(record["key"], record.get("weight", 0), tuple(record.get("sources", ())))


@dataclass(frozen=True, slots=True)
class Benefit:
    """Something a level opens that no machine gives, in the vendor's words per language; English stands in."""

    icon: str
    title: Mapping[str, str]
    text: Mapping[str, str] = field(default_factory=dict)

    def title_in(self, locale: str) -> str:
        return self.title.get(locale) or self.title.get("en", "")

    def text_in(self, locale: str) -> str:
        return self.text.get(locale) or self.text.get("en", "")

    def to_record(self) -> dict[str, Any]:
        return {"icon": self.icon, "title": dict(self.title), "text": dict(self.text)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Benefit:
        return cls(record["icon"], dict(record["title"]), dict(record.get("text", {})))


@dataclass(frozen=True, slots=True)
class Level:
    """One rung. `needs` per metric (revenue in minor units of the reporting currency); `fund_limit_minor` likewise, a
    year; `directory_order`: lower stands first."""

    slug: str
    name: str
    needs: Mapping[str, int] = field(default_factory=dict)
    multiplier_bps: int = ONE_TIMES_BPS
    fund_limit_minor: int | None = None
    directory_order: int = 0
    benefits: tuple[Benefit, ...] = ()

    def to_record(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "name": self.name,
            "needs": dict(self.needs),
            "multiplier_bps": self.multiplier_bps,
            "fund_limit_minor": self.fund_limit_minor,
            "directory_order": self.directory_order,
            "benefits": [benefit.to_record() for benefit in self.benefits],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Level:
        return cls(
            record["slug"],
            record["name"],
            dict(record["needs"]),
            record.get("multiplier_bps", ONE_TIMES_BPS),
            record.get("fund_limit_minor"),
            record.get("directory_order", 0),
            tuple(Benefit.from_record(benefit) for benefit in record.get("benefits", ())),
        )


def level_name(name: str, place: int) -> str:
    """What a level is called in a sentence: by its name, or by its number while it has none."""
    return name.strip() or _("Level %(number)d", number=place + 1)


@dataclass(frozen=True, slots=True)
class Definition:
    """The whole record of a version."""

    metrics: tuple[Metric, ...]
    levels: tuple[Level, ...]
    join: str = ALL
    grace_days: int = GRACE_DAYS
    audience: Audience = field(default_factory=Audience)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(metric.key for metric in self.metrics)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(measure for metric in self.metrics for measure in metric.measures)

    def index(self, slug: str | None) -> int:
        """Place of a level from the bottom; an unknown one counts as the lowest."""
        return next((at for at, level in enumerate(self.levels) if level.slug == slug), 0)

    def level(self, slug: str | None) -> Level:
        return self.levels[self.index(slug)]

    def score(self, have: Have, level: Level) -> Fraction:
        """Of 100: each metric brings its share of its maximum, never more."""
        total = Fraction(0)
        for metric in self.metrics:
            need = level.needs.get(metric.key, 0)
            share = Fraction(min(max(have.get(metric.key, 0), 0), need), need) if need else Fraction(1)
            total += metric.weight * share
        return total

    def meets(self, have: Have, level: Level) -> bool:
        """True if these figures are enough for a level."""
        if not level.needs:
            return True
        if self.join == SCORE:
            zero = any(have.get(metric.key, 0) <= 0 for metric in self.metrics)
            return not zero and self.score(have, level) >= PASS_SCORE
        return all(have.get(key, 0) >= need for key, need in level.needs.items())

    def reached(self, have: Have) -> int:
        """Place of the highest level that these figures are enough for."""
        return max(at for at, level in enumerate(self.levels) if self.meets(have, level))

    def to_record(self) -> dict[str, Any]:
        return {
            "join": self.join,
            "grace_days": self.grace_days,
            "audience": self.audience.to_record(),
            "metrics": [metric.to_record() for metric in self.metrics],
            "levels": [level.to_record() for level in self.levels],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Definition:
        return cls(
            tuple(Metric.from_record(metric) for metric in record["metrics"]),
            tuple(Level.from_record(level) for level in record["levels"]),
            record.get("join", ALL),
            record.get("grace_days", GRACE_DAYS),
            Audience.from_record(record.get("audience", {})),
        )

    def check(self) -> None:
        """Raises InvalidInput with a sentence per field for what could not be lived by."""
        wrong: dict[str, object] = {}
        if self.join not in JOINS:
            wrong["join"] = _("Choose how the metrics join.")
        keys = [metric.key for metric in self.metrics]
        if not keys or len(set(keys)) != len(keys) or not set(keys) <= set(METRICS):
            wrong["metrics"] = _("Choose at least one metric.")
        if not 0 <= self.grace_days <= MAX_GRACE_DAYS:
            wrong["grace_days"] = _("Choose a grace of 0 to 365 days.")
        if self.audience.tiers:
            wrong["audience"] = _("A plan decides the tiers, so it cannot ask for one.")
        if self.join == SCORE:
            wrong |= self._check_weights()
        wrong |= self._check_levels()
        if wrong:
            raise InvalidInput(fields=wrong)

    def _check_weights(self) -> dict[str, object]:
        total = sum(metric.weight for metric in self.metrics)
        if total == FULL_SCORE and all(metric.weight > 0 for metric in self.metrics):
            return {}
        sentence = _("The parts of the score add up to %(total)d. They have to make 100.", total=total)
        if total == FULL_SCORE:
            sentence = _("Each part of the score has to be above zero.")
        return {f"weight-{metric.key}": sentence for metric in self.metrics[:1]}

    def _check_levels(self) -> dict[str, object]:
        wrong: dict[str, object] = {}
        if not 2 <= len(self.levels) <= MAX_LEVELS:
            wrong["levels"] = _("A plan has 2 to 8 levels.")
            return wrong
        wrong |= self._check_names()
        slugs = [level.slug for level in self.levels]
        if not wrong and (len(set(slugs)) != len(slugs) or not all(_SLUG.fullmatch(slug) for slug in slugs)):
            wrong["levels"] = _("Each level needs a name of its own.")
        if self.levels[0].needs:
            wrong["levels"] = _("The first level is where everyone starts: it asks for nothing.")
        below: Level | None = None
        for at, level in enumerate(self.levels):
            wrong |= self._check_level(at, level, below)
            below = level
        return wrong

    def _check_names(self) -> dict[str, object]:
        """A sentence at each level that is called as one below it, whatever the case and the spaces."""
        wrong: dict[str, object] = {}
        seen: dict[str, int] = {}
        for at, level in enumerate(self.levels):
            name = " ".join(unicodedata.normalize("NFKC", level.name).casefold().split())
            if name and name in seen:
                wrong[f"level-{at}-name"] = _(
                    "Level %(number)d has this name too. Each level needs a name of its own.",
                    number=seen[name] + 1,
                )
            seen.setdefault(name, at)
        return wrong

    def _check_level(self, at: int, level: Level, below: Level | None) -> dict[str, object]:
        wrong: dict[str, object] = {}
        called = level_name(level.name, at)
        if not level.name.strip() or len(level.name) > MAX_NAME:
            wrong[f"level-{at}-name"] = _("Give the level a name of up to 40 characters.")
        if not ONE_TIMES_BPS <= level.multiplier_bps <= MAX_BPS:
            wrong[f"level-{at}-multiplier"] = _("Choose a multiplier from 1 to 10.")
        if level.fund_limit_minor is not None and not 0 < level.fund_limit_minor <= MAX_AMOUNT:
            wrong[f"level-{at}-fund"] = _("Enter an amount above zero, or leave it empty.")
        if len(level.benefits) > MAX_BENEFITS or any(
            not benefit.title.get("en") for benefit in level.benefits
        ):
            wrong[f"level-{at}-benefits"] = _("Each benefit needs its English words; a level has up to 12.")
        if below is None:
            return wrong
        if level.multiplier_bps < below.multiplier_bps:
            wrong[f"level-{at}-multiplier"] = _(
                "%(level)s cannot earn less than %(below)s.",
                level=called,
                below=level_name(below.name, at - 1),
            )
        known = [metric.key for metric in self.metrics]
        for key, need in level.needs.items():
            if key not in known or not 0 < need <= MAX_AMOUNT:
                wrong[f"need-{at}-{key}"] = _("Enter a number above zero, or leave it empty.")
        if not level.needs:
            wrong[f"need-{at}-{known[0] if known else REVENUE}"] = _(
                "%(level)s has to ask for something.", level=called
            )
            return wrong
        for key in known:
            need, before = level.needs.get(key, 0), below.needs.get(key, 0)
            if need < before:
                wrong[f"need-{at}-{key}"] = _(
                    "%(level)s cannot ask for less than %(below)s.",
                    level=called,
                    below=level_name(below.name, at - 1),
                )
            elif not need and self.join == SCORE:
                wrong[f"need-{at}-{key}"] = _("With a score every level needs a figure for each metric.")
        if dict(level.needs) == dict(below.needs) and not any(name.startswith("need-") for name in wrong):
            wrong[f"need-{at}-{known[0]}"] = _(
                "%(level)s asks for the same as %(below)s.",
                level=called,
                below=level_name(below.name, at - 1),
            )
        return wrong
