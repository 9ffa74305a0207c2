"""Scores worked out anew from the log: to rebuild, and to prove what stands."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.activities import pipeline
from app.activities.queries import walk_in_force
from app.boards import folding, scores, worths
from app.boards.models import Board, BoardPeriod, BoardScore, Metric
from app.boards.rules import Rule, Sum, Sums, asks_worth, sum_up
from app.core.db import db, dialect, execute_sql, execute_sql_many, transaction

SCORES: Any = BoardScore.__table__
PERIODS: Any = BoardPeriod.__table__
Progress = Callable[[int], None]
_MOST_FAULTS = 200
_AT_ONCE = 5000
TOGETHER = 4


@dataclass(slots=True)
class Report:
    """What was looked at and what is wrong; `changed` counts scores that a rebuild had to correct."""

    boards: int = 0
    periods: int = 0
    closed: int = 0
    scores: int = 0
    waiting: int = 0
    changed: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(text)


def totals(
    rules: Sequence[Rule],
    *,
    decides: bool,
    missing: Callable[[str], None],
    progress: Progress | None = None,
    after: int = 0,
    until: int | None = None,
    into: Sums | None = None,
) -> Sums:
    """Sums of all facts in force for some boards, or of those with ids after one and until another, added to others.
    `decides`: foreign money without a worth gets one now."""
    sums: Sums = {} if into is None else into
    asked = [rule.kinds for rule in rules]
    kinds = None if None in asked else sorted({kind for each in asked for kind in each or ()})
    has_points = any(rule.metric is Metric.POINTS for rule in rules)
    has_money = any(rule.metric is Metric.REVENUE for rule in rules)
    for found in walk_in_force(kinds=kinds, after=after):
        entries = found if until is None else [entry for entry in found if entry.id <= until]
        gains = pipeline.gains([entry.id for entry in entries]) if has_points else {}
        money: dict[int, int | None] = {}
        if has_money:
            money = worths.complete(rules, entries) if decides else worths.stored(entries)
            for entry in entries:
                if entry.id not in money and asks_worth(rules, entry):
                    missing(entry.public_id)
        sum_up(rules, entries, gains, money, into=sums)
        if progress:
            progress(len(entries))
        if len(entries) < len(found):
            break
    return sums


def rebuild(progress: Progress | None = None) -> Report:
    """Count every open period of every running board anew; what differed is corrected. Nobody counts meanwhile."""
    report = Report()
    with transaction():
        scores.seize()
        for rules in some(scores.running_rules()):
            report.changed += _recount(rules, progress)
    return report


def some(rules: Sequence[Rule]) -> list[Sequence[Rule]]:
    """So many boards as go through the log together: more would save time, and cost memory per participant."""
    return [rules[at : at + TOGETHER] for at in range(0, len(rules), TOGETHER)]


def _recount(rules: Sequence[Rule], progress: Progress | None = None) -> int:
    return write_sums(rules, totals(rules, decides=True, missing=lambda _id: None, progress=progress))


def write_sums(rules: Sequence[Rule], sums: Sums) -> int:
    """Let these sums stand in the open periods of boards, and nothing else; how many scores had another value.

    Inside a transaction that holds `seize`.
    """
    ids = scores.open_periods(rules, [place for place, found in sums.items() if found])
    placed = scores.placed(sums, ids)
    ours = PERIODS.c.board_id.in_([rule.board_id for rule in rules]) & PERIODS.c.closed_at.is_(None)
    changed = 0
    for period_id in db.session.scalars(select(PERIODS.c.id).where(ours).order_by(PERIODS.c.id)).all():
        changed += _correct(period_id, placed.get(period_id, {}))
        folding.build(period_id)
    return changed


def _correct(period_id: int, sums: dict[int, Sum]) -> int:
    rows = []
    left = dict(sums)
    for who, score, lead, company in _standing(period_id):
        one = left.pop(who, None)
        wanted = (one.score, -one.newest, one.organisation_id) if one else (0, 0, company)
        if (score, lead, company) != wanted:
            rows.append((who, *wanted))
    rows += [(who, one.score, -one.newest, one.organisation_id) for who, one in left.items()]
    names = ("who", "score", "lead", "company")
    execute_sql_many(
        "INSERT INTO board_scores (period_id, participant_id, organisation_id, score, lead, counted, day_score)"
        " VALUES (:period, :who, :company, :score, :lead, 0, 0) ON CONFLICT (period_id, participant_id)"
        " DO UPDATE SET score = excluded.score, lead = excluded.lead, organisation_id = excluded.organisation_id",
        [{"period": period_id, **dict(zip(names, row, strict=True))} for row in sorted(rows)],
    )
    return len(rows)


def _standing(period_id: int) -> list[tuple[int, int, int, int]]:
    rows = execute_sql(
        "SELECT participant_id, score, lead, organisation_id FROM board_scores WHERE period_id = :period",
        {"period": period_id},
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def check(progress: Progress | None = None) -> Report:
    """Prove scores equal to sums of facts, blocks to scores, and closed standings to what they were. Writes nothing."""
    report = Report()
    with transaction():
        if dialect() == "postgresql":
            execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        report.waiting = int(
            execute_sql("SELECT COUNT(*) FROM board_worths WHERE worth_minor IS NULL").scalar_one()
        )
        names = {row.id: row.slug for row in db.session.execute(select(Board.id, Board.slug))}
        periods = db.session.execute(select(PERIODS).order_by(PERIODS.c.id)).all()
        for rules in some(scores.running_rules()):
            _check_open(rules, names, periods, report, progress)
        for row in periods:
            name = f"{names[row.board_id]} {row.starts_on}"
            _check_blocks(row.id, name, report)
            if row.closed_at is not None:
                _check_closed(row, name, report)
    report.boards, report.periods = len(names), len(periods)
    return report


def _check_open(
    rules: Sequence[Rule], names: dict[int, str], periods: Any, report: Report, progress: Progress | None
) -> None:
    def missing(public_id: str) -> None:
        report.fault(f"activity {public_id} has no worth kept")

    sums = totals(rules, decides=False, missing=missing, progress=progress)
    ours, closed = {rule.board_id for rule in rules}, set()
    for row in periods:
        if row.board_id not in ours:
            continue
        if row.closed_at is not None:
            closed.add((row.board_id, row.starts_on))
            continue
        found = sums.pop((row.board_id, row.starts_on), {})
        _compare(row.id, f"{names[row.board_id]} {row.starts_on}", found, report)
    for place, left in sums.items():
        if left and place not in closed:
            report.fault(
                f"{names[place[0]]} {place[1]}: {len(left)} participants have facts, but there is no period"
            )


def _compare(period_id: int, name: str, sums: dict[int, Sum], report: Report) -> None:
    left = dict(sums)
    for who, score, lead, company in _standing(period_id):
        one = left.pop(who, None)
        report.scores += score > 0
        if score != (one.score if one else 0):
            report.fault(f"{name}: participant {who} has {score}, the facts say {one.score if one else 0}")
        elif one and (lead, company) != (-one.newest, one.organisation_id):
            report.fault(f"{name}: participant {who} stands by fact {-lead}, not by {one.newest}")
    for who, one in left.items():
        report.fault(f"{name}: participant {who} has no score, the facts say {one.score}")


def _check_blocks(period_id: int, name: str, report: Report) -> None:
    blocks = folding.read_blocks(period_id)
    counts = dict.fromkeys(blocks.los, 0)
    rows = execute_sql(
        "SELECT counted, COUNT(*) FROM board_scores WHERE period_id = :period AND counted > 0 GROUP BY counted",
        {"period": period_id},
    )
    for value, many in rows:
        counts[blocks.los[bisect_right(blocks.los, value) - 1]] += many
    for lo, count in zip(blocks.los, blocks.counts, strict=True):
        if counts[lo] != count:
            report.fault(f"{name}: the block from {lo} counts {count} participants, there are {counts[lo]}")


def _check_closed(row: Any, name: str, report: Report) -> None:
    report.closed += 1
    if row.digest is None:
        report.fault(f"{name}: closed, but its standing was not sealed")
    elif (row.participants, row.digest) != seal_of(row.id):
        report.fault(f"{name}: closed, and not as it was when it closed")


def seal_of(period_id: int) -> tuple[int, str]:
    """How many stand on a board and the SHA-256 of who stands with what, in order."""
    digest, count, after = hashlib.sha256(), 0, (folding.TOP, 0)
    while True:
        rows = execute_sql(
            "SELECT score, lead, participant_id FROM board_scores WHERE period_id = :period AND score > 0"
            " AND (score, lead) < (:score, :lead) ORDER BY score DESC, lead DESC LIMIT :limit",
            {"period": period_id, "score": after[0], "lead": after[1], "limit": _AT_ONCE},
        ).all()
        for row in rows:
            digest.update(f"{row[2]}:{row[0]}:{row[1]};".encode())
        count += len(rows)
        if len(rows) < _AT_ONCE:
            return count, digest.hexdigest()
        after = (rows[-1][0], rows[-1][1])
