"""The shape of an invariant: a rule of the books that a query can break."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """A name, the rule in one sentence, and the query for what breaks it."""

    name: str
    rule: str
    sql: str
