"""The vendor's catalogue, stock and orders on screen."""

import io

import pytest

from app.core.db import execute_sql
from app.rewards import services
from tests.cast import sign_in
from tests.rewards.conftest import available
from tests.rewards.test_pages import many_rewards, text
from tests.support.statements import count_statements


def upload(client, value, content, name="codes.csv"):
    data = {"value": str(value), "file": (io.BytesIO(content), name)}
    return client.post("/admin/rewards/stock", data=data, content_type="multipart/form-data")


def test_the_catalogue_says_price_cost_stock_and_who_sees_it(app, client, cast, shop):
    shop.stock(shop.coffee, shop.coffee_40, "CODE-0001", "CODE-0002")
    sign_in(client, cast.marketer)
    page = text(client.get("/admin/rewards"))
    for words in (
        "RM\u00a036 to you",
        "2 left",
        "Malaysia",
        "Everyone",
        "By order",
        "20 points per RM\u00a01",
    ):
        assert words in page
    assert "Kopi Tiga" not in text(client.get("/admin/rewards?country=ID"))
    assert "DompetKu" in text(client.get("/admin/rewards?shelf=low"))


def test_stock_comes_in_by_file_and_duplicates_are_named(app, client, cast, shop):
    sign_in(client, cast.marketer)
    assert upload(client, shop.coffee_40, b"CODE-0001\nCODE-0002\nCODE-0001\n").status_code == 303
    page = text(client.get("/admin/rewards/stock"))
    assert "2 codes added" in page and "known already: line 3" in page
    assert "CODE-0001" not in page


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"%PDF-1.7 \xff", b"ab\n", b"x" * (11 * 1024 * 1024)]
)
def test_a_wrong_file_keeps_the_page_and_adds_nothing(app, client, cast, shop, content):
    sign_in(client, cast.marketer)
    assert upload(client, shop.coffee_40, content).status_code in (413, 422)
    with app.app_context():
        assert execute_sql("SELECT count(*) FROM voucher_codes").scalar() == 0


def test_a_reward_is_added_given_a_value_and_shown(app, client, cast, shop):
    sign_in(client, cast.marketer)
    data = {
        "name_en": "Senja Air flight credit", "brand": "Senja Air", "category": shop.category,
        "kind": "digital_voucher", "countries": "my, ID", "palette": "teal", "icon": "plane",
        "delivery_hours": "24", "quantity_limit": "2", "position": "7",
    }  # fmt: skip
    answer = client.post("/admin/rewards", data=data)
    assert answer.status_code == 303 and answer.location.endswith("/admin/rewards/senja-air-flight-credit")
    url = "/admin/rewards/senja-air-flight-credit"
    assert client.post(f"{url}/visibility", data={"live": "1"}).status_code == 409
    value = {"currency": "MYR", "face_value": "500.00", "cost": "500"}
    assert client.post(f"{url}/values", data=value).status_code == 303
    assert client.post(f"{url}/visibility", data={"live": "1"}).status_code == 303
    page = text(client.get(url))
    assert "10,000" in page and 'value="ID, MY"' in page
    assert client.post(url, data=data | {"name_en": ""}).status_code == 422
    assert client.post(url, data=data | {"countries": "Malaysia"}).status_code == 422
    assert client.post(f"{url}/values", data=value | {"face_value": "0"}).status_code == 422
    assert client.post(f"{url}/values", data=value | {"face_value": "50,00"}).status_code == 422


def test_a_rate_is_changed_and_every_price_follows(app, client, cast, shop):
    sign_in(client, cast.marketer)
    bad = {"currency": "MYR", "points": "-1", "per": "1"}
    assert client.post("/admin/rewards/rates", data=bad).status_code == 422
    good = {"currency": "MYR", "points": "30", "per": "1"}
    assert client.post("/admin/rewards/rates", data=good).status_code == 303
    assert "1,500" in text(client.get(f"/admin/rewards/{shop.market}"))


