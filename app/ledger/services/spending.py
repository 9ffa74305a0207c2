"""Points spent, and given back when an order falls through."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from app.core.clock import today, utc_now
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.types import read_date
from app.ledger.errors import AlreadyReversed, InsufficientPoints, NotReversible
from app.ledger.models import HOUSE, Owner
from app.ledger.services.codes import CodePart
from app.ledger.services.earning import check_points, collect_due, organisation_of
from app.ledger.services.lives import LATE_REFUND_DAYS, refund_expiry
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
    SELECT p.id, p.kind, p.organisation_id, p.order_id, p.actor_id, a.owner_kind, a.owner_id, t.id, t.amount
    FROM postings p JOIN transfers t ON t.posting_id = p.id JOIN accounts a ON a.id = t.from_account_id
    WHERE p.id = :id ORDER BY t.id
""")
REVERSED = Sql("SELECT id, public_id, idempotency_key FROM postings WHERE reverses_posting_id = :id")
TAKEN = Sql("""
    SELECT l.id, -m.delta, l.expires_on, l.origin_posting_id FROM lot_movements m JOIN lots l ON l.id = m.lot_id
    WHERE m.transfer_id = :transfer_id ORDER BY l.id
""")


class Source(NamedTuple):
    """Where a payment came from: the owner, the transfer and its amount."""

    owner: Owner
    transfer_id: int
    amount: int


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
    codes: Sequence[CodePart] = (),
) -> Posted:
    """Spend points, the earliest expiry first. Raises InsufficientPoints and leaves nothing then.

    With `codes` these give their parts and the wallet the rest: one posting, one transfer per source.
    """
    check_points(points)
    with transaction():
        wire = Wire()
        book = open_book(wire, key, owner)
        if (first := replay(book, kind)) is not None:
            return first
        source = Side(owner, "available")
        rest = points - sum(part.points for part in codes)
        if book.balances.get(source, 0) < rest:
            raise InsufficientPoints(book.balances.get(source, 0), rest)
        fact = Fact(
            key=key,
            kind=kind,
            occurred_at=utc_now(),
            actor_id=getattr(actor, "person_id", None),
            organisation_id=organisation_of(owner, actor, organisation_id),
            order_id=order_id,
            note=note,
        )
        book.ids.update({part.side: part.account_id for part in codes})
        legs = [Leg(part.side, REDEEMED, part.points) for part in codes]
        if rest:
            legs.append(Leg(source, REDEEMED, rest))
        return post(fact, legs, book=book, wire=wire)


def refund(
    key: str, spend_posting_id: int, *, actor: Any = None, reason: str, open_codes: Collection[int] = ()
) -> Posted:
    """Give back what a posting spent: to the wallet each lot with its own expiry, an expired one gets thirty days; to a
    gift code among `open_codes` what it gave. What another code gave goes to the wallet of who spent it, for thirty days.

    Raises NotFound, NotReversible, AlreadyReversed.
    """
    with transaction():
        wire = Wire()
        rows = wire.rows(POSTING, {"id": spend_posting_id})
        if not rows:
            raise NotFound()
        _id, kind, organisation_id, order_id, spender_id = rows[0][:5]
        sources = [Source(Owner(row[5], row[6]), row[7], row[8]) for row in rows]
        wallets = [source.owner for source in sources if source.owner.kind != "code"]
        if kind != "redemption" or len(wallets) > 1 or (not wallets and spender_id is None):
            raise NotReversible()
        owner = wallets[0] if wallets else Owner("member", spender_id)
        target = Side(owner, "available")
        book = open_book(wire, key, owner)
        if (first := replay(book, "refund")) is not None:
            return first
        lock_accounts(wire, book, [target])
        if (first := standing_reversal(wire, spend_posting_id, key)) is not None:
            return first
        legs, back = _legs_back(wire, sources, target, open_codes)
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
        posted = post(fact, legs, book=book, wire=wire)
        if back:
            collect_due(fact, owner, open_book(wire, "", owner), back)
        return posted


def _legs_back(
    wire: Wire, sources: Sequence[Source], wallet: Side, open_codes: Collection[int]
) -> tuple[list[Leg], int]:
    """The opposite of each transfer, and how much of it goes to the wallet."""
    legs: list[Leg] = []
    back = 0
    for source in sources:
        if source.owner.kind == "code" and source.owner.id in open_codes:
            legs.append(Leg(REDEEMED, Side(source.owner, "code"), source.amount))
            continue
        if source.owner.kind == "code":
            restores: list[Piece] = []
            grants = [Grant(source.amount, today() + timedelta(days=LATE_REFUND_DAYS))]
        else:
            restores, grants = _give_back(wire, source.transfer_id, today())
        legs.append(Leg(REDEEMED, wallet, source.amount, restores=restores, grants=grants))
        back += source.amount
    return legs, back


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
