"""The page of a plan: what it refuses and where, what a second person sees, what the writer is told, the year after."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.clock import today
from app.core.db import db
from app.notices.models import Notice
from app.tiers.words import long_day
from tests.cast import Cast, sign_in
from tests.tiers.test_pages import MATRIX, begin_plan, text_of


def test_a_level_has_a_name_of_its_own_and_opens_no_less_than_the_one_below(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    here = f"/admin/tiers/plans/{public_id}"
    twice = {
        **MATRIX,
        "level-1-name": " MEMBER",
        "level-1-multiplier": "1",
        "level-0-multiplier": "1.5",
        "action": "send",
    }
    answer = client.post(here, data={**twice, "idempotency_key": "twice-0123456789abcdef"})
    page = text_of(answer.text)
    assert answer.status_code == 422 and 'id="level-1-name-error"' in answer.text
    assert "Level 1 has this name too. Each level needs a name of its own." in page
    assert 'id="level-1-multiplier-error"' in answer.text and "MEMBER cannot earn less than Member." in page


def test_a_level_added_begins_with_what_the_one_below_opens_and_is_called_by_its_number(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    here = f"/admin/tiers/plans/{public_id}"
    more = client.post(
        here, data={**MATRIX, "action": "level", "idempotency_key": "more-0123456789abcdef"}
    ).text
    for part, value in (("multiplier", "1.25"), ("fund", "RM 2k")):
        assert f'name="level-2-{part}" value="{value}"' in more
    assert "What Level 3 opens, in words" in more
    empty = {**MATRIX, "level-2-name": "", "level-2-slug": "", "level-2-multiplier": "1.25", "action": "send"}
    page = text_of(client.post(here, data={**empty, "idempotency_key": "empty-0123456789abcdef"}).text)
    assert "Level 3 has to ask for something." in page and "Give the level a name" in page


def test_the_writers_are_told_once_what_the_second_person_answered(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    here = f"/admin/tiers/plans/{public_id}"
    for number, answer in enumerate(("return", "publication")):
        sign_in(client, cast.marketer)
        sent = client.post(
            here, data={**MATRIX, "action": "send", "idempotency_key": f"{number}-0123456789abcdef"}
        )
        assert sent.status_code == 303
        sign_in(client, cast.finance)
        for _tap in range(2):
            client.post(f"{here}/{answer}")
    with app.app_context():
        query = select(Notice.person_id, Notice.title, Notice.body, Notice.href).order_by(Notice.id)
        found = [tuple(row) for row in db.session.execute(query.where(Notice.kind == "tier_plan_decided"))]
        day = long_day(today())
    said = (
        f"{cast.finance.name} gave your plan back. It is a draft again.",
        f"{cast.finance.name} published your plan. It applies from {day}.",
    )
    assert found == [(cast.marketer.person_id, "Ladder", each, here) for each in said]
    assert said[1] in text_of(sign_in(client, cast.marketer).get("/notices").text)
