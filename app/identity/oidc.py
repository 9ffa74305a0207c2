"""The company's own sign-in: one OpenID provider, spoken to by Authlib (code flow, PKCE, nonce).

Nothing here touches the database or the browser's session; it says who the provider vouches for, or why not.
After OpenID Connect Core 1.0 (sections 3.1 and 5.1), RFC 7636 (PKCE) and RFC 9207 (issuer in the answer).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from app.core.errors import AppError
from app.core.i18n import _l
from app.core.logs import get_logger
from app.core.settings import Settings
from app.identity.oidc_talk import TIMEOUT, Talk

CALLBACK = "/sign-in/oidc/callback"
SCOPE = "openid email profile"
# Keys that only the provider holds. A shared secret would let whoever reads our settings sign for anybody.
ALGORITHMS = (
    "RS256",
    "PS256",
    "ES256",
    "RS384",
    "PS384",
    "ES384",
    "RS512",
    "PS512",
    "ES512",
    "Ed25519",
    "EdDSA",
)
LEEWAY_SECONDS = 120
KEEP_SECONDS = 3600
MOST_BYTES = 1_000_000


class SignInNotDone(AppError):
    """The provider did not vouch for anybody; the reason is in the log, the sentence on the page."""

    status, code = 422, "company_sign_in_not_done"
    default = _l("Your company’s sign-in did not let you through. Try again, or sign in another way.")


class ProviderSilent(SignInNotDone):
    """The provider does not answer, or not as a provider does."""

    status, code = 503, "company_sign_in_silent"
    default = _l("Your company’s sign-in does not answer right now. Try again later, or sign in another way.")
    why = ""  # for who runs the portal


@dataclass(frozen=True, slots=True)
class Request:
    """What has to be known again when the browser comes back: each value is random and works once."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for. `email` is folded; empty unless the provider says that it verified it."""

    issuer: str
    subject: str
    email: str


