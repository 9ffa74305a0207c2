"""What a deal says: fields to rows, what is still missing, and what counts as a material change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple, TypedDict

from sqlalchemy import delete, select

from app.core.clock import today, utc_now
from app.core.db import db
from app.core.errors import InvalidInput
from app.core.forms import money_sentence
from app.core.i18n import _
from app.core.money import MAX_AMOUNT
from app.deals import matching
from app.deals.conflicts import Customer, customer_of
from app.deals.models import Deal, DealLine

LINES_MAX = 10
NEEDED = (
    "customer_name", "customer_country", "customer_domain", "contact_name", "product_family", "value",
    "expected_close_on",
)  # fmt: skip
TEXT_LIMITS = {
    "customer_name": matching.NAME_MAX,
    "customer_domain": 253,
    "customer_registration_no": 60,
    "contact_name": 200,
    "contact_email": 254,
    "notes": 2_000,
}


class Line(NamedTuple):
    """A product family and its value in minor units; a draft may lack either."""

    family_id: int | None
    value_minor: int | None


class DealFields(TypedDict, total=False):
    """What a form may set. A key that is absent leaves the deal as it is."""

    customer_name: str
    customer_country: str | None
    customer_domain: str
    customer_registration_no: str
    contact_name: str
    contact_email: str
    currency: str
    lines: Sequence[Line]
    expected_close_on: date | None
    notes: str


class Gist(NamedTuple):
    """What the vendor decides on. A change of it is material, a lower value is not."""

    customer: Customer
    families: frozenset[int]
    currency: str
    value_minor: int


def apply(
    deal: Deal, fields: DealFields, *, wanted: Collection[str] = (), close_was: date | None = None
) -> None:
    """Write fields to a locked deal and its lines.

    `wanted`: what must be there afterwards. `close_was`: an expected date that was accepted earlier may meanwhile have
    passed. Raises InvalidInput for what is too long or lacking, before a row is touched.
    """
    for name, limit in TEXT_LIMITS.items():
        text: Any = fields.get(name)
        if text is None:
            continue
        if len(text) > limit:
            raise InvalidInput(fields={name: _("Use at most %(count)s characters.", count=limit)})
        setattr(deal, name, text)
    if "customer_country" in fields:
        deal.customer_country = fields["customer_country"] or None
    if "expected_close_on" in fields:
        deal.expected_close_on = fields["expected_close_on"]
    if fields.get("currency"):
        deal.currency = fields["currency"]
    customer = customer_of(
        deal.customer_name, deal.customer_country, deal.customer_domain, deal.customer_registration_no
    )
    deal.name_key, deal.domain_key = customer.name_key, customer.domain_key
    deal.registration_key = customer.registration_key
    deal.saved_at = utc_now()
    kept = _readable(deal, fields["lines"]) if "lines" in fields else None
    if wanted:
        lines = kept if kept is not None else lines_of(deal) if deal.id is not None else []
        lacking = {name: text for name, text in _missing(deal, lines, close_was).items() if name in wanted}
        if lacking:
            raise InvalidInput(fields=lacking)
    if deal.id is None:
        db.session.add(deal)
        db.session.flush()
    if kept is not None:
        _write_lines(deal, kept)
    db.session.flush()


def _readable(deal: Deal, lines: Sequence[Line]) -> list[Line]:
    """The lines that say anything. Raises InvalidInput for too many, or a value out of bounds."""
    kept = [line for line in lines if line.family_id is not None or line.value_minor is not None]
    if len(kept) > LINES_MAX:
        raise InvalidInput(
            fields={"product_family": _("Use at most %(count)s product lines.", count=LINES_MAX)}
        )
    if any(line.value_minor is not None and not 0 < line.value_minor <= MAX_AMOUNT for line in kept):
        raise InvalidInput(fields={"value": money_sentence(deal.currency)})
    return kept


def _write_lines(deal: Deal, kept: Sequence[Line]) -> None:
    db.session.execute(delete(DealLine).where(DealLine.deal_id == deal.id))
    for position, line in enumerate(kept):
        db.session.add(
            DealLine(
                deal_id=deal.id, position=position, family_id=line.family_id, value_minor=line.value_minor
            )
        )
    values = [line.value_minor for line in kept if line.value_minor is not None]
    deal.value_minor = sum(values) if values else None


def lines_of(deal: Deal) -> list[Line]:
    """The deal's lines in order."""
    query = select(DealLine.family_id, DealLine.value_minor).where(DealLine.deal_id == deal.id)
    return [Line(*row) for row in db.session.execute(query.order_by(DealLine.position))]


def words_of(deal: Deal) -> tuple[Any, ...]:
    """All that a form says of the deal."""
    texts = [
        getattr(deal, name) for name in (*TEXT_LIMITS, "customer_country", "currency", "expected_close_on")
    ]
    return (*texts, *lines_of(deal))


def gist_of(deal: Deal) -> Gist:
    """What the vendor decides on, as it stands."""
    families = frozenset(line.family_id for line in lines_of(deal) if line.family_id is not None)
    customer = Customer(deal.name_key, deal.customer_country, deal.domain_key, deal.registration_key)
    return Gist(customer, families, deal.currency, deal.value_minor or 0)


def is_other_claim(before: Gist, now: Gist) -> bool:
    """Another customer, or a family more: the place in the line of rivals is lost."""
    return before.customer != now.customer or not now.families <= before.families


def is_material(before: Gist, now: Gist) -> bool:
    """What sends an approved deal back to review: customer, products, currency, or a higher value."""
    if before.customer != now.customer or before.families != now.families:
        return True
    return before.currency != now.currency or now.value_minor > before.value_minor


def missing(deal: Deal) -> dict[str, str]:
    """Sentence per field that keeps the deal from being sent; empty if it is complete."""
    return _missing(deal, lines_of(deal), None)


def _missing(deal: Deal, lines: Sequence[Line], close_was: date | None) -> dict[str, str]:
    overdue = deal.expected_close_on is not None and deal.expected_close_on <= today()
    lacks = {
        "customer_name": not any(char.isalnum() for char in deal.customer_name),
        "customer_country": not deal.customer_country,
        "customer_domain": bool(deal.customer_domain) and deal.domain_key is None,
        "contact_name": not deal.contact_name,
        "product_family": not lines or any(line.family_id is None for line in lines),
        "value": not lines or any(line.value_minor is None for line in lines),
        "expected_close_on": deal.expected_close_on is None
        or (overdue and deal.expected_close_on != close_was),
    }
    return {name: wanted_sentence(name, deal.currency) for name, is_lacking in lacks.items() if is_lacking}


def wanted_sentence(name: str, currency: str) -> str:
    """What to do about a field without which a deal cannot be sent."""
    if name == "customer_name":
        return _("Enter the name of the customer’s company.")
    if name == "customer_country":
        return _("Choose the customer’s country.")
    if name == "customer_domain":
        return _("Enter the company’s own web address, for example mutiara.com.my")
    if name == "contact_name":
        return _("Enter who you talk to at the customer.")
    if name == "product_family":
        return _("Choose a product.")
    return money_sentence(currency) if name == "value" else _("Choose a date after today")
