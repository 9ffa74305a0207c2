"""Facts of several companies at once: whoever goes through them in steps takes turns, and nobody waits in a ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.activities.models import Activity
from app.core.clock import today
from app.core.db import db
from app.programs.parking import replay_parked
from app.sales.bulk import record_sales
from app.sales.facts import SaleFact
from app.tiers.plans import Metric
from app.tiers.rebuilding import check_figures
from app.tiers.services.reviews import run_review
from tests.cast import Cast
from tests.ledger.support import clean
from tests.programs.makers import definition, live, reward, set_rate
from tests.races import race, split
from tests.tiers import makers as tiers

FEWER = 4  # one round of the usual ones in so many: without turns each of them quarrels

CURRENCIES = ("USD", "EUR", "GBP", "CHF", "AUD", "NZD", "CAD", "SEK", "NOK", "DKK", "PLN", "THB")


def lines(cast: Cast, source: str, document: str, companies: Sequence[int]) -> list[SaleFact]:
    """A line of MYR 100 for each of these companies, in this order."""
    return [
        SaleFact(
            source, document, str(at), today(), company, cast.products["FIREWALL-1"], cast.families["firewall"], 1,
            100_00, "MYR",
        )
        for at, company in enumerate(companies)
    ]  # fmt: skip


@pytest.mark.race
def test_imports_whose_points_ask_for_the_level_and_a_review_do_not_quarrel(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    with app.app_context():
        few = {"silver": {"points": 10**6}, "gold": {"points": 10**7}}
        tiers.live(cast, tiers.definition(Metric("points"), **few))
        live(cast, definition(reward(payee="organisation", by_tier=True), trigger="sale"))
    one, two = cast.kinabalu.id, cast.merapi.id
    times = rounds["race"] // FEWER
    for number in range(times):
        with app.app_context():
            runners = [
                partial(record_sales, lines(cast, source, f"{number}", companies), actor=cast.manager)
                for source, companies in (("erp", (one, one, two)), ("shop", (two, two, one)))
            ]
        _done, errors = split(race(app, [*runners, run_review]))
        assert errors == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Activity)) == 6 * times
        assert check_figures().faults == []
        clean()


@pytest.mark.race
def test_facts_whose_rate_has_come_and_an_import_do_not_quarrel(app: Flask, cast: Cast) -> None:
    one, two = cast.kinabalu.id, cast.merapi.id
    with app.app_context():
        few = {"silver": {"points": 10**6}, "gold": {"points": 10**7}}
        tiers.live(cast, tiers.definition(Metric("points"), **few))
        live(cast, definition(reward(payee="organisation", by_tier=True), trigger="sale"))
    for currency in CURRENCIES:
        with app.app_context():
            foreign = lines(cast, "abroad", currency, (one, two, one, two))
            record_sales(
                [replace(line, currency=currency, amount_minor=10_000_00) for line in foreign],
                actor=cast.manager,
            )
            set_rate(currency, date(2020, 1, 1), 450)
            home = partial(record_sales, lines(cast, "erp", currency, (two, two, one)), actor=cast.manager)
        _done, errors = split(race(app, [replay_parked, home]))
        assert errors == []
    with app.app_context():
        assert replay_parked() == 0
        run_review()  # gives what waited for a rate its worth
        assert check_figures().faults == []
        clean()


@pytest.mark.race
def test_a_review_that_gives_amounts_their_worth_and_an_import_do_not_quarrel(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    one, two = cast.kinabalu.id, cast.merapi.id
    with app.app_context():
        few = {"silver": {"points": 10**6}, "gold": {"points": 10**7}}
        tiers.live(cast, tiers.definition(Metric("points"), **few))
        live(cast, definition(reward(payee="organisation", by_tier=True), trigger="sale"))

    def abroad(document: str, companies: Sequence[int]) -> None:
        found = [replace(line, currency="USD") for line in lines(cast, "erp", document, companies)]
        record_sales(found, actor=cast.manager)

    with app.app_context():
        abroad("first", (one, two))
    for number in range(rounds["race"]):
        _done, errors = split(race(app, [partial(abroad, f"{number}", (two, two, one, one)), run_review]))
        assert errors == []
    with app.app_context():
        assert check_figures().faults == []
        clean()
