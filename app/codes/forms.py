"""Shape of what the vendor types about gift codes."""

from __future__ import annotations

from wtforms import PasswordField, SelectField

from app.codes.models import MOST_POINTS, Occasion
from app.codes.words import OCCASIONS
from app.core.forms import (
    AppForm,
    DateField,
    LengthAtMost,
    Required,
    TextAreaField,
    TextField,
    WholeNumberField,
    choices,
)
from app.core.i18n import _l

MOST_ON_PAGE = 10_000
PALETTES = {
    "plain": _l("Plain"),
    "green": _l("Green"), "blue": _l("Blue"), "brown": _l("Brown"), "violet": _l("Violet"),
    "orange": _l("Orange"), "teal": _l("Teal"), "rose": _l("Rose"), "gold": _l("Gold"), "slate": _l("Slate"),
}  # fmt: skip


class BatchForm(AppForm):
    """A batch to make."""

    points = WholeNumberField(
        _l("Points each"),
        [Required(_l("Enter how many points a code holds."))],
        at_least=1,
        at_most=MOST_POINTS,
    )
    code_count = WholeNumberField(
        _l("How many codes"), [Required(_l("Enter how many codes."))], at_least=1, at_most=MOST_ON_PAGE
    )
    campaign = SelectField(_l("Paid from"), coerce=str, validate_choice=False)
    valid_until = DateField(_l("Add by"))


class CampaignForm(AppForm):
    """What codes are given for."""

    name = TextField(
        _l("Name partners will see"), [Required(_l("Enter the name that partners see.")), LengthAtMost(80)]
    )
    giver = TextField(_l("From"), [Required(_l("Enter who gives.")), LengthAtMost(60)])
    occasion = SelectField(
        _l("Occasion"), choices=choices(OCCASIONS.items()),
        default=Occasion.THANKS.value,
    )  # fmt: skip
    message = TextAreaField(_l("Message"), [LengthAtMost(300)])
    palette = SelectField(
        _l("Colour"), choices=choices(PALETTES.items()), default="plain"
    )  # fmt: skip
    valid_from = DateField(_l("First day"), [Required(_l("Choose the first day."))])
    valid_until = DateField(_l("Last day"), [Required(_l("Choose the last day."))])
    budget_points = WholeNumberField(
        _l("Budget in points"), [Required(_l("Enter a budget above zero."))], at_least=1, at_most=10**12
    )


class ExportForm(AppForm):
    """The password of the one file."""

    password = PasswordField(_l("Password for the file"), [LengthAtMost(200)])
    again = PasswordField(_l("The same password again"), [LengthAtMost(200)])


class VoidForm(AppForm):
    """What is taken back, and why. Without a code it is the whole batch."""

    named = TextField(_l("Last four characters, or the whole code"), [LengthAtMost(40)])
    reason = TextAreaField(
        _l("Why"), [Required(_l("Say why. It is kept with the batch.")), LengthAtMost(300)]
    )


class DeclineForm(AppForm):
    """Why a batch is declined."""

    reason = TextAreaField(_l("Why"), [LengthAtMost(300)])
