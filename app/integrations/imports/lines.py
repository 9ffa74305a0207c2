"""A sale line as read from a file, before our own ids are known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One sale line as read: values in our form, parties and product still by the source's numbers."""

    line_no: int
    source_ref: str
    currency: str
    document: str
    line: str
    sold_on: str
    partner: str
    product: str
    quantity: int
    amount_minor: int
    sale_kind: str | None
    distributor: str | None
    credits_document: str | None
    credits_line: str | None
