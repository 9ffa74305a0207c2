"""Reads of the ledger: balances, expiry by date, statements. One statement each, however many rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.db import dialect, execute_sql
from app.core.types import bind, read_date, read_instant
from app.ledger.models import Owner


@dataclass(frozen=True, slots=True)
class Balances:
    """What an owner has. `expiring` sums the spendable points by the date shown, earliest first."""

    available: int = 0
    pending: int = 0
    owed: int = 0
    expiring: tuple[tuple[date, int], ...] = ()
    next_release_on: date | None = None


_BALANCES = """
    SELECT a.owner_kind, a.owner_id, a.kind, a.balance, l.expires_on, coalesce(sum(l.remaining), 0), min(l.releases_on)
    FROM accounts a LEFT JOIN lots l ON l.account_id = a.id AND l.remaining > 0
    WHERE a.unit = 'PTS' AND ({who})
    GROUP BY a.owner_kind, a.owner_id, a.kind, a.balance, l.expires_on ORDER BY l.expires_on
"""


def balances(owner: Owner) -> Balances:
    """To spend, on the way, owed after a clawback, and when points expire or are released."""
    return balances_of([owner])[owner]


def balances_of(owners: Sequence[Owner]) -> dict[Owner, Balances]:
    """The same for several owners, in one statement. Never add them up: each is somebody's."""
    params: dict[str, Any] = {}
    who = _who(owners, params)
    found: dict[Owner, dict[str, Any]] = {owner: {"expiring": [], "releases": []} for owner in owners}
    for owner_kind, owner_id, kind, balance, expires_on, points, releases_on in execute_sql(
        _BALANCES.format(who=who), params
    ).fetchall():
        mine = found[Owner(owner_kind, owner_id)]
        mine[kind] = balance
        shown, release = read_date(expires_on), read_date(releases_on)
        if kind == "available" and shown is not None:
            mine["expiring"].append((shown, int(points)))
        elif kind == "pending" and release is not None:
            mine["releases"].append(release)
    return {
        owner: Balances(
            available=mine.get("available", 0),
            pending=mine.get("pending", 0),
            owed=mine.get("clawback_due", 0),
            expiring=tuple(mine["expiring"]),
            next_release_on=min(mine["releases"], default=None),
        )
        for owner, mine in found.items()
    }


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement: what a posting changed in one owner's wallet, held points included.

    `owed` is what a clawback still missed and later earnings pay; `reversed_by` and `reverses` are public ids.
    """

    posting_id: int
    public_id: str
    kind: str
    owner: Owner
    points: int
    owed: int
    occurred_at: datetime
    created_at: datetime
    activity_id: int | None
    program_version_id: int | None
    order_id: int | None
    note: str | None
    releases_on: date | None
    reversed_by: str | None
    reverses: str | None

    @property
    def is_pending(self) -> bool:
        return self.releases_on is not None


@dataclass(frozen=True, slots=True)
class Sum:
    """What came in and what went out in one span of time by one kind of posting."""

    span: int
    kind: str
    plus: int
    minus: int
    first_at: datetime


# What a posting changed in an owner's wallet. A release moves points inside it and so is no line of its own; while a
# lot of an award is held, its line is still on the way. A clawback that found nothing is a line of what is owed.
_WALLET = (
    "SELECT a.id FROM accounts a WHERE a.unit = 'PTS' AND a.kind IN ('available', 'pending') AND ({who})"
)
_CHANGES = f"""
    SELECT posting_id, to_account_id AS account_id, amount AS change, 0 AS owed FROM transfers
    WHERE to_balance IS NOT NULL AND to_account_id IN ({_WALLET})
    UNION ALL
    SELECT posting_id, from_account_id, -amount, 0 FROM transfers
    WHERE from_balance IS NOT NULL AND from_account_id IN ({_WALLET})
    UNION ALL
    SELECT posting_id, to_account_id, 0, amount FROM transfers WHERE to_balance IS NOT NULL
    AND to_account_id IN (SELECT a.id FROM accounts a WHERE a.unit = 'PTS' AND a.kind = 'clawback_due' AND ({{who}}))
"""
_MOVED = f"""
    SELECT m.posting_id, w.owner_kind, w.owner_id, CAST(sum(m.change) AS BIGINT) AS points,
      CAST(sum(m.owed) AS BIGINT) AS owed
    FROM ({_CHANGES}) m JOIN accounts w ON w.id = m.account_id
    GROUP BY m.posting_id, w.owner_kind, w.owner_id HAVING sum(m.change) <> 0 OR sum(m.owed) <> 0
