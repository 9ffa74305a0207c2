"""Adjustments by the vendor's people, and an organisation's wallet shared out to its members."""

from __future__ import annotations

from typing import Any

from app.core import audit
from app.core.clock import today, utc_now
from app.core.db import transaction
from app.ledger.errors import CheckerNeeded, InsufficientPoints
from app.ledger.models import HOUSE, Owner
from app.ledger.services.earning import check_points, collect_due
from app.ledger.services.lives import expiry_of
from app.ledger.services.post import Fact, Grant, Leg, Posted, Side, open_book, post, replay
from app.ledger.services.sql import Wire

ADJUSTMENT_LIMIT = 10_000
ADJUSTED = Side(HOUSE, "adjusted")


def adjust(
    key: str,
    owner: Owner,
    points: int,
    *,
    actor: Any,
    reason: str,
    checker: Any = None,
    organisation_id: int | None = None,
) -> Posted:
    """Add (positive) or take (negative) points by hand, with a reason.

    Raises CheckerNeeded above 10,000 points without a second person, InsufficientPoints.
    """
    check_points(abs(points))
    maker_id, checker_id = getattr(actor, "person_id", None), getattr(checker, "person_id", None)
    if abs(points) > ADJUSTMENT_LIMIT and (checker_id is None or checker_id == maker_id):
        raise CheckerNeeded()
    with transaction():
        book = open_book(Wire(), key, owner)
        if (first := replay(book, "adjustment")) is not None:
            return first
        wallet = Side(owner, "available")
        fact = Fact(
            key=key,
            kind="adjustment",
            occurred_at=utc_now(),
            actor_id=maker_id,
            checker_id=checker_id if checker_id != maker_id else None,
            organisation_id=organisation_id or (owner.id if owner.kind == "organisation" else None),
            note=reason,
        )
        if points > 0:
            leg = Leg(ADJUSTED, wallet, points, grants=[Grant(points, expiry_of(today()))])
        else:
            leg = Leg(wallet, ADJUSTED, -points)
        posted = post(fact, [leg], book=book)
        if not posted.replayed:
            if points > 0:
                collect_due(fact, owner, book, points)
            audit.record(
                "ledger.adjusted",
                actor=actor,
                subject="posting",
                subject_id=posted.posting_id,
                organisation_id=fact.organisation_id,
                after={"points": points, "checker_id": fact.checker_id},
                note=reason,
            )
        return posted


def share_out(
    key: str, organisation_id: int, member_id: int, points: int, *, actor: Any, note: str | None = None
) -> Posted:
    """Move points from the organisation's wallet to a member's; each lot keeps its expiry.

    The caller has made sure that the member belongs to the organisation. Raises InsufficientPoints.
    """
    check_points(points)
    giver, taker = Owner("organisation", organisation_id), Owner("member", member_id)
    with transaction():
        book = open_book(Wire(), key, giver)
        if (first := replay(book, "share")) is not None:
            return first
        source = Side(giver, "available")
        if book.balances.get(source, 0) < points:
            raise InsufficientPoints(book.balances.get(source, 0), points)
        fact = Fact(
            key=key,
            kind="share",
            occurred_at=utc_now(),
            actor_id=getattr(actor, "person_id", None),
            organisation_id=organisation_id,
            note=note,
        )
        posted = post(fact, [Leg(source, Side(taker, "available"), points, carry=True)], book=book)
        if not posted.replayed:
            collect_due(fact, taker, open_book(Wire(), "", taker), points)
            audit.record(
                "ledger.shared",
                actor=actor,
                subject="posting",
                subject_id=posted.posting_id,
                organisation_id=organisation_id,
                after={"points": points, "member_id": member_id},
            )
        return posted
