"""The turn of days: final standings, boards that end, movement since yesterday."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.activities.services import void
from app.boards import closing, queries, services
from app.boards.models import Board, BoardStatus, Metric, Period
from app.boards.rebuilding import rebuild
from app.boards.services import Words
from app.core.clock import travel
from app.core.db import db, execute_sql, transaction
from app.core.errors import Conflict, InvalidInput
from tests.boards.makers import COMPANIES, PEOPLE, assert_proven, board, order, period_of, scores
from tests.programs.makers import win


def at(day: int, hour: int = 4, month: int = 11) -> datetime:
    """04:00 UTC is noon in the vendor's zone."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_a_period_closes_at_the_vendors_midnight_and_then_stands_still(ctx: Flask, cast: Any) -> None:
    with travel(at(3)):
        made = board(cast, period=Period.MONTH)
        first = win(cast, "D-1", 100_00, on=date(2026, 11, 3))
        win(cast, "D-2", 100_00, on=date(2026, 11, 3), who=cast.budi)
    with travel(at(30, 15)):  # 23:00 on the last day
        closing.turn_day()
        win(cast, "D-3", 100_00, on=date(2026, 11, 30))
        assert period_of(made, "2026-11-01").closed_at is None
    with travel(at(30, 17)):  # 01:00 on the day after
        closing.turn_day()
        row = period_of(made, "2026-11-01")
        assert (row.closed_at is not None, row.participants) == (True, 2)
        final = order(made, "2026-11-01")
        assert final == [(1, cast.aisyah.person_id), (2, cast.budi.person_id)]
        win(cast, "D-4", 100_00, on=date(2026, 11, 30), who=cast.budi)
        win(cast, "D-5", 100_00, on=date(2026, 12, 1), who=cast.budi)
        void(first.activity_id, "mistake", cast.manager)
        closing.turn_day()
        assert order(made, "2026-11-01") == final
        assert scores(made, "2026-12-01") == {cast.budi.person_id: 1}
        assert_proven()
        page = queries.find_page(made.slug, cast.aisyah, period_key="2026-11")
        assert page.is_final and page.mine is not None and page.mine.score == 2


def test_facts_of_the_past_open_their_period_until_the_next_midnight(ctx: Flask, cast: Any) -> None:
    with travel(at(3)):
        made = board(cast, period=Period.MONTH)
        win(cast, "D-1", 100_00, on=date(2026, 3, 3))
        closing.turn_day()
        win(cast, "D-2", 100_00, on=date(2026, 3, 4))
        assert scores(made, "2026-03-01") == {cast.aisyah.person_id: 2}
    with travel(at(4)):
        closing.turn_day()
        win(cast, "D-3", 100_00, on=date(2026, 3, 4))
        assert scores(made, "2026-03-01") == {cast.aisyah.person_id: 2}
    assert_proven()


def test_a_final_standing_that_was_touched_is_found(ctx: Flask, cast: Any) -> None:
    made = board(cast)
    win(cast, "D-1", 100_00)
    services.end_board(made.id, actor=cast.marketer)
    assert_proven()
    with transaction():
        execute_sql("UPDATE board_scores SET score = 9, counted = 9")
    with pytest.raises(AssertionError, match="not as it was when it closed"):
        assert_proven()


def test_a_score_that_the_facts_do_not_say_is_found_and_a_rebuild_mends_it(ctx: Flask, cast: Any) -> None:
    made = board(cast)
    win(cast, "D-1", 100_00)
    with transaction():
        execute_sql("UPDATE board_scores SET score = 9")
    with pytest.raises(AssertionError, match="has 9, the facts say 1"):
        assert_proven()
    assert rebuild().changed == 1
    assert_proven()
    assert scores(made) == {cast.aisyah.person_id: 1}


