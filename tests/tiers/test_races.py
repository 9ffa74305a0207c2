"""Two wins at once lift a company once, and each person hears of it once; a pin holds whatever comes at its moment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import update

from app.core.clock import today
from app.core.db import db, transaction
from app.identity.actor import Actor
from app.partners.models import Role
from app.tiers.models import TierPin
from app.tiers.services.pins import AlreadyPinned, end_pin, pin_level
from app.tiers.services.reviews import review_companies, run_review
from tests.cast import add_company, add_person
from tests.races import race
from tests.tiers import makers
from tests.tiers.makers import RM, changes_of, level_of, live, standing_of, win


def racers(count: int) -> list[Actor]:
    """So many companies of one seller each."""
    companies = [
        add_company(f"Racer{number}", "MY", "MYR", "en", "Asia/Kuala_Lumpur", "Town")
        for number in range(count)
    ]
    return [
        add_person(f"r{number}@racer{number}.example", "Racer", Role.MEMBER, company)
        for number, company in enumerate(companies)
    ]


def begun(cast: Any, count: int) -> list[Actor]:
    """The same, with a first small win each: they stand on the lowest level."""
    found = racers(count)
    for who in found:
        win(cast, 10 * RM, who=who)
    return found


def pin(cast: Any, who: Actor, level: str = "member") -> TierPin:
    return pin_level(
        who.organisation_id or 0, level, "Agreed", today() + timedelta(days=30), actor=cast.manager
    )


def test_two_wins_at_once_lift_once_and_tell_once(app: Flask, cast: Any, rounds: dict[str, int]) -> None:
    """Each alone is not enough; they have different days, so that no row of figures makes them wait for each other."""
    with app.app_context():
        live(cast)
        days = [today(), max(today() - timedelta(days=1), date(today().year, 1, 1))]
        sellers = racers(rounds["race"])
    for who in sellers:
        outcomes = race(
            app,
            [lambda day=day, who=who: win(cast, 24_000 * RM, on=day, who=who) for day in days],  # type: ignore[misc]
        )
        assert [outcome.error for outcome in outcomes] == [None, None]
    with app.app_context():
        for who in sellers:
            assert level_of(who.organisation_id) == "silver"
            assert changes_of(who.organisation_id) == [("member", "silver", "activity")]
        told = makers.told(who.person_id for who in sellers)
        assert all(told[who.person_id] == ["Your company has reached Silver"] for who in sellers)
        makers.assert_proven()
        db.session.remove()


def test_reviews_that_run_at_once_take_each_step_once(app: Flask, cast: Any, rounds: dict[str, int]) -> None:
    with app.app_context():
        live(cast)
        win(cast, 60_000 * 100, currency="USD", on=today())
        makers.set_rate("USD", today(), 450)
    outcomes = race(app, [lambda: len(run_review())] * 6)
    assert sum(outcome.value or 0 for outcome in outcomes) == 1, [outcome.error for outcome in outcomes]
    with app.app_context():
        assert level_of(cast.kinabalu.id) == "gold"
        assert len(changes_of(cast.kinabalu.id)) == 1
        assert len(makers.told([cast.aisyah.person_id])[cast.aisyah.person_id]) == 1


def test_of_the_first_two_facts_of_a_company_the_smaller_one_does_not_write_its_level_back(
    app: Flask, cast: Any, rounds: dict[str, int]
) -> None:
    """Both find it without a standing; who comes second must not put it on the lowest level again."""
    with app.app_context():
        live(cast)
        sellers, on = racers(rounds["race"]), today()
    for who in sellers:
        runners = [
            lambda who=who, on=on: win(cast, 60_000 * RM, on=on, who=who),
            lambda who=who, on=on: win(
                cast, 10 * RM, on=max(on - timedelta(days=1), date(on.year, 1, 1)), who=who
            ),
        ]
        assert [outcome.error for outcome in race(app, runners)] == [None, None]
    with app.app_context():
        assert {level_of(who.organisation_id) for who in sellers} == {"silver"}


def test_a_win_at_the_moment_of_a_pin_does_not_lift_what_is_pinned(
    app: Flask, cast: Any, rounds: dict[str, int]
) -> None:
    with app.app_context():
        live(cast)
        sellers = begun(cast, rounds["race"])
    for who in sellers:
        runners = [lambda who=who: pin(cast, who), lambda who=who: win(cast, 60_000 * RM, who=who)]
        assert [outcome.error for outcome in race(app, runners)] == [None, None]
    with app.app_context():
        assert {level_of(who.organisation_id) for who in sellers} == {"member"}


def test_of_two_pins_at_once_the_second_hears_of_the_first(
    app: Flask, cast: Any, rounds: dict[str, int]
) -> None:
    with app.app_context():
        live(cast)
        sellers = begun(cast, rounds["race"] // 2)
    for who in sellers:
        errors = [outcome.error for outcome in race(app, [lambda who=who: pin(cast, who, "silver")] * 2)]
        assert sorted(type(error) for error in errors if error) == [AlreadyPinned]


def test_a_pin_that_a_review_and_a_person_end_at_once_ends_without_a_quarrel(
    app: Flask, cast: Any, rounds: dict[str, int]
) -> None:
    with app.app_context():
        live(cast)
        sellers = begun(cast, rounds["race"])
        pins = [pin(cast, who, "silver").id for who in sellers]
        ago = [today() - timedelta(days=days) for days in (9, 1)]
        with transaction():
            db.session.execute(update(TierPin).values(starts_on=ago[0], ends_on=ago[1]))
    for who, pin_id in zip(sellers, pins, strict=True):
        runners = [
            lambda who=who: review_companies([who.organisation_id or 0]),
            lambda pin_id=pin_id: end_pin(pin_id, actor=cast.manager),
        ]
        assert [outcome.error for outcome in race(app, runners)] == [None, None]
    with app.app_context():
        assert all(standing_of(who.organisation_id).grace_until for who in sellers)
