"""A board that has just begun counts what there is, while others go on recording.

The log is read before anybody has to wait. Only then the lock is taken: if nothing of what was read has changed, the
facts since are added, and the board counts from there. What was read is proven unchanged by counts that only ever
grow: facts, voids, awards, worths.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.activities.queries import walk_in_force
from app.boards import scores, worths
from app.boards.models import Board, BoardStatus, Metric
from app.boards.rebuilding import totals, write_sums
from app.boards.rules import Rule, Sums, asks_worth
from app.core.clock import today, utc_now
from app.core.db import db, end_read, execute_sql, lock, transaction

TRIES = 3
LATE = timedelta(minutes=30)  # what the promise itself may take, with a long log


@dataclass(slots=True)
class Ahead:
    """Sums of the facts with ids until one, and the counts that say whether they still hold."""

    sums: Sums
    until: int = 0
    counts: tuple[int, ...] = ()


def fill(board_id: int) -> None:
    """Count all facts there are on a board that has just begun; from then on the pipeline does. Safe to repeat.

    A void, a late award or a fact without its worth among what was read lets it be read again; the last time
    everything is read under the lock.
    """
    for _try in range(TRIES):
        ahead = _read_ahead(board_id)
        if ahead is None or _finish(board_id, ahead):
            return
    _finish(board_id, Ahead({}))


def fill_late() -> int:
    """Fill the boards whose promise was given up, as when the database was away for longer than its tries; how many."""
    before = utc_now() - LATE
    query = select(Board.id).where(
        Board.status == BoardStatus.RUNNING, Board.filled_at.is_(None), Board.started_at < before
    )
    found = list(db.session.scalars(query.order_by(Board.id)))
    for board_id in found:
        fill(board_id)
    return len(found)


def _waits(board: Board | None) -> bool:
    return board is not None and board.status is BoardStatus.RUNNING and board.filled_at is None


def _read_ahead(board_id: int) -> Ahead | None:
    """What there is now, read without a lock; None if the board does not wait for it.

    A fact that was still being recorded while worths were decided has none: then the counts are left empty, equal to
    no others, and all is read again.
    """
    end_read()
    board = db.session.get(Board, board_id, populate_existing=True)
    if board is None or not _waits(board):
        return None
    rule = Rule.of(board)
    until = int(execute_sql("SELECT COALESCE(MAX(id), 0) FROM activities").scalar_one())
    if rule.metric is Metric.REVENUE:
        _decide(rule, until)
    counts = _counts(rule, until)
    undecided: list[str] = []
    sums = totals([rule], decides=False, missing=undecided.append, until=until)
    end_read()
    return Ahead(sums, until, () if undecided else counts)


def _decide(rule: Rule, until: int) -> None:
    """Give foreign money its worth, some facts at a time."""
    for found in walk_in_force(kinds=rule.kinds):
        entries = [entry for entry in found if entry.id <= until and asks_worth([rule], entry)]
        if len(worths.stored(entries)) < len(entries):
            with transaction():
                scores.seize()
                worths.complete([rule], entries)
        if found[-1].id > until:
            return


def _counts(rule: Rule, until: int) -> tuple[int, ...]:
    """Counts over the facts with ids until one, of which none ever falls: if they are the same, so is what counts."""
    asked = ["SELECT COUNT(*), COUNT(voided_at) FROM activities WHERE id <= :until"]
    if rule.metric is Metric.POINTS:
        asked.append("SELECT COUNT(*), 0 FROM program_awards WHERE activity_id <= :until")
    if rule.metric is Metric.REVENUE:
        asked.append("SELECT COUNT(*), COUNT(worth_minor) FROM board_worths WHERE activity_id <= :until")
    return tuple(count for query in asked for count in execute_sql(query, {"until": until}).one())


def _finish(board_id: int, ahead: Ahead) -> bool:
    """Add the facts since and let the board count; False if what was read does not hold any more."""
    with transaction():
        scores.seize()
        board = lock(Board, board_id)
        if not _waits(board):
            return True
        rule = Rule.of(board)
        if ahead.until and _counts(rule, ahead.until) != ahead.counts:
            return False
        totals([rule], decides=True, missing=lambda _id: None, after=ahead.until, into=ahead.sums)
        write_sums([rule], ahead.sums)
        scores.open_periods([rule], [(board.id, rule.starts_on(today()))])
        board.filled_at = utc_now()
        return True
