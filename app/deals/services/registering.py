"""The partner's side before a decision: keep a draft, send it, change what was sent, withdraw."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Forbidden
from app.deals.conflicts import lock_claims, store_matches
from app.deals.content import (
    NEEDED,
    DealFields,
    apply,
    gist_of,
    is_material,
    is_other_claim,
    words_of,
)
from app.deals.models import Deal
from app.deals.services.moves import hold, move, require
from app.deals.states import DealState, EventKind, Verb
from app.identity.actor import Actor


def save_draft(
    fields: DealFields,
    *,
    actor: Actor,
    public_id: str | None = None,
    draft_key: str | None = None,
    wanted: Collection[str] = (),
) -> Deal:
    """Keep a draft: the one named, or the one that this person's form with `draft_key` made before, or a new one.

    The same form never makes two deals, however often it is sent. `wanted`: fields that must be there to go on to the
    next step. Raises NotFound, Forbidden, DealAlreadyDecided, InvalidInput.
    """
    with transaction():
        if public_id is not None:
            deal = hold(public_id, Verb.SAVE, actor)
        else:
            lock_claims()  # two sendings of one form at once must find each other's draft
            deal = _draft_of_form(actor, draft_key)
        apply(deal, fields, wanted=wanted)
        return deal


def _draft_of_form(actor: Actor, draft_key: str | None) -> Deal:
    if actor.is_vendor or not actor.can("deal.write"):
        raise Forbidden()
    if draft_key:
        query = select(Deal.id).where(Deal.member_id == actor.person_id, Deal.draft_key == draft_key)
        known = db.session.scalar(query)
        if known is not None:
            deal = lock(Deal, known)
            require(deal, Verb.SAVE)
            return deal
    return Deal(
        organisation_id=actor.organisation_id,
        member_id=actor.person_id,
        state=DealState.DRAFT,
        revision=1,
        draft_key=draft_key,
        customer_name="",
        customer_country=actor.organisation_country,
        customer_domain="",
        customer_registration_no="",
        contact_name="",
        contact_email="",
        notes="",
        currency=actor.organisation_currency,
        created_at=utc_now(),
    )


def submit(
    fields: DealFields | None = None,
    *,
    actor: Actor,
    public_id: str | None = None,
    draft_key: str | None = None,
) -> Deal:
    """Send a deal to the vendor, with the last changes. The first complete sending claims the customer.

    Raises InvalidInput with a sentence per field that is missing, DealAlreadyDecided if it was sent before.
    """
    with transaction():
        lock_claims()
        deal = hold(public_id, Verb.SUBMIT, actor) if public_id else _draft_of_form(actor, draft_key)
        apply(deal, fields or {}, wanted=NEEDED)
        now = utc_now()
        deal.submitted_at = deal.claimed_at = deal.queued_at = now
        store_matches(deal)
        move(deal, Verb.SUBMIT, EventKind.SUBMITTED, actor, notify_after=0)
        db.session.flush()
        return deal


def edit(public_id: str, fields: DealFields, *, actor: Actor) -> Deal:
    """Change a deal that was sent. A material change of an approved deal sends it back to review.

    Another customer or a further product family takes a new place in the line of rivals. The same again does nothing.
    Raises NotFound, Forbidden, DealAlreadyDecided, InvalidInput.
    """
    with transaction():
        lock_claims()
        deal = hold(public_id, Verb.EDIT, actor)
        said, before, was_approved = words_of(deal), gist_of(deal), deal.state is DealState.APPROVED
        apply(deal, fields, wanted=NEEDED, close_was=deal.expected_close_on)
        if words_of(deal) == said:
            return deal
        now = gist_of(deal)
        if is_other_claim(before, now):
            deal.claimed_at = utc_now()
        if not is_material(before, now):
            move(deal, Verb.EDIT, EventKind.EDITED, actor)
            return deal
        store_matches(deal)
        move(deal, Verb.REVISE, EventKind.REVISED, actor, notify_after=0 if was_approved else None)
        if was_approved:
            deal.queued_at, deal.protected_until, deal.approved_at = utc_now(), None, None
        db.session.flush()
        return deal


def withdraw(public_id: str, *, actor: Actor) -> Deal:
    """Take a deal back, sent or not. Raises NotFound, Forbidden, DealAlreadyDecided."""
    with transaction():
        deal = hold(public_id, Verb.WITHDRAW, actor)
        move(deal, Verb.WITHDRAW, EventKind.WITHDRAWN, actor, notify_after=0 if deal.submitted_at else None)
        return deal
