"""`/sign-in/oidc`: out to the company's provider, and back."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from flask import Blueprint, Response, redirect, request, session, url_for

from app.core.crypto import Unreadable, same, seal, unseal
from app.core.errors import AppError, NotFound
from app.core.http import local_path, render, see_other
from app.core.i18n import _l
from app.core.settings import current_settings
from app.identity import oidc, oidc_doctor
from app.identity.actor import get_actor
from app.identity.forms import SignInForm
from app.identity.guard import public
from app.identity.routes import browser, enter, home_of_actor, secret_page
from app.identity.services.company_sign_in import count_try, sign_in_vouched

bp = Blueprint("oidc", __name__)
oidc_doctor.init_doctor()
_KEPT = "oidc"
MINUTES = 10


@bp.app_template_global()
def company_sign_in() -> bool:
    """Whether the sign-in page offers it."""
    return current_settings().has_company_sign_in


class SignInStale(oidc.SignInNotDone):
    """The answer does not belong to a sign-in that this browser began just now."""

    code = "company_sign_in_stale"
    default = _l("This sign-in was begun too long ago, or somewhere else. Begin again here.")


@bp.get("/sign-in/oidc")
@public
def start() -> Response:
    """Send the browser to the provider; what has to match on the way back is sealed in its session."""
    settings = current_settings()
    target = local_path(request.args.get("next"))
    if not settings.has_company_sign_in:
        raise NotFound()
    if get_actor() is not None:
        return see_other(target or home_of_actor())
    try:
        asked = oidc.begin(settings)
    except oidc.SignInNotDone as failed:
        return _failed(failed, target)
    _keep({"state": asked.state, "nonce": asked.nonce, "verifier": asked.verifier, "next": target,
           "at": int(time.time())})  # fmt: skip
    return secret_page(redirect(asked.url, 303))  # type: ignore[arg-type]


@bp.get(oidc.CALLBACK)
@public
def callback() -> Response:
    """The browser is back with a code, or with the provider's refusal."""
    settings = current_settings()
    if not settings.has_company_sign_in:
        raise NotFound()
    kept = _take()
    target = kept.get("next")
    try:
        if get_actor() is not None and not kept:  # the back button, after it was done
            return see_other(home_of_actor())
        count_try(browser())
        token = _answer(kept)
    except AppError as failed:
        return _failed(failed, target)
    return secret_page(enter(token, target))


def _answer(kept: dict[str, Any]) -> str:
    """A session for whom the answer names. Raises SignInNotDone."""
    if not kept or not same(request.args.get("state", ""), kept["state"]):
        raise SignInStale()
    if time.time() - kept["at"] > MINUTES * 60:
        raise SignInStale()
    code = request.args.get("code", "")
    if not code or "error" in request.args:
        raise oidc.SignInNotDone()
    vouched = oidc.redeem(
        current_settings(),
        code,
        nonce=kept["nonce"],
        verifier=kept["verifier"],
        issuer=request.args.get("iss"),
    )
    return sign_in_vouched(vouched, browser())


def _failed(failed: AppError, target: str | None) -> Response:
    """The sign-in page with the sentence, and every other way in beside it."""
    form = SignInForm(formdata=None, next=target)
    response = render(
        "identity/sign_in.html",
        form=form,
        refused=failed.message,
        status=failed.status,
        stay_at=url_for(
            "identity.sign_in", next=target
        ),  # another language asks for this page, not for the answer
    )
    retry_after = getattr(failed, "retry_after", None)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return secret_page(response)


def _keep(values: dict[str, Any]) -> None:
    session[_KEPT] = base64.urlsafe_b64encode(seal(json.dumps(values).encode(), _KEPT)).decode()


def _take() -> dict[str, Any]:
    """What was kept, once: it is gone from this browser whatever comes of it."""
    sealed = session.pop(_KEPT, None)
    if not isinstance(sealed, str):
        return {}
    try:
        return dict(json.loads(unseal(base64.urlsafe_b64decode(sealed), _KEPT)))
    except (Unreadable, ValueError):
        return {}
