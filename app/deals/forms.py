"""Shape of what partners type about a deal. One form class serves all steps: a field that was not sent is left alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from babel import Locale
from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, FileField, RadioField, SelectField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from app.core.clock import today
from app.core.forms import (
    AppForm,
    DateField,
    LengthAtMost,
    MoneyField,
    OneOf,
    TextAreaField,
    TextField,
    choices,
)
from app.core.i18n import _, current_locale
from app.core.money import CURRENCIES
from app.deals.content import LINES_MAX, TEXT_LIMITS, DealFields, Line, wanted_sentence
from app.deals.parts import LineView
from app.deals.services.talking import BODY_MAX
from app.deals.states import LOSS_LABELS
from app.identity.actor import Actor
from app.products.models import ProductFamily

OTHER = "other"
NEAR_COUNTRIES = ("MY", "ID")
STEP_FIELDS = {
    1: (
        "customer_name", "customer_domain", "customer_registration_no", "customer_country", "contact_name",
        "contact_email",
    ),
    2: ("product_family", "value", "currency", "expected_close_on", "notes"),
}  # fmt: skip
_NOT_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


@lru_cache(maxsize=8)
def countries(locale: str) -> tuple[tuple[str, str], ...]:
    """(alpha-2, name) of every country, by name in a language."""
    names = Locale.parse(locale).territories.items()
    found = [
        (code, name)
        for code, name in names
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    ]
    return tuple(sorted(found, key=lambda pair: pair[1]))


def country_name(code: str | None) -> str:
    """A country's name in the reader's language."""
    return dict(countries(current_locale())).get(code or "", code or "")


def _is_country(_form: BaseForm, field: Field) -> None:
    if field.data and field.data != OTHER and field.data not in dict(countries("en")):
        raise ValidationError(_("Choose the customer’s country."))


def _is_email(_form: BaseForm, field: Field) -> None:
    if field.data:
        try:
            validate_email(field.data, check_deliverability=False)
        except EmailNotValidError:
            raise ValidationError(_("Enter an email address, for example name@company.com")) from None


class LineForm(AppForm):
    """One product family and its value; made by `line_form`, which knows the currency."""

    product_family: SelectField
    value: MoneyField

    def numbered(self, number: int) -> LineForm:
        """Give the fields of a further line ids of their own; the names stay."""
        if number:
            self.product_family.id, self.value.id = f"product_family-{number + 1}", f"value-{number + 1}"
        return self


def line_form(
    families: Sequence[ProductFamily], currency: str, formdata: Any = None, line: LineView | None = None
) -> LineForm:
    """A line as typed (`formdata`) or as kept (`line`)."""
    slugs = [family.slug for family in families]

    class _LineForm(LineForm):
        product_family = SelectField(
            _l("Product"),
            [OneOf(slugs, _l("Choose a product."))],
            choices=choices(
                [("", _l("Choose a product")), *((family.slug, family.name) for family in families)]
            ),
            validate_choice=False,
        )
        value = MoneyField(_l("Expected value"), currency=currency)

    data = {"product_family": line.slug or "", "value": line.value_minor} if line else {"product_family": ""}
    return _LineForm(formdata=formdata, data=data)


class RegistrationForm(AppForm):
    """A deal as the partner types it."""

    customer_name = TextField(_l("Customer company"), [LengthAtMost(TEXT_LIMITS["customer_name"])])
    customer_domain = TextField(_l("Their website"), [LengthAtMost(TEXT_LIMITS["customer_domain"])])
    customer_registration_no = TextField(
        _l("SSM or NPWP number"), [LengthAtMost(TEXT_LIMITS["customer_registration_no"])]
    )
    customer_country = RadioField(_l("Country"), [_is_country], validate_choice=False)
    country_other = SelectField(_l("Which country"), [_is_country], validate_choice=False)
    contact_name = TextField(_l("Contact at the customer"), [LengthAtMost(TEXT_LIMITS["contact_name"])])
    contact_email = TextField(_l("Their work email"), [LengthAtMost(TEXT_LIMITS["contact_email"]), _is_email])
    currency = SelectField(
        _l("Currency"),
        [OneOf(CURRENCIES)],
        choices=choices((code, code) for code in CURRENCIES),
        validate_choice=False,
    )
    expected_close_on = DateField(_l("Expected closing date"))
    notes = TextAreaField(_l("Notes for the reviewer"), [LengthAtMost(TEXT_LIMITS["notes"])])

    def __init__(
        self, actor: Actor, families: Sequence[ProductFamily], formdata: Any = None, **kwargs: Any
    ) -> None:
        kept: Sequence[LineView] = kwargs.pop("lines", ())
        extra: int = kwargs.pop("extra_lines", 0)
        data = kwargs.setdefault("data", {})
        data.setdefault("customer_country", actor.organisation_country)
        data.setdefault("currency", actor.organisation_currency)
        self.posted: Any = formdata if formdata is not None else MultiDict()
        country = data.get("customer_country")
        data["country_other"] = country or ""
        data["customer_country"] = OTHER if country and country not in self.near(actor) else country
        super().__init__(formdata=formdata, **kwargs)
        names = dict(countries(current_locale()))
        near = [(code, names.get(code, code)) for code in self.near(actor)]
        self.customer_country.choices = choices([*near, (OTHER, _("Other"))])
        self.country_other.choices = choices([("", _("Choose a country")), *countries(current_locale())])
        if self.customer_country.data in names and self.customer_country.data not in self.near(actor):
            self.country_other.data, self.customer_country.data = self.customer_country.data, OTHER
        self.families = {family.slug: family.id for family in families}
        self.lines = self._make_lines(families, kept, extra)

    @staticmethod
    def near(actor: Actor) -> tuple[str, ...]:
        """Countries that stand on the form as one tap."""
        own = actor.organisation_country
        return NEAR_COUNTRIES if own in NEAR_COUNTRIES or own is None else (own, *NEAR_COUNTRIES[:1])

    def _make_lines(
        self, families: Sequence[ProductFamily], kept: Sequence[LineView], extra: int
    ) -> list[LineForm]:
        currency = self.currency.data if self.currency.data in CURRENCIES else CURRENCIES[0]
        slugs, values = self.posted.getlist("product_family"), self.posted.getlist("value")
        found: list[LineForm] = []
        if slugs or values:
            for number in range(min(max(len(slugs), len(values)), LINES_MAX + 1)):
                typed: MultiDict[str, str] = MultiDict()
                if number < len(slugs):
                    typed["product_family"] = slugs[number]
                if number < len(values):
                    typed["value"] = values[number]
                found.append(line_form(families, currency, typed))
            filled = [
                line
                for line in found
                if any(value.strip() for value in (line.product_family.data or "", line.value._value()))
            ]
            found = filled or found[:1]
        else:
            found = [line_form(families, currency, line=line) for line in kept]
        wanted = min(max(1, len(found) + extra), LINES_MAX)
        found += [line_form(families, currency) for _number in range(wanted - len(found))]
        return [line.numbered(number) for number, line in enumerate(found)]

    def __iter__(self) -> Iterator[Field]:
        for field in super().__iter__():
            if field.name == "currency":
                for line in self.lines:
                    yield from line
            yield field

    def check(self, wanted: Collection[str] = ()) -> bool:
        """Whether everything that was sent has the right shape; if not, also say what of `wanted` is missing."""
        fine = self.validate()
        if (
            self.customer_country.data == OTHER
            and self.was_sent("customer_country")
            and not self.country_other.data
        ):
            self.fail("customer_country", _("Choose the customer’s country."))
            fine = False
        for line in self.lines:
            fine = line.validate() and fine
        for name in () if fine else wanted:
            self._want(name)
        return fine

    def _want(self, name: str) -> None:
        """Say beside the other errors what is still missing, so that nobody has to send twice to learn it."""
        sentence = wanted_sentence(name, self.currency.data or CURRENCIES[0])
        if name in ("product_family", "value"):
            for field in (getattr(line, name) for line in self.lines):
                if not field.data and not field.errors:
                    field.errors = [sentence]
        elif name in ("customer_name", "contact_name") and not self._fields[name].data:
            self.fail(name, sentence)
        elif name == "expected_close_on" and not self.expected_close_on.errors:
            chosen = self.expected_close_on.data
            if chosen is None or chosen <= today():
                self.fail(name, sentence)

    def take(self, problems: Mapping[str, object]) -> None:
        """Put a service's sentences at their fields."""
        for name, sentence in problems.items():
            self.fail(
                name if name in self._fields or name in ("product_family", "value") else "notes", sentence
            )

    def fail(self, name: str, sentence: object) -> None:
        """Put a rule's sentence at a field; a line's at the first line that lacks it."""
        if name not in ("product_family", "value"):
            super().fail(name, sentence)
            return
        for line in [one for one in self.lines if not getattr(one, name).data] or self.lines[:1]:
            line.fail(name, sentence)
            return

    def was_sent(self, name: str) -> bool:
        return name in self.posted

    def fields(self, *, only_good: bool = False) -> DealFields:
        """What to write: the fields that were sent. `only_good`: without those that failed (autosave)."""
        found: dict[str, Any] = {}
        for name in (*TEXT_LIMITS, "currency", "expected_close_on"):
            field = self._fields[name]
            if self.was_sent(name) and not (only_good and field.errors):
                found[name] = field.data if name == "expected_close_on" else (field.data or "").strip()
        if self.was_sent("customer_country") and not (only_good and self.customer_country.errors):
            chosen = self.customer_country.data
            found["customer_country"] = (self.country_other.data if chosen == OTHER else chosen) or None
        if self.was_sent("product_family") or self.was_sent("value"):
            found["lines"] = [
                Line(self.families.get(line.product_family.data or ""), line.value.data)
                for line in self.lines
            ]
        return found  # type: ignore[return-value]


class WinForm(AppForm):
    """Invoice of a won deal; made by `win_form`."""

    invoice_no: TextField
    invoice_value: MoneyField
    won_on: DateField


def win_form(currency: str, formdata: Any = None, **data: Any) -> WinForm:
    class _WinForm(WinForm):
        invoice_no = TextField(_l("Invoice number"))
        invoice_value = MoneyField(_l("Invoice value"), currency=currency)
        won_on = DateField(_l("Date of the invoice"))

    return _WinForm(formdata=formdata, data=data)


class LossForm(AppForm):
    reason = RadioField(
        _l("What happened"),
        choices=choices((reason.value, label) for reason, label in LOSS_LABELS.items()),
        validate_choice=False,
    )


class CommentForm(AppForm):
    body = TextAreaField(_l("Your update"), [LengthAtMost(BODY_MAX)])


class FileForm(AppForm):
    file = FileField(_l("File"))
