"""Reads of the ledger: balances, expiry by date, statements. Two statements at most each, however many rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.db import execute_sql
from app.core.types import bind, read_date, read_instant
from app.core.db import dialect
from app.ledger.models import Owner


@dataclass(frozen=True, slots=True)
class Balances:
    """What an owner has. `expiring` sums the spendable points by the date shown, earliest first."""

    available: int
    pending: int
    owed: int
    expiring: tuple[tuple[date, int], ...]
    next_release_on: date | None


BALANCES = """
    SELECT a.kind, a.balance, l.expires_on, coalesce(sum(l.remaining), 0), min(l.releases_on)
    FROM accounts a LEFT JOIN lots l ON l.account_id = a.id AND l.remaining > 0
    WHERE a.owner_kind = :owner_kind AND a.owner_id = :owner_id AND a.unit = 'PTS'
    GROUP BY a.kind, a.balance, l.expires_on ORDER BY l.expires_on
"""


def balances(owner: Owner) -> Balances:
    """To spend, on the way, owed after a clawback, and when points expire or are released. One statement."""
    totals: dict[str, int] = {}
    expiring: list[tuple[date, int]] = []
    releases: list[date] = []
    rows = execute_sql(BALANCES, {"owner_kind": owner.kind, "owner_id": owner.id}).fetchall()
    for kind, balance, expires_on, points, releases_on in rows:
        totals[kind] = balance
        shown, release = read_date(expires_on), read_date(releases_on)
        if kind == "available" and shown is not None:
            expiring.append((shown, int(points)))
        elif kind == "pending" and release is not None:
            releases.append(release)
    return Balances(
        available=totals.get("available", 0),
        pending=totals.get("pending", 0),
        owed=totals.get("clawback_due", 0),
        expiring=tuple(expiring),
        next_release_on=min(releases, default=None),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement: what a posting changed in one owner's wallet, pending part included."""

    posting_id: int
    public_id: str
    kind: str
    points: int
    occurred_at: datetime
    created_at: datetime
    activity_id: int | None
    program_version_id: int | None
    order_id: int | None
    reverses_posting_id: int | None
    note: str | None
    is_pending: bool
    releases_on: date | None


# What a posting changed in the owner's wallet. A release moves points inside it and so is no line of its own; while a
# lot of the posting is held, the line is still on the way.
_WALLET = """
    SELECT id FROM accounts WHERE owner_kind = :owner_kind AND owner_id = :owner_id AND unit = 'PTS'
    AND kind IN ('available', 'pending')
"""
_CHANGES = f"""
    SELECT posting_id, amount AS change FROM transfers WHERE to_balance IS NOT NULL AND to_account_id IN ({_WALLET})
    UNION ALL
    SELECT posting_id, -amount FROM transfers WHERE from_balance IS NOT NULL AND from_account_id IN ({_WALLET})
"""
_LINES = f"""
    SELECT p.id, p.public_id, p.kind, CAST(sum(c.change) AS BIGINT) AS points, p.occurred_at, p.created_at,
      p.activity_id, p.program_version_id, p.order_id, p.reverses_posting_id, p.note,
      (SELECT min(l.releases_on) FROM lots l WHERE l.origin_posting_id = p.id AND l.remaining > 0
        AND l.account_id IN ({_WALLET})) AS releases_on
    FROM ({_CHANGES}) c JOIN postings p ON p.id = c.posting_id
    WHERE 1 = 1 {{where}} GROUP BY p.id HAVING sum(c.change) <> 0
"""
FILTERS = {
    "earned": ("award",),
    "spent": ("redemption", "refund"),
    "taken": ("clawback", "collection", "expiry"),
    "other": ("adjustment", "share", "reversal"),
}
