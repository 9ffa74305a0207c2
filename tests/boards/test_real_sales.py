"""The real sales fill the boards, with the clock at 2020-06-01, and the command proves every score."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask

from app.boards import closing, queries, standings
from app.boards.cli import boards_group
from app.boards.models import Metric, Period
from app.core.clock import travel
from app.core.db import execute_sql
from app.partners.audience import Audience
from tests.boards.makers import COMPANIES, board, order, period_of, scores
from tests.imports.conftest import REAL, per_usd_10, take
from tests.programs.makers import live, set_rate

CLOCK = datetime(2020, 6, 1, 4, tzinfo=UTC)
LINES, CENTS = 57_851, 77_548_570_20


def test_the_real_sales_fill_the_boards_and_the_check_proves_them(app: Flask) -> None:
    from tests.cast import build_cast

    with travel(CLOCK), app.app_context():
        cast = build_cast()
        set_rate("USD", date(2017, 1, 1), 400)
        live(cast, per_usd_10(), name="Purchases")
        everything = board(cast, Metric.REVENUE, COMPANIES, Period.ALL, name="All time")
        years = board(cast, Metric.REVENUE, COMPANIES, Period.YEAR, name="Years")
        canada = board(
            cast, Metric.POINTS, COMPANIES, Period.QUARTER, Audience(countries=("CA",)), name="Canada"
        )
        take("partners", REAL / "resellers.csv")
        take("products", REAL / "products.csv")
        report = take("sales", REAL / "reseller_sales.csv")
        assert report.imported == LINES
        assert sum(scores(everything).values()) == CENTS * 4
        by_year = {year: sum(scores(years, f"{year}-01-01").values()) for year in (2017, 2018, 2019, 2020)}
        assert sum(by_year.values()) == CENTS * 4 and min(by_year.values()) > 0
        sold = execute_sql(
            "SELECT organisation_id, SUM(amount_minor) FROM activities GROUP BY organisation_id"
            " ORDER BY SUM(amount_minor) DESC, MAX(id) LIMIT 50"
        )
        assert [who for _rank, who in order(everything)] == [row[0] for row in sold]
        now = period_of(canada)
        assert now.starts_on == date(2020, 4, 1)
        ranks = [line.rank for line in standings.list_top(now.id, COMPANIES, limit=1000)]
        assert ranks == sorted(ranks) and ranks[0] == 1
        closing.turn_day()
        with travel(datetime(2020, 6, 2, 4, tzinfo=UTC)):
            closing.turn_day()
            page = queries.find_page(years.slug, cast.manager, period_key="2019")
            assert page.is_final and page.participants > 400
    with travel(CLOCK):
        done = app.test_cli_runner().invoke(boards_group, ["rebuild", "--check", "--json"])
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.output)
    assert (said["boards"], said["faults"], said["waiting"]) == (3, [], 0)
    assert said["closed"] >= 3 and said["scores"] > 600
