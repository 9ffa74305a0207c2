"""The editor's form: a rule's record as fields, and back. The record's own check judges the values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from app.core.forms import (
    AppForm,
    DateField,
    LengthAtMost,
    MoneyField,
    Required,
    TextAreaField,
    TextField,
    TickField,
    WholeNumberField,
    select_one,
)
from app.core.money import CURRENCIES
from app.core.settings import current_settings
from app.programs import words
from app.programs.models import ProgramVersion
from app.programs.rules import DEFAULT_HOLD_DAYS, PER_MONEY, TRADES, Audience, Definition, Reward, Rule

SIDES = (("", "member", 1), ("_company", "organisation", 2))
NOTHING = ("", _l("nothing"))
COURSE, MILESTONE = "course_passed", "service_milestone"


@dataclass(frozen=True, slots=True)
class Offered:
    """What the editor's lists offer: families by id, countries and types by code, courses and tiers by slug."""

    families: Mapping[int, str]
    countries: Sequence[str]
    kinds: Sequence[str]
    courses: Mapping[str, str]
    tiers: Mapping[str, str]


def _currency(label: Any) -> SelectField:
    return select_one(label, [(code, code) for code in CURRENCIES])


def _by_name(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=itemgetter(1))


class ProgramForm(AppForm):
    """One rule with a reward for the seller, one for the company, or both."""

    name = TextField(_l("Name"), [Required(_l("Give the program a name.")), LengthAtMost(80)])
    trigger = select_one(_l("What happens"), list(words.TRIGGERS.items()))
    starts_on = DateField(_l("First day"))
    ends_on = DateField(_l("Last day"))
    families = TickField(_l("Products"))
    courses = TickField(_l("Courses"))
    min_currency = _currency(_l("Currency of the least value"))
    min_amount = MoneyField(_l("Least value"), currency="MYR")
    min_quantity = WholeNumberField(_l("Fewest units"), at_least=1, at_most=10**9)
    kinds = TickField(_l("Company types"))
    countries = TickField(_l("Countries"))
    tiers = TickField(_l("Tiers"))
    companies = TextAreaField(_l("Only these companies"), [LengthAtMost(8000)])
    reward_kind = select_one(_l("What the seller gets"), [NOTHING, *words.REWARD_KINDS.items()])
    points = WholeNumberField(_l("Points for the seller"), at_least=1, at_most=10**9)
    per_currency = _currency(_l("Currency for the seller"))
    per_amount = MoneyField(_l("Amount for the seller"), currency="MYR")
    hold_days = WholeNumberField(_l("Days until the seller’s points clear"), at_most=365)
    by_tier = BooleanField(_l("The seller’s points times the company’s tier"))
    cap_points = WholeNumberField(_l("Most points for each seller"), at_least=1, at_most=10**12)
    reward_kind_company = select_one(_l("What the company gets"), [NOTHING, *words.REWARD_KINDS.items()])
    points_company = WholeNumberField(_l("Points for the company"), at_least=1, at_most=10**9)
    per_currency_company = _currency(_l("Currency for the company"))
    per_amount_company = MoneyField(_l("Amount for the company"), currency="MYR")
    hold_days_company = WholeNumberField(_l("Days until the company’s points clear"), at_most=365)
    by_tier_company = BooleanField(_l("The company’s points times the company’s tier"))
    cap_points_company = WholeNumberField(_l("Most points for each company"), at_least=1, at_most=10**12)
    budget_points = WholeNumberField(_l("Most points in total"), at_least=1, at_most=10**12)
    applies_from = DateField(_l("Applies from"))

    def process(self, formdata: Any = None, obj: Any = None, data: Any = None, **kwargs: Any) -> None:
        """Each amount is read in the currency chosen beside it, which stands before it."""
        for amount, currency in (
            (self.min_amount, self.min_currency),
            (self.per_amount, self.per_currency),
            (self.per_amount_company, self.per_currency_company),
        ):
            amount._currency = lambda chosen=currency: _known(chosen.data)
        super().process(formdata, obj, data=data, **kwargs)

    def offer(self, offered: Offered) -> None:
        """Set what the lists offer."""
        self.offered = offered
        self.families.choices = [(str(key), name) for key, name in offered.families.items()]
        self.countries.choices = _by_name((code, words.country_name(code)) for code in offered.countries)
        self.kinds.choices = _by_name((kind, words.kind_name(kind)) for kind in offered.kinds)
        self.courses.choices = _by_name(offered.courses.items())
        self.tiers.choices = list(offered.tiers.items())

    def definition(self, base: Definition | None, organisation_ids: Sequence[int]) -> Definition:
        """The record that these fields say. `base` keeps the rule's key and what the form does not show.

        Conditions that do not go with what happens are not on screen, and not taken.
        """
        first = base.rules[0] if base is not None else None
        is_trade = self.trigger.data in TRADES
        has_least = is_trade and self.min_amount.data is not None
        rule = Rule(
            key=first.key if first is not None else "main",
            trigger=self.trigger.data,
            rewards=tuple(reward for side in SIDES if (reward := self._reward(*side)) is not None),
            min_amount_minor=self.min_amount.data if has_least else None,
            min_currency=self.min_currency.data if has_least else None,
            min_quantity=self.min_quantity.data if is_trade or self.trigger.data == MILESTONE else None,
            family_ids=tuple(sorted(int(key) for key in self.families.taken)) if is_trade else (),
            courses=tuple(sorted(self.courses.taken)) if self.trigger.data == COURSE else (),
        )
        audience = Audience(
            tuple(self.countries.data or ()),
            tuple(self.kinds.data or ()),
            tuple(sorted(organisation_ids)),
            tuple(self.tiers.taken),
        )
        rest = base.rules[1:] if base is not None else ()
        return Definition((rule, *rest), audience, self.starts_on.data, self.ends_on.data)

    def _reward(self, suffix: str, payee: str, number: int) -> Reward | None:
        value = lambda name: self._fields[name + suffix].data  # noqa: E731
        kind = value("reward_kind")
        if not kind:
            return None
        per_money = kind == PER_MONEY
        return Reward(
            number=number,
            kind=kind,
            points=value("points") or 0,
            payee=payee,
            per_minor=value("per_amount") if per_money else None,
            currency=value("per_currency") if per_money else None,
            hold_days=value("hold_days") if value("hold_days") is not None else DEFAULT_HOLD_DAYS,
            cap_points=value("cap_points"),
            by_tier=value("by_tier"),
        )