"""
_LINES = f"""
    SELECT p.id, p.public_id, p.kind, c.points, p.occurred_at, p.created_at, p.activity_id, p.program_version_id,
      p.order_id, p.reverses_posting_id, p.note, c.owner_kind, c.owner_id, c.owed,
      (SELECT min(l.releases_on) FROM lots l WHERE l.origin_posting_id = p.id AND l.remaining > 0
        AND l.releases_on IS NOT NULL AND l.account_id IN ({_WALLET})) AS releases_on,
      (SELECT r.public_id FROM postings r WHERE r.reverses_posting_id = p.id) AS reversed_by,
      (SELECT o.public_id FROM postings o WHERE o.id = p.reverses_posting_id) AS reverses
    FROM ({_MOVED}) c JOIN postings p ON p.id = c.posting_id WHERE {{where}} ORDER BY p.id DESC LIMIT :limit
"""
_SUMS = f"""
    SELECT span, kind, CAST(sum(CASE WHEN points > 0 THEN points ELSE 0 END) AS BIGINT),
      CAST(sum(CASE WHEN points < 0 THEN -points ELSE 0 END) AS BIGINT), min(created_at)
    FROM (SELECT p.kind, p.created_at, c.points, CASE {{spans}} ELSE -1 END AS span
      FROM ({_MOVED}) c JOIN postings p ON p.id = c.posting_id) each_line
    GROUP BY span, kind
"""


def _who(owners: Sequence[Owner], params: dict[str, Any]) -> str:
    """The condition on an account `a` that it is one of these owners'."""
    parts = []
    for number, owner in enumerate(owners):
        parts.append(f"(a.owner_kind = :owner_kind{number} AND a.owner_id = :owner_id{number})")
        params |= {f"owner_kind{number}": owner.kind, f"owner_id{number}": owner.id}
    return " OR ".join(parts) or "1 = 0"


def statement(
    owners: Sequence[Owner],
    *,
    kinds: Iterable[str] = (),
    start: datetime | None = None,
    stop: datetime | None = None,
    after: int | None = None,
    limit: int = 30,
    posting: str | None = None,
) -> list[Line]:
    """Lines of wallets, the latest first: those with an id below `after`, written from `start` until before `stop`,
    or those of one posting by its public id."""
    name = dialect()
    params: dict[str, Any] = {"limit": limit}
    who = _who(owners, params)
    where = ["1 = 1"]
    wanted = list(kinds)
    if wanted:
        where.append("p.kind IN (" + ", ".join(f":kind{number}" for number in range(len(wanted))) + ")")
        params |= {f"kind{number}": kind for number, kind in enumerate(wanted)}
    bounds = (
        ("p.created_at >= :start", "start", start),
        ("p.created_at < :stop", "stop", stop),
        ("p.id < :after", "after", after),
        ("p.public_id = :posting", "posting", posting),
    )
    for condition, key, value in bounds:
        if value is not None:
            where.append(condition)
            params[key] = bind(value, name)
    rows = execute_sql(_LINES.format(who=who, where=" AND ".join(where)), params).fetchall()
    return [_line(row) for row in rows]


def _line(row: Any) -> Line:
    occurred_at, created_at = read_instant(row.occurred_at), read_instant(row.created_at)
    assert occurred_at is not None
    assert created_at is not None
    return Line(
        posting_id=row.id,
        public_id=row.public_id,
        kind=row.kind,
        owner=Owner(row.owner_kind, row.owner_id),
        points=int(row.points),
        owed=int(row.owed),
        occurred_at=occurred_at,
        created_at=created_at,
        activity_id=row.activity_id,
        program_version_id=row.program_version_id,
        order_id=row.order_id,
        note=row.note,
        releases_on=read_date(row.releases_on),
        reversed_by=row.reversed_by,
        reverses=row.reverses,
    )


def sums(owner: Owner, spans: Sequence[tuple[datetime, datetime]]) -> list[Sum]:
    """Totals of a wallet by span and kind, in one statement; span -1 is everything outside the spans."""
    name = dialect()
    params: dict[str, Any] = {}
    who = _who([owner], params)
    cases = []
    for number, (start, stop) in enumerate(spans):
        cases.append(f"WHEN p.created_at >= :from{number} AND p.created_at < :until{number} THEN {number}")
        params |= {f"from{number}": bind(start, name), f"until{number}": bind(stop, name)}
    rows = execute_sql(_SUMS.format(who=who, spans=" ".join(cases) or "WHEN 1 = 0 THEN 0"), params).fetchall()
    found = []
    for span, kind, plus, minus, first_at in rows:
        first = read_instant(first_at)
        assert first is not None
        found.append(Sum(int(span), kind, int(plus), int(minus), first))
    return found
