"""Scores follow the facts: new, late, voided and revised ones, one by one and in bulk."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.activities.bulk import record_many
from app.activities.facts import Recorded
from app.activities.services import record, void
from app.boards import services
from app.boards.folding import EVERY
from app.boards.models import Metric, Period
from app.core.clock import today
from app.core.db import db, execute_sql, transaction
from app.partners.audience import Audience
from app.partners.models import Organisation
from app.programs.parking import replay_parked
from tests.boards.makers import COMPANIES, PEOPLE, assert_proven, board, order, period_of, scores
from tests.programs.makers import DAY, live, sale, set_rate, win
from tests.tiers import makers as tiers


def test_wins_count_for_the_person_and_the_quarter_of_their_date(ctx: Flask, cast: Any) -> None:
    made = board(cast)
    win(cast, "D-1", 100_00)
    win(cast, "D-2", 100_00)
    win(cast, "D-3", 100_00, who=cast.budi)
    win(cast, "D-4", 100_00, on=date(2026, 9, 30))
    assert scores(made) == {cast.aisyah.person_id: 2, cast.budi.person_id: 1}
    assert scores(made, "2026-07-01") == {cast.aisyah.person_id: 1}
    assert order(made) == [(1, cast.aisyah.person_id), (2, cast.budi.person_id)]
    assert_proven()


def test_a_voided_win_moves_its_person_down_again(ctx: Flask, cast: Any) -> None:
    made = board(cast)
    first = win(cast, "D-1", 100_00)
    win(cast, "D-2", 100_00, who=cast.budi)
    second = win(cast, "D-3", 100_00)
    assert order(made) == [(1, cast.aisyah.person_id), (2, cast.budi.person_id)]
    void(second.activity_id, "mistake", cast.manager)
    assert order(made) == [(1, cast.aisyah.person_id), (1, cast.budi.person_id)]
    assert_proven()
    void(first.activity_id, "mistake", cast.manager)
    assert order(made) == [(1, cast.budi.person_id)]
    assert_proven()
    win(cast, "D-4", 100_00)
    assert order(made) == [(1, cast.budi.person_id), (1, cast.aisyah.person_id)]
    assert_proven()


def test_who_reached_a_score_first_stands_first_and_an_undo_gives_the_place_back(
    ctx: Flask, cast: Any
) -> None:
    made = board(cast)
    win(cast, "D-1", 100_00)
    win(cast, "D-2", 100_00, who=cast.budi)
    win(cast, "D-3", 100_00, who=cast.budi)
    late = win(cast, "D-4", 100_00)
    assert [who for _rank, who in order(made)] == [cast.budi.person_id, cast.aisyah.person_id]
    void(late.activity_id, "mistake", cast.manager)
    win(cast, "D-5", 100_00, who=cast.aisyah)
    assert order(made) == [(1, cast.budi.person_id), (1, cast.aisyah.person_id)]
    assert_proven()


def test_points_follow_the_awards_also_late_ones_and_go_with_them(ctx: Flask, cast: Any) -> None:
    live(cast)
    people = board(cast, Metric.POINTS, PEOPLE, Period.YEAR, name="Points")
    companies = board(cast, Metric.POINTS, COMPANIES, Period.MONTH, name="Company points")
    done = win(cast, "D-1", 1_000_00)
    win(cast, "D-2", 500_00, currency="SGD")
    assert scores(people) == {cast.aisyah.person_id: 40}
    set_rate("SGD", DAY, 300)
    assert replay_parked() == 1
    assert scores(people) == {cast.aisyah.person_id: 100}
    assert scores(companies) == {cast.kinabalu.id: 100}
    assert_proven()
    void(done.activity_id, "mistake", cast.manager)
    assert scores(people) == {cast.aisyah.person_id: 60}
    assert_proven()


def test_revenue_is_counted_by_the_rate_of_its_date_and_waits_without_one(ctx: Flask, cast: Any) -> None:
    made = board(cast, Metric.REVENUE, COMPANIES, Period.YEAR, name="Revenue")
    win(cast, "D-1", 1_000_00)
    facts = [sale(cast, f"S-{number}", 100_00) for number in range(3)]
    record_many(facts, actor=cast.owner)
    assert scores(made) == {cast.kinabalu.id: 1_000_00}
    assert services.count_waiting_money() == 0
    set_rate("USD", date(2026, 1, 1), 400)
    assert services.count_waiting_money() == 3
    assert services.count_waiting_money() == 0
    assert scores(made) == {cast.kinabalu.id: 2_200_00}
    set_rate("USD", date(2026, 11, 9), 500)  # a later rate changes nothing that stands
    assert_proven()
    record_many([sale(cast, "S-9", 100_00)], actor=cast.owner)
    assert scores(made) == {cast.kinabalu.id: 2_700_00}
    record_many([sale(cast, "S-0", 200_00)], actor=cast.owner)  # a correction
    assert scores(made) == {cast.kinabalu.id: 3_300_00}
    assert_proven()


def test_a_board_of_won_deals_value_leaves_sale_lines_out(ctx: Flask, cast: Any) -> None:
    made = board(cast, Metric.REVENUE, COMPANIES, Period.ALL, sources=("deal_won",))
    win(cast, "D-1", 1_000_00)
    record_many([sale(cast, "S-1", 100_00, currency="MYR")], actor=cast.owner)
    assert scores(made) == {cast.kinabalu.id: 1_000_00}
    assert_proven()


def passed(who: Any, course: str) -> Recorded:
    """A course that somebody has passed."""
    return record(
        "course_passed", source="training", source_ref=f"{course}:{who.person_id}", occurred_on=DAY,
        organisation_id=who.organisation_id, member_id=who.person_id, actor=who, attributes={"course": course},
    )  # fmt: skip


def test_courses_passed_count_each_once_for_the_person_and_the_company(ctx: Flask, cast: Any) -> None:
    people = board(cast, Metric.COURSES, PEOPLE, Period.YEAR, name="Courses")
    companies = board(cast, Metric.COURSES, COMPANIES, Period.QUARTER, name="Company courses")
    wins = board(cast, name="Deals")
    taken_back = passed(cast.aisyah, "a")
    passed(cast.aisyah, "b")
    passed(cast.kinabalu_admin, "a")
    passed(cast.budi, "a")
    win(cast, "D-1", 900_00)
    assert scores(people) == {
        cast.aisyah.person_id: 2, cast.kinabalu_admin.person_id: 1, cast.budi.person_id: 1
    }  # fmt: skip
    assert scores(companies) == {cast.kinabalu.id: 3, cast.merapi.id: 1}
    assert scores(wins) == {cast.aisyah.person_id: 1}
    void(taken_back.activity_id, "mistake", cast.manager)
    assert scores(people)[cast.aisyah.person_id] == 1 and scores(companies)[cast.kinabalu.id] == 2
    later = board(cast, Metric.COURSES, PEOPLE, Period.YEAR, name="The same, later")
    assert scores(later) == scores(people)
    assert_proven()


def test_an_audience_of_tiers_and_of_types_decides_whose_facts_score(ctx: Flask, cast: Any) -> None:
    """The tier is the one on the fact's day: the win that lifts a company was still of the tier before."""
    tiers.live(cast)
    with transaction():
        db.session.get_one(Organisation, cast.merapi.id).kind = "distributor"
    silver = board(cast, Metric.DEALS, COMPANIES, name="Silver", audience=Audience(tiers=("silver",)))
    member = board(cast, Metric.DEALS, COMPANIES, name="Member", audience=Audience(tiers=("member",)))
    kinds = board(cast, Metric.DEALS, COMPANIES, name="Types", audience=Audience(kinds=("distributor",)))
    win(cast, "D-1", 48_000_00, on=DAY)
    assert tiers.level_of(cast.kinabalu.id) == "silver"
    win(cast, "D-2", 1_00, on=today())
    win(cast, "D-3", 1_00, who=cast.budi)
    assert scores(silver) == {cast.kinabalu.id: 1}
    assert scores(member) == {cast.kinabalu.id: 1, cast.merapi.id: 1}
    assert scores(kinds) == {cast.merapi.id: 1}
    facts = [sale(cast, f"S-{number}", 100_00, currency="MYR") for number in range(3)]
    both = {"sources": ("sale",), "audience": Audience(kinds=("distributor",))}
    revenue = board(cast, Metric.REVENUE, COMPANIES, Period.ALL, name="Sales of a type", **both)
    record_many(
        [*facts, sale(cast, "S-9", 500_00, currency="MYR", organisation_id=cast.merapi.id)], actor=cast.owner
    )
    assert scores(revenue) == {cast.merapi.id: 500_00}
    assert_proven()


