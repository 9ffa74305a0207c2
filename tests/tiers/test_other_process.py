"""A plan that another process of the same installation has published."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import freeze
from app.core.db import db
from app.partners.audience import Audience
from app.tiers import catalogue
from app.tiers.plans import Metric
from tests.cast import sign_in
from tests.programs.makers import definition as program
from tests.programs.makers import live as live_program
from tests.tiers import makers
from tests.tiers.makers import NOW, live


@pytest.fixture(autouse=True)
def november() -> Any:
    with freeze(NOW):
        yield


def test_home_sees_a_further_plan_that_began_today_whoever_published_it(
    app: Flask, client: FlaskClient, cast: Any
) -> None:
    with app.app_context():
        live_program(cast, program())
        live(cast)
        known, key = catalogue.load_catalogue(), str(db.engine.url)
        theirs = makers.definition(
            Metric("deals"), silver={"deals": 7}, gold={"deals": 9}, audience=Audience(countries=("MY",))
        )
        live(cast, theirs, name="Malaysia")
        catalogue._cache[key] = known  # as in a process that did not publish it
    page = sign_in(client, cast.aisyah).get("/").text
    assert "7 deals" in page and "RM 48k" not in page