def _known(code: str | None) -> str:
    return code if code in CURRENCIES else "MYR"


def fields_of(version: ProgramVersion, companies: Sequence[str]) -> dict[str, Any]:
    """A stored version as the form's data."""
    definition = Definition.from_record(version.definition)
    rule, audience = definition.rules[0], definition.audience
    data: dict[str, Any] = {
        **blank_fields(),
        "name": version.name,
        "trigger": rule.trigger,
        "starts_on": definition.starts_on,
        "ends_on": definition.ends_on,
        "families": [str(key) for key in rule.family_ids],
        "courses": list(rule.courses),
        "tiers": list(audience.tiers),
        "min_amount": rule.min_amount_minor,
        "min_quantity": rule.min_quantity,
        "kinds": list(audience.kinds),
        "countries": list(audience.countries),
        "companies": "\n".join(companies),
        "budget_points": version.budget_points,
        "applies_from": version.applies_from,
        "reward_kind": "",
    }
    if rule.min_currency:
        data["min_currency"] = rule.min_currency
    for suffix, payee, _number in SIDES:
        reward = next((reward for reward in rule.rewards if reward.payee == payee), None)
        if reward is not None:
            data |= {
                "reward_kind" + suffix: reward.kind, "points" + suffix: reward.points,
                "per_amount" + suffix: reward.per_minor, "hold_days" + suffix: reward.hold_days,
                "cap_points" + suffix: reward.cap_points, "by_tier" + suffix: reward.by_tier,
            }  # fmt: skip
            if reward.currency:
                data["per_currency" + suffix] = reward.currency
    return data


def blank_fields() -> dict[str, Any]:
    """What a new program starts from."""
    currency = current_settings().reporting_currency
    currencies = {f"{name}": currency for name in ("min_currency", "per_currency", "per_currency_company")}
    return {
        **currencies, "trigger": "deal_won", "reward_kind": PER_MONEY, "reward_kind_company": "",
        "hold_days": DEFAULT_HOLD_DAYS, "hold_days_company": DEFAULT_HOLD_DAYS,
    }  # fmt: skip


def renumbered(definition: Definition, base: Definition | None) -> Definition:
    """Keep the numbers that rewards had before, by payee, so that caps go on across versions."""
    if base is None:
        return definition
    known = {reward.payee: reward.number for reward in base.rules[0].rewards}
    taken = set(known.values())
    rewards = []
    for reward in definition.rules[0].rewards:
        number = known.get(reward.payee)
        if number is None:
            number = reward.number if reward.number not in taken else max(taken) + 1
            taken.add(number)
        rewards.append(replace(reward, number=number))
    rule = replace(definition.rules[0], rewards=tuple(rewards))
    return replace(definition, rules=(rule, *definition.rules[1:]))
