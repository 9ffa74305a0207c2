"""Reads of the ledger: balances, expiry by date, statements. Two statements at most each, however many rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.db import execute_sql
from app.core.types import read_date
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