def begin(settings: Settings) -> Request:
    """Where to send the browser. Raises ProviderSilent."""
    state, nonce, verifier = generate_token(40), generate_token(40), generate_token(64)
    with Talk() as talk:
        found = discover(settings, talk)
    with _session(settings, found) as session:
        url, _state = session.create_authorization_url(
            found["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    return Request(url, state, nonce, verifier)


def redeem(settings: Settings, code: str, *, nonce: str, verifier: str, issuer: str | None) -> Vouched:
    """Turn the code that the browser brought back into a person. `issuer` is what the answer named, if it did.

    Raises SignInNotDone, ProviderSilent.
    """
    with Talk() as talk:
        return _redeem(settings, talk, code, nonce, verifier, issuer)


def _redeem(
    settings: Settings, talk: Talk, code: str, nonce: str, verifier: str, issuer: str | None
) -> Vouched:
    found = discover(settings, talk)
    if issuer is not None and issuer != found["issuer"]:
        raise _refused("the answer names another issuer")
    token = _fetch_token(settings, found, talk, code, verifier)
    claims = _read_id_token(settings, found, talk, token, nonce)
    subject, email, is_verified = claims["sub"], claims.get("email"), claims.get("email_verified")
    if email is None and token.get("access_token") and found.get("userinfo_endpoint"):
        told = read_json(found["userinfo_endpoint"], talk, token["access_token"])
        if told.get("sub") != subject:
            raise _refused("userinfo speaks of another subject")
        email, is_verified = told.get("email"), told.get("email_verified")
    good = isinstance(email, str) and (is_verified is True or is_verified == "true")
    return Vouched(found["issuer"], subject, email.strip().lower() if good and email else "")


def _fetch_token(
    settings: Settings, found: dict[str, Any], talk: Talk, code: str, verifier: str
) -> dict[str, Any]:
    try:
        with _session(settings, found) as session:
            talk.carry(session)
            token = session.fetch_token(
                found["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier,
                timeout=TIMEOUT, allow_redirects=False,
            )  # fmt: skip
    except requests.RequestException as problem:
        raise _silent(talk.reason(problem)) from problem
    except AuthlibBaseError as problem:
        raise _refused(f"the code was refused: {problem.error}") from problem
    except (ValueError, TypeError, AttributeError) as problem:  # not JSON, or no object
        raise _silent(talk.reason(problem)) from problem
    if not isinstance(token, dict) or not isinstance(token.get("id_token"), str):
        raise _refused("the answer has no id_token")
    return token


def _read_id_token(
    settings: Settings, found: dict[str, Any], talk: Talk, token: dict[str, Any], nonce: str
) -> dict[str, Any]:
    """The claims of a token that this provider signed, for us, now, and in answer to our request."""
    options = {
        "iss": {"essential": True, "value": found["issuer"]},
        "aud": {"essential": True, "value": settings.oidc_client_id},
    }
    params = {
        "nonce": nonce, "client_id": settings.oidc_client_id, "access_token": token.get("access_token"),
    }  # fmt: skip
    try:
        try:
            decoded = _decode(token["id_token"], found, talk, fresh=False)
        except InvalidKeyIdError:  # the provider changed its keys
            decoded = _decode(token["id_token"], found, talk, fresh=True)
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate(leeway=LEEWAY_SECONDS)
    except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as problem:
        raise _refused(f"the id_token does not hold: {problem}") from problem
    if not isinstance(claims["sub"], str) or not 1 <= len(claims["sub"]) <= 255:
        raise _refused("the id_token names nobody")
    return dict(claims)


def _decode(text: str, found: dict[str, Any], talk: Talk, *, fresh: bool) -> jwt.Token:
    advertised = listed(found, "id_token_signing_alg_values_supported", "RS256")
    allowed = [name for name in ALGORITHMS if name in advertised]
    keys = _known_keys(_cached(found["jwks_uri"], talk, fresh=fresh))
    return jwt.decode(text, keys, registry=JWSRegistry(algorithms=allowed, strict_check_header=False))


def _known_keys(published: dict[str, Any]) -> KeySet:
    """A provider's keys without those that mean nothing here, such as of another curve (RFC 7517, section 5)."""
    known = []
    for each in published.get("keys") or ():
        try:
            known.append(KeySet.registry_cls.import_key(each))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return KeySet(known)


# ---- what the provider says of itself --------------------------------------------------------------------------------

_kept: dict[str, tuple[float, dict[str, Any]]] = {}
_guard = threading.Lock()


def discover(settings: Settings, talk: Talk) -> dict[str, Any]:
    """The provider's discovery document, kept for an hour. Raises ProviderSilent."""
    issuer = settings.oidc_issuer.rstrip("/")
    found = _cached(f"{issuer}/.well-known/openid-configuration", talk)
    problem = problem_of(found, settings)
    if problem:
        raise _silent(problem)
    return found


def problem_of(found: dict[str, Any], settings: Settings) -> str:
    """What a discovery document lacks, or nothing."""
    named = found.get("issuer")
    if not isinstance(named, str) or named.rstrip("/") != settings.oidc_issuer.rstrip("/"):
        return f"the discovery document is of {named}, OIDC_ISSUER is {settings.oidc_issuer}"
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        url = found.get(name)
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            return f"the discovery document has no {name}"
        if settings.is_production and not url.startswith("https://"):
            return f"{name} is not https"
    if "code" not in listed(found, "response_types_supported", "code"):
        return "the provider has no code flow"
    if not listed(found, "id_token_signing_alg_values_supported", "RS256") & set(ALGORITHMS):
        return "the provider signs with no key pair that is known here"
    return ""


def listed(found: dict[str, Any], name: str, usual: str) -> set[str]:
    """What a discovery document lists under a name; what is usual where it lists nothing that can be read."""
    values = found.get(name)
    words = {value for value in values if isinstance(value, str)} if isinstance(values, list) else set()
    return words or {usual}


def _cached(url: str, talk: Talk, *, fresh: bool = False) -> dict[str, Any]:
    now = time.monotonic()
    with _guard:
        kept = _kept.get(url)
    if kept is not None and not fresh and now - kept[0] < KEEP_SECONDS:
        return kept[1]
    found = read_json(url, talk)
    with _guard:
        if len(_kept) > 16:
            _kept.clear()
        _kept[url] = (now, found)
    return found


def read_json(url: str, talk: Talk, access_token: str | None = None) -> dict[str, Any]:
    """A small JSON object of the provider, without following it elsewhere. Raises ProviderSilent."""
    headers = {"Accept": "application/json"}
    if access_token:
        headers["Authorization"] = f"Bearer {access_token}"
    try:
        with requests.Session() as session:
            talk.carry(session)
            with session.get(
                url, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                if answer.status_code != 200:
                    raise _silent(f"{url} answers {answer.status_code}")
                body = answer.raw.read(MOST_BYTES + 1, decode_content=True)
        if len(body) > MOST_BYTES:
            raise _silent(f"{url} answers with too much")
        found = requests.models.complexjson.loads(body)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
        raise _silent(
            talk.reason(problem)
        ) from problem  # reading the raw answer fails in urllib3's words, not requests'
    if not isinstance(found, dict):
        raise _silent(f"{url} answers with something else")
    return found


def _session(settings: Settings, found: dict[str, Any]) -> OAuth2Session:
    offered = listed(found, "token_endpoint_auth_methods_supported", "client_secret_basic")
    method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
    return OAuth2Session(
        settings.oidc_client_id, settings.oidc_client_secret, scope=SCOPE, token_endpoint_auth_method=method,
        redirect_uri=settings.external_url + CALLBACK, code_challenge_method="S256",
    )  # fmt: skip


def _refused(why: str) -> SignInNotDone:
    get_logger("oidc").warning("company sign-in refused", why=why[:300])
    return SignInNotDone()


def _silent(why: object) -> ProviderSilent:
    get_logger("oidc").warning("company sign-in does not answer", why=str(why)[:300])
    found = ProviderSilent()
    found.why = _in_short(why)
    return found


def _in_short(why: object) -> str:
    """A line that an operator can act on, without the inner life of the HTTP library."""
    if isinstance(why, requests.exceptions.SSLError):
        return "its certificate is not trusted here"
    if isinstance(why, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return "no answer in time"
    if isinstance(why, requests.ConnectionError):
        return "nobody answers at this address"
    if isinstance(why, urllib3.exceptions.HTTPError):
        return "the answer breaks off or cannot be unpacked"
    if isinstance(why, ValueError) and not isinstance(why, requests.RequestException):
        return "the answer is not JSON"
    return str(why)[:200]
