"""Another vendor's brand: its name, logo, colours and corners on every side of the portal, and nothing unreadable."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from app import create_app
from app.core.db import db
from tests.e2e.crawl import visitors
from tests.e2e.looking import enter, faults_of
from tests.support.browser import SIZES, Visit
from tests.support.databases import Databases
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="#1d4ed8"/></svg>'
BLUE = {
    "brand_name": "Samudra+",
    "vendor_name": "Samudra",
    "brand_brand": "#1d4ed8",
    "brand_brand_dark": "#8ab0ff",
    "brand_on_brand_dark": "#0a1a3f",
    "brand_hero": "#0f1f4d",
    "brand_accent": "#ff9b6a",
    "brand_radius": "18",
}
PAGES = {
    "member": ("/", "/tier", "/leaderboards", "/recognition", "/rewards", "/training", "/redeem", "/more"),
    "marketer": ("/admin/today", "/admin/tiers", "/admin/codes"),
    "": ("/sign-in", "/hall-of-fame"),
}


@pytest.fixture
def branded(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """The demo under the settings of another vendor."""
    databases.renew_sqlite("demo")
    path, logo = tmp_path / "branded.db", tmp_path / "logo.svg"
    path.write_bytes((databases.own / "test.db").read_bytes())
    logo.write_text(LOGO)
    if (files := databases.files("demo", "sqlite")).exists():
        shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    given = {"database_url": f"sqlite:///{path}", "data_dir": str(tmp_path), "brand_logo": str(logo), **BLUE}
    app = create_app(databases.settings("sqlite", **given))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_another_vendors_brand_is_whole_and_readable(branded: Flask, browser: Browser, theme: str) -> None:
    people, problems = visitors(branded), []
    server = LiveServer(branded)
    try:
        for role, paths in PAGES.items():
            size = SIZES["desktop" if role == "marketer" else "phone"]
            context = browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")
            one = Visit(context, server.url)
            enter(one, branded, people[role] if role else None, "id")
            for path in paths:
                page = one.goto(path)
                expect(page).to_have_title(re.compile("Samudra"))
                expect(page.locator("header, nav").first).not_to_contain_text("Veridia")
                problems += [f"{theme} {path}: {line}" for line in (*faults_of(page), *one.problems)]
                one.problems.clear()
            if role == "member":
                page = one.goto("/")
                assert page.locator("img[src*='logo']").first.evaluate("image => image.naturalWidth") > 0
                hero = page.locator(".hero").first.evaluate("box => getComputedStyle(box).backgroundColor")
                assert theme == "dark" or hero == "rgb(15, 31, 77)", hero
            context.close()
    finally:
        server.stop()
    assert not problems, "\n".join(problems)
