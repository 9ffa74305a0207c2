"""An award taken back by an opposite posting, even after it was spent; and the generic `reverse`.

The order is: that award's pending part, its own lot, other lots by expiry; what is still missing becomes a debt that
later earnings pay first. A part of the award that has already expired is not taken a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.core.clock import utc_now
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.types import read_date
from app.ledger.errors import NotReversible
from app.ledger.models import HOUSE, Owner
from app.ledger.services.earning import ISSUED, collect_due
from app.ledger.services.post import (
    Book,
    Fact,
    Leg,
    Piece,
    Posted,
    Side,
    lock_accounts,
    open_book,
    post,
    replay,
)
from app.ledger.services.spending import POSTING, refund, standing_reversal
from app.ledger.services.sql import Sql, Wire

EXPIRED = Side(HOUSE, "expired")
ADJUSTED = Side(HOUSE, "adjusted")

CREDITED = Sql("""
    SELECT p.kind, p.organisation_id, p.activity_id, p.program_version_id, p.rule_key, a.owner_kind, a.owner_id, t.amount
    FROM postings p JOIN transfers t ON t.posting_id = p.id JOIN accounts a ON a.id = t.to_account_id
    WHERE p.id = :id AND a.owner_kind <> 'house' ORDER BY t.id
""")
OPEN_LOTS = Sql("""
    SELECT l.id, l.remaining, l.expires_on, l.origin_posting_id, a.kind FROM lots l JOIN accounts a ON a.id = l.account_id
    WHERE a.owner_kind = :owner_kind AND a.owner_id = :owner_id AND a.unit = 'PTS' AND l.remaining > 0
    ORDER BY l.expires_on, l.id
""")
HOLD_PAYEES = Sql(
    "SELECT 1",
    """SELECT a.id FROM accounts a WHERE a.unit = 'PTS' AND a.kind IN ('available', 'pending', 'clawback_due')
    AND (a.owner_kind, a.owner_id) IN (SELECT c.owner_kind, c.owner_id FROM transfers t
      JOIN accounts c ON c.id = t.to_account_id WHERE t.posting_id = ANY(:given::bigint[]) AND c.owner_kind <> 'house')
    ORDER BY a.id FOR UPDATE""",
)
EXPIRED_PART = Sql("""
    SELECT coalesce(sum(-m.delta), 0) FROM lots l JOIN accounts a ON a.id = l.account_id
    JOIN lot_movements m ON m.lot_id = l.id JOIN transfers t ON t.id = m.transfer_id
    JOIN postings p ON p.id = t.posting_id
    WHERE l.origin_posting_id = :id AND a.owner_kind = :owner_kind AND a.owner_id = :owner_id AND p.kind = 'expiry'
""")


def hold_payees(posting_ids: Sequence[int]) -> None:
    """Lock the wallets that several postings credited, in the order in which many awards take them, before they are
    taken back one after the other. SQLite's write transaction is the lock."""
    wire = Wire()
    if not wire.is_sqlite:
        wire.run(HOLD_PAYEES, {"given": list(posting_ids)})


def claw_back(key: str, award_posting_id: int, *, actor: Any = None, reason: str) -> Posted:
    """Take an award back. A wallet never goes below zero: the rest is owed by later earnings.

    Raises NotFound, NotReversible (not an award), AlreadyReversed.
    """
    return _take_back(key, award_posting_id, ("award",), ISSUED, "clawback", actor, reason)


def reverse(key: str, posting_id: int, *, actor: Any = None, reason: str) -> Posted:
    """The opposite of an award, a redemption or an adjustment. Raises NotFound, NotReversible, AlreadyReversed."""
    with transaction():
        kind = Wire().value(Sql("SELECT kind FROM postings WHERE id = :id"), {"id": posting_id})
        if kind is None:
            raise NotFound()
        if kind == "award":
            return claw_back(key, posting_id, actor=actor, reason=reason)
        if kind == "redemption":
            return refund(key, posting_id, actor=actor, reason=reason)
        if kind == "adjustment":
            return _take_back(key, posting_id, ("adjustment",), ADJUSTED, "reversal", actor, reason)
        raise NotReversible()


