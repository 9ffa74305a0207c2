"""Shapes of the programs' forms; what a number or date may be is the record's own check."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from app.core.forms import AppForm, MoneyField, WholeNumberField, choices
from app.programs.catalogue import Version
from app.programs.rules import PER_MONEY, PER_UNIT, Rule
from app.programs.sentences import Names

# What the units of a fact are, where they are not units of a product.
UNITS = {"recognition": _l("Points offered with the award"), "service_milestone": _l("Years")}


class TryForm(AppForm):
    """*Try it*: an amount, units, a family or a course, as far as the rule looks at them."""

    amount = MoneyField(_l("Value"), currency=lambda: "MYR")
    quantity = WholeNumberField(_l("Units"), at_least=1, at_most=10**6)
    family = SelectField(_l("Product"), choices=[], coerce=int, validate_choice=False)
    course = SelectField(_l("Course"), choices=[], validate_choice=False)

    def __init__(self, version: Version, currency: str, names: Names, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = version.definition.rules
        self.amount._currency = currency
        if not any(_counts_money(rule) for rule in rules):
            del self.amount
        if not any(_counts_units(rule) for rule in rules):
            del self.quantity
        elif rules[0].trigger in UNITS:
            self.quantity.label.text = UNITS[rules[0].trigger]
        families = {key: names.families.get(key, "…") for rule in rules for key in rule.family_ids}
        if len(families) > 1:
            self.family.choices = choices(sorted(families.items(), key=lambda item: item[1]))
        else:
            del self.family
        courses = {slug: names.courses.get(slug, slug) for rule in rules for slug in rule.courses}
        if len(courses) > 1:
            self.course.choices = choices(sorted(courses.items(), key=lambda item: item[1]))
        else:
            del self.course


def _counts_money(rule: Rule) -> bool:
    return rule.min_amount_minor is not None or any(reward.kind == PER_MONEY for reward in rule.rewards)


def _counts_units(rule: Rule) -> bool:
    return rule.min_quantity is not None or any(reward.kind == PER_UNIT for reward in rule.rewards)
