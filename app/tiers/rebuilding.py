"""The figures recomputed from the log: proof that what is stored is what the facts say, and the way to make it so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from app.activities import pipeline
from app.activities.facts import Entry, Gain
from app.activities.queries import walk_entries
from app.core.db import db, dialect, execute_sql, transaction
from app.tiers import figures
from app.tiers.figures import FIGURES, Key

CHUNK = 2000
Progress = Callable[[int], None]


@dataclass(slots=True)
class Report:
    """What a check found. `faults` are sentences for whoever runs it."""

    activities: int = 0
    figures: int = 0
    waiting: int = 0
    faults: list[str] = field(default_factory=list)


def check_figures(progress: Progress | None = None) -> Report:
    """Compare every stored figure with the log."""
    report = Report()
    with transaction():
        _hold_still()
        differing = _compare(report, progress)
        for key, (stored, owed) in sorted(differing.items()):
            report.faults.append(_sentence(key, stored, owed))
    return report


def rebuild(progress: Progress | None = None) -> Report:
    """Write the figures anew where they differ from the log; what was found, before."""
    report = Report()
    with transaction():
        _hold_still()
        differing = _compare(report, progress)
        for key, (stored, owed) in sorted(differing.items()):
            report.faults.append(_sentence(key, stored, owed))
        figures.add({key: owed[0] - stored[0] for key, (stored, owed) in differing.items()})
        figures.revalue_all(list(differing))
    return report


def _hold_still() -> None:
    """Let facts that are being recorded finish, and the next ones wait, so that log and figures are of one moment."""
    if dialect() == "postgresql":
        execute_sql("LOCK TABLE tier_figures IN SHARE ROW EXCLUSIVE MODE")


Pair = tuple[int, int | None]


def _compare(report: Report, progress: Progress | None) -> dict[Key, tuple[Pair, Pair]]:
    """Keys whose stored (amount, worth) are not what the log says: stored, owed."""
    owed: dict[Key, int] = {}
    batch: list[Entry] = []

    def count() -> None:
        gains = _gains([entry.id for entry in batch])
        for key, amount in figures.changes_of(batch, gains).items():
            owed[key] = owed.get(key, 0) + amount
        report.activities += len(batch)
        if progress:
            progress(len(batch))
        batch.clear()

    for entry, in_force in walk_entries(size=CHUNK):
        if in_force:
            batch.append(entry)
        if len(batch) >= CHUNK:
            count()
    count()
    rates = figures.Rates()
    differing: dict[Key, tuple[Pair, Pair]] = {}
    for row in db.session.execute(select(FIGURES)):
        report.figures += 1
        report.waiting += row.worth is None
        key = Key(row.organisation_id, row.measure.value, row.day, row.part)
        due = _pair(key, owed.pop(key, 0), rates)
        if (row.amount, row.worth) != due:
            differing[key] = ((row.amount, row.worth), due)
    for key, amount in owed.items():
        if amount:
            differing[key] = ((0, 0), _pair(key, amount, rates))
    return differing


def _pair(key: Key, amount: int, rates: figures.Rates) -> Pair:
    return amount, rates.worth_of(key, amount)


def _gains(ids: Sequence[int]) -> dict[int, list[Gain]]:
    found: dict[int, list[Gain]] = {}
    for reactor in pipeline.REACTORS:
        for entry_id, gains in reactor.gains(ids).items():
            found.setdefault(entry_id, []).extend(gains)
    return found


def _sentence(key: Key, stored: Pair, owed: Pair) -> str:
    day: date = key.day
    part = f" {key.part}" if key.part else ""
    return (
        f"organisation {key.organisation_id}, {key.measure}{part} of {day.isoformat()}: "
        f"stored {stored[0]} worth {stored[1]}, the log says {owed[0]} worth {owed[1]}"
    )
