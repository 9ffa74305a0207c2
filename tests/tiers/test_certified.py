"""Certified people: who holds a certificate in the period, from the day it is issued until it ends or is taken back."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.activities import services as activities
from app.core.clock import freeze
from app.core.db import db
from app.home.queries import load_home
from app.tiers import figures
from app.tiers.home import tier_card
from app.tiers.plans import Metric
from app.tiers.services.reviews import run_review
from app.tiers.standing_page import find_page
from app.tiers.windows import Window, window_on
from app.training.services import learning
from app.training.services.certificates import revoke
from tests.tiers import makers
from tests.tiers.makers import level_of, live
from tests.training.support import certify, publish, read_all, try_quiz

YEAR = Window(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture(autouse=True)
def context(app: Flask) -> Any:
    with app.app_context(), freeze(makers.NOW):
        yield


def at(year: int, month: int, day: int) -> Any:
    return freeze(datetime(year, month, day, 4, tzinfo=UTC))


def record(kind: str, who: Any, ref: str, on: date, **attributes: Any) -> None:
    activities.record(
        kind, source="training", source_ref=ref, organisation_id=who.organisation_id, member_id=who.person_id,
        occurred_on=on, attributes=attributes, actor=who,
    )  # fmt: skip


def certified(organisation_id: int, window: Window) -> int:
    """How many people, the same by each of the ways to ask."""
    (one, all_of, several) = (
        figures.sums([organisation_id], window),
        figures.sums_of_all(window),
        figures.sums_of({window: [organisation_id], window_on(1, date(2020, 5, 5)): [organisation_id]})[
            window
        ],
    )
    found = [each.get(organisation_id, {}).get("passes", 0) for each in (one, all_of, several)]
    assert len(set(found)) == 1
    return found[0]


@pytest.mark.parametrize(
    ("issued", "until", "counts"),
    [
        (date(2024, 1, 1), date(2025, 12, 31), 0),
        (date(2024, 1, 1), date(2026, 1, 1), 1),  # its last day is the year's first
        (date(2024, 1, 1), None, 1),
        (date(2026, 1, 1), date(2026, 1, 1), 1),
        (date(2026, 12, 31), date(2027, 12, 30), 1),
        (date(2027, 1, 1), None, 0),
        (date(2025, 6, 1), date(2028, 5, 31), 1),
    ],
)
def test_a_certificate_counts_in_every_period_that_it_touches(
    app: Flask, cast: Any, issued: date, until: date | None, counts: int
) -> None:
    record("certified", cast.aisyah, "A", issued, until=until.isoformat() if until else None)
    assert certified(cast.kinabalu.id, YEAR) == counts
    assert certified(cast.merapi.id, YEAR) == 0
    makers.assert_proven()


def test_each_person_counts_once_and_a_renewal_bridges_the_end(app: Flask, cast: Any) -> None:
    record("certified", cast.aisyah, "A", date(2025, 3, 1), until="2026-02-28")
    record("certified", cast.aisyah, "B", date(2026, 3, 1), until="2027-02-28")  # begins as the other ends
    record("certified", cast.aisyah, "C", date(2026, 5, 1), until="2026-06-30")
    record("certified", cast.kinabalu_admin, "D", date(2026, 5, 1), until="2027-04-30")
    assert certified(cast.kinabalu.id, YEAR) == 2
    assert certified(cast.kinabalu.id, Window(date(2026, 3, 1), date(2026, 4, 1))) == 1
    assert certified(cast.kinabalu.id, Window(date(2027, 3, 1), date(2027, 4, 1))) == 1
    assert certified(cast.kinabalu.id, Window(date(2027, 5, 1), date.max)) == 0
    makers.assert_proven()


def test_a_pass_recorded_before_certificates_were_facts_stands_for_twelve_months(
    app: Flask, cast: Any
) -> None:
    record("course_passed", cast.aisyah, "old", date(2025, 2, 1), course="old")
    record("course_passed", cast.kinabalu_admin, "new", date(2026, 2, 1), course="new", certificate=True)
    assert certified(cast.kinabalu.id, YEAR) == 1
    assert certified(cast.kinabalu.id, Window(date(2026, 2, 1), date(2026, 12, 31))) == 0
    makers.assert_proven()


def through(slug: str, who: Any) -> Any:
    """One pass of a course; its outcome."""
    learning.enrol(slug, actor=who)
    read_all(slug, who)
    return try_quiz(slug, who).outcome


def test_passing_lifts_renewing_keeps_and_revoking_takes_out(app: Flask, cast: Any) -> None:
    live(cast, makers.definition(Metric("certified"), silver={"certified": 1}, gold={"certified": 2}))
    publish("read", gives_certificate=False, questions=1)
    publish("seller", validity_months=12, questions=1)
    assert through("read", cast.aisyah).tier is None and level_of(cast.kinabalu.id) == "member"
    outcome = through("seller", cast.aisyah)
    assert (outcome.tier, level_of(cast.kinabalu.id)) == ("silver", "silver")
    assert find_page(cast.aisyah).history[0].words == "A certificate carried you over the border"
    with at(2027, 11, 1):  # renewed, so it stands in 2028 too
        again = through("seller", cast.aisyah)
        assert not again.is_first and not again.earned and again.tier is None
    for year in (2027, 2028):
        with at(year, 1, 1):
            assert run_review() == []
    with at(2028, 2, 1):
        assert certified(cast.kinabalu.id, window_on(1, date(2028, 2, 1))) == 1
        revoke(again.serials[0], "Somebody else sat the quiz", actor=cast.marketer)
        assert certified(cast.kinabalu.id, window_on(1, date(2028, 2, 1))) == 0
        assert level_of(cast.kinabalu.id) == "silver", "only the review lowers"
        makers.assert_proven()
    with at(2029, 1, 1):
        assert [step.kind for step in run_review()] == ["grace"]
    kinds = text("SELECT count(*) FROM activities WHERE kind = 'certified' AND voided_at IS NOT NULL")
    assert db.session.execute(kinds).scalar() == 2, "the one renewed was taken back with it"


def home_counts(who: Any) -> int:
    return int(tier_card(load_home(who).rows("tier")).lead.have)


def test_the_certificate_of_several_courses_certifies_and_home_counts_alike(app: Flask, cast: Any) -> None:
    made = makers.definition(Metric("certified"), silver={"certified": 1}, gold={"certified": 3})
    live(cast, made)
    one, two = (publish(slug, gives_certificate=False, questions=1) for slug in ("one", "two"))
    certify("Certified Seller", one, two)
    through("one", cast.aisyah)
    assert level_of(cast.kinabalu.id) == "member"
    assert through("two", cast.aisyah).tier == "silver"
    record("certified", cast.kinabalu_admin, "old", date(2020, 1, 1), until="2021-01-01")
    page = find_page(cast.aisyah)
    assert [(row.have, row.need) for row in page.rows] == [(1, 3)]
    assert home_counts(cast.aisyah) == 1
    record("certified", cast.kinabalu_admin, "new", date(2026, 1, 1), until=None)
    assert (find_page(cast.aisyah).rows[0].have, home_counts(cast.aisyah)) == (2, 2)
