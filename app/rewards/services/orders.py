"""What becomes of an order: revealed, fulfilled by hand, cancelled, failed, complained about."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.codes.services import refund
from app.core import audit, jobs
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Forbidden, InvalidInput, NotFound
from app.core.i18n import _
from app.rewards.errors import AlreadyAnswered, CannotBeReturned, OrderStateChanged
from app.rewards.models import Order, OrderComplaint, OrderState
from app.rewards.queries.orders import visible_orders
from app.rewards.services.redemptions import REVEAL_MINUTES
from app.rewards.states import FORWARD, OPEN, may_go
from app.rewards.words import clean

if TYPE_CHECKING:
    from app.identity.actor import Actor

MESSAGE_LIMIT = 2000


def reveal(public_id: str, session_key: str, *, actor: Actor) -> None:
    """Let this session see the codes of the actor's own order for ten minutes; audited.

    Raises NotFound (not visible), Forbidden (somebody else redeemed it), OrderStateChanged (no code to show).
    """
    with transaction():
        order = lock_order(public_id, actor)
        if order.person_id != actor.person_id:
            raise Forbidden(_("Only the person who redeemed it can see the code."))
        if order.state is not OrderState.DELIVERED:
            raise OrderStateChanged()
        order.reveal_session = session_key
        order.revealed_until = utc_now() + timedelta(minutes=REVEAL_MINUTES)
        _audit("voucher.revealed", order, actor)


def cancel(public_id: str, *, actor: Actor, reason: str = "") -> None:
    """Cancel an order of which nothing was delivered; its points come back once.

    A partner cancels their own order, the vendor any they see, with a reason. Raises NotFound, Forbidden,
    CannotBeReturned, InvalidInput.
    """
    reason = clean(reason, MESSAGE_LIMIT)
    if actor.is_vendor and not reason:
        raise InvalidInput(fields={"reason": _("Say why. The partner reads it.")})
    with transaction():
        order = lock_order(public_id, actor)
        if not actor.is_vendor and order.person_id != actor.person_id:
            raise Forbidden(_("Only the person who redeemed it can cancel it."))
        if order.state not in OPEN:
            raise CannotBeReturned()
        _end(order, OrderState.CANCELLED, "order.cancelled", reason or None, actor)


def fail(public_id: str, *, actor: Actor, reason: str) -> None:
    """The vendor gives the points back for what did not work, delivered or not. Raises NotFound, CannotBeReturned."""
    reason = clean(reason, MESSAGE_LIMIT)
    if not reason:
        raise InvalidInput(fields={"reason": _("Say why. The partner reads it.")})
    with transaction():
        order = lock_order(public_id, actor)
        if not may_go(order.state, OrderState.FAILED):
            raise CannotBeReturned()
        _end(order, OrderState.FAILED, "order.failed", reason, actor)


def advance(public_id: str, then: OrderState, *, actor: Actor, note: str = "") -> None:
    """Move an order that people fulfil by hand one step on. Raises NotFound, OrderStateChanged."""
    with transaction():
        order = lock_order(public_id, actor)
        if FORWARD.get(order.state) is not then:
            raise OrderStateChanged()
        before = {"state": order.state.value}
        order.state = then
        order.note = clean(note, MESSAGE_LIMIT) or order.note
        audit.record(
            f"order.{then.value}", actor=actor, subject="order", subject_id=order.id,
            organisation_id=order.organisation_id, before=before, after={"state": then.value},
        )  # fmt: skip
        jobs.enqueue("rewards.order_moved", {"order": order.public_id, "state": then.value})


def complain(public_id: str, message: str, *, actor: Actor) -> None:
    """Tell the vendor what is wrong with one's own order; the same words twice count once.

    Raises NotFound, Forbidden, InvalidInput.
    """
    text = clean(message, MESSAGE_LIMIT + 1)
    if not 3 <= len(text) <= MESSAGE_LIMIT:
        raise InvalidInput(fields={"message": _("Say in a few words what is wrong.")})
    with transaction():
        order = lock_order(public_id, actor)
        if order.person_id != actor.person_id:
            raise Forbidden(_("Only the person who redeemed it can report a problem."))
        repeated = select(OrderComplaint.id).where(
            OrderComplaint.order_id == order.id,
            OrderComplaint.message == text,
            OrderComplaint.answered_at.is_(None),
        )
        if db.session.scalar(repeated.limit(1)) is None:
            db.session.add(OrderComplaint(order_id=order.id, person_id=order.person_id, message=text))
            _audit("order.complained", order, actor)


def answer(public_id: str, complaint_id: int, text: str, *, actor: Actor) -> None:
    """Answer a complaint; the partner reads it on the order page. Raises NotFound, AlreadyAnswered, InvalidInput."""
    text = clean(text, MESSAGE_LIMIT + 1)
    if not 2 <= len(text) <= MESSAGE_LIMIT:
        raise InvalidInput(fields={"answer": _("Write an answer. The partner reads it on the order.")})
    with transaction():
        order = lock_order(public_id, actor)
        found = lock(OrderComplaint, complaint_id)
        if found.order_id != order.id:
            raise NotFound()
        if found.answered_at is not None:
            raise AlreadyAnswered()
        found.answer, found.answered_by_id, found.answered_at = text, actor.person_id, utc_now()
        _audit("order.complaint_answered", order, actor)
        jobs.enqueue("rewards.complaint_answered", {"order": order.public_id, "complaint": complaint_id})


def lock_order(public_id: str, actor: Actor) -> Order:
    """An order that the actor may see, for update. Raises NotFound."""
    query = visible_orders(actor).with_only_columns(Order.id).where(Order.public_id == public_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound()
    return lock(Order, found)


def _end(order: Order, state: OrderState, code: str, reason: str | None, actor: Actor) -> None:
    before = {"state": order.state.value}
    if order.payment_posting_id is None or order.refund_posting_id is not None:
        raise CannotBeReturned()
    returned = refund(
        f"refund:{order.public_id}", order.payment_posting_id, actor=actor, reason=reason or state.value
    )
    order.state, order.refund_posting_id = state, returned.posting_id
    order.ended_at, order.ended_reason = utc_now(), reason
    order.reveal_session = order.revealed_until = None
    audit.record(
        code, actor=actor, subject="order", subject_id=order.id, organisation_id=order.organisation_id,
        before=before, after={"state": state.value, "points": order.points},
    )  # fmt: skip
    jobs.enqueue("rewards.order_moved", {"order": order.public_id, "state": state.value})


def _audit(code: str, order: Order, actor: Actor) -> None:
    audit.record(
        code, actor=actor, subject="order", subject_id=order.id, organisation_id=order.organisation_id
    )
