"""English, Malay and Indonesian, equal. A person's own choice wins, then the cookie, then the browser."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, gettext, lazy_gettext, ngettext, pgettext

_ = gettext
_l = lazy_gettext

LOCALES = ("en", "ms", "id")
LOCALE_NAMES = {"en": "English", "ms": "Bahasa Melayu", "id": "Bahasa Indonesia"}
COOKIE = "locale"

__all__ = [
    "LOCALES", "LOCALE_NAMES", "_", "_l", "current_locale", "force_locale", "init_i18n", "ngettext", "pgettext",
]  # fmt: skip


def current_locale() -> str:
    """`en`, `ms` or `id`."""
    found = get_locale()
    return str(found) if found is not None and str(found) in LOCALES else "en"


def _select() -> str:
    if not has_request_context():
        return "en"
    actor: Any = getattr(g, "actor", None)
    for choice in (getattr(actor, "locale", None), request.cookies.get(COOKIE)):
        if choice in LOCALES:
            return str(choice)
    best = request.accept_languages.best_match(["en", "ms", "ms-MY", "id", "id-ID"])
    return (best or "en").split("-")[0]


def _zone() -> str:
    from app.core.settings import current_settings

    actor: Any = getattr(g, "actor", None) if has_request_context() else None
    return getattr(actor, "zone", None) or current_settings().time_zone


def init_i18n(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(app.root_path) + "/translations"
    Babel(app, locale_selector=_select, timezone_selector=_zone)
