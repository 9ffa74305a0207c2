"""Many awards at once, set-based: the same ledger as `earn()` one by one in list order, a hundred times faster.

Accounts are locked first and in id order, keys are looked up under those locks, running balances are chained in
memory, and the rows go in by COPY on PostgreSQL and by executemany on SQLite. An owner with a debt from a clawback
takes the slow road, one by one, because each earning pays into the debt.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.bulk import insert_rows, reserve_ids
from app.core.clock import today, utc_now
from app.core.db import transaction
from app.core.types import new_public_ids
from app.ledger.models import HOUSE, MAX_AMOUNT, POINTS, Owner
from app.ledger.services.earning import earn
from app.ledger.services.lives import expiry_of, release_date
from app.ledger.services.post import ADD_ACCOUNT, Book, Side, account_id
from app.ledger.services.sql import Sql, Wire


@dataclass(slots=True)
class EarnRow:
    """One award of `earn_many`; the fields are those of `earn()`."""

    key: str
    owner: Owner
    points: int
    occurred_at: datetime
    kind: str = "award"
    hold_days: int = 0
    actor: Any = None
    organisation_id: int | None = None
    activity_id: int | None = None
    program_version_id: int | None = None
    rule_key: str | None = None
    note: str | None = None


POSTING_COLUMNS = (
    "id", "public_id", "idempotency_key", "kind", "actor_id", "organisation_id", "occurred_at", "created_at",
    "activity_id", "program_version_id", "rule_key", "note",
)  # fmt: skip
TRANSFER_COLUMNS = ("id", "posting_id", "from_account_id", "to_account_id", "amount", "to_balance")
LOT_COLUMNS = (
    "id", "account_id", "transfer_id", "origin_posting_id", "amount", "remaining", "expires_on", "releases_on",
)  # fmt: skip

_IN_LITE = "IN (SELECT value FROM json_each(:given))"
ACCOUNTS_OF = (
    "SELECT owner_id, kind, id, balance FROM accounts WHERE owner_kind = :kind AND unit = 'PTS' AND owner_id "
)
FIND_ACCOUNTS = Sql(ACCOUNTS_OF + _IN_LITE, ACCOUNTS_OF + "= ANY(:given)")
LOCK_ACCOUNTS = Sql(
    f"SELECT id, balance FROM accounts WHERE id {_IN_LITE}",
    "SELECT id, balance FROM accounts WHERE id = ANY(:given) ORDER BY id FOR UPDATE",
)
FIND_KEYS = Sql(
    f"SELECT idempotency_key, id FROM postings WHERE idempotency_key {_IN_LITE}",
    "SELECT idempotency_key, id FROM postings WHERE idempotency_key = ANY(:given)",
)
SET_BALANCES = Sql(
    """UPDATE accounts SET balance = given.value
    FROM (SELECT CAST(key AS INTEGER) AS id, value FROM json_each(:both)) AS given WHERE accounts.id = given.id""",
    """UPDATE accounts SET balance = given.value FROM unnest(:ids::bigint[], :values::bigint[]) AS given(id, value)
    WHERE accounts.id = given.id""",
)


def earn_many(rows: Sequence[EarnRow]) -> list[int]:
    """Grant all of these; returns the posting of each row, in order. Keys used before are left as they stand."""
    if not rows:
        return []
    if any(not 0 < row.points <= MAX_AMOUNT for row in rows):
        raise ValueError(f"points must be whole numbers from 1 to {MAX_AMOUNT}")
    with transaction():
        wire = Wire()
        accounts, balances, owing = _open_accounts(wire, rows)
        known = dict(_rows_given(wire, FIND_KEYS, [row.key for row in rows]))
        fresh: list[EarnRow] = []
        slow: list[EarnRow] = []
        seen: set[str] = set()
        for row in rows:
            if row.key in known or row.key in seen:
                continue
            seen.add(row.key)
            (slow if row.owner in owing else fresh).append(row)
        if fresh:
            known.update(_write(wire, fresh, accounts, balances))
        for row in slow:
            known[row.key] = _one(row)
        return [known[row.key] for row in rows]


def _one(row: EarnRow) -> int:
    posted = earn(
        row.key,
        row.owner,
        row.points,
        occurred_at=row.occurred_at,
        kind=row.kind,
        hold_days=row.hold_days,
        actor=row.actor,
        organisation_id=row.organisation_id,
        activity_id=row.activity_id,
        program_version_id=row.program_version_id,
        rule_key=row.rule_key,
        note=row.note,
    )
    return posted.posting_id


def _rows_given(wire: Wire, statement: Sql, given: list[Any], **more: Any) -> Sequence[Any]:
    return wire.rows(statement, {"given": json.dumps(given) if wire.is_sqlite else given, **more})


def _side(row: EarnRow) -> Side:
    return Side(row.owner, "pending" if row.hold_days > 0 else "available")


def _open_accounts(wire: Wire, rows: Sequence[EarnRow]) -> tuple[dict[Side, int], dict[int, int], set[Owner]]:
    """Accounts by side, opened where missing; their balances under lock; and the owners who still owe something."""
    wanted = {_side(row) for row in rows}
    found = _find(wire, wanted)
    missing = sorted(wanted - found.keys(), key=lambda side: (side.owner.kind, side.owner.id, side.kind))
    now = wire.instant(utc_now())
    for side in missing:
        params = {"owner_kind": side.owner.kind, "owner_id": side.owner.id, "kind": side.kind}
        wire.run(ADD_ACCOUNT, {**params, "unit": POINTS, "balance": 0, "now": now})
    if missing:
        found = _find(wire, wanted)
    locked = dict(_rows_given(wire, LOCK_ACCOUNTS, sorted(found[side] for side in wanted)))
    owing = {side.owner for side in _find(wire, wanted, owing=True)}
    return {side: found[side] for side in wanted}, locked, owing


def _find(wire: Wire, wanted: Iterable[Side], *, owing: bool = False) -> dict[Side, int]:
    by_kind: dict[str, set[int]] = {}
    for side in wanted:
        by_kind.setdefault(side.owner.kind, set()).add(side.owner.id)
    found: dict[Side, int] = {}
    for kind, ids in by_kind.items():
        for owner_id, account_kind, row_id, balance in _rows_given(
            wire, FIND_ACCOUNTS, sorted(ids), kind=kind
        ):
            if not owing or (account_kind == "clawback_due" and balance):
                found[Side(Owner(kind, owner_id), account_kind)] = row_id
    return found


def _write(
    wire: Wire, rows: list[EarnRow], accounts: dict[Side, int], balances: dict[int, int]
) -> dict[str, int]:
    """Postings, transfers and lots of all rows; the balances last. Returns posting ids by key."""
    issued = account_id(wire, Book(), Side(HOUSE, "issued"))
    ids = {name: reserve_ids(name, len(rows)) for name in ("postings", "transfers", "lots")}
    public_ids = new_public_ids(len(rows))
    expires_on = expiry_of(today())
    created_at = utc_now()
    holds: dict[tuple[datetime, int], date] = {}
    postings: list[tuple[Any, ...]] = []
    transfers: list[tuple[Any, ...]] = []
    lots: list[tuple[Any, ...]] = []
    touched: dict[int, int] = {}
    for number, row in enumerate(rows):
        posting_id, transfer_id = ids["postings"][number], ids["transfers"][number]
        account = accounts[_side(row)]
        balance = touched[account] = touched.get(account, balances[account]) + row.points
        at = row.occurred_at
        releases_on = None
        if row.hold_days > 0:
            if (at, row.hold_days) not in holds:
                holds[at, row.hold_days] = release_date(at, row.hold_days)
            releases_on = holds[at, row.hold_days]
        organisation_id = row.organisation_id
        if organisation_id is None:
            organisation_id = row.owner.id if row.owner.kind == "organisation" else None
        actor_id = getattr(row.actor, "person_id", None)
        postings.append(
            (posting_id, public_ids[number], row.key, row.kind, actor_id, organisation_id, at, created_at,
             row.activity_id, row.program_version_id, row.rule_key, row.note)
        )  # fmt: skip
        transfers.append((transfer_id, posting_id, issued, account, row.points, balance))
        lots.append(
            (ids["lots"][number], account, transfer_id, posting_id, row.points, row.points, expires_on,
             releases_on)
        )  # fmt: skip
    insert_rows("postings", POSTING_COLUMNS, postings)
    insert_rows("transfers", TRANSFER_COLUMNS, transfers)
    insert_rows("lots", LOT_COLUMNS, lots)
    both = (
        {"both": json.dumps(touched)}
        if wire.is_sqlite
        else {"ids": [*touched], "values": [*touched.values()]}
    )
    wire.run(SET_BALANCES, both)
    return {row.key: posting[0] for row, posting in zip(rows, postings, strict=True)}
