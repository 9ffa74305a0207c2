"""A real Chromium: phone and desktop, any language and theme, with or without JavaScript."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.ensure_browser import find_browser
from tests.support.server import LiveServer

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
LANGUAGES = {"en": "en-GB", "ms": "ms-MY", "id": "id-ID"}
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--use-fake-device-for-media-stream",  # a camera that shows a test picture; whether a page may use it is asked
]
PATIENCE = (
    30_000  # milliseconds; a busy machine may rest for a while, and how fast pages are is measured elsewhere
)
expect.set_options(timeout=PATIENCE)

__all__ = ["SIZES", "browser_type_launch_args", "eventually", "leave", "visit"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    found = find_browser()
    return {
        **browser_type_launch_args,
        "args": [*QUIET, *(["--no-sandbox"] if root else [])],
        **({"executable_path": found} if found else {}),
    }


def leave(page: Page, here: str) -> None:
    """Wait until the page after `here` has come, whichever it is."""
    page.wait_for_url(lambda url: url != here)


def eventually(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait until it is so: for what the browser does beside its pages, which nothing on them shows."""
    for _wait in range(PATIENCE // 100):
        if is_so():
            return
        page.wait_for_timeout(100)
    assert is_so()


class Visit:
    """One person at one device. `problems` collects what the console and the network complained about."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.context, self.base_url = context, base_url
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        page.on(
            "console", lambda message: self.problems.append(f"{message.type}: {message.text} ({page.url})")
        )
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error} ({page.url})"))

    def sign_in(self, email: str, password: str) -> Page:
        """By the form, as people do; back once the page after it has come, so that nothing cuts the answer off."""
        page = self.goto("/sign-in")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def goto(self, path: str) -> Page:
        self.page.goto(self.base_url + path)
        return self.page


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Visit]]:
    """visit(size="phone", language="en", theme="light", javascript=True) -> Visit, against `live_server`."""
    opened: list[BrowserContext] = []

    def make(
        size: str = "phone", language: str = "en", theme: str = "light", javascript: bool = True, **more: Any
    ) -> Visit:
        phone = size == "phone"
        context = browser.new_context(
            viewport=SIZES[size],
            device_scale_factor=1,
            is_mobile=phone,
            has_touch=phone,
            locale=LANGUAGES[language],
            timezone_id="Asia/Kuala_Lumpur",
            color_scheme=theme,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return Visit(context, live_server.url)

    yield make
    for context in opened:
        context.close()
