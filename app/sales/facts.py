"""A sale line on its way in, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from app.core.errors import AppError, Conflict, NotFound
from app.core.i18n import _l

Status = Literal["new", "unchanged", "revised", "refused"]


class CreditedLineUnknown(NotFound):
    """A credit note names a line that is not here (yet); an import parks it."""

    code = "credited_line_unknown"
    default = _l("The line that this credit note names is not here yet.")


class CreditTooLarge(Conflict):
    """Credits may take back what a line was worth, not more."""

    code = "credit_too_large"
    default = _l("This credits more than the line was worth.")


@dataclass(frozen=True, slots=True)
class SaleFact:
    """One line as a source reports it. Amounts in minor units; below zero only where `credits` names a line.

    `organisation_id` is the partner that the line counts for; `credits` is (document, line) in the same source.
    """

    source: str
    document: str
    line: str
    sold_on: date
    organisation_id: int
    product_id: int
    family_id: int | None
    quantity: int
    amount_minor: int
    currency: str
    kind: str = "sell_in"
    seller_id: int | None = None
    buyer_id: int | None = None
    reported_by_id: int | None = None
    credits: tuple[str, str] | None = None

    @property
    def source_ref(self) -> str:
        """The activity's reference. A slash in the line number is escaped, so that two lines never share one."""
        return source_ref(self.document, self.line)


@dataclass(frozen=True, slots=True)
class SaleOutcome:
    """What became of a fact, and the points that it earned now. A refused one says why in `problem`."""

    status: Status
    activity_id: int | None
    points: int = 0
    problem: AppError | None = None


def refused(problem: AppError) -> SaleOutcome:
    """Nothing was written for this fact."""
    return SaleOutcome("refused", None, problem=problem)


def source_ref(document: str, line: str) -> str:
    """`SO43659/349`."""
    if "/" in line or "%" in line:
        line = line.replace("%", "%25").replace("/", "%2F")
    return f"{document}/{line}"


def same_content(fact: SaleFact, row: Any) -> bool:
    """Does the stored line say what the fact says?"""
    return bool(
        row.amount_minor == fact.amount_minor
        and row.quantity == fact.quantity
        and row.organisation_id == fact.organisation_id
        and row.product_id == fact.product_id
        and row.sold_on == fact.sold_on
        and row.currency == fact.currency
        and row.kind == fact.kind
        and row.seller_id == fact.seller_id
        and row.buyer_id == fact.buyer_id
        and row.reported_by_id == fact.reported_by_id
        and (row.credits_id is None) == (fact.credits is None)
    )
