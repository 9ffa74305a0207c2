"""One's own account: name, language, time zone, theme, password, sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.core.clock import utc_now
from app.core.errors import InvalidInput, NotFound
from app.core.forms import add_errors
from app.core.http import render, see_other
from app.core.i18n import COOKIE as LANGUAGE_COOKIE
from app.core.settings import current_settings
from app.identity import login
from app.identity.actor import current_actor
from app.identity.devices import device_name, is_phone
from app.identity.forms import AccountForm, PasswordForm
from app.identity.guard import needs
from app.identity.models import UserSession
from app.identity.routes import THEME_COOKIE, browser, remember
from app.identity.services import people, signing_in
from app.identity.sessions import end_sessions_of, list_sessions
from app.partners.queries import get_organisation

bp = Blueprint("account", __name__)


def _zone_of_company() -> str:
    actor = current_actor()
    company = get_organisation(actor.organisation_id) if actor.organisation_id is not None else None
    return company.time_zone if company is not None else current_settings().time_zone


def _show(form: AccountForm, password_form: PasswordForm, status: int = 200) -> Response:
    return render(
        "account/index.html",
        "main",
        status=status,
        form=form,
        password_form=password_form,
        sessions=[_shown(row) for row in list_sessions(current_actor().person_id or 0)],
        theme_now=request.cookies.get(THEME_COOKIE) or "auto",
    )


def _shown(row: UserSession) -> dict[str, Any]:
    return {
        "public_id": row.public_id,
        "device": device_name(row.user_agent),
        "icon": "smartphone" if is_phone(row.user_agent) else "laptop",
        "address": row.address,
        "seen_at": row.seen_at,
        "is_here": row.id == login.this_session_id(),
        "is_now": (utc_now() - row.seen_at).total_seconds() < 600,
    }


def _account_form(**values: Any) -> AccountForm:
    form = AccountForm(**values)
    form.offer_zones(_zone_of_company())
    return form


def _filled() -> AccountForm:
    person = people.find_by_id(current_actor().person_id)
    return _account_form(
        formdata=None,
        name=person.name,
        locale=person.locale,
        time_zone=person.time_zone or "",
        has_shortcuts=person.has_shortcuts,
    )


@bp.get("/account")
@needs("account.edit")
def index() -> Response:
    """Everything about oneself on one page."""
    return _show(_filled(), PasswordForm(formdata=None))


@bp.post("/account")
@needs("account.edit")
def edit() -> Response:
    """Save name, language, time zone, shortcuts."""
    form = _account_form()
    if not form.validate():
        return _show(form, PasswordForm(formdata=None), status=422)
    people.edit_account(
        current_actor(),
        name=form.name.data or "",
        locale=form.locale.data or "en",
        time_zone=form.time_zone.data or None,
        has_shortcuts=bool(form.has_shortcuts.data),
    )
    response = see_other(url_for(".index"), toast=_("Saved."))
    remember(response, LANGUAGE_COOKIE, form.locale.data or "en")
    return response


@bp.post("/account/password")
@needs("account.edit")
def password() -> Response:
    """Another password; every other session ends, this one gets a new token."""
    form = PasswordForm()
    if form.validate():
        try:
            signing_in.change_password(
                current_actor().person_id or 0,
                form.current_password.data or "",
                form.password.data or "",
                browser(),
                keep_session=login.this_session_id(),
            )
        except InvalidInput as wrong:
            add_errors(form, wrong.fields)
        else:
            login.rotate_here()
            return see_other(
                url_for(".index"), toast=_("Your new password works. Other devices are signed out.")
            )
    return _show(_filled(), form, status=422)


@bp.post("/account/sessions/<public_id>/end")
@needs("account.edit")
def end_one(public_id: str) -> Response:
    """Sign one other browser out."""
    if not end_sessions_of(current_actor().person_id or 0, only=public_id):
        raise NotFound()
    return see_other(url_for(".index"), toast=_("Signed out there."))


@bp.post("/account/sign-out-everywhere")
@needs("account.edit")
def end_all() -> Response:
    """Sign out everywhere, here too."""
    end_sessions_of(current_actor().person_id or 0)
    login.end()
    return see_other(url_for("identity.sign_in"))
