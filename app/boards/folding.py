"""Keeping the blocks: scores that changed are folded into the counts now and then, waiting for nobody.

Counts of blocks are shared by many participants, so nobody may wait for them while recording a fact: a fact changes
its participant's score only, and the row shows by `counted` that its fold is due. Every so many facts a transaction of its
own, after the fact's, folds what is due and free; on PostgreSQL it skips what others hold. A rank adds the few rows
still due, in the same statement, so it is exact at every moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from app.boards.blocks import Blocks, cut, with_above
from app.boards.scores import as_list, from_list, may_share
from app.core.db import after_commit, dialect, execute_sql, execute_sql_many, transaction
from app.core.logs import get_logger

EVERY = 32  # facts or scores between two folds
_AT_ONCE = 5000
TOP = 2**63 - 1


def fold(period_ids: Iterable[int]) -> int:
    """Fold what is due in these periods; how many scores. Inside a transaction that holds `share` or `seize`."""
    return sum(_fold_one(period_id) for period_id in sorted(set(period_ids)) if _claim(period_id))


def fold_later(period_ids: Iterable[int]) -> None:
    """Fold these periods once the present transaction has committed.

    Not in it: a fold holds rows of others, and what records several facts still has accounts and levels to take.
    """
    after_commit(partial(_fold_alone, tuple(period_ids)))


def _fold_alone(period_ids: Iterable[int]) -> None:
    try:
        with transaction():
            if may_share():
                fold(period_ids)
    except SQLAlchemyError as problem:  # what is due stays due: the fold after so many facts more takes it
        get_logger("boards").warning("scores were not folded", error=type(problem).__name__)


def is_due(entry_ids: Sequence[int], scores: int) -> bool:
    """Whether it is this transaction's turn."""
    return scores >= EVERY or any(entry_id % EVERY == 0 for entry_id in entry_ids)


def _claim(period_id: int) -> bool:
    if dialect() == "sqlite":
        return True
    # NO KEY: rows that refer to the period may be inserted meanwhile
    query = "SELECT id FROM board_periods WHERE id = :period FOR NO KEY UPDATE SKIP LOCKED"
    return execute_sql(query, {"period": period_id}).first() is not None


def _fold_one(period_id: int) -> int:
    done = 0
    while True:
        due = _due(period_id)
        if due:
            blocks = read_blocks(period_id)
            for _who, score, counted in due:
                blocks.move(counted, score)
            _mark(period_id, due)
            for lo, hi in blocks.crowded():
                blocks.split(lo, _values(period_id, lo, hi))
            blocks.join()
            _write(period_id, blocks)
        done += len(due)
        if len(due) < _AT_ONCE:
            return done


def _due(period_id: int) -> list[tuple[int, int, int]]:
    lock = "" if dialect() == "sqlite" else " FOR NO KEY UPDATE SKIP LOCKED"
    rows = execute_sql(
        "SELECT participant_id, score, counted FROM board_scores"
        f" WHERE period_id = :period AND score <> counted LIMIT {_AT_ONCE}{lock}",
        {"period": period_id},
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _mark(period_id: int, due: Sequence[tuple[int, int, int]]) -> None:
    execute_sql(
        "UPDATE board_scores SET counted = score WHERE period_id = :period AND score <> counted"
        f" AND participant_id IN (SELECT value FROM {from_list('who')})",
        {"period": period_id, "who": as_list(who for who, _score, _counted in due)},
    )


def read_blocks(period_id: int) -> Blocks:
    """The blocks of a period."""
    query = "SELECT lo, count FROM board_blocks WHERE period_id = :period ORDER BY lo"
    return Blocks((row[0], row[1]) for row in execute_sql(query, {"period": period_id}))


def _values(period_id: int, lo: int, hi: int | None) -> list[tuple[int, int]]:
    """Counted scores of a block, ascending, and how many have each.

    Rows still due are sought by `counted`; all others by the index on `score`, which is the same for them.
    """
    rows = execute_sql(
        """SELECT value, SUM(many) FROM (
             SELECT score AS value, COUNT(*) AS many FROM board_scores
              WHERE period_id = :period AND score >= :lo AND score < :hi AND score = counted GROUP BY score
             UNION ALL
             SELECT counted, COUNT(*) FROM board_scores
              WHERE period_id = :period AND score <> counted AND counted >= :lo AND counted < :hi GROUP BY counted
           ) AS found GROUP BY value ORDER BY value""",
        {"period": period_id, "lo": lo, "hi": TOP if hi is None else hi},
    )
    return [(int(row[0]), int(row[1])) for row in rows]


def _write(period_id: int, blocks: Blocks) -> None:
    written, dropped = blocks.changes()
    if dropped:
        execute_sql(
            f"DELETE FROM board_blocks WHERE period_id = :period AND lo IN (SELECT value FROM {from_list('los')})",
            {"period": period_id, "los": as_list(dropped)},
        )
    execute_sql_many(
        "INSERT INTO board_blocks (period_id, lo, count) VALUES (:period, :lo, :count)"
        " ON CONFLICT (period_id, lo) DO UPDATE SET count = excluded.count",
        [{"period": period_id, "lo": lo, "count": count} for lo, count in sorted(written.items())],
    )


def build(period_id: int) -> None:
    """Count all blocks of a period anew. Inside a transaction that holds `seize`."""
    execute_sql("DELETE FROM board_blocks WHERE period_id = :period", {"period": period_id})
    execute_sql(
        "UPDATE board_scores SET counted = score WHERE period_id = :period AND score <> counted",
        {"period": period_id},
    )
    rows = execute_sql(
        "SELECT score, COUNT(*) FROM board_scores WHERE period_id = :period AND score > 0"
        " GROUP BY score ORDER BY score",
        {"period": period_id},
    )
    execute_sql_many(
        "INSERT INTO board_blocks (period_id, lo, count) VALUES (:period, :lo, :count)",
        [{"period": period_id, "lo": lo, "count": count} for lo, count in cut((row[0], row[1]) for row in rows)],
    )  # fmt: skip


def build_day(period_id: int, aim: int) -> None:
    """Count the blocks of the scores noted when the day began."""
    execute_sql("DELETE FROM board_day_blocks WHERE period_id = :period", {"period": period_id})
    rows = execute_sql(
        "SELECT day_score, COUNT(*) FROM board_scores WHERE period_id = :period AND day_score > 0"
        " GROUP BY day_score ORDER BY day_score",
        {"period": period_id},
    )
    made = with_above(cut(((row[0], row[1]) for row in rows), aim=aim))
    execute_sql_many(
        "INSERT INTO board_day_blocks (period_id, lo, above) VALUES (:period, :lo, :above)",
        [{"period": period_id, "lo": lo, "above": above} for lo, above in made],
    )
