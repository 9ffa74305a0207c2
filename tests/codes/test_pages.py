"""/redeem: looked at before anything moves, used once, remembered through the sign-in, refused alike."""

import re

import pytest

from app.codes import services
from app.codes.alphabet import ALPHABET, draw_codes, shown
from app.core.clock import today
from app.core.db import execute_sql
from app.ledger.verify import broken_invariants
from tests.cast import let_post, sign_in
from tests.rewards.conftest import available, build_shop, give_points


def post(client, *, key="", **fields):
    if key:
        fields["idempotency_key"] = key
    return client.post("/redeem", data=fields)


def whole(app):
    with app.app_context():
        assert [broken.name for broken in broken_invariants()] == []


def points_of(app, actor):
    with app.app_context():
        return available(actor)


def last_day(app, how):
    """The last day of a campaign that begins today, as a page writes it."""
    with app.test_request_context():
        return app.jinja_env.filters[how](services.default_last_day(today()))


def test_a_member_sees_value_giver_deadline_and_wallet_before_anything_moves(app, cast, gifts, client):
    code = gifts.one(500)
    sign_in(client, cast.aisyah)
    assert "16 letters" in client.get("/redeem").text
    answer = post(client, code=f" {shown(code).lower().replace('-', ' ')} ")
    assert answer.status_code == 303 and code not in answer.headers.get("Set-Cookie", "")
    page = client.get("/redeem").text
    for words in (
        "500 points",
        "Thank-you gift from Veridia",
        "Partner Day KL guests",
        "Your points, not the company",
        "Add by</dt><dd>" + last_day(app, "long_day"),
    ):
        assert words in page
    assert points_of(app, cast.aisyah) == 0
    answer = post(client, key="a-key-of-a-form", action="wallet", seen="500")
    assert answer.status_code == 303 and "/wallet/" in answer.headers["Location"]
    assert f"Gift code ending {code[-4:]} from Veridia" in client.get(answer.headers["Location"]).text
    assert (
        post(client, key="a-key-of-a-form", action="wallet", seen="500").headers["Location"]
        == answer.headers["Location"]
    )
    assert points_of(app, cast.aisyah) == 500 and "+500" in client.get("/redeem").text
    whole(app)


def test_two_codes_and_points_pay_one_reward(app, cast, gifts, client):
    shop = build_shop(app, cast)
    shop.stock(shop.market, shop.market_50, "VOUCHER-1")
    codes = [gifts.one(300), gifts.one(400)]
    give_points(app, cast.aisyah, 1_000)
    sign_in(client, cast.aisyah)
    post(client, code="\n".join(map(shown, codes)))
    page = client.get(f"/rewards/{shop.market}?form=1&denomination={shop.market_50}").text
    assert "+400" in page and 'name="from_wallet" value="300"' in page
    form = {
        "denomination": shop.market_50,
        "quantity": 1,
        "hand": "1",
        "from_wallet": "300",
        "idempotency_key": "k" * 9,
    }
    answer = client.post(f"/rewards/{shop.market}/redemptions", data=form)
    assert answer.status_code == 303
    assert points_of(app, cast.aisyah) == 700
    order = client.get(answer.headers["Location"]).text
    assert "From the wallet" in order and f"Gift code ending {codes[0][-4:]} from Veridia" in order
    line = re.search(r'"(/wallet/[a-z0-9]{14})"', client.get("/wallet?show=spent").text)
    receipt = " ".join(re.sub(r"<[^>]+>", " ", client.get(line[1]).text).split())
    assert "In all −300 Gift codes paid the other 700 points of this order." in receipt
    with app.app_context():
        sources = "FROM transfers t JOIN postings p ON p.id = t.posting_id WHERE p.kind = 'redemption'"
        assert execute_sql(f"SELECT count(*) {sources}").scalar() == 3
    whole(app)


def test_the_form_of_a_reward_takes_codes_and_repeats_its_answer(app, cast, gifts, client):
    shop = build_shop(app, cast)
    shop.stock(shop.market, shop.market_50, "VOUCHER-1")
    code = gifts.one(1_500)
    sign_in(client, cast.aisyah)
    form = {"denomination": shop.market_50, "quantity": 1, "codes": shown(code), "idempotency_key": "k" * 9}
    first = client.post(f"/rewards/{shop.market}/redemptions", data=form)
    again = client.post(f"/rewards/{shop.market}/redemptions", data=form)
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    post(client, code=code)
    assert "500 of 1,500" in client.get("/redeem").text
    wrong = {**form, "codes": shown(draw_codes(1)[0]), "idempotency_key": "m" * 9}
    assert client.post(f"/rewards/{shop.market}/redemptions", data=wrong).status_code == 422
    whole(app)


