"""Sign-in by password, code and link; what is counted; what an outsider can tell."""

import re
import time
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from app.core import limits
from app.core.clock import travel, utc_now
from app.core.db import db, transaction
from app.core.mail import Mail
from app.identity.models import Person, SignInSecret, UserSession
from tests.cast import PASSWORD, let_post


def sign_in_page(client, email, password, **more):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def newest_mail(app, to):
    with app.app_context():
        return db.session.scalars(select(Mail).where(Mail.recipient == to).order_by(Mail.id.desc())).first()


def token_of(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True)).group(1)


def without_tokens(page):
    text = re.sub(r"[A-Za-z0-9_=-]{60,}", "TOKEN", page.get_data(as_text=True))
    return re.sub(r"[\w.]+@[\w.]+", "ADDRESS", text)


def test_a_password_opens_the_door_through_the_form_as_shown(client, cast):
    page = client.get("/sign-in?next=/account")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert 'name="email"' in text and 'name="password"' in text and 'formaction="/sign-in/code"' in text
    answer = sign_in_page(
        client, " Aisyah@Kinabalu.example.com ", PASSWORD, next="/account", csrf_token=token_of(page)
    )
    assert (answer.status_code, answer.location) == (303, "/account")
    assert client.get("/account").status_code == 200


def test_partners_start_at_home_and_the_vendor_at_the_queue(client, cast):
    let_post(client)
    assert sign_in_page(client, cast.aisyah.email, PASSWORD).location == "/"
    let_post(client)
    assert sign_in_page(client, cast.manager.email, PASSWORD).location == "/admin"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "javascript:alert(1)"],
)
def test_next_stays_on_this_site(client, cast, target):
    let_post(client)
    assert sign_in_page(client, cast.aisyah.email, PASSWORD, next=target).location == "/"


def test_known_and_unknown_addresses_are_answered_alike(client, cast):
    let_post(client)
    for path, fields in (
        ("/sign-in", {"password": "not this one"}),
        ("/sign-in/code", {}),
        ("/sign-in/reset", {}),
    ):
        known = client.post(path, data={"email": cast.aisyah.email, **fields})
        unknown = client.post(path, data={"email": "nobody@kinabalu.example.com", **fields})
        assert known.status_code == unknown.status_code
        assert without_tokens(known) == without_tokens(unknown)
        ignored = {"Date", "X-Request-Id", "Set-Cookie", "Content-Length"}
        assert {k: v for k, v in known.headers if k not in ignored} == {
            k: v for k, v in unknown.headers if k not in ignored
        }
        assert ("Set-Cookie" in known.headers) == ("Set-Cookie" in unknown.headers)
    for path in ("/sign-in/code", "/sign-in/reset?sent=1"):
        assert client.get(path).status_code == 200


def test_argon2_works_as_hard_for_an_unknown_address(make_app, monkeypatch):
    from app.identity import passwords

    app = make_app(env="development")
    with app.app_context():
        stored = passwords.hash_password("a long secret")
        assert PasswordHasher().check_needs_rehash(stored) is False
        passwords.verify_password(None, "warms up the stand-in")

        def quickest(secret: str | None) -> float:
            """Of five, so that what else the machine does counts for nothing."""
            took = []
            for _try in range(5):
                started = time.perf_counter()
                assert passwords.verify_password(secret, "wrong") is False
                took.append(time.perf_counter() - started)
            return min(took)

        known, unknown = quickest(stored), quickest(None)
    assert unknown > known * 0.3 and known > 0.01


def test_argon2_never_runs_inside_a_write_transaction(app):
    from app.identity import passwords

    with app.app_context(), pytest.raises(RuntimeError), transaction():
        passwords.hash_password("a long secret")


def test_a_weak_hash_is_made_anew_at_sign_in(app, client, cast):
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    with app.app_context(), transaction():
        db.session.execute(
            update(Person).where(Person.id == cast.aisyah.person_id).values(password_hash=weak)
        )
    let_post(client)
    assert sign_in_page(client, cast.aisyah.email, PASSWORD).status_code == 303
    with app.app_context():
        assert db.session.get(Person, cast.aisyah.person_id).password_hash != weak


