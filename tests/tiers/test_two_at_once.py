"""Two people at one plan: nobody signs what they did not read, nobody overwrites what they did not see."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast, sign_in
from tests.support.pages import seen_on
from tests.tiers.makers import live
from tests.tiers.test_pages import MATRIX, begin_plan, text_of


def test_what_was_sent_again_meanwhile_is_not_published_unread(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    here = f"/admin/tiers/plans/{begin_plan(app, sign_in(client, cast.marketer))}"
    client.post(here, data={**MATRIX, "action": "send", "idempotency_key": "one-0123456789abcdef"})
    read = seen_on(sign_in(client, cast.finance).get(here).text)
    lower = {**MATRIX, "need-1-revenue": "1,000", "action": "send"}
    sign_in(client, cast.marketer).post(here, data={**lower, "idempotency_key": "two-0123456789abcdef"})
    answer = sign_in(client, cast.finance).post(here + "/publication", data={"seen": read})
    assert answer.status_code == 409 and "This was changed after you opened it." in text_of(answer.text)
    page = client.get(here).text
    assert "RM 1k" in text_of(page) and "waits for sign-off" in page
    assert client.post(here + "/publication", data={"seen": seen_on(page)}).status_code == 303


def test_who_saves_over_another_is_told_and_loses_nothing(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    here = f"/admin/tiers/plans/{begin_plan(app, sign_in(client, cast.marketer))}"
    opened = seen_on(client.get(here).text)
    theirs = {**MATRIX, "name": "Theirs", "action": "draft", "idempotency_key": "one-0123456789abcdef"}
    assert sign_in(client, cast.owner).post(here, data={**theirs, "seen": opened}).status_code == 303
    sign_in(client, cast.marketer)
    mine = {**MATRIX, "name": "Mine", "action": "draft", "seen": opened}
    wrong = client.post(here, data={**mine, "grace_days": "x", "idempotency_key": "two-0123456789abcdef"})
    assert wrong.status_code == 422 and seen_on(wrong.text) == opened
    told = client.post(here, data={**mine, "idempotency_key": "three-0123456789abcdef"})
    assert told.status_code == 409 and "This draft was saved elsewhere after you opened it" in told.text
    assert 'value="Mine"' in told.text and "Theirs" in client.get(here).text
    again = {**mine, "seen": seen_on(told.text), "idempotency_key": "four-0123456789abcdef"}
    assert client.post(here, data=again).status_code == 303
    assert 'value="Mine"' in client.get(here).text


def test_who_is_refused_at_sending_saves_again_without_a_word_about_others(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        live(cast)
    here = f"/admin/tiers/plans/{begin_plan(app, sign_in(client, cast.marketer))}"
    mine = {**MATRIX, "name": "Mine", "action": "send", "seen": seen_on(client.get(here).text)}
    refused = client.post(here, data={**mine, "idempotency_key": "one-0123456789abcdef"})
    assert refused.status_code == 422 and "is for everybody already" in refused.text
    again = {**mine, "seen": seen_on(refused.text), "audience_countries": "MY"}
    assert client.post(here, data={**again, "idempotency_key": "two-0123456789abcdef"}).status_code == 303
