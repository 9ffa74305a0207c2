"""The turn of days: periods that are over become final, and scores are noted for the movement since yesterday.

A period closes at the vendor's first midnight after its last day; one that was opened later still, by facts of the
past, at the midnight after that. What comes after the close does not change the final standing.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select, update

from app.boards import folding, scores
from app.boards.blocks import DAY_AIM
from app.boards.models import Board, BoardPeriod, BoardStatus
from app.boards.rebuilding import seal_of
from app.core.clock import local, today, utc_now
from app.core.db import db, dialect, end_read, execute_sql, lock, transaction
from app.core.settings import current_settings

PERIODS: Any = BoardPeriod.__table__
BOARDS: Any = Board.__table__
_AT_ONCE = 2000


def turn_day() -> tuple[int, int]:
    """Close what is over and note what is open, as far as it has not been done today; how many of each."""
    closed = close_due()
    open_present()
    return closed, note_day()


def open_present() -> None:
    """Let every running board have its present period, also before anybody counts in it."""
    now = today()
    rules = scores.running_rules()
    present = [(rule.board_id, rule.starts_on(now)) for rule in rules]
    known = db.session.execute(
        select(PERIODS.c.board_id).where(PERIODS.c.starts_on <= now, PERIODS.c.ends_on >= now)
    )
    if len({row.board_id for row in known} & {rule.board_id for rule in rules}) < len(rules):
        with transaction():
            scores.share()
            scores.open_periods(rules, present)
    end_read()


def close_due() -> int:
    """Close the periods whose time is over, end boards whose last day has passed, and seal what is closed."""
    now = today()
    ended = select(BOARDS.c.id).where(BOARDS.c.status == BoardStatus.RUNNING, BOARDS.c.closes_on < now)
    for board_id in db.session.scalars(ended).all():
        end(board_id)
    over = select(PERIODS.c.id, PERIODS.c.created_at).where(
        PERIODS.c.closed_at.is_(None), PERIODS.c.ends_on < now
    )
    due = [row.id for row in db.session.execute(over) if _day_of(row.created_at) < now]
    close(due)
    seal()
    return len(due)


def _day_of(instant: Any) -> date:
    return local(instant, current_settings().time_zone).date()


def end(board_id: int) -> None:
    """End a board: its open periods close now, and it counts nothing more."""
    with transaction():
        scores.seize()
        board = lock(Board, board_id)
        if board.status is not BoardStatus.RUNNING:
            return
        is_open = and_(PERIODS.c.board_id == board_id, PERIODS.c.closed_at.is_(None))
        _close(list(db.session.scalars(select(PERIODS.c.id).where(is_open))))
        board.status, board.ended_at = BoardStatus.ENDED, utc_now()
    seal()


def close(period_ids: list[int]) -> None:
    """Make standings final. Facts that are being counted come first; later ones find the period closed."""
    if not period_ids:
        return
    with transaction():
        scores.seize()
        _close(period_ids)


def _close(period_ids: list[int]) -> None:
    folding.fold(period_ids)
    db.session.execute(
        update(PERIODS)
        .where(PERIODS.c.id.in_(period_ids), PERIODS.c.closed_at.is_(None))
        .values(closed_at=utc_now())
    )


def seal() -> None:
    """Keep count and digest of closed standings that have none yet; their scores no longer change."""
    query = select(PERIODS.c.id).where(PERIODS.c.closed_at.is_not(None), PERIODS.c.digest.is_(None))
    for period_id in db.session.scalars(query).all():
        with transaction():
            count, digest = seal_of(period_id)
            db.session.execute(
                update(PERIODS).where(PERIODS.c.id == period_id).values(participants=count, digest=digest)
            )


def note_day() -> int:
    """Note the scores of open periods once a day, so that tomorrow's ranks can be compared; how many periods."""
    now = today()
    query = select(PERIODS.c.id, PERIODS.c.created_at).where(
        PERIODS.c.closed_at.is_(None),
        PERIODS.c.starts_on <= now,
        PERIODS.c.ends_on >= now,
        or_(PERIODS.c.day_on.is_(None), PERIODS.c.day_on != now),
    )
    due = [row.id for row in db.session.execute(query) if _day_of(row.created_at) < now]
    end_read()
    for period_id in due:
        _note(period_id, now)
    return len(due)


def _note(period_id: int, now: date) -> None:
    _set_day(period_id, None)
    after: int | None = -1
    while after is not None:
        with transaction():
            after = _note_some(period_id, after)
    with transaction():
        folding.build_day(period_id, DAY_AIM)
        db.session.execute(update(PERIODS).where(PERIODS.c.id == period_id).values(day_on=now))


def _set_day(period_id: int, day: date | None) -> None:
    with transaction():
        db.session.execute(update(PERIODS).where(PERIODS.c.id == period_id).values(day_on=day))


def _note_some(period_id: int, after: int) -> int | None:
    """Note the next participants in their order, so that nobody waits crosswise; the last one, None at the end."""
    lock_them = "" if dialect() == "sqlite" else " FOR NO KEY UPDATE"
    rows = execute_sql(
        "SELECT participant_id, score, day_score FROM board_scores WHERE period_id = :period"
        f" AND participant_id > :after ORDER BY participant_id LIMIT {_AT_ONCE}{lock_them}",
        {"period": period_id, "after": after},
    ).all()
    changed = [row[0] for row in rows if row[1] != row[2]]
    if changed:
        execute_sql(
            "UPDATE board_scores SET day_score = score WHERE period_id = :period"
            f" AND participant_id IN (SELECT value FROM {scores.from_list('who')})",
            {"period": period_id, "who": scores.as_list(changed)},
        )
    return rows[-1][0] if len(rows) == _AT_ONCE else None
