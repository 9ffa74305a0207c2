"""Shapes of the programs' forms; what a number or date may be is the record's own check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from app.core.forms import AppForm, MoneyField, WholeNumberField
from app.programs.catalogue import Version
from app.programs.rules import PER_MONEY, PER_UNIT, Rule


class TryForm(AppForm):
    """*Try it*: an amount, units or a family, as far as the rule looks at them."""

    amount = MoneyField(_l("Value"), currency=lambda: "MYR")
    quantity = WholeNumberField(_l("Units"), at_least=1, at_most=10**6)
    family = SelectField(_l("Product"), choices=[], coerce=int, validate_choice=False)

    def __init__(
        self, version: Version, currency: str, families: Mapping[int, str], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rules = version.definition.rules
        self.amount._currency = currency
        if not any(_counts_money(rule) for rule in rules):
            del self.amount
        if not any(_counts_units(rule) for rule in rules):
            del self.quantity
        names = {key: families.get(key, "…") for rule in rules for key in rule.family_ids}
        if len(names) > 1:
            self.family.choices = sorted(names.items(), key=lambda item: item[1])
        else:
            del self.family


def _counts_money(rule: Rule) -> bool:
    return rule.min_amount_minor is not None or any(reward.kind == PER_MONEY for reward in rule.rewards)


def _counts_units(rule: Rule) -> bool:
    return rule.min_quantity is not None or any(reward.kind == PER_UNIT for reward in rule.rewards)
