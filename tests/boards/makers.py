"""Short ways to make boards and to look at standings in tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.boards import services, standings
from app.boards.filling import fill
from app.boards.models import Board, BoardPeriod, BoardScore, Metric, Participants, Period
from app.boards.rebuilding import check
from app.boards.services import Words
from app.core.db import db
from app.partners.audience import Audience

PEOPLE, COMPANIES = Participants.PEOPLE, Participants.COMPANIES


def board(
    cast: Any,
    metric: Metric = Metric.DEALS,
    participants: Participants = PEOPLE,
    period: Period = Period.QUARTER,
    audience: Audience | None = None,
    *,
    name: str = "Deals this quarter",
    **more: Any,
) -> Board:
    """A running board, filled from what there is."""
    made = services.create_board(
        Words({"en": name}, more.pop("prizes", {})),
        services.Rule(metric, participants, period, audience or Audience(), more.pop("sources", ())),
        closes_on=more.pop("closes_on", None),
        actor=cast.marketer,
    )
    services.start_board(made.id, actor=cast.marketer)
    fill(made.id)
    return made


def period_of(made: Board, key: str | None = None) -> BoardPeriod:
    """The newest period of a board, or the one that begins on a day."""
    query = select(BoardPeriod).where(BoardPeriod.board_id == made.id).order_by(BoardPeriod.starts_on.desc())
    rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
    return next(row for row in rows if key is None or row.starts_on.isoformat() == key)


def scores(made: Board, key: str | None = None) -> dict[int, int]:
    """Score by participant."""
    rows = db.session.execute(
        select(BoardScore.participant_id, BoardScore.score).where(
            BoardScore.period_id == period_of(made, key).id
        )
    )
    return {row.participant_id: row.score for row in rows if row.score}


def order(made: Board, key: str | None = None) -> list[tuple[int, int]]:
    """(rank, participant) from the top."""
    lines = standings.list_top(period_of(made, key).id, made.participants)
    return [(line.rank, line.participant_id) for line in lines]


def assert_proven() -> None:
    """Scores equal sums of facts, and blocks equal scores."""
    if faults := check().faults:
        raise AssertionError("; ".join(faults))
