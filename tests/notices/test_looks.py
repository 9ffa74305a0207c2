"""The list of notices on a phone."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.cast import Cast
from tests.e2e.looking import enter
from tests.notices.test_notices import tell
from tests.support.browser import Visit

pytestmark = pytest.mark.browser

TITLE = "Terma perlindungan peluang jualan dikemas kini, 1 Januari"


def test_a_title_of_three_lines_is_read_whole(app: Flask, cast: Cast, visit: Callable[..., Visit]) -> None:
    """In Malay and Indonesian what is told takes half as much room again, and *New* stands beside it."""
    with app.app_context():
        tell([cast.aisyah], words=lambda: (TITLE, ""))
    found = visit("phone", "ms")
    enter(found, app, cast.aisyah, "ms")
    title = found.goto("/notices").locator(".row-title")
    expect(title).to_have_text(TITLE)
    cut, lines = title.evaluate(
        "one => [one.scrollHeight - one.clientHeight, one.clientHeight / parseFloat(getComputedStyle(one).lineHeight)]"
    )
    assert cut <= 1 and 2.5 < lines < 3.5
