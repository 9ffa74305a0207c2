"""*Codes you have used*: into the wallet or for a reward, what they paid for, and what a code still holds."""

import re
from datetime import timedelta

from app.codes import services
from app.codes.alphabet import shown
from app.core.clock import travel, utc_now
from app.rewards.queries.used_codes import list_used
from app.rewards.services import cancel, redeem
from tests.cast import sign_in
from tests.codes.test_services import ids_of
from tests.conftest import count_statements
from tests.rewards.conftest import build_shop, give_points


def rows_of(page):
    """The text of each line and where it leads, by the last four characters of its code."""
    lines = re.findall(r'<a class="row" href="([^"]+)">(.*?)</a>', page, re.S)
    found = [(href, " ".join(re.sub(r"<[^>]+>", " ", text).split())) for href, text in lines]
    return [(href, text) for href, text in found if "ending" in text]


def test_a_code_spent_on_a_reward_stands_with_what_it_paid_for_and_what_is_left(app, cast, gifts, client):
    shop = build_shop(app, cast)
    shop.stock(shop.market, shop.market_50, "VOUCHER-1", "VOUCHER-2")
    give_points(app, cast.aisyah, 20_000)
    batch, (part,) = gifts.make(2_500)
    claimed, back = gifts.one(400), gifts.one(700)
    with app.app_context():
        first = redeem(shop.market, shop.market_50, 1, "key-0", cast.aisyah, code_ids=ids_of(part))
        order = redeem(shop.market, shop.market_50, 1, "key-1", cast.aisyah, code_ids=ids_of(part))
        services.claim("key-2", ids_of(claimed), actor=cast.aisyah)
        undone = redeem(shop.earbuds, None, 1, "key-3", cast.aisyah, code_ids=ids_of(back))
        cancel(undone, actor=cast.aisyah)
        services.claim("key-4", ids_of(gifts.one(900)), actor=cast.budi)
        colleague, paid = cast.kinabalu_admin, gifts.one(50_000)
        redeem(shop.earbuds, None, 1, "key-6", colleague, code_ids=ids_of(paid))
    sign_in(client, cast.aisyah)
    client.post("/redeem", data={"code": shown(part)})
    client.get("/redeem")
    with count_statements(app) as seen:
        page = client.get("/redeem").text
    assert len(seen) <= 8, "\n".join(seen)
    rows = rows_of(page)
    assert len(rows) == 4
    assert [rows[number][0] for number in (0, 2, 3)] == [f"/orders/{each}" for each in (undone, order, first)]
    assert "Lapis earbuds was cancelled. The points are back. 700 points are still on the code" in rows[0][1]
    assert "Into your wallet" in rows[1][1] and rows[1][1].endswith("+400 points")
    assert rows[1][0].startswith("/wallet/") and client.get(rows[1][0]).status_code == 200
    assert "Paid for Pasar Mega e-voucher 500 points are still on the code" in rows[2][1]
    assert f"ending {part[-4:]}" in rows[2][1] and rows[2][1].endswith(" 1,000 points")
    assert "Paid for Pasar Mega e-voucher" in rows[3][1] and "still on" not in rows[3][1]

    with travel(utc_now() + timedelta(days=400)):
        sign_in(client, cast.aisyah)
        assert "still on the code" not in client.get("/redeem").text
    sign_in(client, cast.aisyah)
    with app.app_context():
        services.void_batch(batch, actor=cast.owner, reason="Test")
    assert "still on the code" not in rows_of(client.get("/redeem").text)[2][1]


def test_many_used_codes_come_in_pages_and_each_once(app, cast, gifts, client):
    _batch, codes = gifts.make(10, 23)
    with app.app_context():
        for number in range(0, 23, 10):
            services.claim(f"key-{number}", ids_of(*codes[number : number + 10]), actor=cast.aisyah)
    sign_in(client, cast.aisyah)
    found, page = [], client.get("/redeem").text
    while True:
        found += rows_of(page)
        more = re.search(r'hx-get="(/redeem\?after=\d+)"', page)
        if more is None:
            break
        page = client.get(more[1], headers={"HX-Request": "true"}).text
        assert "<html" not in page
    assert len(found) == len({href for href, _text in found}) == 23
    assert rows_of(client.get("/redeem?after=none").text) == found[:10]


def test_what_a_code_still_holds_is_said_once_however_many_pages(app, cast, gifts, monkeypatch):
    monkeypatch.setattr("app.rewards.queries.used_codes.USED_SHOWN", 2)
    shop, code, other = build_shop(app, cast), gifts.one(40_000), gifts.one(2_000)
    shop.stock(shop.market, shop.market_50, *(f"VOUCHER-{number}" for number in range(4)))
    with app.app_context():
        for number, used in enumerate((other, code, code, code)):
            redeem(shop.market, shop.market_50, 1, f"key-{number}", cast.aisyah, code_ids=ids_of(used))
        first, following = list_used(cast.aisyah.person_id)
        second, end = list_used(cast.aisyah.person_id, str(following))
    assert [use.left for use in (*first, *second)] == [37_000, 0, 0, 1_000] and end is None
