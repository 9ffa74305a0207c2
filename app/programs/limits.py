"""Caps and budgets: counters that are locked, cut in order, and written once.

Decided: a limit cuts the award that meets it to what is left (the receipt says so), and whatever comes after gets
nothing. Locks are taken in one order (budgets by program, then payees' counters by key) before any account of the
ledger, so that writers queue and do not block each other in a ring. Budgets come first because what records several
facts, such as an award for three companies, holds the budget from the first one on: whoever wants it too must not hold
a counter that the second one needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import select, update

from app.core.db import db, dialect, execute_sql
from app.core.errors import Conflict
from app.core.i18n import _l
from app.programs.models import ProgramBudget

BUDGETS: Any = ProgramBudget.__table__


class BudgetSpent(Conflict):
    """The counters would pass a limit; a guard behind the locks that nobody should ever meet."""

    code = "budget_spent"
    default = _l("This program’s budget has just been used up. Nothing was changed.")


class UseKey(NamedTuple):
    """One payee's counter in one reward of one rule."""

    program_id: int
    rule_key: str
    reward_no: int
    payee_kind: str
    payee_id: int


class Cut(NamedTuple):
    """What is left of an award: `points` after taking `by_cap` and `by_budget` off; the counter before it."""

    points: int
    used: int
    by_cap: int
    by_budget: int


class Counters:
    """The locked counters of one transaction's awards and reversals."""

    def __init__(self, keys: Iterable[UseKey]) -> None:
        wanted = sorted(set(keys))
        self._left = _lock_budgets(sorted({key.program_id for key in wanted}))
        self._used = _lock_uses(wanted)
        self._given: dict[UseKey, int] = {}
        self._spent: dict[int, int] = {}

    def take(self, key: UseKey, gross: int, cap: int | None) -> Cut:
        """Cut an award to the payee's cap, then to the budget, and count it."""
        used = self._used[key]
        room = gross if cap is None else max(min(gross, cap - used), 0)
        left = self._left.get(key.program_id)
        points = room if left is None else min(room, left)
        self._count(key, points)
        return Cut(points, used, gross - room, room - points)

    def give_back(self, key: UseKey, points: int) -> int:
        """Count a reversal; returns the counter before it."""
        used = self._used[key]
        self._count(key, -points)
        return used

    def _count(self, key: UseKey, points: int) -> None:
        if not points:
            return
        self._used[key] += points
        self._given[key] = self._given.get(key, 0) + points
        if key.program_id in self._left:
            self._left[key.program_id] -= points
            self._spent[key.program_id] = self._spent.get(key.program_id, 0) + points

    def save(self) -> None:
        """Write what was counted. Raises BudgetSpent if the database disagrees with the locks."""
        for program_id, points in self._spent.items():
            changed = db.session.execute(
                update(BUDGETS)
                .where(
                    BUDGETS.c.program_id == program_id,
                    (BUDGETS.c.spent_points + points).between(0, BUDGETS.c.budget_points),
                )
                .values(spent_points=BUDGETS.c.spent_points + points)
            )
            if changed.rowcount != 1:  # type: ignore[attr-defined]
                raise BudgetSpent()
        given = {key: points for key, points in self._given.items() if points}
        if given:
            execute_sql(
                _ADD_LITE if dialect() == "sqlite" else _ADD, _columns(list(given), list(given.values()))
            )


_KEY = "program_id, rule_key, reward_no, payee_kind, payee_id"
# Rows are given as arrays: a statement of one size however many there are, and nothing to build anew each time.
_GIVEN = f"""unnest(CAST(:programs AS bigint[]), CAST(:rules AS text[]), CAST(:numbers AS int[]),
    CAST(:kinds AS text[]), CAST(:payees AS bigint[]), CAST(:points AS bigint[])) AS g({_KEY}, points)"""
_GIVEN_LITE = "(SELECT {} FROM json_each(:rows)) AS g".format(
    ", ".join(
        f"json_extract(value, '$[{at}]') AS {name}" for at, name in enumerate(f"{_KEY}, points".split(", "))
    )
)
_OPEN_BY = f"""INSERT INTO program_uses ({_KEY}, points) SELECT {_KEY}, points FROM %s WHERE true
    ON CONFLICT ({_KEY}) DO UPDATE SET points = program_uses.points RETURNING {_KEY}, points"""
_ADD_BY = """UPDATE program_uses SET points = program_uses.points + g.points FROM %s
    WHERE program_uses.program_id = g.program_id AND program_uses.rule_key = g.rule_key
    AND program_uses.reward_no = g.reward_no AND program_uses.payee_kind = g.payee_kind
    AND program_uses.payee_id = g.payee_id"""
_OPEN, _OPEN_LITE = _OPEN_BY % _GIVEN, _OPEN_BY % _GIVEN_LITE
_ADD, _ADD_LITE = _ADD_BY % _GIVEN, _ADD_BY % _GIVEN_LITE


def _columns(keys: list[UseKey], points: list[int]) -> dict[str, Any]:
    """Keys and points as the statements above take them."""
    if dialect() == "sqlite":
        return {"rows": json.dumps([[*key, number] for key, number in zip(keys, points, strict=True)])}
    programs, rules, numbers, kinds, payees = (list(column) for column in zip(*keys, strict=True))
    return {
        "programs": programs, "rules": rules, "numbers": numbers, "kinds": kinds, "payees": payees, "points": points,
    }  # fmt: skip


def _lock_uses(keys: list[UseKey]) -> dict[UseKey, int]:
    """Open missing counters, lock them all in key order, and read them."""
    if not keys:
        return {}
    rows = execute_sql(_OPEN_LITE if dialect() == "sqlite" else _OPEN, _columns(keys, [0] * len(keys)))
    return {UseKey(*row[:5]): row[5] for row in rows}


def _lock_budgets(program_ids: list[int]) -> dict[int, int]:
    """Points left in each program that has a budget, locked in id order."""
    if not program_ids:
        return {}
    rows = db.session.execute(
        select(BUDGETS.c.program_id, BUDGETS.c.budget_points - BUDGETS.c.spent_points)
        .where(BUDGETS.c.program_id.in_(program_ids))
        .order_by(BUDGETS.c.program_id)
        .with_for_update()
    )
    return {row[0]: row[1] for row in rows}
