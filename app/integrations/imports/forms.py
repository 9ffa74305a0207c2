"""Forms of the import pages: the upload, and how columns are read."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import SelectField

from app.core.forms import AppForm, LengthAtMost, TextField, choices
from app.core.i18n import _, _l
from app.integrations.imports.fields import FIELDS, KIND_LABELS
from app.integrations.imports.mapping import Mapping
from app.integrations.imports.models import ImportBatch, ImportKind

COLUMN = "column_"


class UploadForm(AppForm):
    """What the file holds, whose numbers it uses, and the file."""

    kind = SelectField(
        _l("What the file holds"),
        choices=choices(
            (kind, KIND_LABELS[kind]) for kind in (ImportKind.SALES, ImportKind.PARTNERS, ImportKind.PRODUCTS)
        ),
    )
    source = TextField(_l("System it comes from"), [LengthAtMost(60)])
    file = FileField(_l("CSV file"))


class MappingForm(AppForm):
    """Base of the form that `mapping_form` makes: one choice of column per field, and what the file does not say."""

    source = TextField(_l("System it comes from"), [LengthAtMost(60)])
    currency = TextField(_l("Currency, if the file has no column for it"), [LengthAtMost(3)])
    sale_kind = SelectField(
        _l("Kind of sale"),
        choices=choices(
            [
                ("sell_in", _l("Sell-in: you sold to the partner")),
                ("sell_through", _l("Sell-through: a distributor sold to the partner")),
                ("sell_out", _l("Sell-out: the partner sold to a customer")),
            ]
        ),
    )
    numbers = SelectField(
        _l("How numbers are written"),
        choices=choices([("plain", "1234.50"), ("en", "1,234.50"), ("id", "1.234,50")]),
    )
    dates = SelectField(
        _l("How dates are written"),
        choices=choices([("iso", "2027-01-30"), ("dmy", "30/01/2027"), ("mdy", "01/30/2027")]),
    )


def mapping_form(batch: ImportBatch, formdata: Any = None) -> Any:
    """The form of one file, filled from its mapping."""
    header = [name for name in (batch.report or {}).get("header", []) if name]
    columns = choices([("", _("Not in this file")), *((name, name) for name in dict.fromkeys(header))])
    saved, shown = batch.mapping, {}
    made: dict[str, Any] = {}
    for field in FIELDS[batch.kind]:
        if field.name == "sale_kind":
            continue
        made[COLUMN + field.name] = SelectField(field.label, choices=columns)
        shown[COLUMN + field.name] = saved.get("columns", {}).get(field.name, "")
    constants = saved.get("constants", {})
    shown |= {
        "source": batch.source,
        "currency": constants.get("currency", ""),
        "sale_kind": constants.get("sale_kind", "sell_in"),
        "numbers": saved.get("numbers", "plain"),
        "dates": saved.get("dates", "iso"),
    }
    form_class = type("FileMappingForm", (MappingForm,), made)
    return form_class(formdata=formdata, data=shown)


def read_mapping(form: Any, batch: ImportBatch) -> Mapping:
    """What was chosen, as a mapping."""
    columns = {
        name[len(COLUMN) :]: field.data
        for name, field in form._fields.items()
        if name.startswith(COLUMN) and field.data
    }
    constants = {}
    if batch.kind is ImportKind.SALES:
        constants["sale_kind"] = form.sale_kind.data
        if "currency" not in columns and form.currency.data:
            constants["currency"] = form.currency.data.upper()
    source = form.source.data or None
    return Mapping(batch.kind, columns, constants, form.numbers.data, form.dates.data, source)
