"""Forms of boards: what a vendor defines, and how somebody appears."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField

from app.boards.models import Metric, NameMode, Participants, Period
from app.boards.rules import Rule
from app.boards.services import MAX_NAME, MAX_PRIZE, Words
from app.boards.words import METRIC_NAMES, PARTICIPANT_NAMES, PERIOD_NAMES, SOURCE_NAMES
from app.core.forms import AppForm, DateField, LengthAtMost, OneOf, Required, TextField, TickField, choices
from app.core.i18n import LOCALES
from app.partners.audience_form import AudienceFields


class BoardForm(AudienceFields, AppForm):
    """A board as the vendor writes it."""

    name_en = TextField(
        _l("Name in English"),
        [Required(_l("Write a name in English; the other languages may follow.")), LengthAtMost(MAX_NAME)],
    )
    name_ms = TextField(_l("Name in Malay"), [LengthAtMost(MAX_NAME)])
    name_id = TextField(_l("Name in Indonesian"), [LengthAtMost(MAX_NAME)])
    metric = SelectField(
        _l("What counts"), choices=choices(METRIC_NAMES.items()), validate_choice=False,
        validators=[Required(), OneOf([str(key) for key in Metric])], default=Metric.POINTS.value,
    )  # fmt: skip
    sources = TickField(_l("Money from"))
    participants = RadioField(
        _l("Who competes"), choices=choices(PARTICIPANT_NAMES.items()), validate_choice=False,
        validators=[Required(), OneOf([str(key) for key in Participants])], default=Participants.PEOPLE.value,
    )  # fmt: skip
    period = RadioField(
        _l("Period"), choices=choices(PERIOD_NAMES.items()), validate_choice=False,
        validators=[Required(), OneOf([str(key) for key in Period])], default=Period.QUARTER.value,
    )  # fmt: skip
    prize_en = TextField(_l("Prize in English"), [LengthAtMost(MAX_PRIZE)])
    prize_ms = TextField(_l("Prize in Malay"), [LengthAtMost(MAX_PRIZE)])
    prize_id = TextField(_l("Prize in Indonesian"), [LengthAtMost(MAX_PRIZE)])
    closes_on = DateField(_l("Last day of the board"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources.choices = [(kind, str(name)) for kind, name in SOURCE_NAMES.items()]

    @property
    def words(self) -> Words:
        """Names and prizes by language."""
        return Words(
            {locale: self[f"name_{locale}"].data or "" for locale in LOCALES},
            {locale: self[f"prize_{locale}"].data or "" for locale in LOCALES},
        )

    @property
    def rule(self) -> Rule:
        """What counts. Money's sources mean nothing for another metric; all of them is the same as none."""
        metric = Metric(self.metric.data)
        sources = tuple(sorted(self.sources.data or ())) if metric is Metric.REVENUE else ()
        if len(sources) == len(SOURCE_NAMES):
            sources = ()
        return Rule(
            metric, Participants(self.participants.data), Period(self.period.data), self.audience, sources
        )


def fields_of(board: Any) -> dict[str, Any]:
    """A stored board as the form's data."""
    found: dict[str, Any] = {
        "metric": str(board.metric), "participants": str(board.participants), "period": str(board.period),
        "sources": list(board.sources or ()), "closes_on": board.closes_on,
    }  # fmt: skip
    for locale in LOCALES:
        found[f"name_{locale}"] = board.names.get(locale, "")
        found[f"prize_{locale}"] = (board.prizes or {}).get(locale, "")
    return found


class NameForm(AppForm):
    """How a person appears on boards."""

    mode = RadioField(
        _l("How others see you"),
        choices=choices(
            [
                (NameMode.NAME.value, _l("By my name")),
                (NameMode.ALIAS.value, _l("By an alias")),
                (NameMode.REGION.value, _l("Without a name")),
            ]
        ),
        validate_choice=False,
        validators=[
            Required(_l("Choose one of the answers offered.")),
            OneOf([str(key) for key in NameMode]),
        ],
    )
    alias = TextField(_l("Alias"))  # what an alias may be is said by names.choose_name


class CompanyNameForm(NameForm):
    """The same for a company; its admins decide."""

    mode = RadioField(
        _l("How others see the company"),
        choices=choices(
            [
                (NameMode.NAME.value, _l("By its name")),
                (NameMode.ALIAS.value, _l("By an alias")),
                (NameMode.REGION.value, _l("Without a name")),
            ]
        ),
        validate_choice=False,
        validators=[
            Required(_l("Choose one of the answers offered.")),
            OneOf([str(key) for key in NameMode]),
        ],
    )