def test_a_board_ends_after_its_last_day_and_counts_nothing_more(ctx: Flask, cast: Any) -> None:
    with travel(at(3)):
        made = board(cast, period=Period.ALL, closes_on=date(2026, 11, 9))
        win(cast, "D-1", 100_00)
    with travel(at(10)):
        closing.turn_day()
        win(cast, "D-2", 100_00)
        assert db.session.scalar(select(Board.status).where(Board.id == made.id)) is BoardStatus.ENDED
        assert scores(made) == {cast.aisyah.person_id: 1}
        with pytest.raises(Conflict):
            services.start_board(made.id, actor=cast.marketer)
    assert_proven()


def test_after_its_last_day_a_board_counts_nothing_though_nobody_has_ended_it_yet(
    ctx: Flask, cast: Any
) -> None:
    """The worker was off that night."""
    with travel(at(3)):
        made = board(cast, period=Period.ALL, closes_on=date(2026, 11, 9))
        first = win(cast, "D-1", 100_00)
    with travel(at(10)):
        win(cast, "D-2", 100_00)
        void(first.activity_id, "mistake", cast.manager)
        with pytest.raises(Conflict):
            services.edit_board(
                made.id, Words({"en": "X"}, {}), services.Rule.of(made), closes_on=date(2026, 12, 9), actor=cast.marketer
            )  # fmt: skip
        assert rebuild().changed == 0
        closing.turn_day()
        assert scores(made) == {cast.aisyah.person_id: 1}
    assert_proven()


def test_movement_is_measured_against_the_ranks_at_midnight(ctx: Flask, cast: Any) -> None:
    with travel(at(3)):
        made = board(cast)
        for number in range(3):
            win(cast, f"B-{number}", 100_00, who=cast.budi)
        win(cast, "A-1", 100_00)
        page = queries.find_page(made.slug, cast.aisyah)
        assert page.mine is not None and page.mine.was is None  # there is no yesterday yet
    with travel(at(4)):
        closing.turn_day()
        for number in range(4):
            win(cast, f"A-2{number}", 100_00)
        win(cast, "F-1", 100_00, who=cast.kinabalu_admin)
        page = queries.find_page(made.slug, cast.aisyah)
        assert [(line.rank, line.was) for line in page.lines] == [(1, 2), (2, 1), (3, 0)]
        stand = queries.list_stands(cast.aisyah)[0]
        assert (stand.rank, stand.was) == (1, 2)
    with travel(at(5)):  # nobody noted this day: no movement is better than a wrong one
        page = queries.find_page(made.slug, cast.aisyah)
        assert [line.was for line in page.lines] == [None, None, None]


def test_a_running_board_keeps_its_rule_and_may_change_its_words(ctx: Flask, cast: Any) -> None:
    made = board(cast)
    rule = services.Rule.of(made)
    services.edit_board(
        made.id, Words({"en": "New name"}, {"en": "A prize"}), rule, closes_on=None, actor=cast.marketer
    )
    other = services.Rule(Metric.POINTS, PEOPLE, Period.QUARTER)
    with pytest.raises(services.BoardFixed):
        services.edit_board(made.id, Words({"en": "X"}, {}), other, closes_on=None, actor=cast.marketer)
    with pytest.raises(InvalidInput):
        services.create_board(Words({"ms": "Nama"}, {}), other, closes_on=None, actor=cast.marketer)
    with pytest.raises(InvalidInput):
        services.create_board(
            Words({"en": "Old"}, {}), other, closes_on=date(2020, 1, 1), actor=cast.marketer
        )


def test_a_draft_counts_nothing_and_may_be_dropped(ctx: Flask, cast: Any) -> None:
    rule = services.Rule(Metric.DEALS, COMPANIES, Period.ALL)
    draft = services.create_board(Words({"en": "Draft"}, {}), rule, closes_on=None, actor=cast.marketer)
    win(cast, "D-1", 100_00)
    assert execute_sql("SELECT COUNT(*) FROM board_scores").scalar_one() == 0
    assert queries.list_stands(cast.aisyah) == []
    services.discard_board(draft.id, actor=cast.marketer)
    with pytest.raises(services.BoardFixed):
        services.discard_board(board(cast).id, actor=cast.marketer)