def test_the_eleventh_try_is_refused_and_says_when(app, client, cast):
    let_post(client)
    for _try in range(10):
        assert sign_in_page(client, cast.aisyah.email, "wrong").status_code == 422
    refused = sign_in_page(client, cast.aisyah.email, PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert "minutes" in refused.get_data(as_text=True)
    let_post(client)
    assert sign_in_page(client, cast.budi.email, PASSWORD).status_code == 303


def test_right_passwords_are_not_counted(client, cast):
    for _try in range(12):
        let_post(client)
        assert sign_in_page(client, cast.aisyah.email, PASSWORD).status_code == 303


def test_an_address_gets_fifty_failures_over_all_people(app, client, cast):
    let_post(client)
    with app.app_context():
        for _try in range(50):
            limits.hit("sign-in address", "127.0.0.1", 50, 900)
    assert sign_in_page(client, cast.aisyah.email, PASSWORD).status_code == 429


def test_a_network_of_ipv6_addresses_is_one_address(app, client, cast, monkeypatch):
    few = replace(app.extensions["tangga_settings"], sign_in_address_limit=3)
    monkeypatch.setitem(app.extensions, "tangga_settings", few)
    let_post(client)

    def answer(number: int, network: str = "2001:db8:1:2") -> int:
        form = {"email": f"nobody-{number}@example.com", "password": "wrong"}
        where = {"REMOTE_ADDR": f"{network}::{number:x}"}
        return client.post("/sign-in", data=form, environ_overrides=where).status_code

    assert [answer(number) for number in range(1, 5)] == [422, 422, 422, 429]
    assert answer(5, "2001:db8:1:3") == 422


def test_a_mailed_code_signs_in_once(app, client, cast):
    let_post(client)
    sent = client.post("/sign-in/code", data={"email": cast.budi.email, "next": "/wallet"})
    assert (sent.status_code, sent.location) == (303, "/sign-in/code?next=/wallet")
    page = client.get(sent.location).get_data(as_text=True)
    assert 'autocomplete="one-time-code"' in page
    mail = newest_mail(app, cast.budi.email)
    code = re.search(r"\d{6}", mail.text).group(0)
    assert "kode" in mail.subject.lower()  # in Budi's language, not the browser's
    fields = {"email": cast.budi.email, "code": f"{code[:3]} {code[3:]}", "next": "/wallet"}
    opened = client.post("/sign-in/code", data=fields)
    assert (opened.status_code, opened.location) == (303, "/wallet")
    let_post(client)
    assert client.post("/sign-in/code", data=fields).status_code == 422


def test_a_code_dies_at_the_fifth_wrong_try(app, client, cast):
    let_post(client)
    client.post("/sign-in/code", data={"email": cast.budi.email})
    code = re.search(r"\d{6}", newest_mail(app, cast.budi.email).text).group(0)
    wrong = "000000" if code != "000000" else "111111"
    for _try in range(5):
        assert client.post("/sign-in/code", data={"email": cast.budi.email, "code": wrong}).status_code == 422
    assert client.post("/sign-in/code", data={"email": cast.budi.email, "code": code}).status_code == 422


def test_a_code_dies_after_ten_minutes_and_when_a_newer_one_is_asked(app, client, cast):
    let_post(client)
    client.post("/sign-in/code", data={"email": cast.budi.email})
    first = re.search(r"\d{6}", newest_mail(app, cast.budi.email).text).group(0)
    client.post("/sign-in/code", data={"email": cast.budi.email})
    second = re.search(r"\d{6}", newest_mail(app, cast.budi.email).text).group(0)
    if first != second:
        assert client.post("/sign-in/code", data={"email": cast.budi.email, "code": first}).status_code == 422
    with app.app_context(), transaction():
        past = utc_now()
        db.session.execute(update(SignInSecret).values(expires_at=past))
    assert client.post("/sign-in/code", data={"email": cast.budi.email, "code": second}).status_code == 422


def test_several_mails_in_a_row_are_refused(client, cast):
    let_post(client)
    answers = [client.post("/sign-in/code", data={"email": cast.budi.email}).status_code for _try in range(6)]
    assert answers == [303] * 5 + [429]


def test_a_reset_link_sets_a_password_once_and_signs_out_everywhere(app, client, cast):
    other = app.test_client()
    let_post(other)
    sign_in_page(other, cast.aisyah.email, PASSWORD)
    let_post(client)
    assert (
        client.post("/sign-in/reset", data={"email": cast.aisyah.email}).location == "/sign-in/reset?sent=1"
    )
    link = re.search(r"/sign-in/reset/\S+", newest_mail(app, cast.aisyah.email).text).group(0)
    page = client.get(link)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert client.post(link, data={"password": "short"}).status_code == 422
    done = client.post(link, data={"password": "another long secret"})
    assert done.status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert client.get(link).status_code == 404
    let_post(other)
    assert sign_in_page(other, cast.aisyah.email, PASSWORD).status_code == 422
    assert sign_in_page(other, cast.aisyah.email, "another long secret").status_code == 303


def test_an_unknown_reset_token_says_the_link_is_gone(client):
    page = client.get("/sign-in/reset/nothing")
    assert page.status_code == 404


def test_sign_out_ends_the_session_in_the_database(app, client, cast):
    let_post(client)
    sign_in_page(client, cast.aisyah.email, PASSWORD)
    with client.session_transaction() as session:
        kept = dict(session)
    assert client.get("/sign-out").status_code == 200
    let_post(client)
    assert client.post("/sign-out").location == "/sign-in"
    with client.session_transaction() as session:
        session.update(kept)  # a thief with the old cookie
    assert client.get("/account").status_code == 303
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(UserSession.ended_at.is_(None))) == 0


def test_an_empty_form_names_both_fields_and_keeps_the_address(client):
    let_post(client)
    page = client.post("/sign-in", data={"email": "someone@kinabalu.example.com", "password": ""})
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "someone@kinabalu.example.com" in text and "Enter your password." in text


def test_language_and_theme_switch_before_sign_in(client):
    let_post(client)
    answer = client.post("/language", data={"locale": "ms", "next": "/sign-in"})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert 'lang="ms"' in client.get("/sign-in").get_data(as_text=True)
    client.post("/theme", data={"theme": "dark", "next": "/sign-in"})
    assert 'data-theme="dark"' in client.get("/sign-in").get_data(as_text=True)
    assert client.post("/language", data={"locale": "xx"}).status_code == 422
    assert client.post("/theme", data={"theme": "pink"}).status_code == 422
    assert client.post("/language", data={"locale": "en", "next": "//evil.example.com"}).location == "/"


def test_the_clock_of_codes_is_ours(app, client, cast):
    with travel(utc_now()):
        let_post(client)
        assert client.post("/sign-in/code", data={"email": cast.budi.email}).status_code == 303
