"""Awards recomputed from the activities and compared with what is stored; counters rebuilt from awards.

What a fact earned before limits follows from the fact and the versions it met, so it is judged anew and compared line
by line. What the limits cut depends on the order in which facts came, and that order is kept: the awards of one
counter follow each other, so each cut is checked against the counter as it stood.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, update

from app.activities.facts import Entry
from app.activities.queries import walk_entries
from app.core.db import db, transaction
from app.programs import catalogue
from app.programs.engine import Rates
from app.programs.limits import UseKey
from app.programs.models import ParkedFact, Program, ProgramAward, ProgramBudget, ProgramUse, ProgramVersion
from app.programs.parking import replay_parked
from app.programs.reactor import Owed, judge_all

AWARDS: Any = ProgramAward.__table__
PARKED: Any = ParkedFact.__table__
USES: Any = ProgramUse.__table__
BUDGETS: Any = ProgramBudget.__table__
_AT_ONCE = 2000
_MOST_FAULTS = 200


@dataclass(slots=True)
class Report:
    """What a check found. `waiting` counts facts parked for an exchange rate; `faults` is empty when all is proven."""

    activities: int = 0
    awards: int = 0
    points: int = 0
    waiting: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(text)


def check_awards(progress: Callable[[int], None] | None = None) -> Report:
    """Judge every fact anew and compare. Writes nothing."""
    report = Report()
    report.waiting = (
        db.session.scalar(select(func.count()).select_from(PARKED).where(PARKED.c.resolved_at.is_(None))) or 0
    )
    programs, rates = catalogue.load_catalogue(), Rates()
    chunk: list[tuple[Entry, bool]] = []
    for entry, in_force in walk_entries(size=_AT_ONCE):
        chunk.append((entry, in_force))
        if len(chunk) == _AT_ONCE:
            _compare(chunk, programs, rates, report)
            if progress:
                progress(len(chunk))
            chunk = []
    _compare(chunk, programs, rates, report)
    if progress:
        progress(len(chunk))
    _check_counters(report)
    return report


def rebuild(actor: Any = None) -> int:
    """Award what was parked and can be judged now, and write the counters anew from the awards; returns the former."""
    done = replay_parked(actor)
    with transaction():
        db.session.execute(select(BUDGETS.c.program_id).order_by(BUDGETS.c.program_id).with_for_update())
        totals = _totals()
        for row in db.session.execute(select(USES).with_for_update()).all():
            points = totals.get(_key(row), 0)
            if points != row.points:
                where = [getattr(USES.c, name) == getattr(row, name) for name in UseKey._fields]
                db.session.execute(update(USES).where(*where).values(points=points))
        for program_id, points in _by_program(totals).items():
            db.session.execute(
                update(BUDGETS).where(BUDGETS.c.program_id == program_id).values(spent_points=points)
            )
    return done


def _compare(
    chunk: list[tuple[Entry, bool]], programs: catalogue.Catalogue, rates: Rates, report: Report
) -> None:
    if not chunk:
        return
    ids = [entry.id for entry, _in_force in chunk]
    between = AWARDS.c.activity_id.between(min(ids), max(ids))
    stored: dict[int, list[Any]] = defaultdict(list)
    reversed_ids: set[int] = set()
    for row in db.session.execute(select(AWARDS).where(between).order_by(AWARDS.c.id)):
        if row.reverses_award_id is None:
            stored[row.activity_id].append(row)
        else:
            reversed_ids.add(row.reverses_award_id)
    parked = {
        (row.activity_id, row.program_id, row.rule_key)
        for row in db.session.execute(select(PARKED).where(PARKED.c.activity_id.between(min(ids), max(ids))))
    }
    owed: dict[int, list[Owed]] = defaultdict(list)
    for each in judge_all([entry for entry, _in_force in chunk], programs, rates)[0]:
        owed[each.entry.id].append(each)
    for entry, in_force in chunk:
        report.activities += 1
        _compare_one(entry, in_force, owed[entry.id], stored[entry.id], reversed_ids, parked, report)


def _compare_one(
    entry: Entry,
    in_force: bool,
    owed: Iterable[Owed],
    stored: Iterable[Any],
    reversed_ids: set[int],
    parked: set[tuple[int, int, str]],
    report: Report,
) -> None:
    name = (
        f"activity {entry.public_id} ({entry.fact.source} {entry.fact.source_ref} revision {entry.revision})"
    )
    found = {_key(row): row for row in stored}
    for each in owed:
        row = found.pop(each.key, None)
        if row is None:
            if (entry.id, each.key.program_id, each.key.rule_key) not in parked:
                report.fault(
                    f"{name}: {each.offer.gross_points} points owed by program {each.key.program_id} are missing"
                )
            continue
        report.awards += 1
        report.points += row.points
        lines = row.calculation[: len(each.offer.lines)]
        if (row.version_id, row.gross_points, lines) != (
            each.version.id,
            each.offer.gross_points,
            each.offer.lines,
        ):
            report.fault(
                f"{name}: award {row.id} says {row.gross_points}, its rule {each.offer.gross_points}"
            )
        _check_cut(name, each, row, report)
        if (row.id in reversed_ids) == in_force:
            report.fault(f"{name}: award {row.id} {'was taken back' if in_force else 'was never taken back'}")
    for key in found:
        report.fault(f"{name}: program {key.program_id} gave an award that no rule owes")


def _check_cut(name: str, each: Owed, row: Any, report: Report) -> None:
    cap = each.offer.reward.cap_points
    room = (
        each.offer.gross_points
        if cap is None
        else max(min(each.offer.gross_points, cap - row.used_points), 0)
    )
    labels = {line["label"] for line in row.calculation[len(each.offer.lines) :]}
    fits = row.points == room if "budget" not in labels else row.points < room
    if not fits or ("cap" in labels) != (room < each.offer.gross_points):
        report.fault(f"{name}: award {row.id} gave {row.points} where {room} were left under the cap")


def _check_counters(report: Report) -> None:
    """Counters chain through the awards without a gap, and equal their sums."""
    running: dict[UseKey, int] = defaultdict(int)
    columns = [
        getattr(AWARDS.c, name) for name in (*UseKey._fields, "id", "used_points", "points", "version_id")
    ]
    for row in db.session.execute(select(*columns).order_by(AWARDS.c.id).execution_options(yield_per=2000)):
        key = _key(row)
        if row.used_points != running[key]:
            report.fault(
                f"award {row.id}: the counter before it was {running[key]}, it says {row.used_points}"
            )
        running[key] += row.points
    for row in db.session.execute(select(USES)):
        if running.get(_key(row), 0) != row.points:
            report.fault(
                f"counter {tuple(_key(row))} says {row.points}, its awards {running.get(_key(row), 0)}"
            )
    spent = _by_program(running)
    for row in db.session.execute(select(BUDGETS)):
        if spent.get(row.program_id, 0) != row.spent_points:
            report.fault(
                f"budget of program {row.program_id} says {row.spent_points}, not {spent.get(row.program_id, 0)}"
            )
    strays = (
        select(AWARDS.c.id)
        .outerjoin(ProgramVersion, ProgramVersion.id == AWARDS.c.version_id)
        .outerjoin(Program, Program.id == AWARDS.c.program_id)
        .where(ProgramVersion.program_id.is_distinct_from(AWARDS.c.program_id) | Program.id.is_(None))
    )
    for award_id in db.session.scalars(strays):
        report.fault(f"award {award_id} names a version of another program")


def _totals() -> dict[UseKey, int]:
    names = [getattr(AWARDS.c, name) for name in UseKey._fields]
    rows = db.session.execute(select(*names, func.sum(AWARDS.c.points).label("points")).group_by(*names))
    return {_key(row): int(row.points) for row in rows}


def _by_program(totals: dict[UseKey, int]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for key, points in totals.items():
        found[key.program_id] += points
    return found


def _key(row: Any) -> UseKey:
    return UseKey(row.program_id, row.rule_key, row.reward_no, row.payee_kind.value, row.payee_id)
