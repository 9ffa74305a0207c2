"""The announcement editor in a hand: its three buttons stand on one line, whatever the language and the day."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.cast import Cast
from tests.e2e.looking import enter, speak
from tests.support.browser import LANGUAGES, Visit

pytestmark = pytest.mark.browser

ONE_LINE = (
    48  # pixels: a button whose words break is higher, and buttons one below the other reach further down
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_buttons_stand_on_one_line(
    app: Flask, cast: Cast, visit: Callable[..., Visit], language: str
) -> None:
    speak(app, language)
    device = visit("phone", language)
    enter(device, app, cast.marketer, language)
    page = device.goto("/admin/news/new")
    bar = page.locator(".actionbar-buttons")
    now = bar.inner_text()
    for starts_at in ("", "2030-12-31T23:45"):
        with page.expect_response("**/admin/news/preview"):
            page.locator("#starts_at").fill(starts_at)
            page.locator("#starts_at").dispatch_event("change")
        page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-settling')")
        said = expect(bar)
        (said.not_to_have_text if starts_at else said.to_have_text)(now, use_inner_text=True)
        for width in (390, 360):
            page.set_viewport_size({"width": width, "height": 844})
            box = bar.bounding_box()
            assert box is not None and box["height"] <= ONE_LINE, (starts_at, width, bar.inner_text())
    assert not device.problems
