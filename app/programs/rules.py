"""The record that the engine runs, the sentence is made from, and the editor writes. Plain values, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.core.errors import InvalidInput
from app.core.i18n import _
from app.core.money import CURRENCIES, MAX_AMOUNT
from app.partners.audience import Audience

FIXED, PER_MONEY, PER_UNIT = "fixed", "per_money", "per_unit"
REWARD_KINDS = (FIXED, PER_MONEY, PER_UNIT)
TRADES = ("deal_won", "sale")  # what has a product and an amount
TRIGGERS = (*TRADES, "course_passed", "recognition", "service_milestone")
# What is meant for one: a fact that names a member pays the member alone, one without pays the company.
ADDRESSED = ("recognition", "service_milestone")
# What a fact can be counted by. A course passed has neither an amount nor units; recognition comes with the points that
# were offered as its units, a service milestone with the years.
MEASURES = {
    "deal_won": REWARD_KINDS,
    "sale": REWARD_KINDS,
    "course_passed": (FIXED,),
    "recognition": (FIXED, PER_UNIT),
    "service_milestone": (FIXED, PER_UNIT),
}
MOST_COURSES = 50
PAYEES = ("member", "organisation")
DEFAULT_HOLD_DAYS = 14
MAX_POINTS = 10**9
MAX_HOLD_DAYS = 365


@dataclass(frozen=True, slots=True)
class Reward:
    """What a rule gives to one payee. `per_money`: `points` for each `per_minor` of `currency`, rounded down once per
    fact; `per_unit`: `points` for each unit; `fixed`: `points`. `by_tier`: the whole points that come out so are then
    multiplied by what the company's level of the fact's date gives, and rounded down once more. `number` is stable
    across versions."""

    number: int
    kind: str
    points: int
    payee: str = "member"
    per_minor: int | None = None
    currency: str | None = None
    hold_days: int = DEFAULT_HOLD_DAYS
    cap_points: int | None = None
    by_tier: bool = False

    def to_record(self) -> dict[str, Any]:
        """As it is stored; what came later is left out while it is off, so that old records stay equal."""
        record: dict[str, Any] = {
            "number": self.number,
            "kind": self.kind,
            "points": self.points,
            "payee": self.payee,
            "per_minor": self.per_minor,
            "currency": self.currency,
            "hold_days": self.hold_days,
            "cap_points": self.cap_points,
        }
        return {**record, "by_tier": True} if self.by_tier else record

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Reward:
        return cls(**record)


@dataclass(frozen=True, slots=True)
class Rule:
    """When (`trigger`), only if (the conditions), then give (`rewards`). `key` is stable across versions.

    `courses` are slugs: any of them passed will do; none named means every course.
    """

    key: str
    trigger: str
    rewards: tuple[Reward, ...]
    min_amount_minor: int | None = None
    min_currency: str | None = None
    min_quantity: int | None = None
    family_ids: tuple[int, ...] = ()
    courses: tuple[str, ...] = ()

    @property
    def is_by_tier(self) -> bool:
        """True if a reward is multiplied by the company's level."""
        return any(reward.by_tier for reward in self.rewards)

    def to_record(self) -> dict[str, Any]:
        """As it is stored; what came later is left out while it is empty, so that old records stay equal."""
        record: dict[str, Any] = {
            "key": self.key,
            "trigger": self.trigger,
            "rewards": [reward.to_record() for reward in self.rewards],
            "min_amount_minor": self.min_amount_minor,
            "min_currency": self.min_currency,
            "min_quantity": self.min_quantity,
            "family_ids": list(self.family_ids),
        }
        return {**record, "courses": list(self.courses)} if self.courses else record

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Rule:
        return cls(
            key=record["key"],
            trigger=record["trigger"],
            rewards=tuple(Reward.from_record(reward) for reward in record["rewards"]),
            min_amount_minor=record.get("min_amount_minor"),
            min_currency=record.get("min_currency"),
            min_quantity=record.get("min_quantity"),
            family_ids=tuple(record.get("family_ids", ())),
            courses=tuple(record.get("courses", ())),
        )