def test_in_bulk_scores_are_as_one_by_one_and_a_late_board_finds_the_same(ctx: Flask, cast: Any) -> None:
    set_rate("USD", date(2020, 1, 1), 400)
    made = board(cast, Metric.REVENUE, COMPANIES, Period.MONTH, name="Revenue a month")
    facts = [
        sale(
            cast,
            f"S-{number}",
            100_00 + number,
            on=date(2026, 1 + number % 11, 1 + number % 28),
            organisation_id=(cast.kinabalu if number % 3 else cast.merapi).id,
        )
        for number in range(400)
    ]
    record_many(facts, actor=cast.owner)
    assert_proven()
    later = board(cast, Metric.REVENUE, COMPANIES, Period.MONTH, name="The same, later")
    for month in range(1, 12):
        assert scores(made, f"2026-{month:02d}-01") == scores(later, f"2026-{month:02d}-01")
        assert order(made, f"2026-{month:02d}-01") == order(later, f"2026-{month:02d}-01")
    assert_proven()


def test_what_fails_with_the_fact_leaves_no_score(ctx: Flask, cast: Any) -> None:
    made = board(cast)
    with pytest.raises(RuntimeError), transaction():
        win(cast, "D-1", 100_00)
        raise RuntimeError("stop")
    assert scores(made) == {}
    assert period_of(made) is not None
    assert_proven()


def test_scores_are_folded_after_the_facts_not_while_more_is_to_be_taken(ctx: Flask, cast: Any) -> None:
    """A fold holds rows of others: in the transaction of several facts it would hold them to the end."""
    board(cast)
    waiting = "SELECT COUNT(*) FROM board_scores WHERE score <> counted"
    with transaction():
        for number in range(EVERY):
            win(cast, f"D-{number}", 100_00)
        assert execute_sql(waiting).scalar_one() == 1
    assert execute_sql(waiting).scalar_one() == 0
    assert_proven()
