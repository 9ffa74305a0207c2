"""Partners and products from read rows. The areas' own bulk verbs decide what is new and what is a correction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.core.i18n import _
from app.integrations.imports import values
from app.integrations.imports.report import Report
from app.integrations.imports.sales import Share
from app.integrations.imports.scratch import Scratch
from app.partners.bulk import OrganisationRow, compare_organisations, save_organisations
from app.partners.models import KINDS
from app.partners.queries import list_kinds
from app.products.bulk import ProductRow, compare_products, save_products
from app.sales.services import hold_source


class PartnersImport:
    """Takes chunks of read rows: line number, then the fields of partners in their order."""

    def __init__(self, source: str, report: Report) -> None:
        self.source = source
        self.report = report

    def apply(self, rows: Sequence[Sequence[Any]], batch_id: int) -> dict[int, Share]:
        hold_source(f"partners:{self.source}")
        for status in save_organisations(self.source, [_organisation(row) for row in rows]):
            self.report.count(status)
        return {}

    def compare(self, rows: Sequence[Sequence[Any]]) -> None:
        for status in compare_organisations(self.source, [_organisation(row) for row in rows]):
            self.report.count(status)


def _organisation(row: Sequence[Any]) -> OrganisationRow:
    _line, key, name, kind, country, city, region, registration_no, domain = row
    return OrganisationRow(
        key=key,
        name=name,
        kind=kind,
        country=country,
        currency=values.currency_of(country),
        city=city,
        region=region,
        registration_no=registration_no,
        domain=domain.lower() if domain else None,
    )


class ProductsImport:
    """Takes chunks of read rows: line number, then the fields of products in their order."""

    def __init__(self, source: str, report: Report) -> None:
        self.source = source
        self.report = report

    def apply(self, rows: Sequence[Sequence[Any]], batch_id: int) -> dict[int, Share]:
        hold_source(f"products:{self.source}")
        for status in save_products(self.source, [_product(row) for row in rows]):
            self.report.count(status)
        return {}

    def compare(self, rows: Sequence[Sequence[Any]]) -> None:
        for status in compare_products(self.source, [_product(row) for row in rows]):
            self.report.count(status)


def _product(row: Sequence[Any]) -> ProductRow:
    _line, key, name, sku, family, subcategory = row
    return ProductRow(key=key, name=name, family=family, subcategory=subcategory, sku=sku)


def read_types(scratch: Scratch, report: Report) -> None:
    """Partner types as slugs. One spelled apart (`Ware House`) is read as the type it differs from by blanks alone:
    one that we know, or else the more frequent one of the file. Each such reading is reported."""
    tally = scratch.tally("kind")
    slugs: dict[str, int] = {}
    for text, rows in tally.items():
        slugs[_type(text)] = slugs.get(_type(text), 0) + rows
    known = {values.squeeze(slug): slug for slug in sorted(slugs, key=lambda each: (slugs[each], each))}
    known |= {values.squeeze(slug): slug for slug in (*list_kinds(), *KINDS)}
    for text, rows in sorted(tally.items()):
        slug = known[values.squeeze(text)]
        if slug != _type(text):
            report.oddities.append({"what": "type_read_as", "value": text, "read_as": slug, "rows": rows})
    for text in tally:
        scratch.update(
            "kind", text, "\n" + known[values.squeeze(text)]
        )  # marked, so that no value is read twice
    for slug in set(known.values()):
        scratch.update("kind", "\n" + slug, slug)


def _type(text: str) -> str:
    return values.slug(text)[:40]


def shared_names(scratch: Scratch, report: Report) -> None:
    """Names do not tell partners apart; say how many rows would have been confused by name."""
    rows = scratch.count_shared("name")
    if rows:
        report.oddities.append({"what": "shared_name", "rows": rows})


def phase_name(phase: str | None) -> str:
    """What a run is doing, for people."""
    return {
        "read": _("Reading the file"),
        "record": _("Recording"),
        "replay": _("Trying parked lines again"),
    }.get(phase or "", _("Waiting for its turn"))
