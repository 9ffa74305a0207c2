"""Forged requests: a token in each form, masked anew in each answer, and the Origin of each unsafe request.

The token of a session is fixed; a compressed page that repeats it beside typed text would leak it bit by bit (BREACH).
So each answer carries it under a fresh one-time pad.
"""

from __future__ import annotations

import base64
import binascii
import os
from urllib.parse import urlsplit

from flask import Flask, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFProtect, generate_csrf

from app.core.errors import Forbidden
from app.core.settings import current_settings


class ForgedRequest(Forbidden):
    """The form did not come from a page of ours, or the page outlived its session."""

    code = "forged_request"
    default = _l("This page was open too long. Reload it and send it again. Nothing was changed.")


def mask(token: str) -> str:
    """A token under a fresh one-time pad, URL-safe."""
    plain = token.encode()
    pad = os.urandom(len(plain))
    return base64.urlsafe_b64encode(pad + _xor(pad, plain)).decode()


def unmask(masked: str | None) -> str | None:
    """The token under the pad, or None if this is no masked token."""
    if not masked or len(masked) > 1000:
        return None
    try:
        raw = base64.urlsafe_b64decode(masked.encode("ascii"))
        half = len(raw) // 2
        return _xor(raw[:half], raw[half:]).decode("ascii")
    except (binascii.Error, UnicodeError, ValueError):
        return None


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def masked_token() -> str:
    """What templates write as `csrf_token()`."""
    return mask(str(generate_csrf()))


def origin_is_ours() -> bool:
    """Whether the browser says that the request comes from a page of this site.

    A request without Origin, Sec-Fetch-Site and Referer is not from a browser; it still needs the token.
    """
    ours = {_origin(request.host_url), _origin(current_settings().external_url)}
    origin = request.headers.get("Origin")
    if origin is not None:
        return _origin(origin) in ours
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    referrer = request.headers.get("Referer")
    return referrer is None or _origin(referrer) in ours


def _origin(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, (parts.hostname or "").lower(), port) if parts.hostname else None


class MaskedCSRFProtect(CSRFProtect):
    """Flask-WTF's protection with masked tokens, an Origin check instead of the Referer, and our 403."""

    def init_app(self, app: Flask) -> None:
        app.config["WTF_CSRF_SSL_STRICT"] = False
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = masked_token
        app.context_processor(lambda: {"csrf_token": masked_token})

    def _get_csrf_token(self) -> str | None:
        return unmask(super()._get_csrf_token())

    def protect(self, apply_exemptions: bool = False) -> None:
        unsafe = request.endpoint is not None and request.method not in ("GET", "HEAD", "OPTIONS", "TRACE")
        if unsafe and not origin_is_ours():
            raise ForgedRequest()
        super().protect(apply_exemptions)

    def _error_response(self, reason: str) -> None:
        raise ForgedRequest()


csrf = MaskedCSRFProtect()


def init_app(app: Flask) -> None:
    """Check every unsafe request before its view."""
    csrf.init_app(app)
