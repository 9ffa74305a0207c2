"""A whole course on a bad line: 400 kbit/s, 400 ms a round trip, one thumb, with and without JavaScript."""

import time
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.cast import PASSWORD, Cast
from tests.support.browser import SIZES, Visit
from tests.training.support import certify, pays, publish, question

pytestmark = pytest.mark.browser

SECONDS = 5.0
HEIGHT = SIZES["phone"]["height"]


def slow(page: Page) -> None:
    """The line of a stockist's back room."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    rate = 400 * 1000 / 8
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 400, "downloadThroughput": rate, "uploadThroughput": rate},
    )


class Thumb:
    """Taps in the lower two thirds only; what comes must show within five seconds."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.slowest = 0.0

    def reach(self, target: Locator) -> None:
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        assert HEIGHT / 3 <= middle <= HEIGHT, f"{target} lies at {middle:.0f} of {HEIGHT}"
        self.page.touchscreen.tap(box["x"] + min(box["width"] / 2, 120), middle)

    def tap(self, target: Locator, shows: Locator) -> None:
        begun = time.monotonic()
        self.reach(target)
        expect(shows).to_be_visible(timeout=SECONDS * 1000)
        took = time.monotonic() - begun
        assert took < SECONDS, f"{shows} took {took:.1f} s"
        self.slowest = max(self.slowest, took)


def test_a_course_to_the_certificate_with_one_thumb_on_a_bad_line(
    app: Flask, cast: Cast, visit: Callable[..., Visit], request: pytest.FixtureRequest
) -> None:
    """With JavaScript on the one database, without on the other."""
    with app.app_context():
        pays(cast, 150)
        course = publish(parts=2, questions=[question(at) for at in (1, 2)], validity_months=12)
        certify("Veridia Certified Seller", course, publish("other", title="Other"))
    found = visit(javascript="sqlite" in request.node.name)
    slow(found.page)
    page = found.goto("/sign-in?next=/training")
    page.fill("[name=email]", cast.aisyah.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form[action*='sign-in'] button[type=submit]")
    thumb, bar = Thumb(page), page.locator(".actionbar")
    title = lambda words: page.get_by_role("heading", name=words)  # noqa: E731
    thumb.tap(page.locator("a.row", has_text="Zero Trust basics"), title("Zero Trust basics"))
    thumb.tap(bar.get_by_role("button", name="Begin"), title("Part 1"))
    thumb.tap(bar.get_by_role("button", name="Part 2: Part 2"), title("Part 2"))
    thumb.tap(bar.get_by_role("button", name="To the quiz"), bar.get_by_role("button", name="Start the quiz"))
    thumb.tap(bar.get_by_role("button", name="Start the quiz"), page.get_by_text("1 of 2"))
    for number in (1, 2):
        thumb.reach(page.locator("label.answer", has_text="Option b"))
        thumb.tap(bar.get_by_role("button", name="Answer"), page.get_by_text("Correct."))
        if number == 1:
            thumb.tap(bar.get_by_role("link", name="Next question"), page.get_by_text("2 of 2"))
    expect(page.get_by_text("+150")).to_be_visible()
    expect(page.get_by_text("Train and earn")).to_be_visible()
    thumb.tap(bar.get_by_role("link", name="See your certificate"), title("You’re certified, Aisyah"))
    thumb.tap(bar.get_by_role("link", name="Open its public page"), page.get_by_text("Valid.", exact=True))
    assert not found.problems
    print(f"slowest step: {thumb.slowest:.1f} s")
