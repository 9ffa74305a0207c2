"""`tangga ledger verify`: run every invariant, and look for the triggers that make the ledger append-only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core import triggers
from app.core.db import db, dialect, end_read, execute_sql, in_transaction
from app.ledger.invariants import INVARIANTS, Invariant

__all__ = ["INVARIANTS", "Broken", "Invariant", "broken_invariants", "missing_triggers"]

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold: how many rows break it, and the first few."""

    name: str
    rule: str
    count: int
    examples: list[list[Any]]


def broken_invariants() -> list[Broken]:
    """Run every invariant in one snapshot; an empty list is the good answer."""
    end_read()
    found = []
    if dialect() == "postgresql" and not in_transaction():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    for invariant in INVARIANTS:
        rows = execute_sql(invariant.sql).fetchall()
        if rows:
            examples = [[_plain(value) for value in row] for row in rows[:EXAMPLES]]
            found.append(Broken(invariant.name, invariant.rule, len(rows), examples))
    end_read()
    return found


def missing_triggers() -> list[str]:
    """Names of the triggers that should be there and are not."""
    return sorted(triggers.missing(db.session.connection()))


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, str)) or value is None else str(value)
