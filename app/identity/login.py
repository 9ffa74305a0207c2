"""The web's side of a session: cookie to actor, sign-in and sign-out, before any view runs."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.core.settings import Settings
from app.identity.actor import Actor
from app.identity.sessions import (
    LoadedSession,
    end_session,
    load_session,
    rotate_session,
    touch_session,
)

_USER = "_user_id"


class SignedIn(UserMixin):
    """flask-login's user: a session token and whom it stands for."""

    def __init__(self, token: str, loaded: LoadedSession) -> None:
        self.token = token
        self.loaded = loaded
        self.actor: Actor = loaded.actor

    def get_id(self) -> str:
        return self.token


manager = LoginManager()
manager.session_protection = None  # our row decides; address and browser may change on the way


@manager.user_loader
def _load(token: str) -> SignedIn | None:
    loaded = load_session(token)
    return SignedIn(token, loaded) if loaded is not None else None


def init_login(app: Flask) -> None:
    """Attach flask-login; its user is loaded before each request by `load_actor`."""
    manager.init_app(app)
    settings: Settings = app.extensions["tangga_settings"]
    hours = max(settings.session_partner_hours, settings.session_vendor_hours)
    # The row decides; the cookie only need not outlive it, and is written when it changes, not with each answer.
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=hours)
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False


def load_actor() -> None:
    """Put the actor of this request into `g.actor`; touch or rotate the session where that is due."""
    g.actor = None
    if not current_user.is_authenticated:
        session.pop(_USER, None)
        return
    user: SignedIn = current_user._get_current_object()
    g.actor = user.actor
    if user.loaded.is_outranked:
        session[_USER] = user.token = rotate_session(user.loaded.session_id, user.actor.role)
    elif user.loaded.is_stale:
        touch_session(user.loaded.session_id, user.actor.person_id or 0)


def begin(token: str) -> Actor:
    """Take a fresh session token into the cookie, after dropping all that the browser held before."""
    loaded = load_session(token)
    if loaded is None:
        raise RuntimeError("a session that was just opened is not alive")
    if current_user.is_authenticated:  # somebody signed in here before: no row outlives its cookie
        end_session(current_user.token)
    session.clear()
    session.permanent = True
    user = SignedIn(token, loaded)
    login_user(user, force=True)
    g.actor = user.actor
    return user.actor


def end() -> None:
    """Sign this browser out: the row ends, the cookie is emptied."""
    if current_user.is_authenticated:
        end_session(current_user.token)
    logout_user()
    session.clear()
    g.actor = None


def this_session_id() -> int:
    """Row id of the session of this request."""
    return int(current_user.loaded.session_id)


def rotate_here() -> None:
    """Give this browser a new token after its own privileges or password changed."""
    user: SignedIn = current_user._get_current_object()
    session[_USER] = user.token = rotate_session(user.loaded.session_id, user.actor.role)


def address() -> str:
    """The address that a request came from (behind trusted proxies: as they tell)."""
    return request.remote_addr or "unknown"


def start_path(actor: Actor | None) -> str:
    """Where a person starts: a partner at home, the vendor's people at the queue, or at what waits for them."""
    if actor is None or not actor.is_vendor:
        return "/"
    return "/admin" if actor.can("queue.view") else "/admin/today"
