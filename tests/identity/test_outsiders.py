"""What somebody without an account can learn, and what a log or a neighbour must not hold."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import jobs
from app.core.db import db
from app.core.errors import RateLimited
from app.core.logs import without_tokens
from app.core.mail import Mail
from app.identity.services import invitations
from app.identity.services.signing_in import Browser, request_code, request_reset
from app.partners.models import Role
from tests.cast import PASSWORD, Cast, let_post, sign_in
from tests.support.statements import count_statements


@pytest.mark.parametrize("ask", [request_code, request_reset])
def test_a_mail_to_nobody_costs_as_much_as_one_to_somebody_and_leaves_nothing(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, ask: Any
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(jobs, "_wakers", [lambda: woken.append(1)])
    costs = []
    for email in (cast.aisyah.email, "nobody@kinabalu.example.com"):
        with app.app_context(), count_statements(app) as counted:
            ask(email, Browser(address="10.0.0.9"))
        costs.append(len(counted))
    known, unknown = costs
    assert known <= unknown <= known + 4
    assert len(woken) == 2
    with app.app_context():
        assert list(db.session.scalars(select(Mail.recipient))) == [cast.aisyah.email]
        assert db.session.scalar(select(func.count()).select_from(jobs.Job)) == 1


def test_a_token_that_signs_somebody_in_is_in_no_line_of_the_log(
    app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    token = "vQ3n-x9Zr_71b0aTgkYwq5sLhJ2mC8dEfUiOpRt4N6A"
    for path in (f"/join/{token}", f"/sign-in/reset/{token}", f"/join/{token}/"):
        client.get(path)
        assert token not in without_tokens(path)
    assert token not in "".join(capsys.readouterr())
    assert without_tokens("/deals/7cewfidagej9bw") == "/deals/7cewfidagej9bw"


def test_one_person_cannot_send_invitations_without_end(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "MAILS_AN_HOUR", 2)
    with app.app_context():
        made = invitations.invite("a@b.example", Role.MEMBER, cast.kinabalu.id, actor=cast.kinabalu_admin)
        invitations.send_again(made.id, actor=cast.kinabalu_admin)
        with pytest.raises(RateLimited):
            invitations.send_again(made.id, actor=cast.kinabalu_admin)
        with pytest.raises(RateLimited):
            invitations.invite("c@b.example", Role.MEMBER, cast.kinabalu.id, actor=cast.kinabalu_admin)
        assert db.session.scalar(select(func.count()).select_from(Mail)) == 2
        invitations.invite("d@b.example", Role.MEMBER, cast.merapi.id, actor=cast.merapi_admin)


def test_a_new_password_closes_every_code_and_link_mailed_before(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    browser = Browser(address="10.0.0.9")
    with app.app_context():
        request_reset(cast.aisyah.email, browser)
        request_reset(cast.aisyah.email, browser)
        request_reset(cast.budi.email, browser)
        links = [
            str(re.search(r"/sign-in/reset/\S+", text)[0])  # type: ignore[index]
            for text in db.session.scalars(select(Mail.text).order_by(Mail.id))
        ]
    let_post(client)
    answer = client.post(links[0], data={"password": "a brand new secret"})
    assert answer.status_code == 303
    assert [app.test_client().get(link).status_code for link in links] == [404, 404, 200]


def test_who_signs_in_over_somebody_else_ends_that_session(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.aisyah)
    before = client.get_cookie("tangga")
    assert before is not None
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/more").get_data(as_text=True))
    assert token is not None
    data = {"email": cast.budi.email, "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/sign-in", data=data).status_code == 303
    assert cast.budi.name in client.get("/more").get_data(as_text=True)
    thief = app.test_client()
    thief.set_cookie("tangga", before.value)
    assert thief.get("/account").status_code == 303
