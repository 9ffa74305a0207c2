"""The arithmetic of a rule: one fact in, points and their calculation out. Integers only, rounded down once per fact.

Nothing here writes or knows of limits; `app.programs.limits` cuts, `app.programs.reactor` posts. *Try it* on the
programs page and the award itself run this same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from app.activities.facts import Fact
from app.core.money import MAX_AMOUNT, mul_div_floor
from app.core.rates import convert_by, rate_on, rates_on
from app.programs.rules import ADDRESSED, FIXED, PER_MONEY, Reward, Rule

POINTS, COUNT = "points", "count"
ONCE_BPS = 10_000
Line = dict[str, Any]


class Level(NamedTuple):
    """What a company's level does to points: its slug, its name, and the multiplier in basis points (10000: once)."""

    slug: str
    name: str
    bps: int


def line(op: str, label: str, unit: str, result: int, **args: Any) -> Line:
    """One step of a calculation: operator, label key with its figures, running result in a unit (points, count or a
    currency)."""
    return {"op": op, "label": label, "unit": unit, "result": result, "args": args}


class Rates:
    """Conversion at the rates of a fact's date, each rate looked up once."""

    def __init__(self, lookup: Callable[[str, date], int | None] = rate_on) -> None:
        self._lookup = lookup
        self._found: dict[tuple[str, date], int | None] = {}

    def learn(self, wanted: Iterable[tuple[str, date]]) -> None:
        """Look these (currency, date) up at once: one statement where many would follow."""
        fresh = {pair for pair in wanted if pair not in self._found}
        if len(fresh) > 1:
            self._found |= rates_on(fresh)

    def rate(self, currency: str, on: date) -> int | None:
        key = (currency, on)
        if key not in self._found:
            self._found[key] = self._lookup(currency, on)
        return self._found[key]

    def convert(self, minor: int, source: str, target: str, on: date) -> int | None:
        """Minor units of `target`; None without a rate."""
        if source == target:
            return minor
        from_rate, to_rate = self.rate(source, on), self.rate(target, on)
        if from_rate is None or to_rate is None:
            return None
        return convert_by(minor, source, from_rate, target, to_rate)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a reward says about a fact, before any limit. `gross_points` is above zero."""

    reward: Reward
    payee_id: int
    gross_points: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's word on a fact. `missing_rate` (from, to): the fact has to wait for an exchange rate."""

    applies: bool
    offers: list[Offer] = field(default_factory=list)
    missing_rate: tuple[str, str] | None = None


NO = Verdict(False)


def judge(rule: Rule, fact: Fact, rates: Rates, level: Level | None = None) -> Verdict:
    """Apply a rule's conditions and rewards to a fact. The window and the audience were looked at before.

    `level` is the company's on the fact's date.
    """
    if rule.trigger != fact.kind:
        return NO
    if rule.courses and (fact.attributes or {}).get("course") not in rule.courses:
        return NO
    if rule.family_ids and fact.family_id not in rule.family_ids:
        return NO
    if rule.min_quantity is not None and (fact.quantity or 0) < rule.min_quantity:
        return NO
    if rule.min_amount_minor is not None:
        if fact.amount_minor is None or fact.currency is None or rule.min_currency is None:
            return NO
        worth = rates.convert(fact.amount_minor, fact.currency, rule.min_currency, fact.occurred_on)
        if worth is None:
            return Verdict(True, missing_rate=(fact.currency, rule.min_currency))
        if worth < rule.min_amount_minor:
            return NO
    offers: list[Offer] = []
    for reward in rule.rewards:
        payee_id = fact.member_id if reward.payee == "member" else fact.organisation_id
        if payee_id is None or (
            reward.payee == "organisation" and fact.kind in ADDRESSED and fact.member_id is not None
        ):
            continue
        counted = _count(reward, fact, rates)
        if isinstance(counted, tuple):
            return Verdict(True, missing_rate=counted)
        if reward.by_tier and level is not None and counted:
            counted += _by_tier(counted[-1]["result"], level, fact.occurred_on)
        if counted and counted[-1]["result"] > 0:
            offers.append(Offer(reward, payee_id, counted[-1]["result"], counted))
    return Verdict(True, offers)


def _by_tier(points: int, level: Level, on: date) -> list[Line]:
    """The multiplier's step. Decided: whole points first, then times the level's, rounded down once for the fact, so
    that the receipt can be recomputed from what it shows."""
    if level.bps == ONCE_BPS:
        return []
    total = min(mul_div_floor(points, level.bps, ONCE_BPS), MAX_AMOUNT)
    return [
        line("×", "tier", POINTS, total, bps=level.bps, tier=level.slug, name=level.name, on=on.isoformat())
    ]


def _count(reward: Reward, fact: Fact, rates: Rates) -> list[Line] | tuple[str, str]:
    """The calculation of one reward, or the currencies whose rate is missing. Empty if the fact lacks the measure."""
    if reward.kind == FIXED:
        return [line("", "fixed", POINTS, reward.points)]
    if reward.kind == PER_MONEY:
        return _count_money(reward, fact, rates)
    if not fact.quantity:
        return []
    total = min(fact.quantity * reward.points, MAX_AMOUNT)
    if fact.kind == "recognition" and reward.points == 1:
        return [line("", "offered", POINTS, total)]
    units, per_unit = _UNITS.get(fact.kind, ("quantity", "per_unit"))
    return [
        line("", units, COUNT, fact.quantity),
        line("×", per_unit, POINTS, total, points=reward.points),
    ]


# What the units of a fact are called on a receipt, where they are not units of a product.
_UNITS = {"recognition": ("offered", "per_offered"), "service_milestone": ("years", "per_year")}


def _count_money(reward: Reward, fact: Fact, rates: Rates) -> list[Line] | tuple[str, str]:
    if (
        fact.amount_minor is None
        or fact.currency is None
        or reward.currency is None
        or reward.per_minor is None
    ):
        return []
    lines = [line("", f"{fact.kind}_amount", fact.currency, fact.amount_minor)]
    amount = fact.amount_minor
    if fact.currency != reward.currency:
        converted = rates.convert(amount, fact.currency, reward.currency, fact.occurred_on)
        if converted is None:
            return (fact.currency, reward.currency)
        amount = converted
        lines.append(line("=", "converted", reward.currency, amount, on=fact.occurred_on.isoformat()))
    total = min(mul_div_floor(amount, reward.points, reward.per_minor), MAX_AMOUNT)
    args = {"points": reward.points, "per_minor": reward.per_minor, "currency": reward.currency}
    lines.append(line("×", "per_money", POINTS, total, **args))
    return lines


def before_tier(reward: Reward, points: int, level: Level | None) -> int:
    """The fewest points before the level's multiplier that are at least this many after it."""
    if not reward.by_tier or level is None or level.bps <= 0:
        return points
    return -(-points * ONCE_BPS // level.bps)


def amount_for(reward: Reward, points: int) -> int | None:
    """The smallest amount, in minor units of the reward's currency, that gives this many points before any multiplier;
    None if money is not what the reward counts."""
    if reward.kind != PER_MONEY or not reward.per_minor:
        return None
    return -(-points * reward.per_minor // reward.points)


def units_for(reward: Reward, points: int) -> int | None:
    """The fewest units that give this many points before any multiplier; None if units are not what the reward
    counts."""
    return -(-points // reward.points) if reward.kind == "per_unit" else None
