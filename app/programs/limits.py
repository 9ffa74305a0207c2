"""Caps and budgets: counters that are locked, cut in order, and written once.

Decided: a limit cuts the award that meets it to what is left (the receipt says so), and whatever comes after gets
nothing. Locks are taken in one order (payees' counters by key, then budgets by program) before any account of the
ledger, so that writers queue and do not block each other in a ring.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from app.core.db import db, dialect
from app.core.errors import Conflict
from app.core.i18n import _l
from app.programs.models import ProgramBudget, ProgramUse

USES: Any = ProgramUse.__table__
BUDGETS: Any = ProgramBudget.__table__
_AT_ONCE = 150


class BudgetSpent(Conflict):
    """The counters would pass a limit; a guard behind the locks that nobody should ever meet."""

    code = "budget_spent"
    default = _l("This program's budget has just been used up. Nothing was changed.")


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
        self._used = _lock_uses(wanted)
        self._given: dict[UseKey, int] = {}
        self._left = _lock_budgets(sorted({key.program_id for key in wanted}))
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
        rows = [
            {"b_program": key.program_id, "b_rule": key.rule_key, "b_no": key.reward_no, "b_kind": key.payee_kind,
             "b_payee": key.payee_id, "b_points": points}
            for key, points in self._given.items() if points
        ]  # fmt: skip
        if rows:
            db.session.connection().execute(_ADD_USE, rows)


_ADD_USE = (
    update(USES)
    .where(
        USES.c.program_id == bindparam("b_program"),
        USES.c.rule_key == bindparam("b_rule"),
        USES.c.reward_no == bindparam("b_no"),
        USES.c.payee_kind == bindparam("b_kind"),
        USES.c.payee_id == bindparam("b_payee"),
    )
    .values(points=USES.c.points + bindparam("b_points"))
)


def _lock_uses(keys: list[UseKey]) -> dict[UseKey, int]:
    """Open missing counters, lock them all in key order, and read them: one statement for up to 150."""
    if dialect() == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    found: dict[UseKey, int] = {}
    for at in range(0, len(keys), _AT_ONCE):
        rows = [{**key._asdict(), "points": 0} for key in keys[at : at + _AT_ONCE]]
        statement = (
            insert(USES)
            .values(rows)
            .on_conflict_do_update(
                index_elements=["program_id", "rule_key", "reward_no", "payee_kind", "payee_id"],
                set_={"points": USES.c.points},
            )
            .returning(*USES.c)
        )
        for row in db.session.execute(statement):
            key = UseKey(row.program_id, row.rule_key, row.reward_no, row.payee_kind.value, row.payee_id)
            found[key] = row.points
    return found


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