def test_action_may_name_a_reward(app, cast, gifts, client):
    shop = build_shop(app, cast)
    shop.stock(shop.coffee, shop.coffee_40, "VOUCHER-1")
    code = gifts.one(800)
    sign_in(client, cast.aisyah)
    post(client, code=code)
    answer = post(client, key="k" * 9, action=shop.coffee)
    assert answer.status_code == 303 and "/orders/" in answer.headers["Location"]
    whole(app)


def test_a_guest_sees_the_value_and_the_codes_survive_the_sign_in(app, cast, gifts, client):
    code = gifts.one(500)
    let_post(client)
    answer = post(client, code=shown(code))
    assert answer.headers["Location"] == "/redeem"
    page = client.get("/redeem").text
    assert f"Add by {last_day(app, 'day')}" in page
    assert "500" in page and "/sign-in?next=" in page and code not in page and shown(code) not in page
    assert post(client, key="k" * 9, action="wallet").headers["Location"].startswith("/sign-in?next=")
    answer = client.post(
        "/sign-in", data={"email": cast.aisyah.email, "password": "tangga-demo", "next": "/redeem"}
    )
    assert answer.headers["Location"] == "/redeem"
    assert "Add 500 points" in client.get("/redeem").text


def test_codes_in_hand_are_nobody_elses(app, cast, gifts, client):
    code = gifts.one(500)
    sign_in(client, cast.aisyah)
    post(client, code=code)
    sign_in(client, cast.budi)
    assert code[-4:] not in client.get("/redeem").text  # who reads Indonesian, so no English word will do
    client.set_cookie("codes_in_hand", "forged")
    assert client.get("/redeem").status_code == 200


def test_the_vendors_people_see_the_value_and_may_not_use_it(app, cast, gifts, client):
    code = gifts.one(500)
    sign_in(client, cast.marketer)
    post(client, code=code)
    page = client.get("/redeem").text
    assert "500 points" in page and "Add 500" not in page and "Goes to" not in page
    assert post(client, key="k" * 9, action="wallet").status_code == 403


@pytest.mark.parametrize(
    "typed",
    [
        "😀" * 16,
        "A" * 5_000,
        "\n".join(["7KX4-M92Q-DT3V-8HJC"] * 200),
        "x" * 30_000,
        "",
        "  \n ",
        "0" * 16,
        "<b>",
    ],
)
def test_strange_input_gets_a_sentence_and_counts_for_nothing(app, cast, gifts, client, typed):
    sign_in(client, cast.aisyah)
    answer = post(client, code=typed)
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    with app.app_context():
        assert execute_sql("SELECT count(*) FROM rate_counters").scalar() == 0


def test_a_typing_error_is_told_apart_and_not_counted(app, cast, gifts, client):
    code = gifts.one(500)
    wrong = code[:5] + next(letter for letter in ALPHABET if letter != code[5]) + code[6:]
    sign_in(client, cast.aisyah)
    for _time in range(15):
        answer = post(client, code=wrong)
        assert answer.status_code == 422 and "One character is not right" in answer.text
    assert post(client, code=code).status_code == 303


def test_no_code_lies_in_clear_anywhere_in_the_database(app, cast, gifts, client, caplog):
    code = gifts.one(500)
    unknown = draw_codes(1)[0]
    sign_in(client, cast.aisyah)
    post(client, code=shown(unknown))
    post(client, code=shown(code))
    post(client, key="k" * 9, action="wallet", code=shown(code))
    form = {"codes": shown(code), "quantity": 1, "idempotency_key": "m" * 9}
    client.post("/rewards/nothing/redemptions", data=form)
    from app.core.db import db

    with app.app_context():
        for table in db.metadata.tables.values():
            for row in db.session.execute(table.select()).all():
                text = repr(tuple(row))
                for each in (code, unknown):
                    assert each not in text and shown(each) not in text, table.name
    assert code not in caplog.text and shown(code) not in caplog.text
