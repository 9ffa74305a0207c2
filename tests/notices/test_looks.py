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

TITLE = "Terma perlindungan peluang jualan dikemas kini mulai 1 Januari bagi semua rakan niaga"


def test_a_title_of_three_lines_is_read_whole(app: Flask, cast: Cast, visit: Callable[..., Visit]) -> None:
    """In Malay and Indonesian what is told takes half as much room again."""
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


def test_what_is_new_takes_no_width_from_its_title(
    app: Flask, cast: Cast, visit: Callable[..., Visit]
) -> None:
    """*New* stands above the title, as on home: beside it a phone would break every title once more."""
    with app.app_context():
        tell([cast.aisyah], words=lambda: (TITLE, ""))
    found = visit("phone", "ms")
    enter(found, app, cast.aisyah, "ms")
    page = found.goto("/notices")
    row, new = page.locator(".notices .row"), page.locator(".notices .t-brand")
    expect(new).to_be_visible()
    wide = row.locator(".row-body").evaluate("one => one.offsetWidth")
    page.locator("form[action='/notices/reading'] button").click()
    expect(new).to_have_count(0)
    assert row.locator(".row-body").evaluate("one => one.offsetWidth") == wide > 0
