"""Strange values in every field of the tier forms: a sentence, what was typed stays, never a 500."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.db import db
from app.tiers.models import TierPin, TierVersion
from tests.cast import Cast, sign_in
from tests.tiers.makers import live
from tests.tiers.test_pages import MATRIX, begin_plan

STRANGE = (
    "",
    " ",
    "-1",
    "0",
    "1e9",
    "9" * 400,
    "💎",
    "<script>alert(1)</script>",
    "9999-12-31",
    "NaN",
    "٣",
    "x" * 5000,
)


def test_no_cell_of_a_plan_breaks_the_editor(app: Flask, client: FlaskClient, cast: Cast) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    number = 0
    for name in MATRIX:
        for value in STRANGE:
            number += 1
            data = {**MATRIX, name: value, "action": "draft", "idempotency_key": f"strange-{number:012d}"}
            answer = client.post(f"/admin/tiers/plans/{public_id}", data=data)
            assert answer.status_code in (303, 422), (name, value, answer.status_code)
            assert "<script>alert" not in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count(TierVersion.id))) == 1
    assert client.get("/admin/tiers").status_code == 200


def test_no_value_breaks_a_pin(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        live(cast)
    sign_in(client, cast.manager)
    fine = {"level": "gold", "reason": "A promise", "ends_on": "2001-01-01"}
    number = 0
    for name in fine:
        for value in STRANGE:
            number += 1
            data = {**fine, name: value, "idempotency_key": f"pin-{number:016d}"}
            answer = client.post(f"/admin/tiers/companies/{cast.kinabalu.public_id}/pin", data=data)
            assert answer.status_code == 422, (name, value)
    with app.app_context():
        assert db.session.scalar(select(func.count(TierPin.id))) == 0
