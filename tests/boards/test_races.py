"""Many at once: scores are exact, nobody waits crosswise, and a board that begins meanwhile misses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.activities.models import Activity
from app.activities.services import void
from app.boards import closing, services
from app.boards.filling import fill
from app.boards.models import Metric, NameMode, Period
from app.boards.names import choose_name, get_name
from app.boards.rebuilding import rebuild
from app.core.db import db
from app.core.errors import InvalidInput
from tests.boards.makers import COMPANIES, PEOPLE, assert_proven, board, scores
from tests.programs.makers import live, win
from tests.races import race, split

pytestmark = pytest.mark.race


def test_facts_voids_rebuilds_and_a_new_board_at_once_leave_exact_scores(
    app: Flask, cast: Any, rounds: dict[str, int]
) -> None:
    with app.app_context():
        live(cast)
        people = board(cast, Metric.POINTS, PEOPLE, Period.YEAR, name="Points")
        companies = board(cast, Metric.DEALS, COMPANIES, Period.QUARTER, name="Companies")
        old = [win(cast, f"O-{number}", 1_000_00).activity_id for number in range(rounds["race"])]
    for number in range(rounds["race"]):
        with app.app_context():
            rule = services.Rule(Metric.DEALS, PEOPLE, Period.MONTH)
            words = services.Words({"en": f"New {number}"}, {})
            draft = services.create_board(words, rule, closes_on=None, actor=cast.marketer)
            services.start_board(draft.id, actor=cast.marketer)
            new_id = draft.id
        runners = [
            lambda n=number: win(cast, f"A-{n}", 1_000_00),
            lambda n=number: win(cast, f"K-{n}", 2_000_00, who=cast.kinabalu_admin),
            lambda n=number: win(cast, f"B-{n}", 3_000_00, who=cast.budi),
            lambda n=number: void(old[n], "mistake", cast.manager),
            lambda board_id=new_id: fill(board_id),
        ]
        if number % 10 == 0:
            runners.append(rebuild)
        _values, errors = split(race(app, runners))
        assert not errors, "\n".join(map(str, errors))
        if number % 10 == 9:
            with app.app_context():
                assert_proven()
                closing.end(new_id)
    with app.app_context():
        assert_proven()
        times = rounds["race"]
        assert scores(people) == {
            cast.aisyah.person_id: 40 * times,
            cast.kinabalu_admin.person_id: 80 * times,
            cast.budi.person_id: 120 * times,
        }
        assert scores(companies) == {cast.kinabalu.id: 2 * times, cast.merapi.id: times}
        in_force = select(func.count()).select_from(Activity).where(Activity.voided_at.is_(None))
        assert db.session.scalar(in_force) == 3 * times


def test_a_period_that_closes_while_facts_come_is_sealed_with_all_or_none_of_each(
    app: Flask, cast: Any, rounds: dict[str, int]
) -> None:
    for number in range(rounds["race"]):
        with app.app_context():
            made = board(cast, name=f"Board {number}")
        runners = [
            lambda n=number: win(cast, f"A-{n}", 100_00),
            lambda n=number: win(cast, f"B-{n}", 100_00, who=cast.budi),
            lambda board_id=made.id: closing.end(board_id),
        ]
        _values, errors = split(race(app, runners))
        assert not errors, "\n".join(map(str, errors))
        with app.app_context():
            win(cast, f"L-{number}", 100_00)
    with app.app_context():
        assert_proven()


def test_one_alias_goes_to_one_of_two_people(app: Flask, cast: Any, rounds: dict[str, int]) -> None:
    for number in range(rounds["race"]):
        alias = f"Garuda {number}"
        runners = [
            lambda who=who, alias=alias: choose_name(PEOPLE, who.person_id, NameMode.ALIAS, alias, actor=who)
            for who in (cast.aisyah, cast.budi)
        ]
        values, errors = split(race(app, runners))
        assert len(values) == 1
        assert [type(error) for error in errors] == [InvalidInput]


def test_two_taps_on_one_choice_of_a_name_are_one(app: Flask, cast: Any, rounds: dict[str, int]) -> None:
    modes = (NameMode.REGION, NameMode.NAME) * (rounds["race"] // 4)
    for mode in modes:
        tap = [
            lambda mode=mode: choose_name(PEOPLE, cast.aisyah.person_id, mode, None, actor=cast.aisyah)
        ] * 3
        _values, errors = split(race(app, tap))
        assert errors == []
        with app.app_context():
            assert get_name(PEOPLE, cast.aisyah.person_id) == (mode, None)
