"""The gate of every route: a view says what it needs, or that it is public; anything else does not start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for

from app.core.access import NEEDS, PUBLIC, public
from app.core.errors import Forbidden, NotFound
from app.identity.actor import get_actor, role_name
from app.identity.login import init_login, load_actor
from app.identity.permissions import ALL_PERMISSIONS, answer_for

__all__ = ["needs", "public"]
View = TypeVar("View", bound=Callable[..., Any])
# The floor below cannot import this gate; these answer everybody and show nothing of anybody.
OPEN_ENDPOINTS = frozenset(
    {"static", "core.healthz", "core.readyz"}
    | {f"assets.{name}" for name in ("theme", "logo", "manifest", "service_worker")}
)


class UnguardedRoute(RuntimeError):
    """A route has no entry in the permission table; the application must not start."""


def needs(*permissions: str) -> Callable[[View], View]:
    """The view is for a signed-in person with at least one of these permissions."""
    unknown = set(permissions) - ALL_PERMISSIONS
    if unknown or not permissions:
        raise UnguardedRoute(f"no role has {sorted(unknown)}")

    def mark(view: View) -> View:
        setattr(view, NEEDS, permissions)
        return view

    return mark


def needed_by(app: Flask, endpoint: str) -> tuple[str, ...] | None:
    """What an endpoint needs: permissions, an empty tuple for public, None if it never said."""
    if endpoint in OPEN_ENDPOINTS:
        return PUBLIC
    view = app.view_functions.get(endpoint)
    found = getattr(view, NEEDS, None)
    return found if isinstance(found, tuple) else None


def refuse_unguarded(app: Flask) -> None:
    """Raise UnguardedRoute if any route has neither `@needs` nor `@public`. The last step of create_app()."""
    missing = sorted(
        {rule.endpoint for rule in app.url_map.iter_rules() if needed_by(app, rule.endpoint) is None}
    )
    if missing:
        raise UnguardedRoute("routes without an entry in the permission table: " + ", ".join(missing))


def sign_in_url() -> str:
    """Where to sign in, and back: a GET keeps where the person was going, a POST does not."""
    if request.method not in ("GET", "HEAD") or request.path == "/":
        return url_for("identity.sign_in")
    target = request.full_path.rstrip("?")
    return url_for("identity.sign_in") + "?" + urlencode({"next": target})


def check_access() -> Response | None:
    """Before each request: let through, send to sign-in, or refuse with 403 or 404."""
    if request.endpoint is None:
        return None
    needed = needed_by(current_app, request.endpoint)
    if needed == PUBLIC:
        return None
    actor = get_actor()
    if actor is None:
        return to_sign_in()
    status = answer_for(actor.role, needed or ("nothing",))
    if status == 404:
        raise NotFound()
    if status == 403:
        raise Forbidden()
    return None


def to_sign_in() -> Response:
    """Ask to sign in: a redirect for a page, `HX-Redirect` for a fragment."""
    if request.headers.get("HX-Request") and request.headers.get("HX-History-Restore-Request") != "true":
        answer = Response(status=401)
        answer.headers["HX-Redirect"] = url_for("identity.sign_in") + "?" + urlencode({"next": _shown_page()})
        return answer
    return redirect(sign_in_url(), 303)  # type: ignore[return-value]


def _shown_page() -> str:
    """The page that an HTMX request came from, as a path."""
    parts = urlsplit(request.headers.get("HX-Current-URL", ""))
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def init_app(app: Flask) -> None:
    """Load who acts and check what they may, before any other check of the request."""
    init_login(app)
    app.context_processor(lambda: {"actor": get_actor()})
    app.add_template_global(role_name)

    @app.before_request
    def _gate() -> Response | None:
        if request.endpoint in OPEN_ENDPOINTS:
            g.actor = None
            return None
        if "\x00" in request.path or any("\x00" in value for value in request.args.values()):
            g.actor = None
            raise NotFound()  # no address of ours holds one, and PostgreSQL takes none
        load_actor()
        return check_access()
