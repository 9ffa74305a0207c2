"""Shape of what is typed about awards."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, FileField, RadioField, SelectField, SelectMultipleField

from app.core.forms import (
    AppForm,
    LengthAtMost,
    Required,
    TextAreaField,
    TextField,
    WholeNumberField,
    choices,
)
from app.core.i18n import LOCALE_NAMES, _l
from app.recognition.models import ICONS, LANGUAGES, TONES
from app.recognition.services.deciding import REASON_MAX
from app.recognition.services.giving import MOST_POINTS

AMOUNTS = ("0", "100", "250", "500")
OTHER = "other"
ICON_LABELS = {
    "trophy": _l("Trophy"), "award": _l("Rosette"), "rocket": _l("Rocket"), "heart-handshake": _l("Hands and heart"),
    "users": _l("Group"), "lightbulb": _l("Light bulb"), "cloud": _l("Cloud"), "sparkles": _l("Sparkles"),
    "medal": _l("Medal"), "handshake": _l("Handshake"), "graduation-cap": _l("Graduation cap"),
    "shield-check": _l("Shield"), "calendar-heart": _l("Calendar"),
}  # fmt: skip
TONE_LABELS = {
    "brand": _l("Brand colour"), "ok": _l("Green"), "warn": _l("Amber"), "bad": _l("Red"), "info": _l("Blue"),
    "accent": _l("Gold"),
}  # fmt: skip
LANGUAGE_CHOICES = choices((code, LOCALE_NAMES[code]) for code in LANGUAGES)


class AwardForm(AppForm):
    """Who, for what, how many; and in which words."""

    to = SelectMultipleField(_l("Who"), choices=[], validate_choice=False)
    category = RadioField(_l("For what"), choices=[], validate_choice=False)
    points = RadioField(_l("How many points"), choices=[], validate_choice=False)
    points_other = WholeNumberField(_l("Points for each"), at_least=1, at_most=MOST_POINTS)
    citation = TextAreaField(_l("In your words"), default="")
    citation_lang = SelectField(_l("Written in"), choices=LANGUAGE_CHOICES, validate_choice=False)
    picture = FileField(_l("Picture"))
    is_on_wall = BooleanField(_l("Show on the recognition wall"), default=True)

    @property
    def offered(self) -> int | None:
        """The points chosen; None if what was typed is not a number."""
        if self.points.data == OTHER:
            found = self.points_other.data
            return int(found) if isinstance(found, int) else None
        text = self.points.data or "0"
        return int(text) if text in AMOUNTS else None


class ReasonForm(AppForm):
    """Why an award is declined or withdrawn."""

    reason = TextAreaField(_l("Why"), [Required(_l("Say why.")), LengthAtMost(REASON_MAX)])


class CategoryForm(AppForm):
    """A category in three languages, its icon and colour."""

    name_en = TextField(_l("Name in English"), [Required(_l("Enter the name in English.")), LengthAtMost(60)])
    name_ms = TextField(_l("Name in Malay"), [LengthAtMost(60)])
    name_id = TextField(_l("Name in Indonesian"), [LengthAtMost(60)])
    note_en = TextField(_l("Line under it in English"), [LengthAtMost(120)])
    note_ms = TextField(_l("Line under it in Malay"), [LengthAtMost(120)])
    note_id = TextField(_l("Line under it in Indonesian"), [LengthAtMost(120)])
    icon = SelectField(_l("Icon"), choices=choices((name, ICON_LABELS[name]) for name in ICONS), coerce=str)
    tone = SelectField(_l("Colour"), choices=choices((name, TONE_LABELS[name]) for name in TONES), coerce=str)
    position = WholeNumberField(_l("Place in the list"), at_least=0, at_most=1000, default=100)
    is_featured = BooleanField(_l("Its newest award leads the wall"))

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        found = {name: field.data for name, field in self._fields.items()}
        found["position"] = 100 if self.position.data is None else self.position.data
        return found
