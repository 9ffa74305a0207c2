"""What the browser loads: one hashed sheet per brand, compressed once, cached for ever; and within its budget."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.assets import LAYERS, STATIC, squeeze, static_url
from app.core.settings import SettingsError
from scripts.icons import missing_icons
from tests.cast import Cast, sign_in


def sheet_address(client: FlaskClient) -> str:
    found = re.search(r'href="(/theme\.css\?v=[0-9a-f]+)"', client.get("/sign-in").text)
    assert found is not None
    return found[1]


def test_a_file_is_immutable_under_its_hash_only(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        address = static_url("js/app.js")
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert client.get("/static/js/app.js").headers["Cache-Control"] == "no-cache"
    assert client.get("/static/js/app.js?v=0123456789ab").headers["Cache-Control"] == "no-cache"


def test_the_sheet_comes_compressed_in_one_piece(client: FlaskClient) -> None:
    answer = client.get(sheet_address(client), headers={"Accept-Encoding": "br, gzip"})
    assert answer.headers["Content-Encoding"] == "br" and "immutable" in answer.headers["Cache-Control"]
    css = brotli.decompress(answer.data).decode()
    assert css.startswith("@layer reset,tokens,base,layout,components,utilities;")
    assert "--b-brand:#0b6159" in css and "@font-face" in css and "@import" not in css
    assert client.get(sheet_address(client)).text == css


def test_who_saves_data_gets_no_font(client: FlaskClient) -> None:
    page = client.get("/sign-in", headers={"Save-Data": "on"}).text
    address = re.search(r'href="(/theme\.css\?[^"]+)"', page)
    assert address is not None and "figtree.woff2" not in page
    assert "@font-face" not in client.get(address[1].replace("&amp;", "&")).text


def test_the_first_load_stays_within_its_budget(client: FlaskClient, app: Flask) -> None:
    """At most 60 KB compressed in at most 7 requests: the page, the sheet, two scripts, font, icons, manifest."""
    wanted = {"Accept-Encoding": "br"}
    sizes = {"page": len(client.get("/sign-in", headers=wanted).data)}
    sizes["sheet"] = len(client.get(sheet_address(client), headers=wanted).data)
    for name in ("vendor/htmx.min.js", "js/app.js", "fonts/figtree.woff2", "icons.svg"):
        sizes[name] = len(client.get(f"/static/{name}", headers=wanted).data)
    sizes["manifest"] = len(client.get("/manifest.webmanifest", headers=wanted).data)
    assert sizes["sheet"] <= 12 * 1024 and sizes["js/app.js"] <= 3 * 1024 and sizes["icons.svg"] <= 6 * 1024
    assert sum(sizes.values()) <= 60 * 1024 and len(sizes) <= 7


def test_a_file_is_served_under_its_own_name_and_nothing_outside_the_folder_is(client: FlaskClient) -> None:
    for path in (
        "/static/../settings.py",
        "/static/%2e%2e/core/settings.py",
        "/static/js/../js/app.js",
        "/static/./js/app.js",
        "/static/css",
        "/static/none.css",
    ):
        assert client.get(path).status_code == 404


def test_the_manifest_makes_the_portal_installable(client: FlaskClient) -> None:
    found = client.get("/manifest.webmanifest").get_json(force=True)
    assert found["name"] and found["start_url"] == found["scope"] == "/" and found["display"] == "standalone"
    sizes = {(icon["sizes"], icon["purpose"]) for icon in found["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    for icon in found["icons"]:
        answer = client.get(icon["src"])
        assert answer.status_code == 200 and answer.mimetype == icon["type"]


def test_every_layer_file_is_in_the_sheet() -> None:
    files = {path.stem for path in (STATIC / "css").glob("*.css")}
    assert files == {*LAYERS, "font"}


def test_no_component_uses_a_raw_colour_for_what_a_token_says() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text()
    ours = set(re.findall(r"#[0-9a-fA-F]{6}\b", tokens))
    for name in set(LAYERS) - {"tokens"}:
        used = set(re.findall(r"(?<!var\()#[0-9a-fA-F]{6}\b", (STATIC / "css" / f"{name}.css").read_text()))
        # the dark strip and the toast are dark in both themes; their three colours are written out
        assert used & ours <= {"#17211f", "#f3f8f6", "#b3c0be", "#f5b84a"}, name


def test_squeezing_keeps_what_the_sheet_says() -> None:
    assert squeeze("/* why */\na {\n  color: red; /* not blue */\n}\n\n") == "a{color:red}"
    assert squeeze("a :is(b, c) > d { margin: 0 auto; }") == "a :is(b,c) > d{margin:0 auto}"
    assert squeeze('@media (min-width: 64rem) { a::before { content: ""; } }').count(" ") == 1


def test_a_vendor_changes_the_look_by_settings(make_app: Callable[..., Flask]) -> None:
    app = make_app(brand_name="Samudra+", brand_brand="#1d4ed8", brand_hero="#0f1f4b", brand_radius="18")
    client = app.test_client()
    page = client.get("/sign-in").text
    assert "Samudra+" in page
    css = client.get(sheet_address(client)).text
    assert "--b-brand:#1d4ed8" in css and "--b-radius:18px" in css and "--hero:var(--b-hero)" in css


def test_a_logo_replaces_the_ladder(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    client = make_app(brand_logo=str(logo)).test_client()
    assert '<img class="mark" src="/brand/logo"' in client.get("/sign-in").text
    answer = client.get("/brand/logo")
    assert answer.mimetype == "image/svg+xml" and "script-src" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("brand_brand", "#9ad0c8", "BRAND_BRAND reads at"),
        ("brand_accent", "#3a2a00", "nearest value that does is #"),
        ("brand_hero", "blue", "must be a colour"),
        ("brand_radius", "40", "from 8px to 20px"),
        ("brand_font", "x;}body{display:none", "list of font names"),
        ("brand_logo", "/nowhere/logo.svg", "can be read"),
    ],
)
def test_a_brand_that_cannot_be_read_does_not_start(
    make_app: Callable[..., Flask], setting: str, value: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(words).replace("\\#", "#")):
        make_app(**{setting: value})


def test_the_worker_knows_the_shell_and_nothing_else(client: FlaskClient) -> None:
    source = client.get("/sw.js").text
    assert "/offline" in source and "/theme.css?v=" in source and "[/* shell */]" not in source
    assert client.get("/sw.js").headers["Cache-Control"] == "no-cache"


def test_the_offline_page_holds_nothing_personal(client: FlaskClient, cast: Cast) -> None:
    """The worker fetches it once for whoever uses the phone: another's name in it would clear what they kept."""
    stranger = client.get("/offline").text
    page = sign_in(client, cast.aisyah).get("/offline")
    assert page.text == stranger and "data-person" not in page.text
    assert "Set-Cookie" not in page.headers and "csrf" not in page.text.lower()


def test_every_icon_that_is_asked_for_is_in_a_sprite() -> None:
    """A name in no sprite is an empty square, and nothing else says so."""
    assert missing_icons(STATIC / "icons.svg", STATIC / "icons-vendor.svg") == []
