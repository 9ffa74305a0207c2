"""What the browser loads: style sheet, scripts, font, icons; hashed, compressed once, cached for ever."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

import brotli
from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, url_for
from markupsafe import Markup

from app.core.access import public
from app.core.i18n import current_locale
from app.core.palette import brand_css
from app.core.settings import Settings, SettingsError, current_settings

bp = Blueprint("assets", __name__)

STATIC = Path(__file__).resolve().parent.parent / "static"
# Order of the sheet; each file is one cascade layer, tokens.css names them all.
LAYERS = ("tokens", "base", "layout", "controls", "lists", "panels", "value", "utilities")
FOREVER = "public, max-age=31536000, immutable"
LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
COMPRESSED = (
    "text/",
    "application/javascript",
    "text/javascript",
    "image/svg+xml",
    "application/manifest+json",
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it goes out: its type, a hash of its content, and the content in three encodings."""

    content: bytes
    mimetype: str
    digest: str
    brotli: bytes | None
    gzip: bytes | None


def make_asset(content: bytes, mimetype: str) -> Asset:
    small = mimetype.startswith(COMPRESSED)
    return Asset(
        content,
        mimetype,
        hashlib.sha256(content).hexdigest()[:12],
        brotli.compress(content, quality=11) if small else None,
        gzip.compress(content, 9, mtime=0) if small else None,
    )


@lru_cache(maxsize=64)
def _read(name: str, _changed: int) -> Asset:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    content = (STATIC / name).read_bytes()
    if name.startswith("js/"):
        lines = content.decode().splitlines()
        content = "\n".join(line.strip() for line in lines if not line.lstrip().startswith("//")).encode()
    elif name.startswith("css/areas/"):
        content = squeeze(content.decode()).encode()
    return make_asset(content, "font/woff2" if name.endswith(".woff2") else kind)


def find_asset(name: str) -> Asset | None:
    """The file `name` below app/static, or None. Read again when it changed."""
    try:
        return _read(name, os.stat(_located(name)).st_mtime_ns)
    except (LookupError, OSError, ValueError):  # or a name that no file system takes
        return None


@lru_cache(maxsize=256)
def _located(name: str) -> str:
    """Where a file below app/static lies. A page asks for some twenty; resolving each time was a tenth of its work.

    Under one name only: a file asked for as `js/../js/app.js` would be compressed once more, and push others out.
    """
    path = (STATIC / name).resolve()
    if not path.is_file() or path.relative_to(STATIC).as_posix() != name:
        raise LookupError(f"no static file {name}")
    return str(path)


def static_url(name: str) -> str:
    """Address of a static file that changes with its content."""
    asset = find_asset(name)
    if asset is None:
        raise LookupError(f"no static file {name}")
    return f"/static/{name}?v={asset.digest}"


def build_sheet(settings: Settings, *, with_font: bool, for_vendor: bool = False) -> str:
    """All layers and the brand's overrides as one sheet, for the vendor's people with what only their pages need.

    Without the font for those who save data.
    """
    names = [*LAYERS, "areas/admin"] if for_vendor else LAYERS
    parts = [(STATIC / "css" / f"{name}.css").read_text(encoding="utf-8") for name in names]
    if with_font:
        face = (STATIC / "css" / "font.css").read_text(encoding="utf-8")
        parts.append(face.replace("figtree.woff2", static_url("fonts/figtree.woff2")))
    parts.append(brand_css(settings))
    return squeeze("\n".join(parts))


def squeeze(css: str) -> str:
    """Without comments, indentation and the blanks that CSS does not need; nothing else is rewritten."""
    out, at = [], 0
    while True:
        start = css.find("/*", at)
        if start < 0:
            out.append(css[at:])
            break
        out.append(css[at:start])
        at = css.index("*/", start) + 2
    lines = [line.strip() for line in "".join(out).splitlines()]
    text = "\n".join(line for line in lines if line)
    return re.sub(r"\s*([{};,])\s*|(:) ", r"\1\2", text).replace(";}", "}")


def area_sheet(*names: str) -> Markup:
    """Link to the styles that only the pages of an area need: css/areas/<name>.css, in the layers of the sheet."""
    links = (
        Markup('<link rel="stylesheet" href="{}">').format(static_url(f"css/areas/{name}.css"))
        for name in names
    )
    return Markup("\n").join(links)


def _sheet(with_font: bool, for_vendor: bool) -> Asset:
    files = [*(STATIC / "css").glob("*.css"), STATIC / "css" / "areas" / "admin.css"]
    key = (with_font, for_vendor, max(path.stat().st_mtime_ns for path in files))
    store: dict[object, Asset] = current_app.extensions["tangga_sheets"]
    if key not in store:
        content = build_sheet(current_settings(), with_font=with_font, for_vendor=for_vendor).encode()
        store[key] = make_asset(content, "text/css")
    return store[key]