@dataclass(frozen=True, slots=True)
class Definition:
    """The whole record of a version. Open dates are None; both dates belong to the window."""

    rules: tuple[Rule, ...]
    audience: Audience = field(default_factory=Audience)
    starts_on: date | None = None
    ends_on: date | None = None

    def asks_tier(self, kind: str) -> bool:
        """True if what a fact of this kind gets depends on the level of its company."""
        return any(rule.trigger == kind and (self.audience.tiers or rule.is_by_tier) for rule in self.rules)

    def covers(self, on: date) -> bool:
        """True if a fact of this date lies inside the window."""
        return (self.starts_on is None or self.starts_on <= on) and (
            self.ends_on is None or on <= self.ends_on
        )

    def to_record(self) -> dict[str, Any]:
        return {
            "starts_on": self.starts_on.isoformat() if self.starts_on else None,
            "ends_on": self.ends_on.isoformat() if self.ends_on else None,
            "audience": self.audience.to_record(),
            "rules": [rule.to_record() for rule in self.rules],
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Definition:
        return cls(
            rules=tuple(Rule.from_record(rule) for rule in record["rules"]),
            audience=Audience.from_record(record["audience"]),
            starts_on=_day(record.get("starts_on")),
            ends_on=_day(record.get("ends_on")),
        )

    def check(self) -> None:
        """Raises InvalidInput with a sentence per field for what no engine could run."""
        wrong: dict[str, object] = {}
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            wrong["ends_on"] = _("The last day is before the first.")
        if not self.rules or len({rule.key for rule in self.rules}) != len(self.rules):
            wrong["trigger"] = _("Say what has to happen.")
        for rule in self.rules:
            wrong |= _check_rule(rule)
        if wrong:
            raise InvalidInput(fields=wrong)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _check_rule(rule: Rule) -> dict[str, object]:
    wrong: dict[str, object] = {}
    if rule.trigger not in TRIGGERS:
        wrong["trigger"] = _("Say what has to happen.")
    if (rule.min_amount_minor is None) != (rule.min_currency is None) or not _within(
        rule.min_amount_minor, MAX_AMOUNT
    ):
        wrong["min_amount"] = _("Enter an amount above zero, or leave it empty.")
    if rule.min_currency is not None and rule.min_currency not in CURRENCIES:
        wrong["min_amount"] = _("Choose a currency from the list.")
    if not _within(rule.min_quantity, MAX_POINTS):
        wrong["min_quantity"] = _("Enter a quantity above zero, or leave it empty.")
    wrong |= _check_conditions(rule)
    numbers = [reward.number for reward in rule.rewards]
    if not numbers or len(set(numbers)) != len(numbers):
        wrong["points"] = _("Say what to give.")
    for reward in rule.rewards:
        wrong |= _check_reward(reward)
        if reward.kind in REWARD_KINDS and reward.kind not in MEASURES.get(rule.trigger, REWARD_KINDS):
            suffix = "" if reward.payee == "member" else "_company"
            wrong["reward_kind" + suffix] = _not_counted(rule.trigger)
    return wrong


def _check_conditions(rule: Rule) -> dict[str, object]:
    """Conditions that a fact of this kind could never meet."""
    wrong: dict[str, object] = {}
    if rule.trigger not in TRADES:
        if rule.family_ids:
            wrong["families"] = _("Only deals and sales have a product.")
        if rule.min_amount_minor is not None:
            wrong["min_amount"] = _("Only deals and sales have a value.")
    if rule.trigger in ("course_passed", "recognition") and rule.min_quantity is not None:
        wrong["min_quantity"] = _("Only sales and years of service are counted in units.")
    if rule.courses and rule.trigger != "course_passed":
        wrong["courses"] = _("Courses go with a course that is passed.")
    if len(rule.courses) > MOST_COURSES or len(set(rule.courses)) != len(rule.courses):
        wrong["courses"] = _("Choose up to %(count)s courses, or none for every course.", count=MOST_COURSES)
    return wrong


def _not_counted(trigger: str) -> str:
    if trigger == "course_passed":
        return _("A course has neither an amount nor units: choose points each time.")
    return _("This has no amount: choose points each time or for every unit.")


def _check_reward(reward: Reward) -> dict[str, object]:
    suffix = "" if reward.payee == "member" else "_company"
    wrong: dict[str, object] = {}
    if reward.kind not in REWARD_KINDS or reward.payee not in PAYEES:
        wrong["reward_kind" + suffix] = _("Say what to give.")
    if not _within(reward.points, MAX_POINTS) or reward.points is None:
        wrong["points" + suffix] = _("Enter the points as a whole number above zero.")
    priced = (
        reward.per_minor is not None
        and reward.currency in CURRENCIES
        and _within(reward.per_minor, MAX_AMOUNT)
    )
    if (reward.kind == PER_MONEY) != priced:
        wrong["per_amount" + suffix] = _("Enter the amount that these points are for.")
    if not 0 <= reward.hold_days <= MAX_HOLD_DAYS:
        wrong["hold_days" + suffix] = _("Choose a wait of 0 to 365 days.")
    if not _within(reward.cap_points, MAX_AMOUNT):
        wrong["cap_points" + suffix] = _("Enter a limit above zero, or leave it empty.")
    return wrong


def _within(value: int | None, highest: int) -> bool:
    return value is None or 1 <= value <= highest
