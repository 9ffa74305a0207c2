"""One's own account."""

from app.core.db import db
from app.identity.models import Person
from tests.cast import PASSWORD, let_post, sign_in


def test_name_language_and_zone_are_kept(app, client, cast):
    sign_in(client, cast.aisyah)
    form = {"name": "Aisyah binti Rahman", "locale": "ms", "time_zone": "Asia/Jakarta", "has_shortcuts": "y"}
    assert client.post("/account", data=form).location == "/account"
    page = client.get("/account").get_data(as_text=True)
    assert 'lang="ms"' in page and "Aisyah binti Rahman" in page
    with app.app_context():
        person = db.session.get(Person, cast.aisyah.person_id)
        assert (person.time_zone, person.has_shortcuts) == ("Asia/Jakarta", True)
    client.post("/account", data=form | {"time_zone": "", "has_shortcuts": ""})
    with app.app_context():
        person = db.session.get(Person, cast.aisyah.person_id)
        assert person.time_zone is None


def test_wrong_answers_are_kept_and_explained(client, cast):
    sign_in(client, cast.aisyah)
    for wrong in ({"name": ""}, {"name": "x" * 81}, {"locale": "xx"}, {"time_zone": "Mars/Base"}):
        form = {"name": "Aisyah", "locale": "en", "time_zone": ""} | wrong
        assert client.post("/account", data=form).status_code == 422
    client.post("/language", data={"locale": "ms", "next": "/account"})
    refused = client.post("/account", data={"name": "Aisyah", "locale": "ms", "time_zone": "Mars/Base"}).text
    assert "Pilih salah satu jawapan yang diberi." in refused and "Not a valid choice" not in refused


def test_a_new_password_needs_the_present_one_and_ends_other_sessions(app, cast):
    here, there = sign_in(app.test_client(), cast.aisyah), sign_in(app.test_client(), cast.aisyah)
    fresh = {"current_password": PASSWORD, "password": "a long new secret"}
    assert here.post("/account/password", data=fresh | {"current_password": "wrong"}).status_code == 422
    assert here.post("/account/password", data=fresh | {"password": "short"}).status_code == 422
    assert here.post("/account/password", data=fresh | {"password": "aaaaaaaaaaaa"}).status_code == 422
    assert here.post("/account/password", data=fresh).location == "/account"
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    guest = app.test_client()
    let_post(guest)
    old = guest.post("/sign-in", data={"email": cast.aisyah.email, "password": PASSWORD})
    new = guest.post("/sign-in", data={"email": cast.aisyah.email, "password": "a long new secret"})
    assert (old.status_code, new.status_code) == (422, 303)


def test_guessing_the_present_password_is_throttled(client, cast):
    sign_in(client, cast.aisyah)
    wrong = {"current_password": "wrong", "password": "a long new secret"}
    answers = [client.post("/account/password", data=wrong).status_code for _try in range(11)]
    assert answers == [422] * 10 + [429]


def test_language_switched_in_place_is_kept_on_the_person(app, client, cast):
    sign_in(client, cast.aisyah)
    assert client.post("/language", data={"locale": "id", "next": "/more"}).location == "/more"
    with app.app_context():
        assert db.session.get(Person, cast.aisyah.person_id).locale == "id"
    assert 'lang="id"' in client.get("/more").get_data(as_text=True)


def test_more_offers_what_a_person_may_open(client, cast):
    sign_in(client, cast.aisyah)
    text = client.get("/more").get_data(as_text=True)
    assert "/team" in text and "/admin" not in text
    sign_in(client, cast.manager)
    text = client.get("/more").get_data(as_text=True)
    assert "/admin/partners" in text and 'href="/team"' not in text
