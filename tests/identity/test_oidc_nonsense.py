"""A company's provider that is down, breaks off, or says what cannot be understood: a sentence, never a fault of ours."""

import time

import pytest

from app.core.doctor import examine
from app.identity import oidc, oidc_talk
from tests.identity.test_oidc import NOT_DONE, SILENT, come_in, leave, provider, refused, running

__all__ = ["provider", "running"]


def test_a_provider_that_is_down_or_talks_nonsense_is_a_sentence(app, client, provider):
    provider.is_broken = True
    assert refused(client.get("/sign-in/oidc"), SILENT, 503)
    provider.is_broken = False
    for document in ({"issuer": "https://evil.example.com"}, {"token_endpoint": None}, {"jwks_uri": 7},
                     {"authorization_endpoint": "javascript:alert(1)"}, {"response_types_supported": ["token"]},
                     {"id_token_signing_alg_values_supported": ["none"]}):  # fmt: skip
        oidc._kept.clear()
        provider.document = document
        assert refused(client.get("/sign-in/oidc"), SILENT, 503)
    provider.document = {}
    oidc._kept.clear()
    back = leave(client)
    provider.document = {"token_endpoint": "http://127.0.0.1:9/token"}
    oidc._kept.clear()
    assert refused(client.get(back), SILENT, 503)


@pytest.mark.parametrize(
    "document",
    [
        {"response_types_supported": None, "code_challenge_methods_supported": None},
        {"id_token_signing_alg_values_supported": [{}]},
        {"token_endpoint_auth_methods_supported": 5},
    ],
)
def test_a_document_that_lists_nothing_readable_means_what_is_usual(app, client, provider, document):
    provider.document = document
    assert come_in(client).status_code == 303
    with app.app_context():
        assert next(found for found in examine() if found.name == "company sign-in").good


def test_keys_of_a_kind_unknown_here_do_not_spoil_the_others(app, client, provider):
    provider.other_keys = [
        {"kty": "EC", "kid": "curve", "crv": "brainpoolP256r1", "x": "AAAA", "y": "AAAA"},
        {"kty": "AKP", "kid": "later", "alg": "ML-DSA-44", "pub": "AAAA"},
        {"kty": "RSA", "kid": "half"},
        "no key",
    ]
    assert come_in(client).status_code == 303


@pytest.mark.parametrize(
    "answer", [None, 5, ["error"], {"error": {"code": 1}}, {"id_token": "x", "expires_in": []}]
)
def test_a_token_endpoint_that_answers_nonsense_is_a_sentence(app, client, provider, answer):
    provider.token = lambda _form, _authorization: (200, answer)
    try:
        back = client.get(leave(client))
        assert refused(back, SILENT if back.status_code == 503 else NOT_DONE, back.status_code)
    finally:
        del provider.token


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("gzip", "the answer breaks off or cannot be unpacked"),
        ("short", "the answer breaks off or cannot be unpacked"),
        ("stalled", "no answer in time"),
    ],
)
def test_a_provider_that_breaks_off_in_the_middle_of_an_answer_is_a_sentence(
    app, client, provider, monkeypatch, how, reason
):
    monkeypatch.setattr(oidc, "TIMEOUT", (1, 0.3))
    back = leave(client)
    provider.breaks_off = how  # the document is known; now the keys break off
    assert refused(client.get(back), SILENT, 503)
    oidc._kept.clear()
    assert refused(client.get("/sign-in/oidc"), SILENT, 503)
    with app.app_context():
        finding = next(found for found in examine() if found.name == "company sign-in")
    assert not finding.good and finding.text.endswith(reason)


HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Slow:"
BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"


@pytest.mark.parametrize("start", [HEADERS, BODY], ids=["headers", "body"])
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"])
def test_a_provider_that_drips_its_answer_holds_nobody_longer_than_the_whole_talk_may_take(
    client, provider, monkeypatch, path, start
):
    """Each byte comes well within the time to wait for the next; together they would take ten seconds."""
    back = leave(client)
    monkeypatch.setattr(oidc_talk, "TALK_SECONDS", 0.5)
    monkeypatch.setattr(oidc, "TIMEOUT", (1, 0.4))
    provider.email_in_token = path != "/userinfo"
    provider.drips[path] = start
    if path.startswith("/.well-known"):
        oidc._kept.clear()
    begun = time.monotonic()
    assert refused(client.get(back), SILENT, 503)
    assert time.monotonic() - begun < 6
    assert provider.hung_up.wait(6), "the connection is cut, and waits for nothing in the background"
