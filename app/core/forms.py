"""Forms: shape of input only. Messages are ours in three languages; numbers are read by the person's locale."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm as WTBaseForm
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import TextInput

from app.core.clock import FIRST_YEAR, LAST_YEAR
from app.core.i18n import current_locale
from app.core.money import (
    MAX_AMOUNT,
    InvalidNumber,
    NumberTooLarge,
    format_money,
    format_points,
    is_whole,
    parse_amount,
    parse_int,
)  # fmt: skip

__all__ = [
    "AppForm", "DateField", "LengthAtMost", "MoneyField", "OneOf", "Required", "TextAreaField", "TextField",
    "TickField", "WholeNumberField", "add_errors", "choices", "select_one",
]  # fmt: skip


def _strip(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "").replace("\r\n", "\n").strip()
    return value


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """(value, label) pairs as the library wants what may be chosen: values are sent as text."""
    return [SelectChoice(str(value), label) for value, label in pairs]


class TextField(StringField):
    """One line of text: control characters and edges dropped, otherwise kept as typed."""

    def __init__(self, label: Any = None, validators: Sequence[Any] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("filters", [_strip])
        super().__init__(label, validators, **kwargs)


class Required:
    """The field must hold something; the sentence says what."""

    field_flags = {"required": True}

    def __init__(self, message: Any = None) -> None:
        self.message = message

    def __call__(self, form: WTBaseForm, field: Field) -> None:
        raw = field.raw_data
        if not raw or not any(isinstance(item, str) and item.strip() for item in raw if item is not None):
            field.errors = []
            raise StopValidation(str(self.message or _l("Fill in this field.")))


class LengthAtMost:
    """At most so many characters."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.field_flags = {"maxlength": count}

    def __call__(self, form: WTBaseForm, field: Field) -> None:
        if isinstance(field.data, str) and len(field.data) > self.count:
            raise ValidationError(
                ngettext("Use at most %(num)s character.", "Use at most %(num)s characters.", self.count)
            )


class OneOf:
    """The value must be among those offered; empty passes unless Required stands before it."""

    def __init__(self, values: Iterable[str] | Callable[[], Iterable[str]], message: Any = None) -> None:
        self.values, self.message = values, message

    def __call__(self, form: WTBaseForm, field: Field) -> None:
        values = self.values() if callable(self.values) else self.values
        if field.data and field.data not in values:
            raise ValidationError(str(self.message or _l("Choose one of the answers offered.")))


def select_one(label: Any, pairs: Iterable[tuple[Any, Any]]) -> SelectField:
    """A list to choose one of; what was not offered gets the sentence of `OneOf` in place of the library's."""
    offered = choices(pairs)
    allowed = OneOf([one.value for one in offered])
    return SelectField(label, choices=offered, validate_choice=False, validators=[allowed])


class _Typed(Field):
    """A field that keeps what was typed beside what it means."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.shown(self.data) if self.data is not None else ""

    def shown(self, value: Any) -> str:
        return str(value)

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = _strip(valuelist[0]) if valuelist else ""
        self.data = None
        if text:
            self.data = self.read(text)


class MoneyField(_Typed):
    """An amount in minor units, typed by locale. `currency` may be a text or a function of the form."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        currency: str | Callable[[], str],
        message: Any = None,
        **kw: Any,
    ) -> None:
        super().__init__(label, validators, **kw)
        self._currency, self._message = currency, message

    @property
    def currency(self) -> str:
        return self._currency() if callable(self._currency) else self._currency

    def shown(self, value: Any) -> str:
        return format_money(int(value), self.currency, current_locale()).split("\u00a0", 1)[-1]

    def read(self, text: str) -> int:
        try:
            return parse_amount(text, self.currency, current_locale())
        except NumberTooLarge:
            most = format_money(MAX_AMOUNT, self.currency, current_locale())
            raise ValueError(str(self._message or gettext("Enter at most %(most)s.", most=most))) from None
        except InvalidNumber:
            raise ValueError(str(self._message or money_sentence(self.currency))) from None


def money_sentence(currency: str) -> str:
    """What to type into a money field, by currency and language."""
    if currency == "MYR":
        return gettext(
            "Enter the value in ringgit, for example %(example)s", example=_example(4800000, currency)
        )
    if currency == "IDR":
        return gettext(
            "Enter the value in rupiah, for example %(example)s", example=_example(4800000000, currency)
        )
    return gettext(
        "Enter the value in %(currency)s, for example %(example)s",
        currency=currency,
        example=_example(4800000, currency),
    )


def _example(minor: int, currency: str) -> str:
    return format_money(minor, currency, current_locale()).split("\u00a0", 1)[-1]


class WholeNumberField(_Typed):
    """A whole number typed by locale, within bounds."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        at_least: int = 0,
        at_most: int = 10**12,
        **kw: Any,
    ) -> None:
        super().__init__(label, validators, **kw)
        self.at_least, self.at_most = at_least, at_most

    def read(self, text: str) -> int:
        locale = current_locale()
        try:
            value = parse_int(text, locale)
        except InvalidNumber:
            if not is_whole(text, locale):
                raise ValueError(gettext("Enter a whole number.")) from None
        else:
            if self.at_least <= value <= self.at_most:
                return value
        low, high = format_points(self.at_least, locale), format_points(self.at_most, locale)
        raise ValueError(gettext("Enter a number from %(low)s to %(high)s.", low=low, high=high))


class TickField(Field):
    """Boxes to tick, none or several, of the (value, label) pairs in `choices`; only what was offered comes in."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.choices: Sequence[tuple[str, Any]] = ()

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [str(value) for value in valuelist if value]

    def pre_validate(self, form: WTBaseForm) -> None:
        if set(self.data or ()) - {value for value, _label in self.choices}:
            raise ValidationError(gettext("Choose one of the answers offered."))

    @property
    def taken(self) -> list[str]:
        """Values of what is ticked, in the order offered."""
        return [value for value, _label in self.choices if value in (self.data or ())]

    @property
    def chosen(self) -> list[str]:
        """Labels of what is ticked."""
        return [label for value, label in self.choices if value in (self.data or ())]


class DateField(_Typed):
    """An ISO date (`2026-12-31`), as date inputs send it."""

    def shown(self, value: Any) -> str:
        return value.isoformat() if isinstance(value, date) else str(value)

    def read(self, text: str) -> date:
        try:
            value = date.fromisoformat(text)
        except ValueError:
            raise ValueError(gettext("Choose a date, for example 2026-12-31.")) from None
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(gettext("Choose a date between 1990 and 2100."))
        return value


class _OurWords:
    """The library's own sentences in the person's language: it has neither Malay nor Indonesian."""

    def gettext(self, text: str) -> str:
        if text in ("Not a valid choice.", "Invalid Choice: could not coerce."):
            return gettext("Choose one of the answers offered.")
        return text

    def ngettext(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many


class AppForm(FlaskForm):
    """Base of all forms: CSRF by the app-wide guard (checked before the view), our messages, `fail` for rules."""

    class Meta:
        csrf = False  # checked for every unsafe request by core.csrf, before any view runs

        def get_translations(self, form: WTBaseForm) -> _OurWords:
            return _OurWords()

    def fail(self, name: str, sentence: object) -> None:
        """Put a rule's sentence at a field."""
        field = self._fields[name]
        field.errors = [*field.errors, str(sentence)]


def add_errors(form: AppForm, fields: dict[str, object]) -> None:
    """Put a service's field sentences (InvalidInput.fields) at the form's fields; unknown names go to the first."""
    names = list(form._fields)
    for name, sentence in fields.items():
        form.fail(name if name in form._fields else names[0], sentence)
