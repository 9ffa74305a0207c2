"""Where the points of one posting came from and went: accounts, amounts, lots. For receipts and the vendor's detail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.db import execute_sql
from app.core.types import read_date
from app.ledger.models import Owner


@dataclass(frozen=True, slots=True)
class Step:
    """One transfer of a posting; a side that keeps no balance has None."""

    transfer_id: int
    source: Owner
    source_kind: str
    target: Owner
    target_kind: str
    amount: int
    from_balance: int | None
    to_balance: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """What one lot gave (negative) or got (positive), and the date shown on it."""

    transfer_id: int
    points: int
    expires_on: date
    origin: str


_STEPS = """
    SELECT t.id, f.owner_kind, f.owner_id, f.kind, a.owner_kind, a.owner_id, a.kind, t.amount, t.from_balance, t.to_balance
    FROM transfers t JOIN accounts f ON f.id = t.from_account_id JOIN accounts a ON a.id = t.to_account_id
    WHERE t.posting_id = :id ORDER BY t.id LIMIT :limit
"""
STEPS_SHOWN = 100  # a batch of gift codes is one posting with a transfer for each code
_PARTS = """
    SELECT m.transfer_id, m.delta, l.expires_on, o.public_id FROM lot_movements m JOIN lots l ON l.id = m.lot_id
    JOIN transfers t ON t.id = m.transfer_id JOIN postings o ON o.id = l.origin_posting_id WHERE t.posting_id = :id
    UNION ALL SELECT l.transfer_id, l.amount, l.expires_on, o.public_id FROM lots l
    JOIN transfers t ON t.id = l.transfer_id JOIN postings o ON o.id = l.origin_posting_id WHERE t.posting_id = :id
    ORDER BY 1, 3
"""


def steps_of(posting_id: int) -> list[Step]:
    """The first hundred transfers of a posting; only batches of gift codes have more."""
    return [
        Step(row[0], Owner(row[1], row[2]), row[3], Owner(row[4], row[5]), row[6], row[7], row[8], row[9])
        for row in execute_sql(_STEPS, {"id": posting_id, "limit": STEPS_SHOWN}).fetchall()
    ]


def parts_of(posting_id: int) -> list[Part]:
    """The lots that a posting took from, gave back to, or made."""
    found = []
    for transfer_id, points, expires, origin in execute_sql(_PARTS, {"id": posting_id}).fetchall():
        expires_on: Any = read_date(expires)
        found.append(Part(transfer_id, int(points), expires_on, origin))
    return found
