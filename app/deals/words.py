"""What screens say about a deal: the badge, what is next, and the timeline as steps. Whole sentences only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.clock import local, today
from app.core.filters import long_day, short_day, when, zone_name
from app.core.i18n import _, ngettext
from app.core.money import format_money
from app.core.settings import current_settings
from app.deals.parts import EventView
from app.deals.queries import SOON_DAYS, DealRow, DealView
from app.deals.states import LOSS_LABELS, REJECTION_LABELS, DealState, EventKind
from app.identity.actor import Actor

S, K = DealState, EventKind


@dataclass(frozen=True, slots=True)
class Next:
    """The *What is next* cell. `tone` warns where it is the partner's turn; with `left` a meter is drawn."""

    text: str
    tone: str = ""
    left: int | None = None
    total: int = 0


def next_of(row: DealRow) -> Next:
    """What happens next with a deal, in a few words."""
    left, total = row.days_left, row.protection_days
    if row.state is S.DRAFT:
        return Next(_("Finish and send"))
    if row.state in (S.SUBMITTED, S.IN_REVIEW):
        return Next(_("%(vendor)s is reviewing", vendor=current_settings().vendor_name))
    if row.state is S.INFORMATION_NEEDED:
        return Next(_("Answer the question"), "warn")
    if row.state is S.APPROVED:
        if row.expected_close_on is not None and row.expected_close_on <= today():
            return Next(_("Won it? Mark it as won"), "warn", left, total)
        return Next(days_left_text(left or 0), "warn" if (left or 0) < SOON_DAYS else "", left, total)
    if row.state is S.WON:
        return Next(_("Won %(day)s", day=short_day(row.won_on)) if row.won_on else _("Won"))
    if row.state is S.LOST and row.loss_reason:
        return Next(str(LOSS_LABELS[row.loss_reason]))
    if row.state is S.REJECTED and row.rejection_reason:
        return Next(str(REJECTION_LABELS[row.rejection_reason]))
    return Next(short_day(row.closed_at) if row.closed_at else "")


def note_of(row: DealRow) -> str:
    """The note beside the badge in the phone's list."""
    if row.state is S.APPROVED and row.days_left is not None:
        left = row.days_left
        return ngettext(
            "%(num)s of %(total)s day left", "%(num)s of %(total)s days left", left, total=row.protection_days
        )
    return next_of(row).text


def days_left_text(left: int) -> str:
    """*68 days left*, and on the last day *Last day*."""
    return ngettext("%(num)s day left", "%(num)s days left", left) if left else _("Last day")


def badge_text(state: DealState) -> str | None:
    """The longer word of the detail page."""
    return _("Approved and protected") if state is S.APPROVED else None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the timeline as `ui.timeline` draws it."""

    title: str
    when: str | None
    text: str | None
    state: str
    icon: str


def timeline(view: DealView, actor: Actor) -> list[Step]:
    """What happened, where the deal is, what comes: decisions taken back are told as lines of their own."""
    steps = [_past(event, view, actor) for event in view.parts.events]
    if view.deal.state is S.DRAFT:
        steps.append(Step(_("Draft"), None, _("Finish it and send it for review"), "current", "pencil"))
    return steps + _ahead(view)


def _past(event: EventView, view: DealView, actor: Actor) -> Step:
    title, text = _told(event, view, actor)
    return Step(title, when(event.at), text, "done", "check")


def _by(event: EventView, actor: Actor) -> str:
    if event.author_id is not None and event.author_id == actor.person_id:
        return _("by you")
    if event.author is None:
        return ""
    if event.is_vendor:
        return _("by %(person)s at %(company)s", person=event.author, company=current_settings().vendor_name)
    return _("by %(person)s", person=event.author)


def _told(event: EventView, view: DealView, actor: Actor) -> tuple[str, str | None]:
    """Title and second line of something that happened."""
    by, data = _by(event, actor), event.data or {}
    if event.kind is K.SUBMITTED:
        return _("Submitted"), by
    if event.kind is K.EDITED:
        return _("Changed"), by
    if event.kind is K.REVISED:
        return _("Changed, back in review") if event.from_state is S.APPROVED else _("Changed"), by
    if event.kind is K.ASKED:
        vendor = current_settings().vendor_name
        return _("Reviewed"), _(
            "%(person)s at %(vendor)s asked a question", person=event.author or "", vendor=vendor
        )
    if event.kind is K.ANSWERED:
        return _("Answered"), by
    if event.kind is K.APPROVED:
        days = int(data.get("days", 0)) or current_settings().deal_protection_days
        return _("Approved"), ngettext("Protected for %(num)s day", "Protected for %(num)s days", days)
    if event.kind is K.REJECTED:
        reason = REJECTION_LABELS.get(data.get("reason", ""), "")
        return _("Declined"), f"{reason}. {event.note}" if event.note else str(reason)
    if event.kind is K.UNDONE:
        return _("Decision taken back"), by
    if event.kind is K.WON:
        return _("Won"), _("Invoice %(number)s", number=view.deal.invoice_no or "")
    if event.kind is K.LOST:
        return _("Lost"), str(LOSS_LABELS.get(data.get("reason", ""), ""))
    if event.kind is K.EXPIRED:
        return _("Protection ended"), None
    return _("Withdrawn"), by


def _ahead(view: DealView) -> list[Step]:
    """Where the deal stands and what may follow."""
    state, vendor = view.deal.state, current_settings().vendor_name
    close = Step(
        _("Close the deal"), None, _("Add the invoice number and value when you win"), "future", "handshake"
    )
    review = Step(_("Review"), None, _("%(vendor)s decides", vendor=vendor), "future", "search")
    if state is S.DRAFT:
        return [review, close]
    if state in (S.SUBMITTED, S.IN_REVIEW):
        now = Step(_("In review"), None, _("%(vendor)s decides next", vendor=vendor), "current", "clock")
        return [now, close]
    if state is S.INFORMATION_NEEDED:
        text = _("Answer the question, then the review goes on")
        return [Step(_("Your answer"), None, text, "current", "message-circle-question-mark"), close]
    if state is S.APPROVED:
        return [Step(close.title, None, close.text, "current", close.icon)]
    return []


def close_default(zone: str) -> date:
    """What the date of a win begins with: today where the person is."""
    return today(zone)


def saved_text(at: Any) -> str:
    """*Draft saved 9:41*."""
    return _("Draft saved %(time)s", time=f"{local(at, zone_name()):%H:%M}")


def yours_until(view: DealView) -> str:
    """The date of the protection card."""
    return long_day(view.deal.protected_until) if view.deal.protected_until else ""


def currency_sign(currency: str) -> str:
    """`RM`, `Rp` or the code: what stands before an amount."""
    return format_money(0, currency, "en").split("\u00a0")[0]


def step_name(step: int) -> str:
    """What a step of the form is called."""
    return (_("Customer"), _("Deal details"), _("Review"))[step - 1]
