"""Server-side sessions: their limits, rotation, and what ends them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.core.clock import utc_now
from app.core.db import db, transaction
from app.core.settings import current_settings
from app.identity.models import Person, PersonStatus, UserSession
from app.identity.services import people
from app.identity.sessions import limits_for
from app.partners import services as partners
from app.partners.models import Role
from tests.cast import PASSWORD, let_post, sign_in
from tests.support.statements import count_statements


def age_sessions(app, **values):
    with app.app_context(), transaction():
        db.session.execute(update(UserSession).values(**values))


def rows_of(app):
    with app.app_context():
        return [
            db.session.scalar(select(func.count()).select_from(table))
            for table in db.metadata.sorted_tables
            if table.name != "rate_counters"
        ]


def test_the_session_is_loaded_in_one_statement(app, client, cast):
    sign_in(client, cast.aisyah)
    client.get("/account")
    with count_statements(app) as seen:
        client.get("/more")
    loads = [text for text in seen if "user_sessions" in text]
    assert len(loads) == 1
    assert len(seen) <= 8


def test_a_get_writes_nothing_but_a_touch_every_five_minutes(app, client, cast):
    sign_in(client, cast.aisyah)
    before = utc_now() - timedelta(minutes=4)
    age_sessions(app, seen_at=before)
    client.get("/account")
    with app.app_context():
        assert db.session.scalar(select(UserSession.seen_at)) == before
    age_sessions(app, seen_at=utc_now() - timedelta(minutes=6))
    assert client.get("/account").status_code == 200
    with app.app_context():
        assert db.session.scalar(select(UserSession.seen_at)) > before
        assert db.session.get(Person, cast.aisyah.person_id).last_seen_at > before


@pytest.mark.parametrize("who", ["aisyah", "manager"])
def test_a_session_dies_idle_and_at_its_absolute_age(app, cast, who):
    actor = getattr(cast, who)
    with app.app_context():
        idle, absolute = limits_for(actor.role, current_settings())
    assert (idle, absolute) == (
        (timedelta(hours=2), timedelta(hours=20))
        if who == "aisyah"
        else (timedelta(minutes=30), timedelta(hours=12))
    )
    client = sign_in(app.test_client(), actor)
    age_sessions(app, seen_at=utc_now() - idle + timedelta(minutes=1))
    assert client.get("/account").status_code == 200
    age_sessions(app, seen_at=utc_now() - idle - timedelta(seconds=1))
    assert client.get("/account").status_code == 303
    client = sign_in(app.test_client(), actor)
    age_sessions(app, seen_at=utc_now(), created_at=utc_now() - absolute - timedelta(seconds=1))
    assert client.get("/account").status_code == 303


def test_signing_in_rotates_whatever_the_browser_held(app, client, cast):
    let_post(client)
    with client.session_transaction() as session:
        session["_user_id"] = "planted by an attacker"
        raw = session["csrf_token"]
    client.post("/sign-in", data={"email": cast.aisyah.email, "password": PASSWORD})
    with client.session_transaction() as session:
        assert session["_user_id"] != "planted by an attacker"
        assert session.get("csrf_token") != raw
    with app.app_context():
        stored = db.session.scalar(select(UserSession.token_digest))
    with client.session_transaction() as session:
        assert session["_user_id"] not in stored  # only a digest is kept


def test_another_role_gives_the_browser_another_token(app, client, cast):
    sign_in(client, cast.aisyah)
    assert client.get("/team/invitations/new").status_code == 403
    with client.session_transaction() as session:
        old = session["_user_id"]
    with app.app_context():
        people.change_role(cast.aisyah.person_id, Role.PARTNER_ADMIN, actor=cast.kinabalu_admin)
    assert client.get("/team/invitations/new").status_code == 200
    with client.session_transaction() as session:
        fresh = session["_user_id"]
    assert fresh != old
    thief = app.test_client()
    with thief.session_transaction() as session:
        session["_user_id"] = old
    assert thief.get("/account").status_code == 303


def test_a_deactivated_person_is_sent_to_sign_in_and_a_post_changes_no_row(app, client, cast):
    sign_in(client, cast.aisyah)
    with app.app_context():
        people.deactivate(cast.aisyah.person_id, actor=cast.kinabalu_admin)
    before = rows_of(app)
    page = client.get("/account")
    assert (page.status_code, page.location) == (
        303,
        "/sign-in?next=/account".replace("/account", "%2Faccount"),
    )
    answer = client.post("/account", data={"name": "Somebody Else", "locale": "id", "time_zone": ""})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert rows_of(app) == before
    with app.app_context():
        person = db.session.get(Person, cast.aisyah.person_id)
        assert (person.name, person.locale, person.status) == (
            "Aisyah Rahman",
            "en",
            PersonStatus.DEACTIVATED,
        )
    let_post(client)
    assert client.post("/sign-in", data={"email": cast.aisyah.email, "password": PASSWORD}).status_code == 422


def test_a_suspended_company_takes_its_people_out(app, client, cast):
    sign_in(client, cast.aisyah)
    with app.app_context():
        partners.suspend_organisation(cast.kinabalu.id, actor=cast.owner, reason="Unpaid invoices")
    assert client.get("/account").status_code == 303
    with app.app_context():
        partners.reinstate_organisation(cast.kinabalu.id, actor=cast.owner)
    sign_in(client, cast.aisyah)
    assert client.get("/account").status_code == 200


def test_a_fragment_is_told_where_to_sign_in(client, cast):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/team?x=1"}
    answer = client.get("/account", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=%2Fteam%3Fx%3D1"


def test_other_browsers_can_be_signed_out_one_by_one_and_all_at_once(app, cast):
    here, there = sign_in(app.test_client(), cast.aisyah), sign_in(app.test_client(), cast.aisyah)
    with app.app_context():
        ids = list(db.session.scalars(select(UserSession.public_id).order_by(UserSession.id)))
    assert here.post(f"/account/sessions/{ids[1]}/end").status_code == 303
    assert there.get("/account").status_code == 303
    assert here.post(f"/account/sessions/{ids[1]}/end").status_code == 404
    stranger = sign_in(app.test_client(), cast.budi)
    assert stranger.post(f"/account/sessions/{ids[0]}/end").status_code == 404
    third = sign_in(app.test_client(), cast.aisyah)
    assert here.post("/account/sign-out-everywhere").location == "/sign-in"
    assert here.get("/account").status_code == third.get("/account").status_code == 303
    assert stranger.get("/account").status_code == 200


def test_the_production_cookie_cannot_be_set_by_a_neighbour(make_app):
    app = make_app(env="production", external_url="https://portal.example.com")
    client = app.test_client()
    answer = client.get("/sign-in", base_url="https://portal.example.com")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("__Host-"))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_the_cookie_is_not_written_again_with_each_answer(client, cast):
    sign_in(client, cast.aisyah)
    client.get("/account")
    assert "Set-Cookie" not in client.get("/account").headers
