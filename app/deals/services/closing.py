"""How a protected deal ends: won with an invoice, lost for a reason, or expired by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from app.activities.facts import Award
from app.activities.services import record
from app.core import clock
from app.core.clock import today
from app.core.db import db, lock, transaction
from app.core.errors import InvalidInput
from app.core.forms import money_sentence
from app.core.i18n import _, current_locale
from app.core.money import MAX_AMOUNT, format_money, mul_div_floor
from app.core.settings import current_settings
from app.deals.content import lines_of
from app.deals.errors import ProtectionEnded
from app.deals.models import Deal
from app.deals.services.moves import hold, move
from app.deals.states import DealState, EventKind, LossReason, Verb
from app.identity.actor import SYSTEM, Actor
from app.tiers.queries import raise_record

INVOICE_NO_MAX = 80


@dataclass(frozen=True, slots=True)
class Won:
    """The won deal and what it earned at once."""

    deal: Deal
    awards: list[Award]


def win(
    public_id: str, *, invoice_no: str, invoice_minor: int | None, won_on: date | None, actor: Actor
) -> Won:
    """Report the win: the activity `deal_won` is recorded and programs react in the same transaction.

    `won_on` lies between the day the deal was sent and today (a day's grace for zones).
    Raises InvalidInput, ProtectionEnded, NotFound, Forbidden, DealAlreadyDecided.
    """
    with transaction():
        deal = hold(public_id, Verb.WIN, actor)
        refuse_ended(deal)
        _check_invoice(deal, invoice_no.strip(), invoice_minor, won_on, actor)
        assert won_on is not None
        lines = sorted(lines_of(deal), key=lambda line: -(line.value_minor or 0))
        families = [line.family_id for line in lines if line.family_id is not None]
        recorded = record(
            "deal_won",
            source="deals",
            source_ref=deal.public_id,
            organisation_id=deal.organisation_id,
            member_id=deal.member_id,
            occurred_on=won_on,
            amount_minor=invoice_minor,
            currency=deal.currency,
            family_id=families[0] if families else None,
            attributes={
                "customer": deal.customer_name,
                "reference": deal.reference,
                "invoice_no": invoice_no.strip(),
                "families": families,
            },
            actor=actor,
        )
        deal.invoice_no, deal.invoice_minor, deal.won_on = invoice_no.strip(), invoice_minor, won_on
        deal.activity_public_id = recorded.public_id
        given = [
            {
                "points": award.points,
                "program": award.program_name,
                "payee": award.payee,
                "posting": award.posting_public_id,
                "pending_until": award.pending_until.isoformat() if award.pending_until else None,
            }
            for award in recorded.awards
        ]
        raised = raise_record(recorded.activity_id)
        data = {"awards": given, "tier": raised} if raised else {"awards": given}
        move(deal, Verb.WIN, EventKind.WON, actor, data=data, notify_after=0)
        return Won(deal, recorded.awards)


def refuse_ended(deal: Deal) -> None:
    """Raises ProtectionEnded once the last protected day is over."""
    if deal.protected_until is not None and deal.protected_until < today():
        raise ProtectionEnded()


def _most(deal: Deal) -> int:
    """The highest invoice that the approval covers: what was approved, and some room for what an order adds.

    A higher value is a material change, which the vendor reviews; a win must not go round that.
    """
    return mul_div_floor(deal.value_minor or 0, 100 + current_settings().deal_invoice_over_percent, 100)


def _check_invoice(deal: Deal, number: str, minor: int | None, won_on: date | None, actor: Actor) -> None:
    wrong: dict[str, object] = {}
    if not number:
        wrong["invoice_no"] = _("Enter the invoice number.")
    elif len(number) > INVOICE_NO_MAX:
        wrong["invoice_no"] = _("Use at most %(count)s characters.", count=INVOICE_NO_MAX)
    if minor is None or not 0 < minor <= MAX_AMOUNT:
        wrong["invoice_value"] = money_sentence(deal.currency)
    elif minor > _most(deal):
        wrong["invoice_value"] = _(
            "This is far above the %(value)s that was approved. "
            "Change the value of the deal first, so that it can be reviewed.",
            value=format_money(deal.value_minor or 0, deal.currency, current_locale()),
        )
    latest = max(today(), today(actor.zone))
    assert deal.submitted_at is not None
    earliest = clock.local(deal.submitted_at, "UTC").date() - timedelta(days=1)
    if won_on is None:
        wrong["won_on"] = _("Choose the day of the invoice.")
    elif won_on > latest:
        wrong["won_on"] = _("Choose today or an earlier day.")
    elif won_on < earliest:
        wrong["won_on"] = _("Choose a day after you registered the deal.")
    if wrong:
        raise InvalidInput(fields=wrong)


def lose(public_id: str, reason: str, *, actor: Actor) -> Deal:
    """Report the loss, for a reason of the list. Raises InvalidInput, NotFound, Forbidden, DealAlreadyDecided."""
    try:
        why = LossReason(reason)
    except ValueError:
        raise InvalidInput(fields={"reason": _("Choose a reason.")}) from None
    with transaction():
        deal = hold(public_id, Verb.LOSE, actor)
        deal.loss_reason = why
        move(deal, Verb.LOSE, EventKind.LOST, actor, data={"reason": why.value}, notify_after=0)
        return deal


def expire_due(limit: int = 500) -> int:
    """End every protection whose last day is over; returns how many. Each in its own transaction."""
    query = select(Deal.id).where(Deal.state == DealState.APPROVED, Deal.protected_until < today())
    ids = list(db.session.scalars(query.order_by(Deal.protected_until, Deal.id).limit(limit)))
    count = 0
    for deal_id in ids:
        with transaction():
            deal = lock(Deal, deal_id)
            if deal.state is not DealState.APPROVED or deal.protected_until is None:
                continue
            if deal.protected_until < today():
                move(deal, Verb.EXPIRE, EventKind.EXPIRED, SYSTEM, notify_after=0)
                count += 1
    return count
