"""Lists of sale lines: a partner sees their own, the vendor those of the companies in scope."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import today
from app.sales.bulk import record_sales
from tests.cast import Cast, sign_in
from tests.imports.conftest import per_usd_10
from tests.programs.makers import live
from tests.sales.test_sale_lines import fact
from tests.support.statements import count_statements


@pytest.fixture
def lines(app: Flask, cast: Cast) -> Cast:
    """Thirty lines of Kinabalu, one of Merapi, one that Kinabalu reported of Merapi."""
    with app.app_context():
        live(cast, per_usd_10(), name="Purchases")
        start = today() - timedelta(days=60)
        own = [fact(cast, f"INV-{n:02}", sold_on=start + timedelta(days=n)) for n in range(30)]
        merapi: dict[str, Any] = {
            "organisation_id": cast.merapi.id,
            "buyer_id": cast.merapi.id,
            "sold_on": start,
        }
        other = [
            fact(cast, "MER-1", **merapi),
            fact(
                cast,
                "VIA-1",
                kind="sell_through",
                seller_id=cast.kinabalu.id,
                reported_by_id=cast.kinabalu.id,
                **merapi,
            ),
        ]
        record_sales([*own, *other], actor=None)
    return cast


def test_a_partner_sees_own_lines_with_what_they_earned(client: FlaskClient, lines: Cast) -> None:
    sign_in(client, lines.aisyah)
    page = client.get("/sales").get_data(as_text=True)
    assert "INV-29" in page and "INV-00" not in page and "MER-1" not in page
    assert "128" in page
    found = client.get("/sales?q=inv-0").get_data(as_text=True)
    assert "INV-00" in found and "INV-29" not in found
    assert "MER-1" not in client.get("/sales?q=MER").get_data(as_text=True)
    assert "VIA-1" in client.get("/sales?q=VIA").get_data(as_text=True), (
        "a distributor sees what it reported itself"
    )


def test_a_line_that_waits_for_an_exchange_rate_says_so_and_who_acts(
    app: Flask, client: FlaskClient, lines: Cast
) -> None:
    with app.app_context():
        record_sales([fact(lines, "THAI-1", currency="THB", sold_on=today())], actor=None)
    sign_in(client, lines.aisyah)
    page = client.get("/sales?q=thai").get_data(as_text=True)
    assert "Not yet. Veridia adds the exchange rate of THB" in page
    assert "Not yet" not in client.get("/sales?q=inv-0").get_data(as_text=True)


def test_the_next_lines_are_a_fragment(client: FlaskClient, lines: Cast) -> None:
    sign_in(client, lines.aisyah)
    page = client.get("/sales").get_data(as_text=True)
    address = page.split('class="btn secondary" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = client.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "INV-00" in rest and "INV-29" not in rest and "<html" not in rest
    for odd in ("x", "2026-01-01_x", "_1", "2026-01-01_9999999999999999999999"):
        assert client.get(f"/sales?after={odd}").status_code == 200


def test_the_rival_sees_nothing_of_it(client: FlaskClient, lines: Cast) -> None:
    sign_in(client, lines.budi)
    page = client.get("/sales").get_data(as_text=True)
    assert "MER-1" in page and "INV-" not in page


def test_the_vendor_sees_all_and_filters_by_kind(client: FlaskClient, lines: Cast) -> None:
    sign_in(client, lines.finance)
    assert "Kinabalu Networks" in client.get("/admin/sales").get_data(as_text=True)
    through = client.get("/admin/sales?kind=sell_through").get_data(as_text=True)
    assert "VIA-1" in through and "MER-1" not in through
    assert "Merapi Solusi" in client.get("/admin/sales?q=merapi").get_data(as_text=True)
    assert client.get("/admin/sales?kind=nonsense&q=%25").status_code == 200


def test_partners_do_not_know_the_vendor_page(client: FlaskClient, lines: Cast) -> None:
    sign_in(client, lines.kinabalu_admin)
    assert client.get("/admin/sales").status_code == 404


@pytest.mark.parametrize("address", ["/sales", "/admin/sales", "/admin/imports"])
def test_a_list_asks_for_as_much_at_ten_lines_as_at_a_thousand(
    app: Flask, client: FlaskClient, cast: Cast, address: str
) -> None:
    counted = []
    sign_in(client, cast.kinabalu_admin if address == "/sales" else cast.owner)
    for size, start in ((10, 0), (990, 10)):
        with app.app_context():
            day = date(2026, 1, 1)
            record_sales([fact(cast, f"D{n}", sold_on=day) for n in range(start, start + size)], actor=None)
        client.get(address)
        with count_statements(app) as seen:
            assert client.get(address).status_code == 200
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 8
