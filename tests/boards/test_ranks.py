"""Ranks are exact: they equal a sorted list, whatever the scores, the ties and what is not folded yet."""

from __future__ import annotations

import random
from bisect import bisect_right
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app.boards import blocks, folding, scores, standings
from app.boards.closing import note_day
from app.boards.rules import Sum
from app.core.db import db, execute_sql, transaction
from tests.boards.makers import PEOPLE as OF_PEOPLE
from tests.boards.makers import assert_proven, board, period_of

CROWD = st.one_of(st.integers(1, 6), st.integers(1, 10**15), st.integers(10**12, 10**12 + 40))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks so small that a handful of participants splits and joins them."""
    monkeypatch.setattr(blocks, "MOST", 6)
    monkeypatch.setattr(blocks, "AIM", 3)
    monkeypatch.setattr(blocks, "FEW", 1)
    monkeypatch.setattr(blocks.cut, "__defaults__", (blocks.LOWEST, 3))


def sorted_ranks(found: dict[int, tuple[int, int]]) -> list[tuple[int, int]]:
    """(rank, participant) as anybody would work it out by hand."""
    inorder = sorted(found, key=lambda who: (-found[who][0], -found[who][1]))
    values = [found[who][0] for who in inorder]
    return [(1 + sum(value > found[who][0] for value in values), who) for who in inorder]


def assert_ranks(period_id: int, model: dict[int, tuple[int, int]]) -> None:
    wanted = sorted_ranks(model)
    lines = standings.list_top(period_id, OF_PEOPLE, limit=10_000)
    assert [(line.rank, line.participant_id) for line in lines] == wanted
    assert standings.ranks(period_id, [value for value, _lead in model.values()]) == {
        model[who][0]: rank for rank, who in wanted
    }
    assert standings.ranks(period_id, [0]) == {0: len(model) + 1}
    paged: list[tuple[int, int]] = []
    key = None
    while page := standings.list_top(period_id, OF_PEOPLE, after=key, limit=4):
        paged += [(line.rank, line.participant_id) for line in page]
        key = page[-1].key
    assert paged == wanted


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 30), CROWD, st.booleans()), min_size=1, max_size=80))
def test_ranks_equal_a_sorted_list(
    ctx: Flask, cast: Any, small: None, moves: list[tuple[int, int, bool]]
) -> None:
    made = board(cast, name="Any")
    period_id = period_of(made).id
    model: dict[int, tuple[int, int]] = {}
    for number, (who, value, folds) in enumerate(moves, start=1):
        with transaction():
            scores.add({period_id: {who: Sum(value, number, cast.kinabalu.id)}})
            if folds:
                folding.fold([period_id])
        model[who] = (model.get(who, (0, 0))[0] + value, -number)
    assert_ranks(period_id, model)
    rows = [scores.Row(period_id, who, *model[who]) for who in sorted(model)[::2]]
    with transaction():  # every other goes back to a low score, or off the board
        for at, row in enumerate(rows):
            scores.write(row, at % 3, row.lead, cast.kinabalu.id)
    for at, row in enumerate(rows):
        if at % 3:
            model[row.participant_id] = (at % 3, row.lead)
        else:
            del model[row.participant_id]
    assert_ranks(period_id, model)
    with transaction():
        folding.fold([period_id])
    assert_ranks(period_id, model)
    assert folding.read_blocks(period_id).los == sorted(folding.read_blocks(period_id).los)


def test_thousands_of_equal_scores_share_one_rank(ctx: Flask, cast: Any) -> None:
    made = board(cast)
    period_id = period_of(made).id
    with transaction():
        ties = {who: Sum(7, who, cast.kinabalu.id) for who in range(1, 3001)}
        others = {who: Sum(8 + who % 5, who, cast.kinabalu.id) for who in range(3001, 3101)}
        scores.add({period_id: ties | others})
        folding.fold([period_id])
    found = folding.read_blocks(period_id)
    at = bisect_right(found.los, 7) - 1
    assert (found.los[at], found.los[at + 1], found.counts[at]) == (7, 8, 3000)
    assert standings.my_rank(period_id, 1500) == 101
    key = standings.find_key(period_id, 1500)
    assert key is not None
    around = standings.list_around(period_id, OF_PEOPLE, key)
    assert [line.participant_id for line in around] == [3100, 1498, 1499, 1500, 1501, 1502]
    assert around[0].score > 7


def test_yesterdays_ranks_are_those_of_the_scores_noted(ctx: Flask, cast: Any, small: None) -> None:
    made = board(cast)
    period_id = period_of(made).id
    chance = random.Random(3)
    before = {who: chance.randint(1, 12) for who in range(1, 60)}
    with transaction():
        scores.add({period_id: {who: Sum(value, who, cast.kinabalu.id) for who, value in before.items()}})
    assert note_day() == 0  # the board began today: there is no yesterday
    with transaction():
        execute_sql("UPDATE board_periods SET created_at = '2026-01-01 00:00:00.000000'")
    assert note_day() == 1
    assert note_day() == 0
    with transaction():
        scores.add({period_id: {who: Sum(9, 100 + who, cast.kinabalu.id) for who in range(1, 60, 3)}})
    db.session.expire_all()
    values = list(before.values())
    assert standings.both_ranks(period_id, (), values)[1] == {
        value: 1 + sum(other > value for other in values) for value in values
    }


def test_a_block_that_counts_wrong_is_found(ctx: Flask, cast: Any) -> None:
    made = board(cast)
    with transaction():
        execute_sql(
            "INSERT INTO board_blocks (period_id, lo, count) VALUES (:period, 1, 3)",
            {"period": period_of(made).id},
        )
    with pytest.raises(AssertionError, match="counts 3 participants, there are 0"):
        assert_proven()
