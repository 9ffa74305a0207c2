"""Points spent, and given back when an order falls through."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.core.clock import today, utc_now
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.types import read_date
from app.ledger.errors import AlreadyReversed, InsufficientPoints, NotReversible
from app.ledger.models import HOUSE, Owner
from app.ledger.services.earning import check_points, collect_due, organisation_of
from app.ledger.services.lives import refund_expiry
from app.ledger.services.post import (
    Fact,
    Grant,
    Leg,
    Piece,
    Posted,
    Side,
    lock_accounts,
    open_book,
    post,
    replay,
)
from app.ledger.services.sql import Sql, Wire

REDEEMED = Side(HOUSE, "redeemed")

POSTING = Sql("""
    SELECT p.id, p.kind, p.organisation_id, p.order_id, a.owner_kind, a.owner_id, t.id, t.amount
    FROM postings p JOIN transfers t ON t.posting_id = p.id JOIN accounts a ON a.id = t.from_account_id
    WHERE p.id = :id ORDER BY t.id
""")
REVERSED = Sql("SELECT id, public_id, idempotency_key FROM postings WHERE reverses_posting_id = :id")
TAKEN = Sql("""
    SELECT l.id, -m.delta, l.expires_on, l.origin_posting_id FROM lot_movements m JOIN lots l ON l.id = m.lot_id
    WHERE m.transfer_id = :transfer_id ORDER BY l.id
""")


def spend(
    key: str,
    owner: Owner,
    points: int,
    *,
    actor: Any = None,
    kind: str = "redemption",
    order_id: int | None = None,
    organisation_id: int | None = None,
    note: str | None = None,
) -> Posted:
    """Spend points, the earliest expiry first. Raises InsufficientPoints and leaves nothing then."""
    check_points(points)
    with transaction():
        wire = Wire()
        book = open_book(wire, key, owner)
        if (first := replay(book, kind)) is not None:
            return first
        source = Side(owner, "available")
        if book.balances.get(source, 0) < points:
            raise InsufficientPoints(book.balances.get(source, 0), points)
        fact = Fact(
            key=key,
            kind=kind,
            occurred_at=utc_now(),
            actor_id=getattr(actor, "person_id", None),
            organisation_id=organisation_of(owner, actor, organisation_id),
            order_id=order_id,
            note=note,
        )
        return post(fact, [Leg(source, REDEEMED, points)], book=book, wire=wire)


def refund(key: str, spend_posting_id: int, *, actor: Any = None, reason: str) -> Posted:
    """Give back what a posting spent, each lot with its own expiry; an expired one gets thirty days.

    Raises NotFound, NotReversible, AlreadyReversed.
    """
    with transaction():
        wire = Wire()
        rows = wire.rows(POSTING, {"id": spend_posting_id})
        if not rows:
            raise NotFound()
        _id, kind, organisation_id, order_id, owner_kind, owner_id, transfer_id, amount = rows[0]
        if kind != "redemption" or len(rows) != 1:
            raise NotReversible()
        owner = Owner(owner_kind, owner_id)
        target = Side(owner, "available")
        book = open_book(wire, key, owner)
        if (first := replay(book, "refund")) is not None:
            return first
        lock_accounts(wire, book, [target])
        if (first := standing_reversal(wire, spend_posting_id, key)) is not None:
            return first
        restores, grants = _give_back(wire, transfer_id, today())
        fact = Fact(
            key=key,
            kind="refund",
            occurred_at=utc_now(),
            actor_id=getattr(actor, "person_id", None),
            organisation_id=organisation_id,
            order_id=order_id,
            reverses_posting_id=spend_posting_id,
            note=reason,
        )
        posted = post(
            fact, [Leg(REDEEMED, target, amount, restores=restores, grants=grants)], book=book, wire=wire
        )
        collect_due(fact, owner, open_book(wire, "", owner), amount)
        return posted


def standing_reversal(wire: Wire, posting_id: int, key: str) -> Posted | None:
    """The reversal that stands against a posting, if it has this key (a second call that had to wait).

    Raises AlreadyReversed if it has another. Called under the account's lock.
    """
    row = wire.row(REVERSED, {"id": posting_id})
    if row is None:
        return None
    if row[2] != key:
        raise AlreadyReversed()
    return Posted(row[0], row[1], True)


def _give_back(wire: Wire, transfer_id: int, now: date) -> tuple[list[Piece], list[Grant]]:
    restores: list[Piece] = []
    grants: list[Grant] = []
    for lot_id, taken, expires, origin in wire.rows(TAKEN, {"transfer_id": transfer_id}):
        expires_on = read_date(expires)
        assert expires_on is not None
        later = refund_expiry(expires_on, now)
        if later is None:
            restores.append(Piece(lot_id, taken, expires_on, origin))
        else:
            grants.append(Grant(taken, later, None, origin))
    return restores, grants
