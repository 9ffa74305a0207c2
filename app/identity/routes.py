"""Getting in and out: password, mailed code, reset, invitation, language and theme before sign-in."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, session, url_for
from flask_babel import gettext as _

from app.core.errors import InvalidInput, NotFound
from app.core.forms import add_errors
from app.core.http import is_htmx, local_path, render, see_other
from app.core.i18n import COOKIE as LANGUAGE_COOKIE
from app.core.i18n import LOCALES
from app.core.settings import current_settings
from app.identity import login
from app.identity.actor import get_actor
from app.identity.forms import CodeForm, EmailForm, NewPasswordForm, SignInForm
from app.identity.guard import public
from app.identity.services import people
from app.identity.services import signing_in as verbs

bp = Blueprint("identity", __name__)
THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")
YEAR_SECONDS = 365 * 24 * 3600


def browser() -> verbs.Browser:
    """Where this request comes from."""
    return verbs.Browser(request.user_agent.string, login.address())


def secret_page(response: Response) -> Response:
    """A page whose address signs somebody in: no cache keeps it."""
    response.headers["Cache-Control"] = "no-store"
    return response


def home_of_actor() -> str:
    """Where a signed-in person starts."""
    return login.start_path(get_actor())


def enter(token: str, target: str | None) -> Response:
    """Take the new session into the cookie and go where the person was going, on this site only."""
    login.begin(token)
    return see_other(local_path(target) or home_of_actor())


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    """The sign-in page: address and password, a code by mail beside them."""
    form = SignInForm(next=request.args.get("next"))
    if request.method != "POST":
        if get_actor() is not None:
            return see_other(local_path(request.args.get("next")) or home_of_actor())
        return render("identity/sign_in.html", form=form)
    if not form.validate():
        return render("identity/sign_in.html", form=form, status=422)
    try:
        token = verbs.sign_in_with_password(form.email.data or "", form.password.data or "", browser())
    except verbs.SignInRefused as refused:
        return render(
            "identity/sign_in.html",
            form=form,
            refused=refused.message,
            status=422,
        )
    return enter(token, form.next.data)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def sign_in_code() -> Response:
    """First the address, then the six digits; both steps are this one page."""
    if request.method == "POST" and "code" in request.form:
        return _check_code()
    if request.method == "POST":
        return _send_code()
    email = session.get("code_email")
    if email and "again" not in request.args:
        form = CodeForm(email=email, next=request.args.get("next"))
        return render("identity/code.html", form=form, minutes=current_settings().code_minutes)
    return render("identity/code_request.html", form=EmailForm(next=request.args.get("next")))


def _send_code() -> Response:
    form = EmailForm()
    if not form.validate():
        return render("identity/code_request.html", form=form, status=422)
    verbs.request_code(form.email.data or "", browser())
    session["code_email"] = verbs.fold_email(form.email.data or "")
    return see_other(url_for(".sign_in_code", next=local_path(form.next.data)))


def _check_code() -> Response:
    form = CodeForm()
    if not form.email.data:
        form.email.data = session.get("code_email") or ""
    refused: object = None
    if form.validate():
        try:
            token = verbs.sign_in_with_code(form.email.data or "", form.code.data or "", browser())
        except verbs.SignInRefused as error:
            refused = error.message
            form.fail("code", refused)
        else:
            return enter(token, form.next.data)
    minutes = current_settings().code_minutes
    return render("identity/code.html", form=form, minutes=minutes, status=422)


@bp.route("/sign-in/reset", methods=["GET", "POST"])
@public
def reset() -> Response:
    """Ask for a link that sets a new password."""
    form = EmailForm()
    if request.method != "POST":
        return render("identity/reset_request.html", form=form, sent="sent" in request.args)
    if not form.validate():
        return render("identity/reset_request.html", form=form, status=422)
    verbs.request_reset(form.email.data or "", browser())
    return see_other(url_for(".reset", sent=1))


@bp.route("/sign-in/reset/<token>", methods=["GET", "POST"])
@public
def reset_link(token: str) -> Response:
    """Set the new password; the link works once."""
    try:
        verbs.find_reset(token)
    except NotFound as gone:
        return render("identity/link_gone.html", sentence=gone.message, status=404)
    form = NewPasswordForm()
    if request.method != "POST":
        return secret_page(render("identity/reset.html", form=form))
    if form.validate():
        try:
            session_token = verbs.reset_password(token, form.password.data or "", browser())
        except InvalidInput as weak:
            add_errors(form, weak.fields)
        else:
            login.begin(session_token)
            return see_other(home_of_actor(), toast=_("Your new password works from now on."))
    return secret_page(render("identity/reset.html", form=form, status=422))


@bp.route("/sign-out", methods=["GET", "POST"])
@public
def sign_out() -> Response:
    """Sign this browser out. A GET only asks."""
    if request.method != "POST":
        if get_actor() is None:
            return see_other(url_for(".sign_in"))
        return render("identity/sign_out.html")
    login.end()
    return see_other(url_for(".sign_in"))


@bp.post("/language")
@public
def language() -> Response:
    """Switch the language, signed in or not; back to where one was."""
    wanted = request.form.get("locale", "")
    if wanted not in LOCALES:
        raise InvalidInput(_("Choose one of the languages offered."))
    actor = get_actor()
    if actor is not None and actor.person_id is not None:
        people.set_language(actor.person_id, wanted)
    response = _back()
    remember(response, LANGUAGE_COOKIE, wanted)
    return response


@bp.post("/theme")
@public
def theme() -> Response:
    """Light, dark, or as the device; back to where one was."""
    wanted = request.form.get("theme", "")
    if wanted not in THEMES:
        raise InvalidInput(_("Choose one of the themes offered."))
    response = _back()
    if wanted == "auto":
        response.delete_cookie(THEME_COOKIE)
    else:
        remember(response, THEME_COOKIE, wanted)
    return response


def _back() -> Response:
    target = local_path(request.form.get("next")) or home_of_actor()
    if is_htmx():
        response = Response(status=204)
        response.headers["HX-Redirect"] = target
        return response
    return redirect(target, 303)  # type: ignore[return-value]


def remember(response: Response, name: str, value: str) -> None:
    """Keep a choice that is not worth a row in this browser for a year."""
    secure = current_settings().is_production
    response.set_cookie(name, value, max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax")
