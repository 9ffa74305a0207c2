"""What every answer carries from the first page on: headers, an id, Vary; and health, for people and for machines."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.db import db
from app.core.doctor import examine
from app.deals.models import Deal, DealEvent
from tests.cast import Cast, sign_in
from tests.deals.support import sent

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PLACES = ("/sign-in", "/", "/no-such-page", "/healthz", "/static/icons.svg", "/account")


def test_every_answer_has_a_strict_policy_and_an_id(app: Flask, client: FlaskClient, cast: Cast) -> None:
    for person in (None, cast.aisyah, cast.manager):
        if person:
            sign_in(client, person)
        for place in PLACES:
            answer = client.get(place)
            policy = dict(
                part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
            )
            assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'", place
            assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'", place
            assert "unsafe" not in str(policy), place
            assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, place
            assert len(answer.headers["X-Request-Id"]) >= 8, place
    assert client.get("/account").headers["Cache-Control"].endswith("private")


def test_production_asks_for_https_and_development_does_not(make_app: Callable[..., Flask]) -> None:
    safe = make_app(env="production", secret_key="x" * 40, external_url="https://portal.example.com")
    answer = safe.test_client().get("/healthz", base_url="https://portal.example.com")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in make_app().test_client().get("/healthz").headers


def test_an_id_that_is_offered_stands_on_the_error_page_and_a_strange_one_does_not(
    client: FlaskClient,
) -> None:
    answer = client.get("/no-such-page", headers={"X-Request-Id": "proxy-12345678"})
    assert answer.headers["X-Request-Id"] == "proxy-12345678"
    strange = client.get("/no-such-page", headers={"X-Request-Id": "a b<script>"})
    assert strange.status_code == 404 and "<script>" not in strange.headers["X-Request-Id"]


def test_one_address_gives_a_page_or_a_fragment_and_says_what_it_depends_on(
    client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.aisyah)
    for place in ("/deals", "/rewards", "/wallet"):
        page = client.get(place)
        fragment = client.get(place, headers={"HX-Request": "true", "HX-Target": "main"})
        restored = client.get(place, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
        assert "<html" in page.text and "<html" not in fragment.text and "<html" in restored.text, place
        for answer in (page, fragment, restored):
            assert "HX-Request" in answer.headers["Vary"], place


def test_a_look_at_the_head_is_a_look(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """HEAD carries no token, so it must never be taken for a form that was sent."""
    for place in ("/sign-in", "/sign-in/code", "/sign-in/reset"):
        assert client.head(place).status_code == client.get(place).status_code == 200, place
    with app.app_context():
        one = sent(cast).public_id
    sign_in(client, cast.manager)
    for place in ("question?message=From+a+link", "rejection?message=No&reason=too_early"):
        assert client.head(f"/admin/deals/{one}/{place}").status_code == 200, place
    with app.app_context():
        assert db.session.scalar(select(Deal.state).where(Deal.public_id == one)).value == "submitted"
        assert db.session.scalar(select(func.count(DealEvent.id))) == 1


def test_health_is_the_process_and_readiness_what_it_stands_on(app: Flask, client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (
        200,
        {"status": "ok", "checks": {"database": True, "queue": True}},
    )


def test_without_a_database_the_process_lives_and_is_not_ready(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    with app.app_context():
        path = str(db.engine.url.database)
        db.session.remove()
        db.engine.dispose()
    with open(path, "wb") as file:
        file.write(b"this is no database" * 400)
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (
        answer.status_code == 503 and answer.json is not None and answer.json["checks"]["database"] is False
    )
    assert "Traceback" not in answer.text and path not in answer.text


def test_each_line_of_the_log_carries_the_id_of_its_request(
    make_app: Callable[..., Flask], capfd: pytest.CaptureFixture[str]
) -> None:
    app = make_app(
        env="production", secret_key="x" * 40, external_url="https://portal.example.com", log_level="INFO"
    )
    app.test_client().get(
        "/sign-in", headers={"X-Request-Id": "proxy-87654321"}, base_url="https://portal.example.com"
    )
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    told = [line for line in lines if line.get("event") == "request"]
    assert [(line["request_id"], line["path"], line["status"]) for line in told] == [
        ("proxy-87654321", "/sign-in", 200)
    ]


def test_the_doctor_finds_a_lost_trigger(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    with app.app_context():
        assert {finding.name: finding.good for finding in examine()}["triggers"] is True
        path = str(db.engine.url.database)
        db.session.remove()
        with sqlite3.connect(path) as connection:
            name = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' LIMIT 1"
            ).fetchone()[0]
            connection.execute(f'DROP TRIGGER "{name}"')
        lost = {finding.name: finding for finding in examine()}["triggers"]
        assert lost.good is False and name in lost.text
