"""`post()`, the one verb that moves value.

A posting with its transfers, balances and lots is written whole or not at all. A refusal is a conditional UPDATE
that finds no row; the idempotency key makes a second call return the first posting. Accounts are taken in id order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from app.core.clock import utc_now
from app.core.db import transaction
from app.core.types import new_public_id, read_date
from app.ledger.errors import InsufficientPoints, KeyReused, LedgerBroken
from app.ledger.models import HOUSE, LOT_KINDS, POINTS, Owner
from app.ledger.services.sql import Sql, Wire


class Posted(NamedTuple):
    """The posting that stands: new, or the first one when the key was used before."""

    posting_id: int
    public_id: str
    replayed: bool


class Side(NamedTuple):
    """One end of a transfer."""

    owner: Owner
    kind: str


class Piece(NamedTuple):
    """A part of a lot: taken from it, or given back to it."""

    lot_id: int
    amount: int
    expires_on: date
    origin_posting_id: int


class Grant(NamedTuple):
    """A new lot on the receiving account. Without an origin it is the posting itself."""

    amount: int
    expires_on: date
    releases_on: date | None = None
    origin_posting_id: int | None = None


@dataclass(slots=True)
class Leg:
    """One transfer. Lots leave by `takes` (default: earliest expiry first) and arrive as `grants` and `restores`, or,
    with `carry`, with the expiry and origin that they left with."""

    source: Side
    target: Side
    amount: int
    takes: Sequence[Piece] | None = None
    grants: Sequence[Grant] = ()
    restores: Sequence[Piece] = ()
    carry: bool = False


@dataclass(slots=True)
class Fact:
    """What a posting says beside its transfers."""

    key: str
    kind: str
    occurred_at: datetime
    actor_id: int | None = None
    checker_id: int | None = None
    organisation_id: int | None = None
    activity_id: int | None = None
    program_version_id: int | None = None
    rule_key: str | None = None
    order_id: int | None = None
    reverses_posting_id: int | None = None
    note: str | None = None


@dataclass(slots=True)
class Book:
    """What was read before posting: the first posting with this key, and the accounts."""

    first: Posted | None = None
    first_kind: str | None = None
    ids: dict[Side, int] = field(default_factory=dict)
    balances: dict[Side, int] = field(default_factory=dict)


OPEN = Sql("""
    SELECT kind, id, NULL AS balance, public_id, 'posting' AS owner_kind FROM postings WHERE idempotency_key = :key
    UNION ALL SELECT kind, id, balance, NULL, owner_kind FROM accounts
    WHERE owner_kind = :owner_kind AND owner_id = :owner_id AND unit = :unit
    UNION ALL SELECT kind, id, NULL, NULL, owner_kind FROM accounts
    WHERE owner_kind = 'house' AND owner_id = 0 AND unit = :unit
""")
ACCOUNTS = Sql("""
    SELECT kind, id, balance FROM accounts WHERE owner_kind = :owner_kind AND owner_id = :owner_id AND unit = :unit
""")
ADD_ACCOUNT = Sql("""
    INSERT INTO accounts (owner_kind, owner_id, kind, unit, balance, created_at)
    VALUES (:owner_kind, :owner_id, :kind, :unit, :balance, :now)
    ON CONFLICT (owner_kind, owner_id, unit, kind) DO NOTHING
""")
LOCK = Sql("SELECT id FROM accounts WHERE id = :id", "SELECT id FROM accounts WHERE id = :id FOR UPDATE")
ADD_POSTING = Sql("""
    INSERT INTO postings (public_id, idempotency_key, kind, actor_id, checker_id, organisation_id, occurred_at,
      created_at, activity_id, program_version_id, rule_key, order_id, reverses_posting_id, note)
    VALUES (:public_id, :key, :kind, :actor_id, :checker_id, :organisation_id, :occurred_at,
      :created_at, :activity_id, :program_version_id, :rule_key, :order_id, :reverses_posting_id, :note)
    ON CONFLICT (idempotency_key) DO NOTHING RETURNING id
""")
FIRST = Sql("SELECT kind, id, public_id FROM postings WHERE idempotency_key = :key")
DEBIT = Sql("UPDATE accounts SET balance = balance - :n WHERE id = :id AND balance >= :n RETURNING balance")
CREDIT = Sql("UPDATE accounts SET balance = balance + :n WHERE id = :id RETURNING balance")
ADD_TRANSFER = Sql("""
    INSERT INTO transfers (posting_id, from_account_id, to_account_id, amount, from_balance, to_balance)
    VALUES (:posting_id, :from_id, :to_id, :amount, :from_balance, :to_balance) RETURNING id
""")
_EARLIEST = """
    SELECT id, expires_on, origin_posting_id, min(remaining, :n - before) AS take FROM (
      SELECT id, expires_on, origin_posting_id, remaining,
        sum(remaining) OVER (ORDER BY expires_on, id) - remaining AS before
      FROM lots WHERE account_id = :account_id AND remaining > 0) AS queue
    WHERE before < :n
