"""Shape of what the vendor types about partners and products."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from app.company.words import CURRENCIES, KIND_NAMES, kind_name, list_countries
from app.core.forms import AppForm, LengthAtMost, Required, TextAreaField, TextField, choices
from app.core.i18n import LOCALE_NAMES
from app.identity.forms import EMAIL_SENTENCE, ZONES, EmailShape
from app.partners.models import KINDS
from app.products.models import ProductStatus

_DOMAIN = re.compile(r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")


class DomainShape:
    """A bare domain; the scheme and path of a pasted address are dropped first."""

    def __call__(self, form: Any, field: Any) -> None:
        text = re.sub(r"^https?://", "", (field.data or "").lower()).split("/")[0].removeprefix("www.")
        if text and not _DOMAIN.match(text):
            raise ValidationError(gettext("Enter a web domain, for example kinabalu.example.com"))
        field.data = text or None


class PartnerForm(AppForm):
    """A partner company."""

    name = TextField(_l("Company name"), [Required(_l("Enter the company’s name.")), LengthAtMost(160)])
    kind = SelectField(_l("Type"), choices=[])
    country = SelectField(_l("Country"), choices=[])
    currency = SelectField(_l("Currency"), choices=choices((code, code) for code in CURRENCIES))
    locale = SelectField(_l("Language"), choices=choices(LOCALE_NAMES.items()))
    time_zone = SelectField(
        _l("Time zone"), choices=choices((name, name.replace("_", " ")) for name in ZONES)
    )
    city = TextField(_l("City"), [LengthAtMost(80)])
    region = TextField(_l("State or province"), [LengthAtMost(80)])
    registration_no = TextField(_l("Registration number"), [LengthAtMost(60)])
    domain = TextField(_l("Web domain"), [LengthAtMost(260), DomainShape()])

    def offer(self, present: Any = None) -> None:
        """Fill the choices; what a partner has already is always among them."""
        kinds = [*KINDS, *(kind for kind in KIND_NAMES if kind not in KINDS)]
        currencies = list(CURRENCIES)
        if present is not None and present.kind not in kinds:
            kinds.append(present.kind)
        if present is not None and present.currency not in currencies:
            currencies.append(present.currency)
        self.kind.choices = choices((kind, kind_name(kind)) for kind in kinds)
        self.currency.choices = choices((code, code) for code in currencies)
        self.country.choices = choices(list_countries())

    def values(self) -> dict[str, Any]:
        """What the partner services take."""
        optional = ("city", "region", "registration_no", "domain")
        required = ("name", "kind", "country", "currency", "locale", "time_zone")
        found: dict[str, Any] = {key: self._fields[key].data for key in required}
        return found | {key: self._fields[key].data or None for key in optional}


class NewPartnerForm(PartnerForm):
    """A new partner and its first admin."""

    email = TextField(
        _l("Email of the first admin"), [Required(EMAIL_SENTENCE), LengthAtMost(254), EmailShape()]
    )


class SuspendForm(AppForm):
    """Why a partner is kept out."""

    reason = TextAreaField(
        _l("Reason"), [Required(_l("Say why; it stays in the audit trail.")), LengthAtMost(500)]
    )


class ManyForm(AppForm):
    """Any number of ticked boxes."""

    chosen = SelectMultipleField(choices=[])


class ProductForm(AppForm):
    """A product."""

    name = TextField(_l("Name"), [Required(_l("Enter the product’s name.")), LengthAtMost(160)])
    sku = TextField(_l("Stock number"), [Required(_l("Enter the stock number.")), LengthAtMost(80)])
    family = SelectField(_l("Family"), choices=[])
    subcategory = TextField(_l("Subcategory"), [LengthAtMost(80)])
    status = SelectField(
        _l("State"),
        choices=choices([(ProductStatus.ACTIVE, _l("Sold")), (ProductStatus.RETIRED, _l("Retired"))]),
    )


class FamilyForm(AppForm):
    """A product family."""

    name = TextField(_l("Family name"), [Required(_l("Enter the family’s name.")), LengthAtMost(80)])
