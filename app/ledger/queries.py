"""Reads of the ledger: balances, expiry by date, statements. Two statements at most each, however many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

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


BALANCES_OF_BOTH = """
    SELECT a.owner_kind, a.kind, a.balance, l.expires_on, coalesce(sum(l.remaining), 0), min(l.releases_on)
    FROM accounts a LEFT JOIN lots l ON l.account_id = a.id AND l.remaining > 0
    WHERE ((a.owner_kind = :owner_kind AND a.owner_id = :owner_id) OR (a.owner_kind = :kind2 AND a.owner_id = :id2))
      AND a.unit = 'PTS'
    GROUP BY a.owner_kind, a.kind, a.balance, l.expires_on ORDER BY l.expires_on
"""


def balances(owner: Owner) -> Balances:
    """To spend, on the way, owed after a clawback, and when points expire or are released. One statement."""
    params = {"owner_kind": owner.kind, "owner_id": owner.id}
    return _balances(execute_sql(BALANCES, params).fetchall())


def balances_of_both(member: Owner, organisation: Owner) -> tuple[Balances, Balances]:
    """`balances` of a person and of the company beside it, still one statement."""
    params = {
        "owner_kind": member.kind, "owner_id": member.id, "kind2": organisation.kind, "id2": organisation.id,
    }  # fmt: skip
    rows = execute_sql(BALANCES_OF_BOTH, params).fetchall()
    found = [_balances([row[1:] for row in rows if row[0] == owner.kind]) for owner in (member, organisation)]
    return found[0], found[1]


def _balances(rows: Sequence[Any]) -> Balances:
    totals: dict[str, int] = {}
    expiring: list[tuple[date, int]] = []
    releases: list[date] = []
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
