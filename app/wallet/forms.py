"""Shape of what is typed about the ledger."""

from __future__ import annotations

from wtforms import RadioField

from app.core.forms import (
    AppForm,
    LengthAtMost,
    Required,
    TextAreaField,
    TextField,
    WholeNumberField,
    choices,
)
from app.core.i18n import _l


class AdjustmentForm(AppForm):
    """Points added or taken by hand. `who` is a member's e-mail or a company's name."""

    who = TextField(
        _l("Who"), [Required(_l("Enter a member’s email or a company’s name.")), LengthAtMost(200)]
    )
    direction = RadioField(
        _l("What happens"),
        choices=choices([("add", _l("Add")), ("take", _l("Take"))]),
        default="add",
    )
    points = WholeNumberField(
        _l("Points"), [Required(_l("Enter how many points."))], at_least=1, at_most=10**9
    )
    reason = TextAreaField(_l("Reason"), [Required(_l("Say why. The partner reads it.")), LengthAtMost(300)])
