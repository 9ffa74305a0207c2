"""Plans joined by a score: pages say what the score lacks, not what each metric could still bring."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import freeze
from app.tiers.plans import SCORE, Metric
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
