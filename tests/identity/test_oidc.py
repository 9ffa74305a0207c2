"""Sign-in by the company's provider, against a real one on loopback."""

import re
import time
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import RSAKey
from sqlalchemy import select, text

from app.core.db import db, transaction
from app.core.doctor import examine
from app.core.settings import SettingsError, load_settings
from app.identity import oidc
from app.identity.models import CompanySignIn
from app.identity.services.company_sign_in import unlink
from app.partners.models import Role
from tests.cast import PASSWORD, add_person, let_post, sign_in
from tests.support.oidc import CLIENT_ID, CLIENT_SECRET, KEYS, Provider

NO_ACCOUNT = "Your company account does not open this portal."
NOT_DONE = "Your company’s sign-in did not let you through."
STALE = "This sign-in was begun too long ago, or somewhere else."
SILENT = "Your company’s sign-in does not answer right now."


@pytest.fixture(scope="module")
def running():
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(app, cast, running):
    """The provider, and an application that uses it."""
    running.reset()
    oidc._kept.clear()
    before = app.extensions["tangga_settings"]
    app.extensions["tangga_settings"] = replace(
        before, oidc_issuer=running.issuer, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET
    )
    yield running
    app.extensions["tangga_settings"] = before


def leave(client, query=""):
    """Begin, let the provider consent, and return where it sends the browser back to, on this site."""
    answer = client.get("/sign-in/oidc" + query)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    back = requests.get(answer.location, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def come_in(client, query=""):
    return client.get(leave(client, query))


def refused(answer, sentence, status=422):
    page = unescape(answer.get_data(as_text=True))
    said = re.sub(r"(?s).*<main|</main>.*|<[^>]*>", " ", page)
    assert answer.status_code == status and sentence in page, said
    assert 'name="email"' in page and "/sign-in/oidc" in page  # every other way in stands beside it
    return True


def links(app):
    with app.app_context():
        rows = db.session.scalars(select(CompanySignIn).order_by(CompanySignIn.id))
        return [(row.person_id, row.subject) for row in rows]


def trail(app):
    with app.app_context():
        query = """SELECT e.code, d.note FROM audit_events e LEFT JOIN audit_details d ON d.event_id = e.id
                   WHERE e.subject = 'person' ORDER BY e.id"""
        return [tuple(row) for row in db.session.execute(text(query))]


def test_the_button_stands_there_only_when_a_provider_is_set(app, client, cast):
    assert "company account" not in client.get("/sign-in").get_data(as_text=True)
    assert client.get("/sign-in/oidc").status_code == 404
    assert client.get("/sign-in/oidc/callback?code=x&state=y").status_code == 404


def test_a_verified_address_opens_the_account_and_is_linked_for_good(app, client, cast, provider):
    page = client.get("/sign-in?next=/wallet").get_data(as_text=True)
    assert 'href="/sign-in/oidc?next=/wallet"' in page and "Sign in with your company account" in page
    answer = come_in(client, "?next=/wallet")
    assert (answer.status_code, answer.location) == (303, "/wallet")
    assert client.get("/account").status_code == 200
    assert links(app) == [(cast.aisyah.person_id, "subject-1")]
    codes = trail(app)
    assert ("person.company_sign_in_linked", provider.issuer) in codes
    assert ("person.signed_in", "company") in codes


def test_the_request_carries_pkce_nonce_and_state_and_the_cookie_tells_none_of_them(app, client, provider):
    answer = client.get("/sign-in/oidc")
    query = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    assert query["code_challenge_method"] == "S256" and query["redirect_uri"].endswith(
        "/sign-in/oidc/callback"
    )
    assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3
    cookie = client.get_cookie("tangga").value
    assert "SameSite=Lax" in answer.headers["Set-Cookie"] and answer.headers["Cache-Control"] == "no-store"
    assert query["state"] not in cookie and query["nonce"] not in cookie
    with client.session_transaction() as session:
        assert set(session) <= {"oidc", "csrf_token", "_permanent"}
        assert query["nonce"] not in session["oidc"]


def test_the_vendor_starts_at_the_queue_and_a_foreign_next_is_dropped(app, client, cast, provider):
    provider.person |= {"email": " Manager@vendor.example.com "}
    assert come_in(client, "?next=https://evil.example.com/").location == "/admin"


def test_from_then_on_the_subject_decides_not_the_address(app, client, cast, provider):
    come_in(client)
    client.delete_cookie("tangga")
    provider.person |= {"email": "somebody.else@kinabalu.example.com", "email_verified": False}
    assert come_in(client).location == "/"
    assert "Aisyah" in client.get("/account").get_data(as_text=True)
    client.delete_cookie("tangga")
    provider.person |= {"email": cast.budi.email, "email_verified": True}  # now Budi's address: still Aisyah
    come_in(client)
    assert "Aisyah" in client.get("/account").get_data(as_text=True)
    assert links(app) == [(cast.aisyah.person_id, "subject-1")]


def test_another_account_with_the_same_address_is_refused_until_an_administrator_unlinks(
    app, client, cast, provider
):
    come_in(client)
    client.delete_cookie("tangga")
    provider.person |= {"sub": "subject-2"}
    assert refused(come_in(client), NO_ACCOUNT)
    assert links(app) == [(cast.aisyah.person_id, "subject-1")]
    with app.app_context():
        assert unlink("Aisyah@Kinabalu.example.com") == 1
    assert come_in(client).status_code == 303
    assert links(app) == [(cast.aisyah.person_id, "subject-2")]


@pytest.mark.parametrize("who", ["nobody@kinabalu.example.com", "left@kinabalu.example.com"])
def test_nobody_is_created_and_who_left_stays_out(app, client, cast, provider, who):
    with app.app_context():
        gone = add_person("left@kinabalu.example.com", "Left", Role.MEMBER, cast.kinabalu)
        with transaction():
            db.session.execute(
                text("UPDATE people SET status = 'deactivated' WHERE id = :id"), {"id": gone.person_id}
            )
        before = db.session.execute(text("SELECT count(*) FROM people")).scalar()
    provider.person |= {"email": who}
    assert refused(come_in(client), NO_ACCOUNT)
    assert client.get("/account").status_code == 303
    with app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM people")).scalar() == before
    assert links(app) == []


def test_a_person_linked_before_is_refused_alike_once_the_company_is_suspended(app, client, cast, provider):
    come_in(client)
    client.delete_cookie("tangga")
    with app.app_context(), transaction():
        db.session.execute(
            text("UPDATE organisations SET status = 'suspended' WHERE id = :id"), {"id": cast.kinabalu.id}
        )
    assert refused(come_in(client), NO_ACCOUNT)


@pytest.mark.parametrize("verified", [False, None, "false", 1, "yes"])
def test_an_address_that_the_provider_did_not_verify_opens_nothing(app, client, provider, verified):
    provider.person |= {"email_verified": verified}
    assert refused(come_in(client), "Your company has not confirmed the email address")
    assert links(app) == []


def test_an_address_that_stands_in_userinfo_alone_will_do(app, client, cast, provider):
    provider.email_in_token = False
    assert come_in(client).location == "/"
    assert links(app) == [(cast.aisyah.person_id, "subject-1")]


def test_userinfo_of_another_subject_is_not_believed(app, client, provider):
    provider.email_in_token, provider.wrong = False, {"sub": "subject-9"}
    assert refused(come_in(client), NOT_DONE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        {"aud": None},
        {"nonce": "of-another-request"},
        {"nonce": None},
        {"iss": "https://evil.example.com"},
        {"iss": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 32_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
def test_a_token_that_was_not_made_for_this_request_opens_nothing(app, client, provider, wrong):
    provider.wrong = wrong
    assert refused(come_in(client), NOT_DONE)
    assert client.get("/account").status_code == 303 and links(app) == []


def test_a_token_of_another_key_opens_nothing_and_a_new_key_of_the_provider_does(app, client, provider):
    forger = RSAKey.generate_key(2048, {"kid": KEYS[0].kid})
    provider.signing_key = forger
    assert refused(come_in(client), NOT_DONE)
    provider.signing_key, provider.key = None, KEYS[1]
    assert come_in(client).status_code == 303
    assert provider.asked.count("/keys") == 2


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_a_token_that_our_own_secret_or_nobody_signed_opens_nothing(app, client, provider, alg):
    import base64
    import hmac
    import json

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    real = provider.token

    def forged(form, authorization):
        status, answer = real(form, authorization)
        claims = answer["id_token"].split(".")[1]
        body = part({"alg": alg, "kid": KEYS[0].kid}) + "." + claims
        key = CLIENT_SECRET.encode()
        mark = base64.urlsafe_b64encode(hmac.digest(key, body.encode(), "sha256")).decode().rstrip("=")
        return status, answer | {"id_token": body + "." + (mark if alg == "HS256" else "")}

    provider.token = forged
    provider.document = {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}
    try:
        assert refused(come_in(client), NOT_DONE)
    finally:
        del provider.token


def test_a_forged_state_is_refused_before_the_provider_is_asked(app, client, provider):
    back = leave(client)
    asked = len(provider.asked)
    assert refused(client.get(back.replace("state=", "state=x")), STALE)
    assert len(provider.asked) == asked
    assert refused(client.get(back), STALE)  # one try a request: the right one is gone too


def test_an_answer_without_a_request_of_this_browser_is_refused(app, client, provider):
    back = leave(client)
    assert refused(app.test_client().get(back), STALE)
    assert refused(app.test_client().get("/sign-in/oidc/callback"), STALE)
    assert come_in(client).status_code == 303


def test_a_replayed_code_opens_nothing(app, client, provider):
    back = leave(client)
    kept = client.get_cookie("tangga").value
    assert client.get(back).status_code == 303
    other = app.test_client()
    other.set_cookie("tangga", kept)  # the cookie of before, and the very same answer
    assert refused(other.get(back), NOT_DONE)
    assert client.get(back).location == "/"  # the back button of whoever is in already


def test_a_request_waits_ten_minutes_and_no_longer(app, client, provider, monkeypatch):
    back, now = leave(client), time.time()
    monkeypatch.setattr("app.identity.oidc_routes.time.time", lambda: now + 601)
    assert refused(client.get(back), STALE)


def test_an_answer_that_names_another_issuer_is_refused(app, client, provider):
    back = leave(client).replace("iss=", "iss=https%3A%2F%2Fevil.example.com%2F")
    assert refused(client.get(back), NOT_DONE)


@pytest.mark.parametrize("reason", ["access_denied", "server_error", "<script>alert(1)</script>"])
def test_a_refusal_of_the_provider_is_a_sentence(app, client, provider, reason):
    provider.refuses = reason
    answer = come_in(client, "?next=/wallet")
    assert refused(answer, NOT_DONE)
    page = answer.get_data(as_text=True)
    assert "alert(1)" not in page and 'value="/wallet"' in page
    assert 'name="next" value="/sign-in?next=/wallet"' in page  # of the languages: not the answer again


def test_wrong_returns_are_counted_on_the_address_and_right_ones_are_not(app, client, cast, provider):
    settings = app.extensions["tangga_settings"]
    app.extensions["tangga_settings"] = replace(settings, sign_in_address_limit=3)
    for _time in range(3):
        assert come_in(client).status_code == 303
        client.delete_cookie("tangga")
    for _time in range(3):
        assert refused(client.get("/sign-in/oidc/callback?state=x&code=y"), STALE)
    answer = come_in(client)
    assert refused(answer, "Too many tries did not fit.", 429)
    assert int(answer.headers["Retry-After"]) > 0
    let_post(client)
    assert client.post("/sign-in", data={"email": cast.budi.email, "password": PASSWORD}).status_code == 429


def test_whoever_is_signed_in_goes_where_they_wanted(app, client, cast, provider):
    sign_in(client, cast.budi)
    assert client.get("/sign-in/oidc?next=/wallet").location == "/wallet"


def test_the_doctor_reads_the_discovery_document(app, client, cast, provider):
    def finding():
        with app.app_context():
            return next(found for found in examine() if found.name == "company sign-in")

    assert finding().good and "/sign-in/oidc/callback" in finding().text
    provider.document = {"issuer": "https://other.example.com"}
    assert (finding().good, "OIDC_ISSUER" in finding().text) == (False, True)
    provider.document = {}
    provider.is_broken = True
    assert not finding().good and finding().text.endswith("/openid-configuration answers 500")
    app.extensions["tangga_settings"] = replace(
        app.extensions["tangga_settings"], oidc_issuer="http://127.0.0.1:9"
    )
    assert (finding().good, finding().text.endswith("nobody answers at this address")) == (False, True)
    app.extensions["tangga_settings"] = replace(app.extensions["tangga_settings"], oidc_issuer="")
    assert finding().good and "not set" in finding().text


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"OIDC_ISSUER": "https://id.example"}, "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET"),
        ({"OIDC_CLIENT_SECRET": "x"}, "OIDC_ISSUER and OIDC_CLIENT_ID"),
        ({"OIDC_ISSUER": "id.example", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}, "OIDC_ISSUER must be"),
        (
            {"OIDC_ISSUER": "http://id.example", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b",
             "TANGGA_ENV": "production", "SECRET_KEY": "x" * 40, "EXTERNAL_URL": "https://portal.example"},
            "OIDC_ISSUER must be the https address",
        ),
    ],
)  # fmt: skip
def test_half_a_provider_stops_the_start(given, sentence):
    with pytest.raises(SettingsError, match=sentence):
        load_settings(given, dotenv=None)
