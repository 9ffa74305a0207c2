"""Codes in hand: whose they are when people take turns at one browser, and for how long."""

import re
from datetime import timedelta

import pytest

from app.core.clock import travel, utc_now
from tests.cast import PASSWORD, let_post, sign_in
from tests.codes.test_pages import post


def in_hand(client):
    """The last four characters of each code that the page shows in hand, whoever reads it in whatever language."""
    answer = client.get("/redeem")
    assert answer.status_code == 200
    return re.findall(r'name="ending" value="(\w{4})"', answer.text)


def enter_by_form(client, actor):
    answer = client.post("/sign-in", data={"email": actor.email, "password": PASSWORD})
    assert answer.status_code == 303
    let_post(client)


@pytest.mark.parametrize("locale", ["en", "ms", "id"])
@pytest.mark.parametrize("leave", ["/sign-out", "/account/sign-out-everywhere"])
def test_a_guests_codes_go_to_who_signs_in_and_to_nobody_after_them(app, cast, gifts, client, locale, leave):
    code = gifts.one(500)
    let_post(client)
    client.post("/language", data={"locale": locale})
    post(client, code=code)
    assert in_hand(client) == [code[-4:]]
    enter_by_form(client, cast.aisyah)
    assert client.get("/").status_code == 200  # and never the page of the codes
    kept = client.get_cookie("codes_in_hand").value
    assert client.post(leave).status_code == 303
    assert client.get_cookie("codes_in_hand") is None
    let_post(client)
    for _cookie in ("gone with the sign-out", "kept by a browser that lost its session"):
        assert in_hand(client) == []
        sign_in(client, cast.budi)
        assert in_hand(client) == []
        client.post("/sign-out")
        client.set_cookie("codes_in_hand", kept)
    sign_in(client, cast.aisyah)
    assert in_hand(client) == [code[-4:]]


def test_the_half_hour_runs_from_the_last_code_that_was_entered(app, cast, gifts, client):
    first, second = gifts.one(500), gifts.one(700)
    start = utc_now()

    def after(minutes):
        return travel(start + timedelta(minutes=minutes))

    let_post(client)
    post(client, code=first)
    with after(10):
        enter_by_form(client, cast.aisyah)
    with after(29):
        assert in_hand(client) == in_hand(client) == [first[-4:]]
    with after(31):
        assert in_hand(client) == []
    post(client, code=first)
    with after(20):
        post(client, code=second)
    with after(49):
        assert sorted(in_hand(client)) == sorted([first[-4:], second[-4:]])
        post(client, action="remove", place="0", ending=in_hand(client)[0])
        assert len(in_hand(client)) == 1
    with after(51):
        assert in_hand(client) == []