class Brand:
    """Name, mark, colours and style sheet of the vendor, for templates."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.brand_name
        self.vendor_name = settings.vendor_name
        self.theme_light, self.theme_dark = "#f5f4f0", "#0c1312"
        self.logo = Path(settings.brand_logo) if settings.brand_logo else None
        if self.logo and (self.logo.suffix.lower() not in LOGO_TYPES or not self.logo.is_file()):
            raise SettingsError("BRAND_LOGO must be an SVG, PNG or WebP file that can be read")

    @property
    def icon_url(self) -> str:
        return url_for("assets.logo") if self.logo else static_url("icon.svg")

    @property
    def icon_href(self) -> str:
        """The icon of the tab; ours travels in the page, which saves a request."""
        if self.logo:
            return self.icon_url
        return "data:image/svg+xml," + quote(
            (STATIC / "icon.svg").read_text(encoding="utf-8").strip(), safe=" =:/'\""
        )

    @property
    def icon_type(self) -> str:
        return LOGO_TYPES[self.logo.suffix.lower()] if self.logo else "image/svg+xml"

    def stylesheet(self, save_data: bool = False, for_vendor: bool = False) -> str:
        asset = _sheet(not save_data, for_vendor)
        more = ("&save-data=1" if save_data else "") + ("&for=vendor" if for_vendor else "")
        return f"/theme.css?v={asset.digest}{more}"

    def mark(self) -> Markup:
        """The vendor's logo, else the ladder: two rails, three rungs, the top one in the accent."""
        if self.logo:
            return Markup('<img class="mark" src="{}" alt="" height="28">').format(self.icon_url)
        return LADDER


LADDER = Markup(
    '<svg class="mark" width="24" height="28" viewBox="0 0 24 28" aria-hidden="true">'
    '<path d="M7.4 3.2 3.6 25.4M16.6 3.2l3.8 22.2"/><path d="M6 14h12M4.9 20.4h14.2"/>'
    '<path class="mark-top" d="M7 7.8h10"/></svg>'
)


def _send(asset: Asset, *, forever: bool) -> Response:
    accepted = request.headers.get("Accept-Encoding", "")
    if asset.brotli is not None and "br" in accepted:
        response = Response(asset.brotli, mimetype=asset.mimetype, headers={"Content-Encoding": "br"})
    elif asset.gzip is not None and "gzip" in accepted:
        response = Response(asset.gzip, mimetype=asset.mimetype, headers={"Content-Encoding": "gzip"})
    else:
        response = Response(asset.content, mimetype=asset.mimetype)
    if asset.brotli is not None:
        response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOREVER if forever else "no-cache"
    response.set_etag(asset.digest)
    response.make_conditional(request)
    return response


def static_file(filename: str) -> Response:
    """A file of app/static; immutable when asked for under the hash of its content."""
    asset = find_asset(filename)
    if asset is None:
        abort(404)
    return _send(asset, forever=request.args.get("v") == asset.digest)


@bp.get("/theme.css")
@public
def theme() -> Response:
    """The style sheet of this brand: all layers and the overrides in one file."""
    asset = _sheet("save-data" not in request.args, request.args.get("for") == "vendor")
    return _send(asset, forever=request.args.get("v") == asset.digest)


@bp.get("/brand/logo")
@public
def logo() -> Response:
    brand: Brand = current_app.extensions["tangga_brand"]
    if brand.logo is None:
        abort(404)
    return _send(make_asset(brand.logo.read_bytes(), brand.icon_type), forever=False)


def _own_icons() -> list[dict[str, str]]:
    """Sizes that phones ask for when the portal is put on the home screen."""
    names = (("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"))
    return [
        {"src": static_url(name), "type": "image/png", "sizes": sizes, "purpose": purpose}
        for name, sizes, purpose in (*names, ("icon-maskable.png", "512x512", "maskable"))
    ]


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    brand: Brand = current_app.extensions["tangga_brand"]
    content = {
        "id": "/",
        "name": brand.name,
        "short_name": brand.name,
        "description": f"{brand.vendor_name} Partner Rewards",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": brand.theme_light,
        "theme_color": brand.theme_light,
        "icons": [
            {"src": brand.icon_url, "type": brand.icon_type, "sizes": "any", "purpose": "any"},
            *([] if brand.logo else _own_icons()),
        ],
    }
    return _send(make_asset(json.dumps(content).encode(), "application/manifest+json"), forever=False)


@bp.get("/sw.js")
@public
def service_worker() -> Response:
    """The service worker with the addresses of the shell; a new shell makes a new worker."""
    brand: Brand = current_app.extensions["tangga_brand"]
    shell = [
        url_for("assets.offline"),
        brand.stylesheet(),
        static_url("js/app.js"),
        static_url("js/phone.js"),
    ]
    shell += [static_url(name) for name in ("vendor/htmx.min.js", "icons.svg", "fonts/figtree.woff2")]
    source = (STATIC / "js" / "sw.js").read_text(encoding="utf-8")
    version = hashlib.sha256("".join(shell).encode()).hexdigest()[:12]
    content = source.replace("[/* shell */]", json.dumps(shell)).replace("/* version */", version)
    return _send(make_asset(content.encode(), "text/javascript"), forever=False)


@bp.get("/offline")
@public
def offline() -> Response:
    """The page shown without network: write a deal and keep it on the phone, see kept vouchers."""
    headers = {"Cache-Control": "no-cache", "Content-Language": current_locale()}
    return Response(render_template("errors/offline.html"), headers=headers)


def init_app(app: Flask) -> None:
    """Serve static files ourselves and give templates what they need. Raises SettingsError."""
    settings: Settings = app.extensions["tangga_settings"]
    brand_css(settings)
    app.extensions["tangga_brand"] = Brand(settings)
    app.extensions["tangga_sheets"] = {}
    app.view_functions["static"] = static_file
    app.jinja_env.globals.update(
        brand=app.extensions["tangga_brand"], static_url=static_url, area_sheet=area_sheet
    )