def test_roles_that_only_look_cannot_change_the_catalogue(app, client, cast, shop):
    for actor in (cast.auditor, cast.finance, cast.manager):
        other = app.test_client()
        sign_in(other, actor)
        assert other.get("/admin/rewards").status_code == 200
        assert other.post(f"/admin/rewards/{shop.market}/visibility").status_code == 403
        assert other.get("/admin/rewards/stock").status_code == 403
    sign_in(client, cast.aisyah)
    for url in ("/admin/rewards", "/admin/orders", "/admin/rewards/stock"):
        assert client.get(url).status_code == 404


def test_an_order_is_prepared_sent_and_delivered_by_the_vendor(app, client, cast, shop, rich):
    rich(cast.aisyah, 14000)
    with app.app_context():
        order = services.redeem(shop.earbuds, None, 1, "key-00001", cast.aisyah)
    sign_in(client, cast.manager)
    url = f"/admin/orders/{order}"
    assert "Aisyah Rahman" in text(client.get("/admin/orders"))
    assert client.post(f"{url}/progress", data={"state": "shipped"}).status_code == 409
    for state in ("processing", "shipped", "delivered"):
        assert client.post(f"{url}/progress", data={"state": state, "note": "PosLaju"}).status_code == 303
    assert client.post(f"{url}/cancellation", data={"reason": "Late"}).status_code == 409
    assert client.post(f"{url}/progress", data={"state": "nonsense"}).status_code == 422


def test_the_vendor_cancels_with_a_reason_and_answers_a_complaint(app, client, cast, shop, rich):
    rich(cast.aisyah, 14000)
    with app.app_context():
        order = services.redeem(shop.earbuds, None, 1, "key-00001", cast.aisyah)
        services.complain(order, "Where is it?", actor=cast.aisyah)
    sign_in(client, cast.manager)
    url = f"/admin/orders/{order}"
    assert "Where is it?" in text(client.get(url))
    assert client.get("/admin/orders?shelf=problems").status_code == 200
    with app.app_context():
        number = execute_sql("SELECT id FROM order_complaints").scalar()
    assert client.post(f"{url}/complaints/{number}/answer", data={"answer": ""}).status_code == 422
    assert client.post(f"{url}/complaints/{number}/answer", data={"answer": "Soon"}).status_code == 303
    assert client.post(f"{url}/cancellation", data={"reason": ""}).status_code == 422
    assert client.post(f"{url}/cancellation", data={"reason": "Sold out"}).status_code == 303
    with app.app_context():
        assert available(cast.aisyah) == 14000
    other = app.test_client()
    sign_in(other, cast.aisyah)
    page = text(other.get(f"/orders/{order}"))
    assert "Sold out" in page and "Soon" in page


def test_a_voucher_code_is_never_on_a_vendor_page(app, client, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "5083-7714-2290-66")
    rich(cast.aisyah, 1500)
    with app.app_context():
        order = services.redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah)
    sign_in(client, cast.owner)
    for url in (f"/admin/orders/{order}", "/admin/orders?shelf=all", f"/admin/rewards/{shop.market}"):
        assert "5083" not in text(client.get(url))


def test_vendor_pages_take_as_many_statements_for_a_thousand_rewards(app, client, cast, shop):
    sign_in(client, cast.owner)
    pages = ("/admin/rewards", "/admin/orders", f"/admin/rewards/{shop.market}", "/admin/rewards/stock")
    few = {}
    many_rewards(app, shop, 6)
    for url in pages:
        client.get(url)
        with count_statements(app) as seen:
            assert client.get(url).status_code == 200
        few[url] = len(seen)
        assert len(seen) <= 8, (url, list(seen))
    many_rewards(app, shop, 990)
    for url in pages:
        with count_statements(app) as seen:
            client.get(url)
        assert len(seen) == few[url], url
