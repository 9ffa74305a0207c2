"""What every template may call without importing it: icons, the macros as `ui`, words for the script."""

from __future__ import annotations

import json
import re
import zlib
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request
from flask_babel import gettext
from markupsafe import Markup, escape

from app.core.assets import STATIC, static_url
from app.core.http import is_htmx
from app.core.undo import offered_undo

MACROS = ("_macros.html", "_forms.html", "_audience.html")
VENDOR_SPRITE = "icons-vendor.svg"
THEMES = ("light", "dark")


@lru_cache(maxsize=4)
def _vendor_icons(_address: str) -> frozenset[str]:
    """Names in the sprite that only the vendor's pages load; read again when it changed."""
    return frozenset(re.findall(r'<symbol id="([a-z0-9-]+)"', (STATIC / VENDOR_SPRITE).read_text("utf-8")))


def icon(name: str, size: int = 20, cls: str = "") -> Markup:
    """One icon of a sprite; always beside words or inside something with a name."""
    return _drawn(name, size, cls, static_url("icons.svg"), static_url(VENDOR_SPRITE))


@lru_cache(maxsize=1024)
def _drawn(name: str, size: int, cls: str, sprite: str, for_vendor: str) -> Markup:
    address = for_vendor if name in _vendor_icons(for_vendor) else sprite
    return Markup(
        '<svg class="ic{}" width="{}" height="{}" aria-hidden="true"><use href="{}#{}"/></svg>'
    ).format(f" {cls}" if cls else "", size, size, address, name)


class Macros:
    """`ui.badge(...)`: the macros of MACROS, also inside a block rendered alone."""

    def __getattr__(self, name: str) -> Any:
        env = current_app.jinja_env
        for template in MACROS:
            found = getattr(env.get_template(template).module, name, None)
            if found is not None:
                return found
        raise AttributeError(f"there is no macro {name}")


def htmlattrs(values: dict[str, object]) -> Markup:
    """Keyword arguments as attributes: hx_get -> hx-get; None and False are left out, True stands alone."""
    out = []
    for key, value in values.items():
        name = key.rstrip("_").replace("_", "-")
        if value is True:
            out.append(f" {name}")
        elif value is not None and value is not False:
            out.append(f' {name}="{escape(value)}"')
    return Markup("".join(out))


def takes_focus() -> str:
    """The attribute of what the focus goes to once it is drawn.

    A page leaves that to the browser. In a fragment app.js does it, by an attribute of ours: the browser would look for
    the same place with its next frame, and remark in the console that something already has the focus.
    """
    return "data-goal" if is_htmx() else "autofocus"


def form_errors(form: Any) -> list[tuple[str, str]]:
    """(id of the field or empty, first sentence) of each field that has errors, in the order of the form."""
    found = [(field.id, str(field.errors[0])) for field in form if field.errors]
    return found + [("", str(text)) for text in getattr(form, "form_errors", ())]


def palette(text: str, count: int = 8) -> int:
    """A number from 1 to `count` that stays the same for the same text: the colour of an avatar."""
    return zlib.crc32(str(text).encode("utf-8", "surrogatepass")) % count + 1


def percent(value: float) -> str:
    return f"{round(value)}%"


def js_words() -> dict[str, str]:
    """The sentences that app.js says."""
    return {
        "offline": gettext("No signal. Drafts are kept on this phone."),
        "offlineDraft": gettext("No signal. Draft saved on this phone."),
        "saved": gettext("Saved on this phone %(time)s", time="{time}"),
        "review": gettext("Review"),
        "waiting": gettext("Waiting to send"),
        "notSent": gettext("Saved %(time)s, not sent yet", time="{time}"),
        "deal": gettext("Deal: %(name)s", name="{name}"),
        "unnamed": gettext("No name yet"),
        "failed": gettext("That didn’t go through. Nothing was changed. Try again."),
        "kept": gettext("Saved on this phone. Works without signal."),
        "stale": gettext("Kept on this phone at %(time)s. It may have changed since.", time="{time}"),
        "error": gettext("Error: "),
    }


def _theme() -> dict[str, object]:
    if not request:
        return {"theme": None, "save_data": False}
    chosen = request.cookies.get("theme")
    return {
        "theme": chosen if chosen in THEMES else None,
        "save_data": request.headers.get("Save-Data", "").lower() == "on",
    }


def init_app(app: Flask) -> None:
    """Give every template its globals and filters."""
    app.jinja_env.globals.update(
        ui=Macros(),
        icon=icon,
        settings=app.extensions["tangga_settings"],
        js_words=lambda: json.dumps(js_words()),
        undo=offered_undo,
        takes_focus=takes_focus,
    )
    for function in (htmlattrs, form_errors, palette, percent):
        app.add_template_filter(function)
    app.context_processor(_theme)
