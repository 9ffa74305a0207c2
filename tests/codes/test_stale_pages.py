"""Between look and tap: a second tab, a code used elsewhere, an ended campaign, the back button, two taps.

Each ends in a sentence that says what happened to the points.
"""

from datetime import timedelta

import pytest

from app.codes import services
from app.codes.alphabet import shown
from app.codes.errors import CodeTaken
from app.core.clock import travel, utc_now
from app.core.db import execute_sql
from app.ledger.verify import broken_invariants
from app.rewards.services import redeem
from tests.cast import sign_in
from tests.codes.test_services import ids_of
from tests.rewards.conftest import available, build_shop, give_points

GONE = "These codes are not in hand any more"


@pytest.fixture
def shop(app, cast):
    found = build_shop(app, cast)
    found.stock(found.market, found.market_50, "VOUCHER-1", "VOUCHER-2")
    give_points(app, cast.aisyah, 20_000)
    return found


def look(client, *codes):
    client.post("/redeem", data={"code": "\n".join(map(shown, codes))})


def add(client, seen, key="k" * 9):
    return client.post("/redeem", data={"action": "wallet", "seen": seen, "idempotency_key": key})


def buy(client, shop, key="k" * 9, **form):
    fields = {
        "denomination": shop.market_50,
        "quantity": 1,
        "hand": "1",
        "price": 1000,
        "idempotency_key": key,
    }
    return client.post(f"/rewards/{shop.market}/redemptions", data={**fields, **form})


def points_of(app, actor):
    with app.app_context():
        assert broken_invariants() == []
        return available(actor)


def test_a_code_used_elsewhere_is_never_paid_for_by_the_wallet_instead(app, cast, gifts, shop, client):
    code = gifts.one(1_000)
    sign_in(client, cast.aisyah)
    look(client, code)
    page = client.get(f"/rewards/{shop.market}?form=1&denomination={shop.market_50}").text
    assert 'name="from_wallet" value="0"' in page and 'name="in_hand" value="1000"' in page
    with app.app_context():
        services.claim("elsewhere", ids_of(code), actor=cast.budi)
    for form in ({"from_wallet": "0", "in_hand": "1000"}, {"from_wallet": "0"}, {}):
        answer = buy(client, shop, **form)
        assert answer.status_code == 409 and GONE in answer.text and "Nothing was taken" in answer.text
    with app.app_context(), pytest.raises(CodeTaken):
        redeem(shop.market, shop.market_50, 1, "key-1", cast.aisyah, wallet_at_most=0)
    answer = add(client, 1000)
    assert answer.status_code == 409 and GONE in answer.text
    assert points_of(app, cast.aisyah) == 20_000


def test_of_two_codes_one_that_is_gone_stops_the_payment_and_the_rest_is_shown(
    app, cast, gifts, shop, client
):
    first, second = gifts.one(600), gifts.one(400)
    sign_in(client, cast.aisyah)
    look(client, first, second)
    with app.app_context():
        services.claim("elsewhere", ids_of(first), actor=cast.budi)
    for answer in (buy(client, shop, from_wallet="0", in_hand="1000"), add(client, 1000)):
        assert answer.status_code == 409 and "has changed since you looked. Nothing was taken" in answer.text
    assert "Add 400 points" in client.get("/redeem").text
    assert points_of(app, cast.aisyah) == 20_000


def test_codes_that_another_tab_added_are_not_spent_unseen(app, cast, gifts, shop, client):
    first, second = gifts.one(600), gifts.one(400)
    sign_in(client, cast.aisyah)
    look(client, first)
    stale = {"from_wallet": "400", "in_hand": "600"}
    look(client, second)
    told = add(client, 600)
    assert buy(client, shop, **stale).status_code == told.status_code == 409
    assert (
        "aria-invalid" not in told.text and "thing to fix" not in told.text
    )  # nothing that was typed is wrong
    client.post("/redeem", data={"action": "remove", "place": "0", "ending": second[-4:]})
    assert f"{1_000:,} points" in client.get("/redeem").text  # not the one that stood there: none is put away
    client.post("/redeem", data={"action": "remove", "place": "1", "ending": second[-4:]})
    answer = buy(client, shop, **stale)
    assert answer.status_code == 303 and points_of(app, cast.aisyah) == 19_600


def test_a_campaign_that_ended_between_look_and_tap(app, cast, gifts, shop, client, monkeypatch):
    monkeypatch.setattr("app.rewards.hand.LIFE_SECONDS", 40 * 86_400)  # only the campaign's end is in the way
    code = gifts.one(1_000, until=(utc_now() + timedelta(days=1)).date())
    sign_in(client, cast.aisyah)
    look(client, code)
    cookie = client.get_cookie("codes_in_hand").value
    with travel(utc_now() + timedelta(days=35)):
        sign_in(client, cast.aisyah)
        client.set_cookie("codes_in_hand", cookie)
        for answer in (add(client, 1000), buy(client, shop, from_wallet="0", in_hand="1000")):
            assert answer.status_code == 409 and GONE in answer.text
    assert points_of(app, cast.aisyah) == 20_000


def test_two_taps_and_the_back_button_give_the_first_answer_again(app, cast, gifts, shop, client):
    codes = gifts.one(1_500), gifts.one(700)
    sign_in(client, cast.aisyah)
    look(client, codes[0])
    forms = {"from_wallet": "0", "in_hand": "1500"}
    orders = {buy(client, shop, **forms).headers["Location"] for _time in range(3)}
    assert len(orders) == 1
    look(client, codes[1])
    answers = [add(client, 1200, key="m" * 9) for _time in range(3)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert "This was sent before. Nothing was done twice." in client.get(answers[2].headers["Location"]).text
    assert points_of(app, cast.aisyah) == 21_200
    with app.app_context():
        undone = redeem(shop.earbuds, None, 1, "key-9", cast.aisyah)
    before = points_of(app, cast.aisyah)
    for _time in range(2):
        answer = client.post(f"/orders/{undone}/cancellation", follow_redirects=True)
        assert answer.status_code == 200 and "Your points are back" in answer.text
    assert points_of(app, cast.aisyah) > before
    with app.app_context():
        assert execute_sql("SELECT count(*) FROM postings WHERE kind = 'refund'").scalar() == 1
    answer = client.post(f"{orders.pop()}/cancellation")
    assert answer.status_code == 409 and "Nothing has changed" in answer.text


def test_a_page_of_an_earlier_session_leads_back_to_itself(app, cast, gifts, client):
    """Signed out and in again in another tab: nothing moves, and the way on is the same page, not a reproach."""
    code = gifts.one(500)
    sign_in(client, cast.aisyah)
    look(client, code)
    token = client.environ_base["HTTP_X_CSRFTOKEN"]
    sign_in(client, cast.aisyah)
    form = {"action": "wallet", "seen": "500", "idempotency_key": "k" * 9}
    here = {"X-CSRFToken": token, "Referer": "http://localhost/redeem"}
    answer = client.post("/redeem", data=form, headers=here)
    assert answer.status_code == 403 and "Nothing was changed" in answer.text
    assert "Open this page again" in answer.text and 'href="http://localhost/redeem"' in answer.text
    assert "You may not" not in answer.text
    foreign = client.post("/redeem", data=form, headers={**here, "Referer": "https://elsewhere.example/x"})
    assert foreign.status_code == 403 and "elsewhere" not in foreign.text
    assert points_of(app, cast.aisyah) == 0 and "Add 500 points" in client.get("/redeem").text
