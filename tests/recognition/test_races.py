"""Real connections against each other: applause, the budget, two approvers, the service job."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.activities.bulk import record_many
from app.activities.facts import Fact
from app.activities.models import Activity
from app.boards import models as boards
from app.core.clock import today, travel, utc_now
from app.core.db import db, transaction
from app.identity.actor import Actor
from app.partners.models import Membership
from app.recognition import services
from app.recognition.errors import AwardDecided, BudgetTooSmall
from app.recognition.models import Applause, Award, AwardState
from app.recognition.queries import find_award
from app.tiers.plans import Metric
from tests.boards.makers import PEOPLE, board
from tests.cast import Cast
from tests.ledger.support import clean
from tests.programs.makers import live, win
from tests.races import race, split
from tests.recognition.support import begin, company, give, person, points_of
from tests.tiers import makers as tiers


@pytest.mark.race
def test_applause_is_one_per_person_however_it_is_sent(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    people = [cast.aisyah, cast.kinabalu_admin, cast.budi, cast.merapi_admin]
    with app.app_context():
        begin(cast, budget=0)
        award = give(cast).public_id
    for number in range(rounds["race"]):
        leaver = people[number % 4]
        runners = [lambda one=one: services.applaud(award, True, actor=one) for one in people * 2]
        _done, errors = split(race(app, runners))
        assert errors == []
        with app.app_context():
            assert find_award(award, cast.budi).award.applause == 4
        back = [lambda leaver=leaver: services.applaud(award, False, actor=leaver)] * 3
        assert split(race(app, back))[1] == []
        with app.app_context():
            assert find_award(award, cast.budi).award.applause == 3
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Applause)) == 3


@pytest.mark.race
def test_of_two_awards_for_the_last_of_the_budget_exactly_one_is_given(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    with app.app_context():
        begin(cast, budget=150)
    runners = [
        lambda: give(cast, points=100).public_id,
        lambda: give(cast, person(cast.budi), points=100, by=cast.owner).public_id,
    ]
    for _number in range(rounds["race"]):
        done, errors = split(race(app, runners))
        assert len(done) == 1 and [type(error) for error in errors] == [BudgetTooSmall]
        with app.app_context():
            assert points_of(cast.aisyah) + points_of(cast.budi) == 100
            services.withdraw(done[0], "Round over.", actor=cast.owner)
            assert points_of(cast.aisyah) + points_of(cast.budi) == 0
    with app.app_context():
        clean()


@pytest.mark.race
def test_of_large_halves_given_at_once_to_one_receiver_only_the_first_needs_nobody(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    with app.app_context():
        begin(cast, budget=None)
    for _number in range(rounds["race"]):
        done, errors = split(race(app, [lambda: give(cast, points=60_000)] * 2))  # RM 3,000 each, of RM 5,000
        assert errors == []
        assert sorted(award.state for award in done) == [AwardState.GIVEN, AwardState.WAITING]
        given = next(award for award in done if award.state is AwardState.GIVEN)
        with app.app_context():
            assert points_of(cast.aisyah) == 60_000
            services.withdraw(given.public_id, "Round over.", actor=cast.owner)
    with app.app_context():
        clean()


@pytest.mark.race
def test_of_two_who_decide_exactly_one_decides(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    with app.app_context():
        begin(cast, budget=None)
    for number in range(rounds["race"] // 5):
        with app.app_context():
            award = give(cast, points=150_000).public_id
        runners = [
            lambda award=award: services.approve(award, actor=cast.finance),
            (lambda award=award: services.approve(award, actor=cast.owner))
            if number % 2
            else (lambda award=award: services.decline(award, "No.", actor=cast.owner)),
        ]
        done, errors = split(race(app, runners))
        assert len(done) == 1 and [type(error) for error in errors] == [AwardDecided]
    with app.app_context():
        given = db.session.scalar(select(func.count()).where(Award.state == AwardState.GIVEN))
        assert points_of(cast.aisyah) == 150_000 * int(given or 0)
        clean()


@pytest.mark.race
def test_the_service_job_run_five_times_at_once_records_each_milestone_once(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    start = utc_now()

    def run(day: datetime) -> int:
        with travel(day):
            return services.record_service()

    for number in range(rounds["race"]):
        with app.app_context():
            partners = begin_anew(start)
        done, errors = split(race(app, [partial(run, start)] * 5))
        assert errors == [] and sum(done) == partners
        with app.app_context():
            awards = db.session.scalar(select(func.count()).where(Award.service_years == 1))
            activities = db.session.scalar(select(func.count()).select_from(Activity))
            assert awards == activities == (number + 1) * partners


def begin_anew(now: datetime) -> int:
    """Everybody of a company left it long ago and came back 366 days ago; how many they are."""
    with transaction():
        places = db.session.scalars(
            select(Membership).where(Membership.organisation_id.is_not(None), Membership.ended_at.is_(None))
        ).all()
        for old in places:
            old.started_at, old.ended_at = now - timedelta(days=800), now - timedelta(days=700)
        db.session.flush()
        came = now - timedelta(days=366)
        db.session.add_all(
            Membership(person_id=old.person_id, organisation_id=old.organisation_id, role=old.role, started_at=came)
            for old in places
        )  # fmt: skip
    return len(places)


@pytest.mark.race
def test_awards_for_several_and_for_one_of_them_at_once_do_not_quarrel(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    """The first of several holds the budget while the second one's counter is still to be taken."""
    with app.app_context():
        begin(cast, budget=10**6)
    both = company(cast.kinabalu), company(cast.merapi)
    for _number in range(rounds["race"]):
        runners = [
            lambda: give(cast, *both, points=1),
            lambda: give(cast, both[1], points=1, by=cast.owner),
            lambda: give(cast, both[0], points=1, by=cast.manager),
        ]
        assert split(race(app, runners))[1] == []
    with app.app_context():
        clean()


@pytest.mark.race
def test_awards_for_several_given_and_withdrawn_beside_wins_and_an_import_do_not_quarrel(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    """Levels and boards count the points: whoever holds one company's rows must not wait for another's account."""
    with app.app_context():
        begin(cast, budget=10**6)
        live(cast)
        few = {"silver": {"points": 10**6}, "gold": {"points": 10**7}}
        tiers.live(cast, tiers.definition(Metric("points"), **few))
        board(cast, boards.Metric.POINTS, PEOPLE, boards.Period.YEAR, name="Points")
    several = person(cast.aisyah), person(cast.kinabalu_admin), person(cast.budi)
    for number in range(rounds["race"] // 2):
        with app.app_context():
            old = give(cast, *several, points=1).public_id
        runners = [
            lambda: give(cast, *several, points=1).public_id,
            lambda old=old: services.withdraw(old, "Round over.", actor=cast.owner),
            lambda n=number: win(cast, f"A-{n}", 100_00, who=cast.kinabalu_admin),
            lambda n=number: record_many(
                [won(one, f"I-{n}-{one.person_id}") for one in (cast.kinabalu_admin, cast.budi)],
                actor=cast.manager,
            ),
        ]
        _done, errors = split(race(app, runners))
        assert errors == []
    with app.app_context():
        clean()
        assert points_of(cast.budi) == 5 * (rounds["race"] // 2)


def won(who: Actor, ref: str) -> Fact:
    """A won deal of RM 100, not yet recorded."""
    return Fact(
        "deal_won", "import:test", ref, who.organisation_id or 0, today(), member_id=who.person_id,
        amount_minor=100_00, currency="MYR",
    )  # fmt: skip
