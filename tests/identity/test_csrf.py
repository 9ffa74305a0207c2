"""Forged requests: masked token, Origin, and what the refusal looks like."""

import pytest

from app.core.csrf import mask, unmask
from tests.cast import let_post, sign_in


def test_the_token_looks_different_in_each_answer(client):
    pages = [client.get("/sign-in").get_data(as_text=True) for _time in range(2)]
    tokens = [page.split('name="csrf_token" value="')[1].split('"')[0] for page in pages]
    assert tokens[0] != tokens[1] and tokens[0][:20] != tokens[1][:20]
    assert unmask(tokens[0]).split(".")[0] == unmask(tokens[1]).split(".")[0]


@pytest.mark.parametrize("text", ["", "a", "abc.def-ghi_123", "x" * 200])
def test_unmask_undoes_mask(text):
    assert unmask(mask(text)) == (text or None)


@pytest.mark.parametrize("junk", [None, "", "***", "A", "é", "A" * 2000, "AAAA", "////"])
def test_unmask_survives_junk(junk):
    unmask(junk)


@pytest.mark.parametrize("token", [None, "", "nonsense", "A" * 400])
def test_a_post_without_a_good_token_is_refused(client, cast, token):
    sign_in(client, cast.aisyah)
    client.environ_base.pop("HTTP_X_CSRFTOKEN")
    data = {} if token is None else {"csrf_token": token}
    assert client.post("/account", data=data).status_code == 403


def test_a_token_of_another_session_is_refused(app, cast):
    mine, other = sign_in(app.test_client(), cast.aisyah), sign_in(app.test_client(), cast.budi)
    mine.environ_base["HTTP_X_CSRFTOKEN"] = other.environ_base["HTTP_X_CSRFTOKEN"]
    assert mine.post("/sign-out").status_code == 403


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "https://evil.example.com"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://localhost.evil.example.com"}, False),
        ({"Origin": "http://localhost:81"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Referer": "https://evil.example.com/page"}, False),
        ({"Referer": "http://localhost/account"}, True),
        ({}, True),
    ],
)
def test_only_our_own_pages_may_send_forms(client, cast, headers, passes):
    let_post(client)
    answer = client.post("/language", data={"locale": "ms", "next": "/sign-in"}, headers=headers)
    assert answer.status_code == (303 if passes else 403)