"""
TAKE_EARLIEST = Sql(
    f"""INSERT INTO lot_movements (lot_id, transfer_id, delta)
    SELECT id, :transfer_id, -take FROM ({_EARLIEST}) AS taken WHERE true RETURNING lot_id, -delta""",
    f"""WITH taken AS ({_EARLIEST.replace("min(remaining, :n - before)", "least(remaining, :n - before)::bigint")}),
    moved AS (UPDATE lots SET remaining = remaining - taken.take FROM taken WHERE lots.id = taken.id
      RETURNING lots.id, taken.take, lots.expires_on, lots.origin_posting_id),
    noted AS (INSERT INTO lot_movements (lot_id, transfer_id, delta) SELECT id, :transfer_id, -take FROM moved)
    SELECT id, take, expires_on, origin_posting_id FROM moved ORDER BY expires_on, id""",
)
APPLY_MOVEMENTS = Sql("""
    UPDATE lots SET remaining = remaining + m.delta FROM lot_movements m
    WHERE m.transfer_id = :transfer_id AND lots.id = m.lot_id
""")
MOVED = Sql("""
    SELECT l.id, -m.delta, l.expires_on, l.origin_posting_id FROM lot_movements m JOIN lots l ON l.id = m.lot_id
    WHERE m.transfer_id = :transfer_id ORDER BY l.expires_on, l.id
""")
ADD_MOVEMENT = Sql(
    "INSERT INTO lot_movements (lot_id, transfer_id, delta) VALUES (:lot_id, :transfer_id, :delta)"
)
CHANGE_LOT = Sql("""
    UPDATE lots SET remaining = remaining + :delta
    WHERE id = :lot_id AND account_id = :account_id AND remaining + :delta BETWEEN 0 AND amount
""")
ADD_LOT = Sql("""
    INSERT INTO lots (account_id, transfer_id, origin_posting_id, amount, remaining, expires_on, releases_on)
    VALUES (:account_id, :transfer_id, :origin, :amount, :amount, :expires_on, :releases_on)
""")


def open_book(wire: Wire, key: str, owner: Owner, unit: str = POINTS) -> Book:
    """Read the first posting with this key, the owner's accounts and the house's, in one statement."""
    book = Book()
    params = {"key": key, "owner_kind": owner.kind, "owner_id": owner.id, "unit": unit}
    for kind, row_id, balance, public_id, owner_kind in wire.rows(OPEN, params):
        if owner_kind == "posting":
            book.first, book.first_kind = Posted(row_id, public_id, True), kind
        elif owner_kind == "house":
            book.ids[Side(HOUSE, kind)] = row_id
        else:
            side = Side(owner, kind)
            book.ids[side] = row_id
            book.balances[side] = balance
    return book


def replay(book: Book, kind: str) -> Posted | None:
    """The first posting with this key, if there is one. Raises KeyReused if it is of another kind."""
    if book.first is not None and book.first_kind != kind:
        raise KeyReused()
    return book.first


def account_id(wire: Wire, book: Book, side: Side, unit: str = POINTS) -> int:
    """The account of one side, opened on first use."""
    found = book.ids.get(side)
    if found is not None:
        return found
    owner = side.owner
    common = {"owner_kind": owner.kind, "owner_id": owner.id, "unit": unit}
    for kind, row_id, balance in wire.rows(ACCOUNTS, common):
        book.ids[Side(owner, kind)] = row_id
        if balance is not None:
            book.balances[Side(owner, kind)] = balance
    if side not in book.ids:
        balance = None if owner.kind == "house" else 0
        wire.run(
            ADD_ACCOUNT, {**common, "kind": side.kind, "balance": balance, "now": wire.instant(utc_now())}
        )
        for kind, row_id, _balance in wire.rows(ACCOUNTS, common):
            book.ids[Side(owner, kind)] = row_id
    return book.ids[side]


def lock_accounts(wire: Wire, book: Book, sides: Sequence[Side]) -> None:
    """Take those of the accounts that exist and keep a balance, in id order. SQLite's write transaction is the lock."""
    if not wire.is_sqlite:
        for row_id in sorted({book.ids[side] for side in sides if side in book.ids and side.owner != HOUSE}):
            wire.run(LOCK, {"id": row_id})


def post(
    fact: Fact, legs: Sequence[Leg], *, book: Book | None = None, wire: Wire | None = None, unit: str = POINTS
) -> Posted:
    """Write one posting with its transfers; returns the first posting if the key was used before.

    Raises InsufficientPoints, KeyReused; nothing is left behind then.
    """
    with transaction():
        wire = wire or Wire()
        if book is None:
            first = legs[0]
            book = open_book(
                wire,
                fact.key,
                first.target.owner if first.source.owner == HOUSE else first.source.owner,
                unit,
            )
        if (standing := replay(book, fact.kind)) is not None:
            return standing
        sides = {side for leg in legs for side in (leg.source, leg.target)}
        for side in sides:
            account_id(wire, book, side, unit)
        keeping = [side for side in sides if side.owner.kind != "house"]
        if len(keeping) > 1:
            lock_accounts(wire, book, keeping)
        public_id = new_public_id()
        posting_id = wire.value(ADD_POSTING, posting_params(wire, fact, public_id))
        if posting_id is None:  # another connection was first with this key
            kind, row_id, public_id = wire.row(FIRST, {"key": fact.key})
            book.first, book.first_kind = Posted(row_id, public_id, True), kind
            return replay(book, fact.kind) or book.first
        for leg in legs:
            _move(wire, book, posting_id, leg)
        return Posted(posting_id, public_id, False)


