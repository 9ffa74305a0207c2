"""Security headers on every answer, from the first page on. No inline code exists, so no nonce is needed."""

from __future__ import annotations

from flask import Flask, Response, request

from app.core.settings import current_settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
DEVICES = "camera=(), microphone=(), geolocation=(), payment=()"
# For a form that the server keeps while it is filled: going back asks for it again instead of showing an older copy.
ASK_AGAIN = "no-cache, no-store, private"


def allow_camera(response: Response) -> Response:
    """Let this one page use the camera; every other may not."""
    response.headers["Permissions-Policy"] = DEVICES.replace("camera=()", "camera=(self)")
    return response


def init_headers(app: Flask) -> None:
    """Add the headers after each request; pages of signed-in people are never stored by shared caches."""

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", DEVICES)
        if request.blueprint != "assets":
            headers.setdefault("Cache-Control", "no-cache, private")
        if current_settings().is_production:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return response
