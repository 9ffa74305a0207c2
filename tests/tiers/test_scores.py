"""Plans joined by a score: pages say what the score lacks, not what each metric could still bring."""

import itertools
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.activities import services as activities
from app.core.clock import freeze
from app.tiers.plans import SCORE, Metric
from app.tiers.progress import progress
from tests.cast import sign_in
from tests.tiers import makers
from tests.tiers.makers import NOW, RM, live

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def november() -> Any:
    with freeze(NOW):
        yield


def seen(client: FlaskClient, path: str, who: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", sign_in(client, who).get(path).text).split())


def test_with_a_score_every_page_says_how_many_marks_are_missing(
    app: Flask, client: FlaskClient, cast: Any
) -> None:
    """Not each metric's own gap: none of them has to be met whole."""
    metrics = (Metric("revenue", 60, ("deal_won",)), Metric("certified", 40))
    needs = {
        "silver": {"revenue": 100_000 * RM, "certified": 2},
        "gold": {"revenue": 200_000 * RM, "certified": 4},
    }
    with app.app_context():
        live(cast, makers.definition(*metrics, join=SCORE, **needs))
        makers.win(cast, 96_000 * RM, on=TODAY)

    home = seen(client, "/", cast.aisyah)
    assert "13 marks to Silver" in home and "Score: 57 of 70" in home and "RM 4,000" not in home
    tier = seen(client, "/tier?value=1000", cast.aisyah)
    assert "13 marks away" in tier and "Silver needs 70 of 100" in tier and "57 of 100 so far" in tier
    assert "12 marks short of Silver" in tier and "70 of 100" in tier.split("Gold")[1][:20]
    assert "Brings 57 of 60" in tier and "Brings 0 of 40 Has to be above zero." in tier
    assert "Brings 58 of 60" in tier and "Score: 58 needs 70" in tier and "to go" not in tier
    assert "13 marks short of Silver" in seen(client, "/admin/tiers", cast.manager)
    assert "13 marks to Silver" in seen(client, f"/admin/partners/{cast.kinabalu.public_id}", cast.manager)


def test_a_score_that_is_enough_names_the_metric_at_zero(app: Flask, client: FlaskClient, cast: Any) -> None:
    metrics = (Metric("revenue", 90, ("deal_won",)), Metric("certified", 10))
    needs = {
        "silver": {"revenue": 1_000 * RM, "certified": 3},
        "gold": {"revenue": 2_000 * RM, "certified": 4},
    }
    with app.app_context():
        live(cast, makers.definition(*metrics, join=SCORE, **needs))
        makers.win(cast, 900 * RM, on=TODAY)
    assert "1 person to Silver" in sign_in(client, cast.aisyah).get("/").text
    assert "1 person away" in seen(client, "/tier", cast.aisyah)
    assert "1 person short of Silver" in seen(client, "/admin/tiers", cast.manager)


def test_what_a_deal_adds_to_a_score_is_said_where_it_is_enough(
    app: Flask, client: FlaskClient, cast: Any
) -> None:
    """No metric is met whole, and none is said to be missing."""
    metrics = (Metric("revenue", 60, ("deal_won",)), Metric("deals", 40))
    needs = {"silver": {"revenue": 100_000 * RM, "deals": 3}, "gold": {"revenue": 200_000 * RM, "deals": 6}}
    company = f"/admin/tiers/companies/{cast.kinabalu.public_id}"
    with app.app_context():
        live(cast, makers.definition(*metrics, join=SCORE, **needs))
        makers.win(cast, 60_000 * RM, on=TODAY)
    assert "49 of 100 so far" in seen(client, company, cast.manager)
    tier = seen(client, "/tier?value=30000", cast.aisyah)
    answer = tier.split("This deal takes you to Silver.")[1].split("You would also earn")[0]
    assert "Brings 54 of 60" in answer and "Brings 26 of 40" in answer and "Score: 80 needs 70" in answer
    assert "to go" not in tier
    with app.app_context():
        makers.win(cast, 30_000 * RM, on=TODAY)
    kept = seen(client, company, cast.manager).split("What keeps Silver")[1]
    assert kept.strip().startswith("Review on 1 January 2027 · 80 of 100") and "to go" not in kept


def test_what_the_metrics_bring_comes_to_the_score() -> None:
    """46.58, 15 and 6.67 are 68 marks: shown as 46, 15 and 7, not as 67."""
    metrics = (Metric("revenue", 50, ("deal_won",)), Metric("deals", 30), Metric("certified", 20))
    needs = {"silver": {"revenue": 600_000 * RM, "deals": 6, "certified": 3}}
    needs["gold"] = {key: 2 * need for key, need in needs["silver"].items()}
    plan = makers.definition(*metrics, join=SCORE, **needs)
    silver = plan.levels[1]
    for revenue in (0, 1, 99_999, 559_000, 599_999, 600_000, 900_000):
        for deals, certified in itertools.product(range(8), range(5)):
            have = {"revenue": revenue * RM, "deals": deals, "certified": certified}
            rows = progress(plan, silver, have, 1)
            assert sum(row.marks for row in rows) == int(plan.score(have, silver))
            assert all(0 <= row.marks <= row.metric.weight for row in rows)
    have = {"revenue": 559_000 * RM, "deals": 3, "certified": 1}
    assert [row.marks for row in progress(plan, silver, have, 1)] == [46, 15, 7]


def test_the_preview_of_the_review_says_how_many_marks_keep_a_level(
    app: Flask, client: FlaskClient, cast: Any
) -> None:
    metrics = (Metric("revenue", 60, ("deal_won",)), Metric("deals", 40))
    needs = {"silver": {"revenue": 100_000 * RM, "deals": 3}, "gold": {"revenue": 200_000 * RM, "deals": 6}}
    with app.app_context():
        live(cast, makers.definition(*metrics, join=SCORE, **needs))
        makers.win(cast, 60_000 * RM, on=TODAY)
        second = makers.win(cast, 40_000 * RM, on=TODAY)
        assert makers.level_of(cast.kinabalu.id) == "silver"
        activities.void(second.activity_id, "credit note", cast.finance)
    page = seen(client, "/admin/tiers/review", cast.manager)
    assert "Kinabalu Networks 21 marks short of keeping Silver: grace until 1 April 2027 1 Jan 2027" in page
