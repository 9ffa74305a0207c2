"""Shape of what is typed on the pages of rewards."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, FileField, RadioField, SelectField

from app.core.forms import (
    AppForm,
    LengthAtMost,
    MoneyField,
    Required,
    TextAreaField,
    TextField,
    WholeNumberField,
    choices,
)
from app.core.i18n import _l
from app.core.money import CURRENCIES
from app.rewards.models import RewardKind
from app.rewards.words import clean

PALETTE_LABELS = {
    "green": _l("Green"), "blue": _l("Blue"), "brown": _l("Brown"), "violet": _l("Violet"),
    "orange": _l("Orange"), "teal": _l("Teal"), "rose": _l("Rose"), "gold": _l("Gold"), "slate": _l("Slate"),
}  # fmt: skip
ICON_LABELS = {
    "gift": _l("Gift"), "ticket": _l("Ticket"), "shopping-basket": _l("Basket"), "shopping-bag": _l("Bag"),
    "fuel": _l("Fuel pump"), "coffee": _l("Cup"), "utensils": _l("Meal"), "wallet": _l("Wallet"),
    "headphones": _l("Headphones"), "smartphone": _l("Telephone"), "plane": _l("Plane"),
    "hand-heart": _l("Helping hand"), "users": _l("Group"), "clapperboard": _l("Cinema"),
    "dumbbell": _l("Dumbbell"), "graduation-cap": _l("Graduation cap"),
}  # fmt: skip


class RedeemForm(AppForm):
    """Value and number of a redemption; the controls of the sheet and of the page."""

    denomination = RadioField(_l("Value"), validate_choice=False)
    quantity = WholeNumberField(_l("How many"), at_least=1, at_most=20)


class ReasonForm(AppForm):
    """Why the vendor ends an order."""

    reason = TextAreaField(_l("Why"), [Required(_l("Say why. The partner reads it.")), LengthAtMost(500)])


class NoteForm(AppForm):
    """What goes with the next step of an order."""

    note = TextField(_l("Note for the partner"), [LengthAtMost(200)])


class AnswerForm(AppForm):
    """What the vendor answers to a complaint."""

    answer = TextAreaField(
        _l("Answer"),
        [Required(_l("Write an answer. The partner reads it on the order.")), LengthAtMost(2000)],
    )


class RewardForm(AppForm):
    """What a reward is called, where it is offered, how it is delivered."""

    name_en = TextField(_l("Name in English"), [Required(_l("Enter the name in English.")), LengthAtMost(80)])
    name_ms = TextField(_l("Name in Malay"), [LengthAtMost(80)])
    name_id = TextField(_l("Name in Indonesian"), [LengthAtMost(80)])
    brand = TextField(_l("Brand on the card"), [Required(_l("Enter the brand.")), LengthAtMost(40)])
    description_en = TextAreaField(_l("Description in English"), [LengthAtMost(400)])
    description_ms = TextAreaField(_l("Description in Malay"), [LengthAtMost(400)])
    description_id = TextAreaField(_l("Description in Indonesian"), [LengthAtMost(400)])
    category = SelectField(_l("Category"), coerce=str)
    kind = RadioField(
        _l("How it is delivered"),
        choices=choices(
            [
                (RewardKind.DIGITAL_VOUCHER, _l("A code from our stock, at once")),
                (RewardKind.MANUAL, _l("Sent by hand")),
            ]
        ),
        default=RewardKind.DIGITAL_VOUCHER.value,
    )
    delivery_hours = WholeNumberField(_l("Hours until it arrives"), at_least=0, at_most=2160)
    countries = TextField(_l("Countries"), [LengthAtMost(200)])
    required_tier = SelectField(_l("Which tier opens it"), choices=[], default="")
    palette = SelectField(_l("Colour"), choices=choices(PALETTE_LABELS.items()), default="green")
    icon = SelectField(_l("Picture"), choices=choices(ICON_LABELS.items()), default="gift")
    quantity_limit = WholeNumberField(_l("At most, each time"), at_least=1, at_most=20)
    position = WholeNumberField(_l("Place in the list"), at_least=1, at_most=100_000)
    shows_value = BooleanField(_l("Show the value on the card"), default=True)


class ValueForm(AppForm):
    """One value of a reward: what it is worth and what it costs the vendor."""

    currency = SelectField(
        _l("Currency"), choices=choices((code, code) for code in CURRENCIES), default="MYR"
    )
    face_value = MoneyField(
        _l("Value"), [Required(_l("Enter the value."))], currency=lambda: _current_currency()
    )
    cost = MoneyField(
        _l("Cost to you"), [Required(_l("Enter the cost."))], currency=lambda: _current_currency()
    )


class StockForm(AppForm):
    """A file of voucher codes for one value."""

    value = SelectField(_l("Value"), coerce=str)
    file = FileField(_l("CSV file"))


class PointValueForm(AppForm):
    """What points are worth in a currency."""

    currency = SelectField(
        _l("Currency"), choices=choices((code, code) for code in CURRENCIES), default="MYR"
    )
    points = WholeNumberField(_l("Points"), [Required(_l("Enter the points."))], at_least=1, at_most=10**9)
    per = MoneyField(_l("For"), [Required(_l("Enter the amount."))], currency=lambda: _current_currency())


def _current_currency() -> str:
    """The currency chosen in the form that is being read."""
    from flask import request

    chosen = request.form.get("currency", "")
    return chosen if chosen in CURRENCIES else "MYR"


def as_words(form: Any, prefix: str) -> dict[str, str]:
    """The languages of one text of a form; empty ones are left out."""
    found = {code: clean(form[f"{prefix}_{code}"].data) for code in ("en", "ms", "id")}
    return {code: text for code, text in found.items() if text}
