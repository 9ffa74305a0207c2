"""Requests and answers: page or fragment from one template, 303 after success, forms that may be sent twice."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from flask import Flask, Response, current_app, flash, g, make_response, redirect, render_template
from flask_babel import gettext as _
from htmx_flask import Htmx, request
from htmx_flask import make_response as htmx_response
from markupsafe import Markup
from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.crypto import keyed_digest
from app.core.db import Model, dialect, execute_sql, transaction
from app.core.errors import Conflict, InvalidInput
from app.core.i18n import current_locale
from app.core.types import PK, BigInt, UTCDateTime, bind

F = TypeVar("F", bound=Callable[..., Any])
KEY_FIELD = "idempotency_key"
_NOT_HASHED = {"csrf_token", KEY_FIELD}


class IdempotentForm(Model):
    """The answer to a form that was sent with a key, stored in the same commit as what the form did."""

    __tablename__ = "idempotent_forms"

    id: Mapped[PK]
    person_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    scope: Mapped[str] = mapped_column(
        Text
    )  # person and endpoint; anonymous forms share the scope of the endpoint
    key: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)

    __table_args__ = (UniqueConstraint("scope", "key"),)


def init_app(app: Flask) -> None:
    """Teach requests to say `request.htmx` (sets the app's request class: nothing else may do so before)."""
    Htmx(app)


def is_htmx() -> bool:
    """True if htmx asked and wants a fragment (a history restore wants the page)."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def render(template: str, block: str | None = None, status: int = 200, **context: Any) -> Response:
    """Answer with the whole page, or with one named block of the same template if htmx asked for it.

    The title of what is refused begins with "Error: ", which is the first thing a screen reader says of a page.
    """
    context.setdefault("error_prefix", _("Error: ") if status >= 400 else "")
    if block is not None and is_htmx():
        html = render_block(template, block, **context)
    else:
        html = render_template(template, **context)
    response = make_response(html, status)
    response.headers.add("Vary", "HX-Request")
    return response


def keep_on_phone(response: Response) -> Response:
    """The phone may keep this page until sign-out and show it without signal: a partner's own page, never a vendor's.

    The header names the person, so that the service worker drops what it kept for somebody else; the language is
    that in which its page for no signal must speak too.
    """
    actor = g.get("actor")
    if actor is not None and not actor.is_vendor and response.status_code == 200 and not is_htmx():
        response.headers["X-Offline"] = actor.public_id
        response.headers["Content-Language"] = current_locale()
    return response


def readable_offline(view: F) -> F:
    """Whatever this view answers, the phone may keep (`keep_on_phone`)."""

    @functools.wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return keep_on_phone(make_response(view(*args, **kwargs)))

    return cast(F, wrapped)


def render_block(template: str, block: str, **context: Any) -> str:
    """One named block of a template, with the same context processors as the page."""
    app = current_app
    found = app.jinja_env.get_template(template)
    app.update_template_context(context)
    render_function = found.blocks.get(block)
    if render_function is None:
        raise LookupError(f"{template} has no block {block}")
    return Markup(
        "".join(render_function(found.new_context(context)))
    )  # the block has escaped its own values


def see_other(location: str, toast: object | None = None) -> Response:
    """Success: 303 to the thing made; htmx gets HX-Redirect instead. `toast` is said on the next page."""
    if toast is not None:
        flash(str(toast))
    if is_htmx():
        response = htmx_response("", 204, redirect=location)
    else:
        response = cast(Response, redirect(location, code=303))
    response.headers.add("Vary", "HX-Request")
    g.see_other = location
    return response


def local_path(target: str | None) -> str | None:
    """`target` if it is a path of this site, else None (no open redirects)."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    return target if all(31 < ord(letter) != 127 for letter in target) and "\\" not in target else None


def with_query(**changes: object) -> str:
    """Path of this page with some query values changed; None removes one."""
    values = dict(request.args.items())
    for key, value in changes.items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = str(value)
    return request.path + ("?" + urlencode(values) if values else "")


def fingerprint() -> str:
    """Keyed digest of a form's content without the CSRF token and the key itself; files count by name and content.

    Keyed, because a form may hold a gift code, and a bare digest of one could be searched for.
    """
    digest = hashlib.sha256(request.path.encode())
    for key in sorted(request.form):
        if key not in _NOT_HASHED:
            for value in request.form.getlist(key):
                digest.update(f"\x00{key}\x01{value}".encode("utf-8", "surrogatepass"))
    for key in sorted(request.files):
        for upload in request.files.getlist(key):
            content = upload.stream.read()
            upload.stream.seek(0)
            digest.update(f"\x00{key}\x02{upload.filename}".encode("utf-8", "surrogatepass"))
            digest.update(hashlib.sha256(content).digest())
    return keyed_digest("form", digest.hexdigest())


def scope_of_form() -> str:
    """Whose form it is and where it goes: keys are unique within."""
    person_id = getattr(getattr(g, "actor", None), "person_id", None)
    return f"{person_id or 'anonymous'}:{request.endpoint}"


def was_answered() -> bool:
    """Whether a form with this key went through before; then an `@idempotent` view replays its answer."""
    found = execute_sql(
        "SELECT location FROM idempotent_forms WHERE scope = :scope AND key = :key",
        {"scope": scope_of_form(), "key": request.form.get(KEY_FIELD, "").strip()},
    ).scalar()
    return bool(found)


class _Refused(Exception):
    """Carries an answer of 400 or more out of the transaction, so that everything is rolled back."""

    def __init__(self, response: Response) -> None:
        self.response = response


def idempotent(view: F) -> F:
    """A POST view whose form carries `idempotency_key`: one transaction around it, and the answer stored inside.

    Same person, key and body: the first answer again. Same key, other body: 422. A second call while the first is
    under way waits for it (409 after three seconds). An answer of 400 or more stores nothing, so the form can be
    corrected and sent again under the same key.
    """

    @functools.wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        key = request.form.get(KEY_FIELD, "").strip()
        if not 8 <= len(key) <= 80 or not key.isprintable():
            raise InvalidInput(
                _("This form is out of date. Open the page again; what you typed is still in it.")
            )
        person_id = getattr(getattr(g, "actor", None), "person_id", None)
        scope, digest = scope_of_form(), fingerprint()
        try:
            with transaction():
                stored = _claim(person_id, scope, key, digest)
                if stored is not None:
                    return see_other(stored, toast=_("This was sent before. Nothing was done twice."))
                response = make_response(view(*args, **kwargs))
                if response.status_code >= 400:
                    raise _Refused(response)
                location = getattr(g, "see_other", None) or response.headers.get("Location", "")
                execute_sql(
                    "UPDATE idempotent_forms SET location = :location WHERE scope = :scope AND key = :key",
                    {"location": location, "scope": scope, "key": key},
                )
                return response
        except _Refused as refused:
            return refused.response
        except OperationalError as problem:
            if "lock timeout" in str(problem) or "database is locked" in str(problem):
                raise Conflict(
                    _("The same form is still being worked on. Wait a moment, then try again.")
                ) from None
            raise

    return cast(F, wrapper)


def _claim(person_id: int | None, scope: str, key: str, digest: str) -> str | None:
    name = dialect()
    if name == "postgresql":
        execute_sql("SET LOCAL lock_timeout = '3s'")
    claimed = execute_sql(
        "INSERT INTO idempotent_forms (person_id, scope, key, fingerprint, location, created_at) "
        "VALUES (:person_id, :scope, :key, :fingerprint, '', :now) ON CONFLICT (scope, key) DO NOTHING",
        {
            "person_id": person_id,
            "scope": scope,
            "key": key,
            "fingerprint": digest,
            "now": bind(utc_now(), name),
        },
    ).rowcount
    if name == "postgresql":
        execute_sql("SET LOCAL lock_timeout = '0'")
    if claimed:
        return None
    row = execute_sql(
        "SELECT fingerprint, location FROM idempotent_forms WHERE scope = :scope AND key = :key",
        {"scope": scope, "key": key},
    ).one()
    known, location = str(row[0]), str(row[1])
    if known != digest:
        raise InvalidInput(
            _("This form was sent before with other answers. Open the page again to send a new one.")
        )
    return location
