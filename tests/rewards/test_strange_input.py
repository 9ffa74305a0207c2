"""Zero bytes, giant numbers and other strange input: refused with a status, never a 500."""

import pytest

from tests.cast import sign_in
from tests.rewards.test_pages import redeem_form, text

STRANGE = [
    "\x00",
    "a\x00b",
    "9" * 30,
    "-1",
    "1e9",
    "'; --",
    "%s",
    "\u202e",
    "x" * 5000,
    "..",
    "0.0.0",
    "1.2.3",
]


@pytest.mark.parametrize("value", STRANGE)
def test_strange_addresses_are_answered(app, client, cast, shop, value):
    answered = {404} if "\x00" in value else {200}
    sign_in(client, cast.aisyah)
    for name in ("q", "category", "delivery", "now", "after"):
        assert client.get("/rewards", query_string={name: value}).status_code in answered
    for name in ("denomination", "quantity"):
        assert client.get(f"/rewards/{shop.market}", query_string={name: value}).status_code in answered
    assert client.get("/orders", query_string={"after": value}).status_code in answered
    assert client.get(f"/rewards/{value}x").status_code == 404
    assert client.get(f"/orders/{value}x").status_code == 404
    vendor = app.test_client()
    sign_in(vendor, cast.owner)
    for name in ("q", "shelf", "country", "after"):
        assert vendor.get("/admin/rewards", query_string={name: value}).status_code in answered
        assert vendor.get("/admin/orders", query_string={name: value}).status_code in answered
    assert vendor.get("/admin/rewards/stock", query_string={"value": value}).status_code in answered


@pytest.mark.parametrize("value", STRANGE)
def test_strange_forms_are_refused_or_kept(app, client, cast, shop, rich, value):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    rich(cast.aisyah, 50000)
    sign_in(client, cast.aisyah)
    good = redeem_form(client, shop.market, denomination=shop.market_50)
    for name in ("denomination", "quantity", "codes", "price"):
        data = good | {name: value, "idempotency_key": "key-" + name + "-1"}
        answer = client.post(f"/rewards/{shop.market}/redemptions", data=data)
        assert answer.status_code in (409, 422), (name, text(answer)[:200])
    vendor = app.test_client()
    sign_in(vendor, cast.owner)
    reward = {"name_en": value, "brand": value, "category": value, "kind": value, "countries": value}
    reward |= {"description_en": value, "palette": value, "icon": value, "delivery_hours": value}
    for url in ("/admin/rewards", f"/admin/rewards/{shop.market}"):
        assert vendor.post(url, data=reward).status_code == 422
    assert vendor.post("/admin/rewards/stock", data={"value": value}).status_code == 422
    rate = {"currency": "MYR", "points": value, "per": value}
    assert vendor.post("/admin/rewards/rates", data=rate).status_code == 422
    size = {"currency": value, "face_value": value, "cost": value}
    assert vendor.post(f"/admin/rewards/{shop.market}/values", data=size).status_code == 422


@pytest.mark.parametrize("value", STRANGE)
def test_strange_words_about_an_order_are_kept_or_refused(app, client, cast, shop, rich, value):
    from app.rewards import services

    rich(cast.aisyah, 50000)
    with app.app_context():
        order = services.redeem(shop.earbuds, None, 1, "key-00001", cast.aisyah)
    sign_in(client, cast.aisyah)
    answer = client.post(f"/orders/{order}/complaint", data={"message": value + " why"})
    assert answer.status_code in (303, 422)
    vendor = app.test_client()
    sign_in(vendor, cast.owner)
    url = f"/admin/orders/{order}"
    assert vendor.post(f"{url}/progress", data={"state": value, "note": value}).status_code == 422
    answer = vendor.post(f"{url}/progress", data={"state": "processing", "note": value})
    assert answer.status_code in (303, 422)
    assert vendor.post(f"{url}/cancellation", data={"reason": value}).status_code in (303, 422)
    assert vendor.post(f"{url}/complaints/999/answer", data={"answer": value + "xx"}).status_code in (
        404,
        422,
    )


def test_a_number_in_an_address_that_no_row_can_have_leads_nowhere(app, client, cast, shop, rich):
    from app.rewards import services

    rich(cast.aisyah, 50000)
    with app.app_context():
        order = services.redeem(shop.earbuds, None, 1, "key-00002", cast.aisyah)
    sign_in(client, cast.owner)
    for giant in (2**63, 10**30):
        url = f"/admin/orders/{order}/complaints/{giant}/answer"
        assert client.post(url, data={"answer": "Hello there"}).status_code == 404
        assert client.post(f"/admin/rewards/{shop.market}/values/{giant}/retirement").status_code == 404
