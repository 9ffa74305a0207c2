"""The plan editor: a matrix of cells, metrics by levels, and back into the record that everything runs on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from app.core.forms import (
    AppForm,
    LengthAtMost,
    Required,
    TextField,
    WholeNumberField,
    choices,
    money_sentence,
)
from app.core.i18n import LOCALES, _, current_locale
from app.core.money import (
    InvalidNumber,
    exponent,
    format_money,
    format_points,
    parse_int,
    parse_short,
    separators,
)
from app.core.settings import current_settings
from app.partners.audience_form import AudienceFields
from app.tiers import benefits, words
from app.tiers.plans import (
    ALL,
    GRACE_DAYS,
    JOINS,
    MAX_LEVELS,
    METRICS,
    ONE_TIMES_BPS,
    REVENUE,
    SCORE,
    SOURCES,
    Benefit,
    Definition,
    Level,
    Metric,
    level_name,
)

ICONS = ("ticket", "headphones", "graduation-cap", "gift", "sparkles", "megaphone", "users", "medal")
MONTHS = tuple(str(month) for month in (1, 0, *range(2, 13)))
EMPTY_LEVELS = (("Member", 0), ("Silver", 50_000), ("Gold", 120_000))
TEXTS = tuple((part, locale) for part in ("title", "text") for locale in LOCALES)


@dataclass(slots=True)
class Cell:
    """One input of the matrix: what stands in it, and what is wrong with it. `was`: what the live version says."""

    name: str
    label: str
    value: str = ""
    was: str | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.name

    @property
    def is_changed(self) -> bool:
        return self.was is not None and self.was != self.value


class PlanForm(AudienceFields, AppForm):
    """Name, how the metrics join, the period, the grace; whom the plan is for; and the cells."""

    name = TextField(
        _l("Name"), [Required(_l("Give the plan a name of up to 80 characters.")), LengthAtMost(80)]
    )
    join = SelectField(_l("How the metrics join"), choices=[])
    month = SelectField(_l("Period"), choices=[], default="1")
    grace_days = WholeNumberField(
        _l("Days of grace"), [Required(_l("Choose a grace of 0 to 365 days."))], at_most=365
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.join.choices = choices([(ALL, _l("all of these")), (SCORE, _l("a score of 70"))])
        self.month.choices = choices((month, words.period_name(int(month))) for month in MONTHS)
        self.cells: dict[str, Cell] = {}
        self.levels = 0

    def __iter__(self) -> Iterator[Any]:
        yield from super().__iter__()
        yield from self.cells.values()

    def cell(self, name: str) -> Cell:
        return self.cells[name]

    def called(self, place: int) -> str:
        """What a level is called beside its cells."""
        return level_name(self.cells[f"level-{place}-name"].value, place)

    @property
    def places(self) -> range:
        return range(self.levels)

    @property
    def has_errors(self) -> bool:
        return any(one.errors for one in self)

    def draw(
        self, made: Definition, typed: Mapping[str, str] | None = None, live: Definition | None = None
    ) -> None:
        """Make the cells from a definition, or from what was typed; `live` marks what changes."""
        values = dict(typed) if typed is not None else texts_of(made)
        before = texts_of(live) if live is not None else {}
        self.levels = level_count(values) if typed is not None else len(made.levels)
        names = [values.get(f"level-{place}-name", "") for place in self.places]
        for name, label in cell_names(names):
            self.cells[name] = Cell(name, label, values.get(name, ""), before.get(name))

    def fail_cell(self, name: str, sentence: object) -> None:
        """Put a sentence at a cell, a field, or the name if neither is there."""
        if name in self.cells:
            self.cells[name].errors.append(str(sentence))
        else:
            self.fail(name if name in self._fields else "name", sentence)


def one_more_level(values: Mapping[str, str]) -> dict[str, str]:
    """A sent form with an empty level on top, which opens no less than the one below it."""
    place = level_count(values)
    opened = {
        f"level-{place}-{part}": values.get(f"level-{place - 1}-{part}", "")
        for part in ("multiplier", "fund")
    }
    return {**values, f"level-{place}-name": "", f"level-{place}-slug": "", **opened}


def level_count(values: Mapping[str, str]) -> int:
    """How many levels a sent form has."""
    count = 0
    while count < MAX_LEVELS and f"level-{count}-name" in values:
        count += 1
    return count


def benefit_slots(values: Mapping[str, str], place: int) -> int:
    """How many benefits of a level a form has, and one to fill in."""
    count = 0
    while count < 12 and f"benefit-{place}-{count}-title-en" in values:
        count += 1
    return count


def cell_names(names: list[str]) -> Iterator[tuple[str, str]]:
    """Every cell of a form with its label, made of row and column."""
    for place, name in enumerate(names):
        level = level_name(name, place)
        yield f"level-{place}-slug", level
        yield f"level-{place}-name", _("Name of level %(number)d", number=place + 1)
        yield f"level-{place}-multiplier", _("Points multiplier, %(level)s", level=level)
        yield f"level-{place}-fund", _("Marketing fund, %(level)s", level=level)
        yield f"level-{place}-order", _("Place in the directory, %(level)s", level=level)
        for key in METRICS:
            label = str(words.METRIC_NAMES[key])
            yield f"need-{place}-{key}", _("%(metric)s, %(level)s", metric=label, level=level)
    for key in METRICS:
        yield f"weight-{key}", _("%(metric)s, of 100", metric=str(words.METRIC_NAMES[key]))
    for source in SOURCES:
        yield f"source-{source}", str(words.SOURCE_NAMES[source])


def texts_of(made: Definition) -> dict[str, str]:
    """A definition as the texts of its form."""
    currency, locale = current_settings().reporting_currency, current_locale()

    def money(minor: int | None) -> str:
        """Short where that says it exactly: RM 110k."""
        if minor is None:
            return ""
        short = format_money(minor, currency, locale, short=True)
        exact = parse_short(short, currency, locale) == minor
        return short if exact else format_money(minor, currency, locale)

    found: dict[str, str] = {}
    for place, level in enumerate(made.levels):
        found[f"level-{place}-slug"], found[f"level-{place}-name"] = level.slug, level.name
        found[f"level-{place}-multiplier"] = benefits.times(level.multiplier_bps)
        found[f"level-{place}-fund"] = money(level.fund_limit_minor)
        found[f"level-{place}-order"] = str(level.directory_order) if level.directory_order else ""
        for key in METRICS:
            need = level.needs.get(key)
            text = "" if need is None else (money(need) if key == REVENUE else format_points(need, locale))
            found[f"need-{place}-{key}"] = text
        for number, benefit in enumerate(level.benefits):
            found[f"benefit-{place}-{number}-icon"] = benefit.icon
            for part, language in TEXTS:
                texts = benefit.title if part == "title" else benefit.text
                found[f"benefit-{place}-{number}-{part}-{language}"] = texts.get(language, "")
    for metric in made.metrics:
        found[f"weight-{metric.key}"] = str(metric.weight) if metric.weight else ""
        if metric.key == REVENUE:
            found |= {f"source-{source}": "1" for source in metric.sources or SOURCES}
    return found


def changed_from(made: Definition, before: Definition) -> dict[str, str]:
    """What the version before said, by cell, where this one says something else; of the levels that both have."""
    now, then = texts_of(made), texts_of(before)
    found: dict[str, str] = {}
    for place, level in enumerate(made.levels):
        if level.slug not in {each.slug for each in before.levels}:
            continue
        old = before.index(level.slug)
        for row in ("level-{}-name", "level-{}-multiplier", "level-{}-fund", "level-{}-order"):
            _note_change(found, row.format(place), now, then.get(row.format(old), ""))
        for key in METRICS:
            _note_change(found, f"need-{place}-{key}", now, then.get(f"need-{old}-{key}", ""))
        said, said_before = _said(level), _said(before.levels[old])
        if said != said_before:
            found[f"benefits-{place}"] = ", ".join(said_before)
    return found


def _note_change(found: dict[str, str], cell: str, now: Mapping[str, str], before: str) -> None:
    if now.get(cell, "") != before:
        found[cell] = before


def _said(level: Level) -> list[str]:
    locale = current_locale()
    texts = ((benefit.title_in(locale), benefit.text_in(locale)) for benefit in level.benefits)
    return [f"{title}: {text}" if text else title for title, text in texts]


def read(form: PlanForm, values: Mapping[str, str]) -> Definition:
    """The definition that a sent form says; sentences at the cells for what cannot be read."""
    reader = _Reader(form, values)
    levels = tuple(reader.level(place) for place in form.places)
    metrics = tuple(reader.metric(key) for key in METRICS if any(key in level.needs for level in levels))
    join = form.join.data if form.join.data in JOINS else ALL
    return Definition(
        metrics,
        levels,
        join,
        form.grace_days.data if form.grace_days.data is not None else GRACE_DAYS,
        form.audience,
    )


class _Reader:
    """Reads cells one by one; what is wrong stays at its cell."""

    def __init__(self, form: PlanForm, values: Mapping[str, str]) -> None:
        self._form, self._values = form, values
        self._currency, self._locale = current_settings().reporting_currency, current_locale()

    def _text(self, name: str) -> str:
        return self._values.get(name, "").replace("\x00", "").strip()

    def _money(self, name: str) -> int | None:
        text = self._text(name)
        if not text:
            return None
        try:
            return parse_short(text, self._currency, self._locale) or None
        except InvalidNumber:
            self._form.fail_cell(name, money_sentence(self._currency))
            return None

    def _count(self, name: str, highest: int = 10**12) -> int | None:
        text = self._text(name)
        if not text:
            return None
        try:
            value = parse_int(text, self._locale)
        except InvalidNumber:
            value = -1
        if not 0 <= value <= highest:
            self._form.fail_cell(name, _("Enter a whole number."))
            return None
        return value or None

    def _times(self, name: str) -> int:
        """1.25 as 12500, its decimals parted as the locale does; empty is once."""
        mark = re.escape(separators(self._locale)[1])
        found = re.fullmatch(rf"([0-9]{{1,2}})(?:{mark}([0-9]{{1,4}}))?", self._text(name) or "1")
        if not found:
            example = benefits.times(12_500)
            self._form.fail_cell(
                name, _("Write a multiplier from 1 to 10, for example %(example)s.", example=example)
            )
            return ONE_TIMES_BPS
        return int(found.group(1)) * ONE_TIMES_BPS + int((found.group(2) or "").ljust(4, "0"))

    def level(self, place: int) -> Level:
        name = self._text(f"level-{place}-name")
        needs = {}
        for key in METRICS:
            cell = f"need-{place}-{key}"
            value = self._money(cell) if key == REVENUE else self._count(cell)
            if value is not None:
                needs[key] = value
        return Level(
            self._text(f"level-{place}-slug") or slug_of(name, place),
            name,
            needs,
            self._times(f"level-{place}-multiplier"),
            self._money(f"level-{place}-fund"),
            self._count(f"level-{place}-order", 999) or 0,
            self._benefits(place),
        )

    def _benefits(self, place: int) -> tuple[Benefit, ...]:
        found = []
        for number in range(benefit_slots(self._values, place)):
            texts = {
                (part, language): self._text(f"benefit-{place}-{number}-{part}-{language}")[:120]
                for part, language in TEXTS
            }
            if any(texts.values()):
                icon = self._text(f"benefit-{place}-{number}-icon")
                title = {
                    language: texts["title", language] for language in LOCALES if texts["title", language]
                }
                text = {language: texts["text", language] for language in LOCALES if texts["text", language]}
                found.append(Benefit(icon if icon in ICONS else ICONS[0], title, text))
        return tuple(found)

    def metric(self, key: str) -> Metric:
        weight = self._count(f"weight-{key}", 100) or 0
        sources: tuple[str, ...] = ()
        if key == REVENUE:
            sources = tuple(source for source in SOURCES if self._text(f"source-{source}"))
        return Metric(key, weight if self._form.join.data == SCORE else 0, sources)


def slug_of(name: str, place: int) -> str:
    """A level's slug from its name, made once when the level is added."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or f"level-{place + 1}"


def blank() -> Definition:
    """Where a new plan begins: three levels, by the sales of won deals."""
    unit = 10 ** exponent(current_settings().reporting_currency)
    levels = tuple(
        Level(name.lower(), name, {REVENUE: whole * unit} if whole else {}) for name, whole in EMPTY_LEVELS
    )
    return Definition((Metric(REVENUE, sources=("deal_won",)),), levels)
