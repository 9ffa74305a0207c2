"""Writing scores: many at once, added up before they are written, always in the order of (period, participant)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from app.boards.models import Board, BoardPeriod, BoardStatus
from app.boards.periods import LAST_DAY, bounds
from app.boards.rules import Place, Rule, Sum, Sums
from app.core.clock import today, utc_now
from app.core.db import db, dialect, execute_sql, execute_sql_many
from app.core.types import bind

BOARDS: Any = Board.__table__
PERIODS: Any = BoardPeriod.__table__
_LOCK = 0x626F617264  # "board"

_UPSERT = """
INSERT INTO board_scores (period_id, participant_id, organisation_id, score, lead, counted, day_score)
{values}
ON CONFLICT (period_id, participant_id) DO UPDATE SET
 score = board_scores.score + excluded.score,
 organisation_id = CASE WHEN board_scores.lead = 0 OR excluded.lead < board_scores.lead
                        THEN excluded.organisation_id ELSE board_scores.organisation_id END,
 lead = CASE WHEN board_scores.lead = 0 OR excluded.lead < board_scores.lead
             THEN excluded.lead ELSE board_scores.lead END
"""
_UPSERT_ONE = _UPSERT.format(
    values="VALUES (:period_id, :participant_id, :organisation_id, :score, :lead, 0, 0)"
)
_UPSERT_ALL = _UPSERT.format(
    values="""SELECT *, 0, 0 FROM unnest(CAST(:periods AS bigint[]), CAST(:participants AS bigint[]),
       CAST(:organisations AS bigint[]), CAST(:scores AS bigint[]), CAST(:leads AS bigint[]))"""
)


class Row(NamedTuple):
    """A score as it stands."""

    period_id: int
    participant_id: int
    score: int
    lead: int


def share() -> None:
    """Taken by everything that changes scores: it waits while a board is being filled, closed or rebuilt."""
    if dialect() == "postgresql":
        execute_sql("SELECT pg_advisory_xact_lock_shared(:key)", {"key": _LOCK})


def may_share() -> bool:
    """`share` for what need not be done now: False, and nothing is waited for, while somebody has seized the scores."""
    if dialect() == "sqlite":
        return True
    return bool(execute_sql("SELECT pg_try_advisory_xact_lock_shared(:key)", {"key": _LOCK}).scalar_one())


def seize() -> None:
    """Taken by what must see every fact counted or none half: waits for all who share, and they wait for us.

    On SQLite the write transaction itself is this lock.
    """
    if dialect() == "postgresql":
        execute_sql("SELECT pg_advisory_xact_lock(:key)", {"key": _LOCK})


def running_rules() -> list[Rule]:
    """The boards that count facts now, whether or not the worker has ended those whose last day has passed.

    Call after `share`, so that none is missed that was filled meanwhile.
    """
    is_open = or_(BOARDS.c.closes_on.is_(None), BOARDS.c.closes_on >= today())
    rows = db.session.execute(
        select(BOARDS.c.id, BOARDS.c.metric, BOARDS.c.participants, BOARDS.c.period, BOARDS.c.audience, BOARDS.c.sources)
        .where(BOARDS.c.status == BoardStatus.RUNNING, BOARDS.c.filled_at.is_not(None), is_open)
        .order_by(BOARDS.c.id)
    )  # fmt: skip
    return [Rule.of(row) for row in rows]


def open_periods(rules: Iterable[Rule], places: Iterable[Place], *, create: bool = True) -> dict[Place, int]:
    """Ids of these periods, those that are closed left out; missing ones are made if asked."""
    wanted = sorted(set(places))
    if not wanted:
        return {}
    found, closed = _known(wanted)
    missing = [place for place in wanted if place not in found and place not in closed]
    if missing and create:
        periods = {rule.board_id: rule.period for rule in rules}
        name, now = dialect(), utc_now()
        execute_sql_many(
            "INSERT INTO board_periods (board_id, starts_on, ends_on, created_at) "
            "VALUES (:board_id, :starts_on, :ends_on, :now) ON CONFLICT (board_id, starts_on) DO NOTHING",
            [
                {
                    "board_id": board_id, "starts_on": bind(starts_on, name),
                    "ends_on": bind(bounds(periods[board_id], starts_on)[1], name), "now": bind(now, name),
                }
                for board_id, starts_on in missing
            ],
        )  # fmt: skip
        found, _closed = _known(wanted)
    return found


def _known(places: Sequence[Place]) -> tuple[dict[Place, int], set[Place]]:
    rows = db.session.execute(
        select(PERIODS.c.id, PERIODS.c.board_id, PERIODS.c.starts_on, PERIODS.c.closed_at).where(
            PERIODS.c.board_id.in_({board_id for board_id, _day in places}),
            PERIODS.c.starts_on.in_({day for _board_id, day in places}),
        )
    ).all()
    found = {(row.board_id, row.starts_on): row.id for row in rows if row.closed_at is None}
    return found, {(row.board_id, row.starts_on) for row in rows if row.closed_at is not None}


def add(sums: Mapping[int, Mapping[int, Sum]]) -> None:
    """Add these sums, by period id and participant, to what stands."""
    rows = [
        (period_id, who, one.organisation_id, one.score, -one.newest)
        for period_id in sorted(sums)
        for who, one in sorted(sums[period_id].items())
    ]
    if not rows:
        return
    if dialect() == "sqlite":
        names = ("period_id", "participant_id", "organisation_id", "score", "lead")
        execute_sql_many(_UPSERT_ONE, [dict(zip(names, row, strict=True)) for row in rows])
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    names = ("periods", "participants", "organisations", "scores", "leads")
    execute_sql(_UPSERT_ALL, dict(zip(names, columns, strict=True)))


def hold_rows(wanted: Iterable[tuple[int, int]]) -> list[Row]:
    """Lock scores by (period id, participant) in their one order; those that stand."""
    found = []
    lock = "" if dialect() == "sqlite" else " FOR NO KEY UPDATE"
    for period_id, who in sorted(set(wanted)):
        row = execute_sql(
            "SELECT period_id, participant_id, score, lead FROM board_scores"
            f" WHERE period_id = :period AND participant_id = :who{lock}",
            {"period": period_id, "who": who},
        ).first()
        if row is not None:
            found.append(Row(*row))
    return found


def write(row: Row, score: int, lead: int, organisation_id: int) -> None:
    """Give a locked score its new value."""
    execute_sql(
        "UPDATE board_scores SET score = :score, lead = :lead, organisation_id = :organisation"
        " WHERE period_id = :period AND participant_id = :who",
        {"score": score, "lead": lead, "organisation": organisation_id, "period": row.period_id,
         "who": row.participant_id},
    )  # fmt: skip


def placed(sums: Sums, ids: Mapping[Place, int]) -> dict[int, dict[int, Sum]]:
    """Sums by the ids of their periods; those of periods that are closed fall away."""
    return {ids[place]: found for place, found in sums.items() if place in ids and found}


def as_list(values: Iterable[int]) -> Any:
    """Numbers as one parameter: a JSON text on SQLite, an array on PostgreSQL."""
    return json.dumps(list(values)) if dialect() == "sqlite" else list(values)


def from_list(name: str) -> str:
    """The rows of such a parameter, in SQL: a table `given` with a column `value`."""
    if dialect() == "sqlite":
        return f"json_each(:{name}) AS given"
    return f"unnest(CAST(:{name} AS bigint[])) AS given(value)"


def day_after(day: date) -> date:
    """The next day, as far as there is one."""
    return day if day == LAST_DAY else day + timedelta(days=1)
