"""Mails about deals, each in its reader's language, written when they are due: what was taken back is never told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import format_date
from sqlalchemy import select

from app.core.clock import today
from app.core.db import db, lock, transaction
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_money
from app.core.settings import current_settings
from app.deals.models import Deal, DealComment, DealEvent
from app.deals.states import LOSS_LABELS, REJECTION_LABELS, DealState, EventKind, LossReason, RejectionReason
from app.identity.models import Person
from app.notices.letters import Letter, Reader, find_readers, send_once
from app.partners.models import Membership, Organisation, Role
from app.partners.queries import list_manager_ids

REMIND_DAYS = (30, 14, 7, 1)
TO_PARTNER = (EventKind.ASKED, EventKind.APPROVED, EventKind.REJECTED, EventKind.EXPIRED)
TO_VENDOR = (
    EventKind.SUBMITTED,
    EventKind.REVISED,
    EventKind.ANSWERED,
    EventKind.WITHDRAWN,
    EventKind.WON,
    EventKind.LOST,
)


@dataclass(frozen=True, slots=True)
class Story:
    """What a notice is about, read once for all its readers."""

    deal: Deal
    company: str
    author: str
    event: DealEvent | None = None
    text: str = ""


# subject, paragraphs
Words = tuple[str, list[object]]


def tell_event(event_id: int) -> None:
    """Tell the other side what happened, unless it was taken back."""
    event = db.session.get(DealEvent, event_id, populate_existing=True)
    if event is None or db.session.scalar(select(DealEvent.id).where(DealEvent.undoes_id == event_id)):
        return
    deal = db.session.get(Deal, event.deal_id, populate_existing=True)
    assert deal is not None
    story = Story(deal, _company(deal), _author(event.actor_id), event, event.note or "")
    words = _WORDS.get(event.kind)
    if words is None:
        return
    vendor = event.kind in TO_VENDOR
    _send(
        story, words, _vendor_readers(deal) if vendor else _partner_readers(deal), f"event:{event_id}", vendor
    )


def tell_comment(comment_id: int) -> None:
    """Tell the other side what was said."""
    comment = db.session.get(DealComment, comment_id)
    deal = db.session.get(Deal, comment.deal_id, populate_existing=True) if comment else None
    if comment is None or deal is None:
        return
    story = Story(deal, _company(deal), _author(comment.author_id), None, comment.body)
    partners = _partner_readers(deal)
    to_vendor = _is_partner(comment.author_id)
    readers = _vendor_readers(deal) if to_vendor else partners
    _send(story, _comment_words, readers, f"comment:{comment_id}", to_vendor)


def remind_due() -> int:
    """One reminder per step of REMIND_DAYS; a step that was slept through is not told twice. Returns how many."""
    latest = today() + timedelta(days=REMIND_DAYS[0])
    query = select(Deal.id).where(
        Deal.state == DealState.APPROVED, Deal.protected_until >= today(), Deal.protected_until <= latest
    )
    count = 0
    for deal_id in list(db.session.scalars(query.order_by(Deal.id))):
        with transaction():
            deal = lock(Deal, deal_id)
            if deal.state is not DealState.APPROVED or deal.protected_until is None:
                continue
            left = (deal.protected_until - today()).days
            step = min((days for days in REMIND_DAYS if days >= left), default=None)
            if step is None or (deal.reminded_days is not None and deal.reminded_days <= step):
                continue
            deal.reminded_days = step
            story = Story(deal, _company(deal), "", None, str(left))
            _send(
                story,
                _reminder_words,
                _partner_readers(deal),
                f"remind:{deal.id}:{deal.protected_until}:{step}",
                False,
            )
            count += 1
    return count


def _send(
    story: Story, words: Callable[[Story], Words], readers: list[Reader], key: str, to_vendor: bool
) -> None:
    path = f"/admin/deals/{story.deal.public_id}" if to_vendor else f"/deals/{story.deal.public_id}"

    def letter() -> Letter:
        return Letter(*words(story), _("Open the deal"))

    with transaction():
        send_once(readers, letter, href=path, dedupe=f"deals.mail:{key}")


def _company(deal: Deal) -> str:
    return db.session.scalar(select(Organisation.name).where(Organisation.id == deal.organisation_id)) or ""


def _author(person_id: int | None) -> str:
    name = db.session.scalar(select(Person.name).where(Person.id == person_id)) if person_id else None
    return name or current_settings().vendor_name


def _is_partner(person_id: int) -> bool:
    query = select(Membership.organisation_id).where(Membership.person_id == person_id)
    return db.session.scalar(query.order_by(Membership.id.desc()).limit(1)) is not None


def _partner_readers(deal: Deal) -> list[Reader]:
    """Who registered it; once they have left, the admins of the company."""
    ours = Membership.organisation_id == deal.organisation_id
    return find_readers(ours, Person.id == deal.member_id) or find_readers(
        ours, Membership.role == Role.PARTNER_ADMIN
    )


def _vendor_readers(deal: Deal) -> list[Reader]:
    """Who looks after the company; if nobody does, every channel manager."""
    managers = list_manager_ids(deal.organisation_id)
    found = find_readers(Membership.organisation_id.is_(None), Person.id.in_(managers)) if managers else []
    return found or find_readers(Membership.role == Role.CHANNEL_MANAGER)


def _day(value: date | None) -> str:
    return str(format_date(value, "d MMMM y", rebase=False)) if value else ""


def _value(deal: Deal, minor: int | None) -> str:
    return format_money(minor or 0, deal.currency, current_locale())


def _submitted_words(story: Story) -> Words:
    deal = story.deal
    subject = _("New deal to review: %(customer)s", customer=deal.customer_name)
    text = _(
        "%(person)s of %(company)s registered %(customer)s, %(value)s.",
        person=story.author, company=story.company, customer=deal.customer_name, value=_value(deal, deal.value_minor),
    )  # fmt: skip
    return subject, [text]


def _revised_words(story: Story) -> Words:
    customer = story.deal.customer_name
    return _("Changed and back in review: %(customer)s", customer=customer), [
        _(
            "%(person)s of %(company)s changed an approved deal. Look at it again.",
            person=story.author,
            company=story.company,
        )
    ]


def _answered_words(story: Story) -> Words:
    subject = _("Your question about %(customer)s was answered", customer=story.deal.customer_name)
    return subject, [
        _("%(person)s of %(company)s wrote:", person=story.author, company=story.company),
        story.text,
    ]


def _withdrawn_words(story: Story) -> Words:
    customer = story.deal.customer_name
    return _("Withdrawn: %(customer)s", customer=customer), [
        _("%(person)s of %(company)s took the deal back.", person=story.author, company=story.company)
    ]


def _won_words(story: Story) -> Words:
    deal = story.deal
    return _("Won: %(customer)s", customer=deal.customer_name), [
        _(
            "%(person)s of %(company)s won it: invoice %(number)s of %(value)s.",
            person=story.author, company=story.company, number=deal.invoice_no or "",
            value=_value(deal, deal.invoice_minor),
        )
    ]  # fmt: skip


def _lost_words(story: Story) -> Words:
    reason = LOSS_LABELS[story.deal.loss_reason or LossReason.OTHER]
    return _("Lost: %(customer)s", customer=story.deal.customer_name), [
        _(
            "%(person)s of %(company)s lost the deal. Reason: %(reason)s.",
            person=story.author, company=story.company, reason=str(reason),
        )
    ]  # fmt: skip


def _asked_words(story: Story) -> Words:
    subject = _("One question about %(customer)s", customer=story.deal.customer_name)
    return subject, [
        _("%(person)s needs one thing before deciding:", person=story.author),
        story.text,
        _("Your place in the line stays yours."),
    ]


def _approved_words(story: Story) -> Words:
    deal = story.deal
    subject = _("Approved: %(customer)s", customer=deal.customer_name)
    text = _(
        "Approved. %(customer)s is yours until %(day)s.",
        customer=deal.customer_name,
        day=_day(deal.protected_until),
    )
    return subject, [text, _("Mark it as won when the invoice is out.")]


def _rejected_words(story: Story) -> Words:
    deal = story.deal
    reason = REJECTION_LABELS[deal.rejection_reason or RejectionReason.INFORMATION_MISSING]
    paragraphs: list[object] = [
        _("%(customer)s was declined. Reason: %(reason)s.", customer=deal.customer_name, reason=str(reason))
    ]
    if story.text:
        paragraphs.append(story.text)
    return _("Declined: %(customer)s", customer=deal.customer_name), paragraphs


def _expired_words(story: Story) -> Words:
    customer = story.deal.customer_name
    return _("Protection ended: %(customer)s", customer=customer), [
        _("The protection of %(customer)s has ended. You can register it again.", customer=customer)
    ]


def _comment_words(story: Story) -> Words:
    subject = _("New comment on %(customer)s", customer=story.deal.customer_name)
    return subject, [_("%(person)s wrote:", person=story.author), story.text]


def _reminder_words(story: Story) -> Words:
    deal, left = story.deal, int(story.text)
    subject = ngettext(
        "%(customer)s: %(num)s day of protection left", "%(customer)s: %(num)s days of protection left", left,
        customer=deal.customer_name,
    )  # fmt: skip
    text = _(
        "%(customer)s is yours until %(day)s.", customer=deal.customer_name, day=_day(deal.protected_until)
    )
    return subject, [text, _("Mark it as won when the invoice is out.")]


_WORDS: dict[EventKind, Callable[[Story], Words]] = {
    EventKind.SUBMITTED: _submitted_words,
    EventKind.REVISED: _revised_words,
    EventKind.ANSWERED: _answered_words,
    EventKind.WITHDRAWN: _withdrawn_words,
    EventKind.WON: _won_words,
    EventKind.LOST: _lost_words,
    EventKind.ASKED: _asked_words,
    EventKind.APPROVED: _approved_words,
    EventKind.REJECTED: _rejected_words,
    EventKind.EXPIRED: _expired_words,
}
