"""How the columns of a file are read: given, saved for its source, known as a preset, or guessed from the names."""

from __future__ import annotations

import json
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.core.i18n import _
from app.integrations.imports.fields import FIELDS, KIND_LABELS, PRESETS
from app.integrations.imports.models import ImportKind
from app.integrations.imports.reader import FileRefused
from app.integrations.imports.values import DATE_STYLES, NUMBER_STYLES, parse_currency, squeeze

DEFAULT_SOURCE = "csv"
SALE_KINDS = ("sell_in", "sell_through", "sell_out")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Field to column, and fixed values for what the file does not say."""

    kind: ImportKind
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    numbers: str = "plain"
    dates: str = "iso"
    source: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For storing, and for a file that `--mapping` reads."""
        return {
            "columns": dict(self.columns),
            "constants": dict(self.constants),
            "numbers": self.numbers,
            "dates": self.dates,
            "source": self.source,
        }

    def index_of(self, header: Sequence[str]) -> dict[str, int]:
        """Field to position in the file. Raises FileRefused for a column that is missing or there twice."""
        places: dict[str, int] = {}
        for name, column in self.columns.items():
            if header.count(column) > 1:
                raise FileRefused(_("The column %(column)s is there twice.", column=column))
            if column not in header:
                raise FileRefused(_("The file has no column %(column)s.", column=column))
            places[name] = header.index(column)
        return places

    def check(self) -> None:
        """Raises FileRefused if something that every line must say is neither a column nor fixed."""
        known = {each.name for each in FIELDS[self.kind]}
        for name in (*self.columns, *self.constants):
            if name not in known:
                raise FileRefused(
                    _("The mapping names %(field)s, which this import does not know.", field=name)
                )
        if self.numbers not in NUMBER_STYLES or self.dates not in DATE_STYLES:
            raise FileRefused(_("The mapping names a way of writing numbers or dates that we do not know."))
        missing = [
            str(each.label)
            for each in FIELDS[self.kind]
            if each.is_required and each.name not in self.columns | self.constants and each.name != "currency"
        ]
        if missing:
            raise FileRefused(
                _(
                    "This does not look like a file of this kind (%(kind)s): no column was found for %(fields)s.",
                    kind=str(KIND_LABELS[self.kind]),
                    fields=", ".join(missing),
                )
            )
        if self.kind is ImportKind.SALES and "currency" not in self.columns | self.constants:
            raise FileRefused(_("The file names no currency. Say which one it is in."))


def guess(kind: ImportKind, header: Sequence[str]) -> Mapping:
    """A mapping from column names alone: a preset whose columns are all there, else name by name."""
    for preset in PRESETS:
        if preset.kind is kind and set(preset.columns.values()) <= set(header):
            return Mapping(kind, dict(preset.columns), dict(preset.constants), source=preset.name)
    by_name: dict[str, str] = {}
    for column in header:
        by_name.setdefault(squeeze(column), column)
    columns: dict[str, str] = {}
    taken: set[str] = set()
    for each in FIELDS[kind]:
        found = next(
            (by_name[name] for name in each.names if name in by_name and by_name[name] not in taken), None
        )
        if found is not None:
            columns[each.name] = found
            taken.add(found)
    if kind is ImportKind.SALES and "line" not in columns and "product" in columns:
        columns["line"] = columns["product"]
    return Mapping(kind, columns, {})


def guess_kind(header: Sequence[str]) -> ImportKind | None:
    """Which kind of file this looks like, or None."""
    for kind in (ImportKind.SALES, ImportKind.PARTNERS, ImportKind.PRODUCTS):
        try:
            replace(
                guess(kind, header), constants={"currency": "USD"} if kind is ImportKind.SALES else {}
            ).check()
        except FileRefused:
            continue
        return kind
    return None


def from_json(kind: ImportKind, data: Any) -> Mapping:
    """A mapping as saved or as written in a file. Raises FileRefused."""
    if not isinstance(data, AnyMapping):
        raise FileRefused(_("The mapping is not readable."))
    if "columns" not in data:
        data = {"columns": data}
    try:
        columns = {str(name): str(column) for name, column in dict(data["columns"]).items() if column}
        constants = {
            str(name): str(value) for name, value in dict(data.get("constants") or {}).items() if value
        }
    except (TypeError, ValueError):
        raise FileRefused(_("The mapping is not readable.")) from None
    source = data.get("source")
    return Mapping(
        kind,
        columns,
        constants,
        str(data.get("numbers") or "plain"),
        str(data.get("dates") or "iso"),
        str(source) if source else None,
    )


def parse_option(kind: ImportKind, text: str) -> Mapping:
    """`--mapping`: a JSON file, JSON itself, or `document=SalesOrderNumber,line=ProductKey,currency:=USD`."""
    stripped = text.strip()
    if not stripped.startswith("{") and "=" not in stripped:
        path = Path(stripped)
        if not path.is_file():
            raise FileRefused(_("There is no file %(name)s.", name=stripped))
        stripped = path.read_text(encoding="utf-8-sig")
    if stripped.lstrip().startswith("{"):
        try:
            return from_json(kind, json.loads(stripped))
        except json.JSONDecodeError:
            raise FileRefused(_("The mapping is not readable.")) from None
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    for part in stripped.split(","):
        name, mark, value = part.partition("=")
        if not mark:
            raise FileRefused(_("The mapping is not readable."))
        (constants if name.endswith(":") else columns)[name.rstrip(":").strip()] = value.strip()
    return Mapping(kind, columns, constants)


def complete(
    given: Mapping | None,
    saved: Mapping | None,
    kind: ImportKind,
    header: Sequence[str],
    *,
    currency: str | None = None,
    is_guessing: bool = True,
) -> Mapping:
    """The mapping to use: what was given over what was saved over what is guessed. Raises FileRefused."""
    found = guess(kind, header) if is_guessing else Mapping(kind)
    if saved is not None and set(saved.columns.values()) <= set(header):
        found = saved
    if given is not None:
        found = replace(
            given,
            columns={**{k: v for k, v in found.columns.items() if k not in given.constants}, **given.columns},
            constants={
                **{k: v for k, v in found.constants.items() if k not in given.columns},
                **given.constants,
            },
            source=given.source or found.source,
        )
    if currency and kind is ImportKind.SALES:
        columns = {name: column for name, column in found.columns.items() if name != "currency"}
        found = replace(found, columns=columns, constants={**found.constants, "currency": currency.upper()})
    _check_constants(found)
    try:
        found.check()
    except FileRefused:
        other = guess_kind(header) if given is None else None
        if other is not None and other is not kind:
            raise FileRefused(_wrong_kind(other)) from None
        raise
    found.index_of(header)
    return found


def _check_constants(found: Mapping) -> None:
    if "currency" in found.constants:
        try:
            parse_currency(found.constants["currency"])
        except ValueError as problem:
            raise FileRefused(str(problem)) from None
    if found.constants.get("sale_kind", SALE_KINDS[0]) not in SALE_KINDS:
        raise FileRefused(_("A sale is sell_in, sell_through or sell_out."))


def _wrong_kind(other: ImportKind) -> str:
    return {
        ImportKind.PARTNERS: _("This looks like a file of partners."),
        ImportKind.PRODUCTS: _("This looks like a file of products."),
        ImportKind.SALES: _("This looks like a file of sales."),
    }[other]
