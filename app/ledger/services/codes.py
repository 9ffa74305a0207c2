"""Value on gift codes: put there by a batch, taken by whoever holds the code, emptied when it ends.

Each code has an account of its own (owner kind `code`) and no lots: it ends as a whole. A batch is one posting with one
transfer a code, written a few thousand at a time by the database itself, so that memory stays flat.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from app.core.clock import today, utc_now
from app.core.db import transaction
from app.core.types import new_public_id
from app.ledger.models import HOUSE, Owner
from app.ledger.services.earning import ISSUED, check_points, collect_due
from app.ledger.services.lives import expiry_of
from app.ledger.services.post import (
    ADD_POSTING,
    Book,
    Fact,
    Grant,
    Leg,
    Posted,
    Side,
    account_id,
    open_book,
    post,
    posting_params,
    replay,
)
from app.ledger.services.sql import Sql, Wire

EXPIRED = Side(HOUSE, "expired")

_GIVEN_LITE = "SELECT value AS id FROM json_each(:given)"
# PostgreSQL joins the given ids: a condition `= ANY` over thousands is compared one by one where statistics are missing.
OPEN_ACCOUNTS = Sql(
    f"""INSERT INTO accounts (owner_kind, owner_id, kind, unit, balance, created_at)
    SELECT 'code', id, 'code', 'PTS', :points, :now FROM ({_GIVEN_LITE}) given WHERE true""",
    """WITH opened AS (INSERT INTO accounts (owner_kind, owner_id, kind, unit, balance, created_at)
      SELECT 'code', id, 'code', 'PTS', :points, :now FROM unnest(:given::bigint[]) AS given(id) RETURNING id)
    INSERT INTO transfers (posting_id, from_account_id, to_account_id, amount, to_balance)
    SELECT :posting_id, :issued, id, :points, :points FROM opened ORDER BY id""",
)
FUND_LITE = Sql(
    f"""INSERT INTO transfers (posting_id, from_account_id, to_account_id, amount, to_balance)
    SELECT :posting_id, :issued, a.id, :points, :points FROM accounts a
    WHERE a.owner_kind = 'code' AND a.unit = 'PTS' AND a.kind = 'code' AND a.owner_id IN ({_GIVEN_LITE})
    ORDER BY a.owner_id"""
)
LEFT = Sql(
    f"""SELECT id, balance FROM accounts WHERE owner_kind = 'code' AND unit = 'PTS' AND kind = 'code' AND balance > 0
    AND owner_id IN ({_GIVEN_LITE}) ORDER BY id""",
    """SELECT a.id, a.balance FROM unnest(:given::bigint[]) AS given(id)
    JOIN accounts a ON a.owner_kind = 'code' AND a.owner_id = given.id AND a.unit = 'PTS' AND a.kind = 'code'
    WHERE a.balance > 0 ORDER BY a.id FOR UPDATE OF a""",
)
# A plan kept from when the table was small would read all of it for each code.
PLAN_ANEW = Sql("SELECT 1", "SET LOCAL plan_cache_mode = force_custom_plan")
PLAN_AS_USUAL = Sql("SELECT 1", "SET LOCAL plan_cache_mode = auto")
TAKE_ALL = Sql(
    """INSERT INTO transfers (posting_id, from_account_id, to_account_id, amount, from_balance)
    SELECT :posting_id, CAST(key AS INTEGER), :house, value, 0 FROM json_each(:both) WHERE true""",
    """INSERT INTO transfers (posting_id, from_account_id, to_account_id, amount, from_balance)
    SELECT :posting_id, id, :house, amount, 0 FROM unnest(:ids::bigint[], :amounts::bigint[]) AS given(id, amount)""",
)
EMPTY = Sql(
    "UPDATE accounts SET balance = 0 WHERE id IN (SELECT CAST(key AS INTEGER) FROM json_each(:both))",
    "UPDATE accounts SET balance = 0 FROM unnest(:ids::bigint[]) AS given(id) WHERE accounts.id = given.id",
)


class CodePart(NamedTuple):
    """What one code gives to a payment: the code, its account, and how many points."""

    code_id: int
    account_id: int
    points: int

    @property
    def side(self) -> Side:
        return Side(Owner("code", self.code_id), "code")


def issue_codes(
    key: str,
    chunks: Iterable[Sequence[int]],
    points: int,
    *,
    actor: Any,
    checker: Any = None,
    note: str | None = None,
) -> Posted:
    """Put `points` on each of these codes, given as ids in chunks; one posting for all. Codes must be new.

    Raises KeyReused; a repeated key returns the first posting and leaves the chunks untouched.
    """
    check_points(points)
    with transaction():
        wire = Wire()
        fact = Fact(
            key=key, kind="code_issue", occurred_at=utc_now(), actor_id=getattr(actor, "person_id", None),
            checker_id=getattr(checker, "person_id", None), note=note,
        )  # fmt: skip
        posted = _begin(wire, fact)
        if posted.replayed:
            return posted
        params = {
            "posting_id": posted.posting_id, "points": points, "now": wire.instant(utc_now()),
            "issued": account_id(wire, Book(), ISSUED),
        }  # fmt: skip
        for ids in chunks:
            given = {**params, "given": json.dumps(list(ids)) if wire.is_sqlite else list(ids)}
            wire.run(OPEN_ACCOUNTS, given)
            if wire.is_sqlite:
                wire.run(FUND_LITE, given)
        return posted


def void_codes(key: str, chunks: Iterable[Sequence[int]], *, actor: Any, reason: str) -> tuple[int, int]:
    """Take back what these codes still hold; returns (points, codes emptied). No posting if nothing was left."""
    fact = Fact(key, "code_void", utc_now(), getattr(actor, "person_id", None), note=reason)
    return _empty(fact, chunks, ISSUED)


def expire_codes(key: str, chunks: Iterable[Sequence[int]]) -> tuple[int, int]:
    """Let what these codes still hold expire; returns (points, codes emptied)."""
    return _empty(Fact(key, "code_expiry", utc_now()), chunks, EXPIRED)


def _empty(fact: Fact, chunks: Iterable[Sequence[int]], house: Side) -> tuple[int, int]:
    with transaction():
        wire = Wire()
        points = count = 0
        posted: Posted | None = None
        target = account_id(wire, Book(), house)
        for ids in chunks:
            rows = _what_is_left(wire, ids)
            if not rows:
                continue
            if posted is None:
                posted = _begin(wire, fact)
                if posted.replayed:
                    return 0, 0
            if wire.is_sqlite:
                given: dict[str, Any] = {"both": json.dumps({row[0]: row[1] for row in rows})}
            else:
                given = {"ids": [row[0] for row in rows], "amounts": [row[1] for row in rows]}
            wire.run(TAKE_ALL, {**given, "posting_id": posted.posting_id, "house": target})
            wire.run(EMPTY, given)
            points += sum(row[1] for row in rows)
            count += len(rows)
        return points, count


def _what_is_left(wire: Wire, ids: Sequence[int]) -> Sequence[Any]:
    """(account, balance) of those of these codes that hold something, locked in the order of their accounts."""
    if wire.is_sqlite:
        return wire.rows(LEFT, {"given": json.dumps(list(ids))})
    wire.run(PLAN_ANEW, {})
    rows = wire.rows(LEFT, {"given": list(ids)})
    wire.run(PLAN_AS_USUAL, {})
    return rows


def _begin(wire: Wire, fact: Fact) -> Posted:
    """The posting's own row, before its transfers; the first one if the key was used before."""
    book = open_book(wire, fact.key, HOUSE)
    if (first := replay(book, fact.kind)) is not None:
        return first
    public_id = new_public_id()
    posting_id = wire.value(ADD_POSTING, posting_params(wire, fact, public_id))
    if posting_id is None:  # another connection was first with this key
        return replay(open_book(wire, fact.key, HOUSE), fact.kind) or Posted(0, public_id, True)
    return Posted(posting_id, public_id, False)


def claim_code(key: str, part: CodePart, owner: Owner, *, actor: Any, organisation_id: int | None) -> Posted:
    """Move points from a code into a wallet, where they live as long as any points granted today.

    Raises InsufficientPoints if the code no longer holds them.
    """
    check_points(part.points)
    with transaction():
        wire = Wire()
        book = open_book(wire, key, owner)
        if (first := replay(book, "code_claim")) is not None:
            return first
        book.ids[part.side] = part.account_id
        fact = Fact(
            key=key, kind="code_claim", occurred_at=utc_now(), actor_id=getattr(actor, "person_id", None),
            organisation_id=organisation_id,
        )  # fmt: skip
        wallet = Side(owner, "available")
        grant = Grant(part.points, expiry_of(today()))
        posted = post(fact, [Leg(part.side, wallet, part.points, grants=[grant])], book=book, wire=wire)
        if not posted.replayed:
            collect_due(fact, owner, book, part.points)
        return posted
