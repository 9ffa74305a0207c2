"""A ledger line in words: what it was for, where it leads, how it looks. A few statements for any number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.activities.facts import Entry
from app.codes.queries import gift_titles
from app.codes.words import line_words
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_money
from app.ledger.queries import Line
from app.programs.titles import AwardTitle, titles_of_awards
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
    "code_issue": ("gift", "accent"),
    "code_claim": ("gift", "accent"),
    "code_void": ("rotate-ccw", "bad"),
    "code_expiry": ("hourglass", "warn"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line as a person reads it. `subject` is a reference beside the date, `href` leads to what it is about,
    `entry` is the fact behind an award."""

    line: Line
    title: str
    subject: str
    icon: str
    tone: str
    href: str | None
    entry: Entry | None

    @property
    def public_id(self) -> str:
        return self.line.public_id

    @property
    def happened_on(self) -> date | datetime:
        """The date of the fact, which has no clock; of anything else the instant it was written."""
        return self.entry.fact.occurred_on if self.entry else self.line.created_at

    @property
    def points(self) -> int:
        return self.line.points

    @property
    def releases_on(self) -> date | None:
        return self.line.releases_on


ICONS = {
    "deal_won": "handshake",
    "sale": "chart-column-increasing",
    "course_passed": "graduation-cap",
    "certified": "award",
    "recognition": "hand-heart",
    "service_milestone": "calendar-check",
}


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
        "code_issue": _("Gift codes issued"),
        "code_claim": _("Gift code"),
        "code_void": _("Gift codes voided"),
        "code_expiry": _("Gift codes expired"),
    }
    return names[kind]


def tell(lines: Sequence[Line], *, links: bool = True) -> list[Told]:
    """Lines in words. Without `links` (the vendor's pages) nothing leads to a partner's page."""
    titles = titles_of_awards(line.posting_id for line in lines if line.activity_id is not None)
    orders = titles_of(line.order_id for line in lines)
    gifts = gift_titles(line.posting_id for line in lines if line.kind == "code_claim")
    firsts: dict[int, int] = {}
    for line in sorted(lines, key=lambda each: each.posting_id):
        if line.kind == "award" and line.activity_id is not None:
            firsts.setdefault(line.activity_id, line.posting_id)
    return [
        _tell(
            line,
            titles.get(line.posting_id),
            orders.get(line.order_id or 0),
            gifts.get(line.posting_id),
            is_further=firsts.get(line.activity_id or 0, line.posting_id) != line.posting_id,
            links=links,
        )
        for line in lines
    ]


def _tell(
    line: Line,
    title_of: AwardTitle | None,
    order: OrderTitle | None,
    gift: tuple[str, str, str] | None,
    *,
    is_further: bool,
    links: bool,
) -> Told:
    icon, tone = LOOKS[line.kind]
    title, subject, href = kind_name(line.kind), "", None
    if title_of is not None:
        what, subject, href = about(title_of)
        if line.kind == "award":
            # a second award for the same fact goes by its program's name, so that the two can be told apart
            title, subject = (title_of.program_name, what) if is_further else (what, subject)
            icon = ICONS[title_of.entry.fact.kind]
        else:
            subject = what
    elif order is not None:
        name = words_in(order.name, current_locale())
        href = f"/orders/{order.public_id}"
        if line.kind == "redemption":
            title, subject, icon = name, order.reference, order.icon
        else:
            subject = name
    elif gift is not None:
        title, subject = line_words(*gift[:2]), gift[2]
    elif line.kind == "share":
        title = _("Shared by the company") if line.points > 0 else _("Shared out to a member")
        subject = line.note or ""
    elif line.note:
        subject = line.note
    if line.is_pending:
        icon, tone = "clock", "neutral"
    return Told(
        line, title, subject, icon, tone, href if links else None, title_of.entry if title_of else None
    )


def action_of(href: str) -> str:
    """What the button says that leads from a line to what it is about."""
    names = {
        "deals": _("See the deal"),
        "orders": _("See the order"),
        "training": _("See the course"),
        "certificates": _("Open the certificate"),
        "recognition": _("See who was recognised"),
    }
    return names[href.split("/")[1]]


def about(found: AwardTitle) -> tuple[str, str, str | None]:
    """(what happened, its reference, where it leads) of the fact behind an award."""
    fact = found.entry.fact
    said = fact.attributes or {}
    if fact.kind == "deal_won":
        title = _("%(customer)s won", customer=said.get("customer") or _("Deal"))
        reference = said.get("reference")
        href = f"/deals/{fact.source_ref}" if fact.source == "deals" else None
        return title, _("deal %(reference)s", reference=reference) if reference else "", href
    if fact.kind == "course_passed":
        slug = said.get("course")
        title = (said.get("titles") or {}).get(current_locale()) or said.get("title")
        return _("Course passed"), str(title or ""), f"/training/{slug}" if slug else None
    if fact.kind == "certified":
        return _("Certified"), str(said.get("title") or ""), f"/certificates/{fact.source_ref}"
    if fact.kind == "recognition":
        return (
            _("You were recognised") if fact.member_id else _("Your company was recognised"),
            "",
            "/recognition",
        )
    if fact.kind == "service_milestone":
        years = fact.quantity or 0
        return ngettext("%(num)s year of service", "%(num)s years of service", years), "", None
    title = _("%(product)s sold", product=found.product_name) if found.product_name else _("Sale")
    amount = ""
    if fact.amount_minor is not None and fact.currency:
        amount = format_money(fact.amount_minor, fact.currency, current_locale())
    return title, amount, None
