"""Points granted: at once, or held until a day. A debt from an earlier clawback is collected from them first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core.clock import today
from app.core.db import transaction
from app.ledger.models import HOUSE, MAX_AMOUNT, Owner
from app.ledger.services.lives import expiry_of, release_date
from app.ledger.services.post import Book, Fact, Grant, Leg, Posted, Side, open_book, post, replay
from app.ledger.services.sql import Wire

ISSUED = Side(HOUSE, "issued")


def check_points(points: int) -> None:
    """Points are whole, positive and within the limit; anything else is a programming error."""
    if isinstance(points, bool) or not isinstance(points, int) or not 0 < points <= MAX_AMOUNT:
        raise ValueError(f"points must be a whole number from 1 to {MAX_AMOUNT}")


def organisation_of(owner: Owner, actor: Any, given: int | None = None) -> int | None:
    """The organisation that a posting keeps: the one given, the owner itself, or that of the acting member."""
    if given is not None:
        return given
    if owner.kind == "organisation":
        return owner.id
    if owner.kind == "member" and getattr(actor, "person_id", None) == owner.id:
        return getattr(actor, "organisation_id", None)
    return None


def earn(
    key: str,
    owner: Owner,
    points: int,
    *,
    occurred_at: datetime,
    kind: str = "award",
    hold_days: int = 0,
    actor: Any = None,
    organisation_id: int | None = None,
    activity_id: int | None = None,
    program_version_id: int | None = None,
    rule_key: str | None = None,
    note: str | None = None,
) -> Posted:
    """Grant points; with `hold_days` they wait in the pending account until `release_due`.

    Raises KeyReused. A hold does not lengthen life: the expiry counts from the grant.
    """
    check_points(points)
    with transaction():
        wire = Wire()
        book = open_book(wire, key, owner)
        if (first := replay(book, kind)) is not None:
            return first
        fact = Fact(
            key=key,
            kind=kind,
            occurred_at=occurred_at,
            actor_id=getattr(actor, "person_id", None),
            organisation_id=organisation_of(owner, actor, organisation_id),
            activity_id=activity_id,
            program_version_id=program_version_id,
            rule_key=rule_key,
            note=note,
        )
        releases_on = release_date(occurred_at, hold_days) if hold_days > 0 else None
        target = Side(owner, "pending" if releases_on else "available")
        grant = Grant(points, expiry_of(today()), releases_on)
        posted = post(fact, [Leg(ISSUED, target, points, grants=[grant])], book=book, wire=wire)
        if not posted.replayed and not releases_on:
            collect_due(fact, owner, book, points)
        return posted


def collect_due(fact: Fact, owner: Owner, book: Book, credited: int) -> Posted | None:
    """Take what an earlier clawback still misses from points that have just become available."""
    due = Side(owner, "clawback_due")
    missing = min(book.balances.get(due, 0), credited)
    if missing <= 0:
        return None
    collection = Fact(
        key=f"{fact.key}:collect",
        kind="collection",
        occurred_at=fact.occurred_at,
        actor_id=fact.actor_id,
        organisation_id=fact.organisation_id,
    )
    legs = [Leg(Side(owner, "available"), ISSUED, missing), Leg(due, ISSUED, missing)]
    return post(collection, legs)
