"""Two wins at once lift a company once, and each person hears of it once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask

from app.core.clock import today
from app.core.db import db
from app.tiers.services.reviews import run_review
from tests.cast import add_company, add_person
from tests.races import race
from tests.tiers import makers
from tests.tiers.makers import RM, changes_of, level_of, live, win


def test_two_wins_at_once_lift_once_and_tell_once(app: Flask, cast: Any, rounds: dict[str, int]) -> None:
    """Each alone is not enough; they have different days, so that no row of figures makes them wait for each other."""
    from app.partners.models import Role

    with app.app_context():
        live(cast)
        days = [today(), max(today() - timedelta(days=1), date(today().year, 1, 1))]
        sellers = []
        for number in range(rounds["race"]):
            company = add_company(f"Racer{number}", "MY", "MYR", "en", "Asia/Kuala_Lumpur", "Town")
            sellers.append(add_person(f"r{number}@racer{number}.example", "Racer", Role.MEMBER, company))
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