def _take_back(
    key: str, posting_id: int, kinds: tuple[str, ...], house: Side, kind: str, actor: Any, reason: str
) -> Posted:
    with transaction():
        wire = Wire()
        rows = wire.rows(CREDITED, {"id": posting_id})
        if not rows and wire.rows(POSTING, {"id": posting_id}):
            raise NotReversible()
        if not rows:
            raise NotFound()
        found_kind, organisation_id, activity_id, version_id, rule_key, owner_kind, owner_id, amount = rows[0]
        if found_kind not in kinds or len(rows) != 1:
            raise NotReversible()
        owner = Owner(owner_kind, owner_id)
        book = open_book(wire, key, owner)
        if (first := replay(book, kind)) is not None:
            return first
        held = [Side(owner, name) for name in ("available", "pending", "clawback_due")]
        lock_accounts(wire, book, held)
        if (first := standing_reversal(wire, posting_id, key)) is not None:
            return first
        legs = _legs(wire, owner, posting_id, amount, house)
        fact = Fact(
            key=key,
            kind=kind,
            occurred_at=utc_now(),
            actor_id=getattr(actor, "person_id", None),
            organisation_id=organisation_id,
            activity_id=activity_id,
            program_version_id=version_id,
            rule_key=rule_key,
            reverses_posting_id=posting_id,
            note=reason,
        )
        return post(fact, legs, book=book)


def _legs(wire: Wire, owner: Owner, posting_id: int, amount: int, house: Side) -> list[Leg]:
    whose = {"owner_kind": owner.kind, "owner_id": owner.id}
    gone = int(wire.value(EXPIRED_PART, {"id": posting_id, **whose}))
    pending: list[Piece] = []
    own: list[Piece] = []
    others: list[Piece] = []
    for lot_id, remaining, expires, origin, account_kind in wire.rows(OPEN_LOTS, whose):
        expires_on = read_date(expires)
        assert expires_on is not None
        piece = Piece(lot_id, remaining, expires_on, origin)
        if account_kind == "pending":
            if origin == posting_id:
                pending.append(piece)
        else:
            (own if origin == posting_id else others).append(piece)
    legs: list[Leg] = []
    gone = min(gone, amount)
    missing = amount - gone
    for kind, queue in (("pending", pending), ("available", own + others)):
        taken, missing = _cut(queue, missing)
        if taken:
            legs.append(Leg(Side(owner, kind), house, sum(piece.amount for piece in taken), takes=taken))
    if missing:
        legs.append(Leg(house, Side(owner, "clawback_due"), missing))
    if gone:
        legs.append(Leg(EXPIRED, house, gone))
    return legs


def _cut(queue: list[Piece], wanted: int) -> tuple[list[Piece], int]:
    """As much of the lots, in their order, as is wanted; and what is still missing."""
    taken: list[Piece] = []
    for piece in queue:
        if wanted == 0:
            break
        part = min(piece.amount, wanted)
        taken.append(piece._replace(amount=part))
        wanted -= part
    return taken, wanted


def collect_leftovers(owner: Owner) -> Posted | None:
    """Collect a debt from points that are there already (two connections may have crossed). Idempotent."""
    with transaction():
        wire = Wire()
        book = open_book(wire, "", owner)
        available = Side(owner, "available")
        due = Side(owner, "clawback_due")
        lock_accounts(wire, book, [available, due])
        book = open_book(wire, "", owner)
        if not book.balances.get(due) or not book.balances.get(available):
            return None
        serial = wire.value(Sql("SELECT max(id) FROM transfers"), {})
        fact = Fact(key=f"leftover:{owner.kind}:{owner.id}:{serial}", kind="award", occurred_at=utc_now())
        return collect_due(fact, owner, book, book.balances[available])


__all__ = ["Book", "claw_back", "collect_leftovers", "hold_payees", "reverse"]
