"""The vendor's decisions: ask, approve, decline, and take a decision back for a minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.core import jobs
from app.core.clock import today, utc_now
from app.core.db import db, lock, transaction
from app.core.errors import InvalidInput
from app.core.i18n import _
from app.core.settings import current_settings
from app.deals.checks import clean_ids
from app.deals.conflicts import list_rivals, lock_claims, standing_in_the_way, store_matches
from app.deals.errors import CustomerTaken, DealChanged, UndoTooLate
from app.deals.models import Deal
from app.deals.scope import find_deal_id, visible_deals
from app.deals.services.moves import (
    UNDO_SECONDS,
    hold,
    last_event,
    move,
    notice_key,
    refuse_stranger,
    require,
)
from app.deals.states import WAITING, DealState, EventKind, RejectionReason, Verb
from app.identity.actor import Actor

_UNDOABLE = (EventKind.APPROVED, EventKind.REJECTED, EventKind.ASKED)
MESSAGE_MAX = 2_000


@dataclass(frozen=True, slots=True)
class ApprovedMany:
    """Public ids approved, and those left for a closer look."""

    approved: list[str]
    left: list[str]


def approve(
    public_id: str, *, actor: Actor, knowingly: bool = False, seen_revision: int | None = None
) -> Deal:
    """Protect the deal for 90 days (setting) from today.

    A rival that is protected, or that sent first, with the same customer and family stands against it unless the
    vendor approves `knowingly`. `seen_revision`: the revision that the page showed. Approvals run one at a time, so of
    two approvers, or of two rivals, exactly one gets through. The same tap once more (same person, same revision
    shown) changes nothing and is no refusal.
    Raises NotFound, Forbidden, DealAlreadyDecided, CustomerTaken, DealChanged.
    """
    with transaction():
        lock_claims()
        deal = lock(Deal, find_deal_id(public_id, actor))
        refuse_stranger(Verb.APPROVE, actor)
        if _was_this_tap(deal, actor, seen_revision):
            return deal
        require(deal, Verb.APPROVE)
        if seen_revision is not None and seen_revision != deal.revision:
            raise DealChanged()
        in_the_way = standing_in_the_way(list_rivals([deal.id])[deal.id])
        if in_the_way and not knowingly:
            raise CustomerTaken()
        _protect(deal, actor, over=[rival.deal_id for rival in in_the_way])
        return deal


def _was_this_tap(deal: Deal, actor: Actor, seen_revision: int | None) -> bool:
    """Whether what happened last is that this person approved the very revision that their page shows."""
    if deal.state is not DealState.APPROVED or seen_revision is None or deal.revision != seen_revision + 1:
        return False
    event = last_event(deal)
    return event is not None and event.kind is EventKind.APPROVED and event.actor_id == actor.person_id


def _protect(deal: Deal, actor: Actor, over: Sequence[int] = ()) -> None:
    days = current_settings().deal_protection_days
    deal.approved_at, deal.reminded_days = utc_now(), None
    deal.protected_until = today() + timedelta(days=days)
    data = {"days": days, "until": deal.protected_until.isoformat()}
    if over:
        data["over"] = list(over)
    move(deal, Verb.APPROVE, EventKind.APPROVED, actor, data=data, notify_after=UNDO_SECONDS)
    db.session.flush()


def approve_many(public_ids: Sequence[str], *, actor: Actor) -> ApprovedMany:
    """Approve those of the named deals whose every check is clean; the others stay as they are.

    Raises Forbidden. Deals outside the scope are passed over.
    """
    with transaction():
        lock_claims()
        refuse_stranger(Verb.APPROVE, actor)
        wanted = list(dict.fromkeys(public_ids))
        query = (
            visible_deals(actor)
            .with_only_columns(Deal.id)
            .where(Deal.public_id.in_(wanted), Deal.state.in_(WAITING))
        )
        ids = list(db.session.scalars(query.order_by(Deal.id)))
        deals = [deal for deal in (lock(Deal, deal_id) for deal_id in ids) if deal.state in WAITING]
        clean = clean_ids([deal.id for deal in deals])
        approved = []
        for deal in deals:
            if deal.id in clean:
                _protect(deal, actor)
                approved.append(deal.public_id)
        return ApprovedMany(approved, [one for one in wanted if one not in approved])


def reject(
    public_id: str, reason: str, message: str = "", *, actor: Actor, seen_revision: int | None = None
) -> Deal:
    """Decline, for a reason of the fixed list. Raises InvalidInput for another reason."""
    try:
        why = RejectionReason(reason)
    except ValueError:
        raise InvalidInput(fields={"reason": _("Choose a reason.")}) from None
    with transaction():
        deal = hold(public_id, Verb.REJECT, actor)
        if seen_revision is not None and seen_revision != deal.revision:
            raise DealChanged()
        deal.rejection_reason = why
        note = _text(message, "message") if message.strip() else None
        move(
            deal, Verb.REJECT, EventKind.REJECTED, actor, note=note, data={"reason": why.value},
            notify_after=UNDO_SECONDS,
        )  # fmt: skip
        return deal


def ask(public_id: str, question: str, *, actor: Actor) -> Deal:
    """Ask the partner for what is missing; it is their turn until they answer. Raises InvalidInput if empty."""
    note = _text(question, "message")
    with transaction():
        deal = hold(public_id, Verb.ASK, actor)
        move(deal, Verb.ASK, EventKind.ASKED, actor, note=note, notify_after=UNDO_SECONDS)
        return deal


def undo(public_id: str, *, actor: Actor) -> Deal:
    """Take the last decision back within 60 seconds, unless somebody acted on it: a new line, nothing is erased.

    Raises UndoTooLate, DealAlreadyDecided, NotFound, Forbidden.
    """
    with transaction():
        lock_claims()
        deal = hold(public_id, Verb.UNDO, actor)
        event = last_event(deal)
        if event is None or event.kind not in _UNDOABLE:
            raise UndoTooLate()
        if utc_now() - event.occurred_at > timedelta(seconds=UNDO_SECONDS):
            raise UndoTooLate()
        jobs.cancel(notice_key(event.id))
        if event.kind is EventKind.APPROVED:
            deal.approved_at = deal.protected_until = None
        deal.rejection_reason = None
        move(deal, Verb.UNDO, EventKind.UNDONE, actor, undoes=event)
        store_matches(deal)
        return deal


def can_undo(deal_id: int) -> bool:
    """Whether the last line of the timeline is a decision of the last minute."""
    deal = db.session.scalars(select(Deal).where(Deal.id == deal_id)).first()
    event = last_event(deal) if deal else None
    young = event is not None and utc_now() - event.occurred_at <= timedelta(seconds=UNDO_SECONDS)
    return bool(event and event.kind in _UNDOABLE and young)


def _text(message: str, field: str) -> str:
    text = message.strip()
    if not text:
        raise InvalidInput(fields={field: _("Write what you need to know.")})
    if len(text) > MESSAGE_MAX:
        raise InvalidInput(fields={field: _("Use at most %(count)s characters.", count=MESSAGE_MAX)})
    return text