def posting_params(wire: Wire, fact: Fact, public_id: str) -> dict[str, Any]:
    """What the posting's own row holds."""
    return {
        "public_id": public_id,
        "key": fact.key,
        "kind": fact.kind,
        "actor_id": fact.actor_id,
        "checker_id": fact.checker_id,
        "organisation_id": fact.organisation_id,
        "occurred_at": wire.instant(fact.occurred_at),
        "created_at": wire.instant(utc_now()),
        "activity_id": fact.activity_id,
        "program_version_id": fact.program_version_id,
        "rule_key": fact.rule_key,
        "order_id": fact.order_id,
        "reverses_posting_id": fact.reverses_posting_id,
        "note": fact.note,
    }


def _move(wire: Wire, book: Book, posting_id: int, leg: Leg) -> None:
    from_id, to_id = book.ids[leg.source], book.ids[leg.target]
    from_balance = to_balance = None
    if leg.source.owner.kind != "house":
        from_balance = wire.value(DEBIT, {"n": leg.amount, "id": from_id})
        if from_balance is None:
            raise InsufficientPoints(book.balances.get(leg.source, 0), leg.amount)
    if leg.target.owner.kind != "house":
        to_balance = wire.value(CREDIT, {"n": leg.amount, "id": to_id})
    transfer_id = wire.value(
        ADD_TRANSFER,
        {
            "posting_id": posting_id,
            "from_id": from_id,
            "to_id": to_id,
            "amount": leg.amount,
            "from_balance": from_balance,
            "to_balance": to_balance,
        },
    )
    taken: Sequence[Piece] = ()
    if leg.source.kind in LOT_KINDS:
        if leg.takes is None:
            taken = _take_earliest(wire, from_id, transfer_id, leg.amount, wanted=leg.carry)
        else:
            taken = leg.takes
            _change_lots(wire, from_id, transfer_id, taken, -1)
            _must_equal(taken, leg.amount)
    if leg.target.kind in LOT_KINDS:
        _give(wire, to_id, transfer_id, posting_id, leg, taken)


def _take_earliest(
    wire: Wire, account: int, transfer_id: int, amount: int, *, wanted: bool
) -> Sequence[Piece]:
    rows = wire.rows(TAKE_EARLIEST, {"n": amount, "account_id": account, "transfer_id": transfer_id})
    if sum(row[1] for row in rows) != amount:
        raise LedgerBroken(f"lots of account {account} do not cover {amount}")
    if wire.is_sqlite:
        wire.run(APPLY_MOVEMENTS, {"transfer_id": transfer_id})
        rows = wire.rows(MOVED, {"transfer_id": transfer_id}) if wanted else ()
    return [Piece(row[0], row[1], _day(row[2]), row[3]) for row in rows] if wanted else ()


def _day(value: Any) -> date:
    found = read_date(value)
    assert found is not None
    return found


def _change_lots(wire: Wire, account: int, transfer_id: int, pieces: Sequence[Piece], sign: int) -> None:
    for piece in pieces:
        delta = sign * piece.amount
        changed = wire.run(CHANGE_LOT, {"delta": delta, "lot_id": piece.lot_id, "account_id": account})
        if changed.rowcount != 1:
            raise LedgerBroken(f"lot {piece.lot_id} cannot move by {delta}")
        wire.run(ADD_MOVEMENT, {"lot_id": piece.lot_id, "transfer_id": transfer_id, "delta": delta})


def _give(
    wire: Wire, account: int, transfer_id: int, posting_id: int, leg: Leg, taken: Sequence[Piece]
) -> None:
    grants = leg.grants
    if leg.carry:
        grants = [Grant(piece.amount, piece.expires_on, None, piece.origin_posting_id) for piece in taken]
    _must_equal([*grants, *leg.restores], leg.amount)
    _change_lots(wire, account, transfer_id, leg.restores, 1)
    for grant in grants:
        params = {
            "account_id": account,
            "transfer_id": transfer_id,
            "origin": grant.origin_posting_id or posting_id,
            "amount": grant.amount,
            "expires_on": wire.day(grant.expires_on),
            "releases_on": wire.day(grant.releases_on),
        }
        wire.run(ADD_LOT, params)


def _must_equal(parts: Sequence[Piece | Grant], amount: int) -> None:
    if sum(part.amount for part in parts) != amount:
        raise LedgerBroken("lots do not add up to the transfer")
