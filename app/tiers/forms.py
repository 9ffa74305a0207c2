"""Shapes of the forms of tiers."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, ValidationError

from app.core.forms import (
    AppForm,
    DateField,
    LengthAtMost,
    MoneyField,
    Required,
    TextAreaField,
    TextField,
    choices,
    money_sentence,
)
from app.products.models import ProductFamily


class DealForm(AppForm):
    """*What would one more deal do?*: a value in the company's currency and a product."""

    value = MoneyField(
        _l("Value of the deal"), [Required(_l("Enter the value of the deal."))], currency="MYR"
    )
    family = RadioField(_l("Product"), choices=[], validate_choice=False)

    def __init__(self, currency: str, families: list[ProductFamily], *args: Any, **kwargs: Any) -> None:
        self._company_currency = currency
        super().__init__(*args, **kwargs)
        self.family.choices = choices((family.slug, family.name) for family in families)
        slugs = [family.slug for family in families]
        if self.family.data not in slugs:
            self.family.data = slugs[0] if slugs else None
        self._ids = {family.slug: family.id for family in families}

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Read in the company's currency, so that a wrong amount is answered in it too."""
        self.value._currency = self._company_currency
        super().process(*args, **kwargs)

    def validate_value(self, field: MoneyField) -> None:
        """No deal is worth nothing: registering one is refused, so nothing is promised for it."""
        if field.data == 0:
            raise ValidationError(money_sentence(self._company_currency))

    @property
    def family_id(self) -> int | None:
        return self._ids.get(self.family.data or "")


class NewPlanForm(AppForm):
    """A further plan, by its name alone."""

    name = TextField(_l("Name of the plan"), id="new-name")


class PinForm(AppForm):
    """A level held by a person's decision."""

    level = TextField(_l("Tier"), [Required(_l("Choose a tier from the list."))])
    reason = TextAreaField(
        _l("Reason"), [Required(_l("Say why, in up to 500 characters.")), LengthAtMost(500)]
    )
    ends_on = DateField(_l("Last day"), [Required(_l("Choose a last day from today to two years from now."))])
