"""How every verb begins (scope, lock, permission, table) and ends (state, timeline, audit, promise of a notice)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core import audit, jobs
from app.core.clock import utc_now
from app.core.db import db, lock
from app.core.errors import Forbidden
from app.core.i18n import _
from app.deals.errors import DealAlreadyDecided
from app.deals.models import Deal, DealEvent
from app.deals.scope import find_deal_id
from app.deals.states import CLOSED, STATE_LABELS, VENDOR_VERBS, EventKind, Verb, after, allows
from app.identity.actor import Actor

NOTIFY = "deals.notify"
UNDO_SECONDS = 60


def hold(public_id: str, verb: Verb, actor: Actor) -> Deal:
    """The deal, locked, for a verb that the actor may use and its state allows.

    Raises NotFound outside the scope, Forbidden without the permission, DealAlreadyDecided by the table.
    """
    deal = lock(Deal, find_deal_id(public_id, actor))
    refuse_stranger(verb, actor)
    require(deal, verb)
    return deal


def refuse_stranger(verb: Verb, actor: Actor) -> None:
    """Raise Forbidden if this verb belongs to the other side, or the role only reads."""
    needed = "deal.decide" if verb in VENDOR_VERBS or actor.is_vendor else "deal.write"
    both = (Verb.COMMENT, Verb.ATTACH)
    if not actor.can(needed) or (actor.is_vendor and verb not in VENDOR_VERBS and verb not in both):
        raise Forbidden()


def require(deal: Deal, verb: Verb) -> None:
    """Raise DealAlreadyDecided if the transition table lacks this pair."""
    if not allows(deal.state, verb):
        raise DealAlreadyDecided(
            _(
                "This deal is now: %(state)s. That is no longer possible, and nothing was changed.",
                state=STATE_LABELS[deal.state],
            )
        )


def move(
    deal: Deal,
    verb: Verb,
    kind: EventKind,
    actor: Actor | None,
    *,
    note: str | None = None,
    data: dict[str, Any] | None = None,
    undoes: DealEvent | None = None,
    notify_after: int | None = None,
) -> DealEvent:
    """Put the deal into the state that the table says, write the line of the timeline and the audit row.

    `notify_after`: promise a notice of this event after so many seconds; None: nobody is told.
    """
    before = deal.state
    target = after(before, verb)
    deal.state = target if target is not None else undoes.from_state  # type: ignore[union-attr]
    deal.revision += 1
    if deal.state in CLOSED and before not in CLOSED:
        deal.closed_at = utc_now()
    elif deal.state not in CLOSED:
        deal.closed_at = None
    event = DealEvent(
        deal_id=deal.id,
        kind=kind,
        actor_id=actor.person_id if actor else None,
        from_state=before,
        to_state=deal.state,
        note=note,
        data=data,
        undoes_id=undoes.id if undoes else None,
        occurred_at=utc_now(),
    )
    db.session.add(event)
    db.session.flush()
    audit.record(
        f"deal.{kind.value}",
        actor=actor,
        subject="deal",
        subject_id=deal.id,
        organisation_id=deal.organisation_id,
        before={"state": before.value},
        after={"state": deal.state.value},
    )
    if notify_after is not None:
        jobs.enqueue(NOTIFY, {"event_id": event.id}, dedupe=notice_key(event.id), delay_seconds=notify_after)
    return event


def notice_key(event_id: int) -> str:
    """Name of the promise to tell people about an event."""
    return f"deals.notify:{event_id}"


def last_event(deal: Deal) -> DealEvent | None:
    """The newest line of the timeline."""
    query = select(DealEvent).where(DealEvent.deal_id == deal.id).order_by(DealEvent.id.desc()).limit(1)
    return db.session.scalars(query).first()
