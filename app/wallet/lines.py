"""A ledger line in words: what it was for, where it leads, how it looks. At most three statements for any number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.activities.facts import Entry
from app.activities.queries import list_entries
from app.core.i18n import _, current_locale
from app.core.money import format_money
from app.ledger.queries import Line
from app.products.queries import names_of_products
from app.rewards.queries.titles import OrderTitle, titles_of
from app.rewards.words import words_in

# kind of posting -> icon, tone
LOOKS = {
    "award": ("sparkles", "brand"),
    "redemption": ("gift", "neutral"),
    "refund": ("undo-2", "ok"),
    "clawback": ("rotate-ccw", "bad"),
    "collection": ("rotate-ccw", "bad"),
    "release": ("check", "ok"),
    "expiry": ("hourglass", "warn"),
    "adjustment": ("scale", "info"),
    "share": ("users", "brand"),
    "reversal": ("rotate-ccw", "info"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line as a person reads it. `subject` is a reference beside the date, `href` leads to what it is about."""

    line: Line
    title: str
    subject: str
    icon: str
    tone: str
    href: str | None

    @property
    def public_id(self) -> str:
        return self.line.public_id

    @property
    def points(self) -> int:
        return self.line.points

    @property
    def releases_on(self) -> date | None:
        return self.line.releases_on


def kind_name(kind: str) -> str:
    """What a kind of line is called."""
    names = {
        "award": _("Award"),
        "redemption": _("Redeemed"),
        "refund": _("Refund"),
        "clawback": _("Taken back"),
        "collection": _("Taken back later"),
        "release": _("Released"),
        "expiry": _("Expired"),
        "adjustment": _("Adjustment"),
        "share": _("Shared out"),
        "reversal": _("Adjustment reversed"),
    }
    return names[kind]


def tell(lines: Sequence[Line], *, known: Sequence[Entry] = (), links: bool = True) -> list[Told]:
    """Lines in words. `known` are entries that were read already; without `links` nothing leads to a partner's page."""
    entries = {entry.id: entry for entry in known}
    unknown = (line.activity_id for line in lines if line.activity_id not in entries)
    entries |= {entry.id: entry for entry in _entries(unknown)}
    orders = titles_of(line.order_id for line in lines)
    products = names_of_products(entry.fact.product_id for entry in entries.values())
    return [
        _tell(line, entries.get(line.activity_id or 0), orders.get(line.order_id or 0), products, links)
        for line in lines
    ]


def _entries(ids: Iterable[int | None]) -> list[Entry]:
    wanted = sorted({activity_id for activity_id in ids if activity_id is not None})
    return list_entries(wanted) if wanted else []


def _tell(
    line: Line, entry: Entry | None, order: OrderTitle | None, products: dict[int, str], links: bool
) -> Told:
    icon, tone = LOOKS[line.kind]
    title, subject, href = kind_name(line.kind), "", None
    if entry is not None:
        what, subject, href = about(entry, products)
        if line.kind == "award":
            title = what
            icon = "handshake" if entry.fact.kind == "deal_won" else "chart-column-increasing"
        else:
            subject = what
    elif order is not None:
        name = words_in(order.name, current_locale())
        href = f"/orders/{order.public_id}"
        if line.kind == "redemption":
            title, subject, icon = name, order.reference, order.icon
        else:
            subject = name
    elif line.kind == "share":
        title = _("Shared by the company") if line.points > 0 else _("Shared out to a member")
        subject = line.note or ""
    elif line.note:
        subject = line.note
    if line.is_pending:
        icon, tone = "clock", "neutral"
    return Told(line, title, subject, icon, tone, href if links else None)


def about(entry: Entry, products: dict[int, str]) -> tuple[str, str, str | None]:
    """(what happened, its reference, where it leads) of a recorded fact."""
    fact = entry.fact
    said = fact.attributes or {}
    if fact.kind == "deal_won":
        title = _("%(customer)s won", customer=said.get("customer") or _("Deal"))
        reference = said.get("reference")
        href = f"/deals/{fact.source_ref}" if fact.source == "deals" else None
        return title, _("deal %(reference)s", reference=reference) if reference else "", href
    product = products.get(fact.product_id or 0)
    title = _("%(product)s sold", product=product) if product else _("Sale")
    amount = ""
    if fact.amount_minor is not None and fact.currency:
        amount = format_money(fact.amount_minor, fact.currency, current_locale())
    return title, amount, None
