"""A whole course on a bad line: 400 kbit/s, 400 ms a round trip, one thumb, with and without JavaScript.

With JavaScript on the one database, without on the other. What lies beside the way counts as well: the first page, the
list of parts, leaving and coming back, a wrong answer, an attempt that failed, the certificate before a stranger.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.cast import PASSWORD, Cast
from tests.support.browser import SIZES, Visit
from tests.training.support import certify, pays, publish, question

pytestmark = pytest.mark.browser

SECONDS, BYTES = 5.0, 400 * 1000 / 8  # what a step may take; what the line carries in a second
HEIGHT = SIZES["phone"]["height"]


def slow(page: Page) -> None:
    """The line of a stockist's back room."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 400, "downloadThroughput": BYTES, "uploadThroughput": BYTES},
    )


class Thumb:
    """Taps in the lower two thirds only; what comes must show within five seconds."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.slowest = 0.0

    def reach(self, target: Locator, *, high: bool = False) -> None:
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        assert high or HEIGHT / 3 <= middle <= HEIGHT, f"{target} lies at {middle:.0f} of {HEIGHT}"
        self.page.touchscreen.tap(box["x"] + min(box["width"] / 2, 120), middle)

    def tap(self, target: Locator, shows: Locator, *, high: bool = False) -> None:
        """`high`: a way out at the head of the page, which nobody needs to get on."""
        self.time(lambda: self.reach(target, high=high), shows)

    def time(self, does: Callable[[], object], shows: Locator) -> None:
        begun = time.monotonic()
        does()
        expect(shows).to_be_visible(timeout=SECONDS * 1000)
        self.page.wait_for_load_state("load")  # with its styles
        took = time.monotonic() - begun
        assert took < SECONDS, f"{shows} took {took:.1f} s"
        self.slowest = max(self.slowest, took)


@pytest.fixture
def person(
    app: Flask, cast: Cast, visit: Callable[..., Visit], request: pytest.FixtureRequest
) -> Iterator[Visit]:
    """Aisyah before the sign-in page, on the slow line."""
    found = visit(javascript="sqlite" in request.node.name)
    slow(found.page)
    page = found.goto("/sign-in?next=/training")
    page.fill("[name=email]", cast.aisyah.email)
    page.fill("[name=password]", PASSWORD)
    yield found
    assert not found.problems


def come_in(page: Page) -> Thumb:
    """Signed in; the page of all courses shows in time."""
    thumb = Thumb(page)
    thumb.time(
        lambda: page.click("main form[action*='sign-in'] button[type=submit]", no_wait_after=True),
        page.get_by_role("heading", name="Learn", exact=True),
    )
    return thumb


def headed(page: Page, words: str) -> Locator:
    return page.get_by_role("heading", name=words)


def test_a_course_to_the_certificate_with_one_thumb_on_a_bad_line(
    app: Flask, cast: Cast, person: Visit, visit: Callable[..., Visit]
) -> None:
    with app.app_context():
        pays(cast, 150)
        course = publish(parts=2, questions=[question(at) for at in (1, 2)], validity_months=12)
        certify("Veridia Certified Seller", course, publish("other", title="Other"))
    page = person.page
    thumb, bar = come_in(page), page.locator(".actionbar")
    thumb.tap(page.locator("a.row", has_text="Zero Trust basics"), headed(page, "Zero Trust basics"))
    thumb.tap(bar.get_by_role("button", name="Begin"), headed(page, "Part 1"))
    thumb.tap(bar.get_by_role("button", name="Part 2: Part 2"), headed(page, "Part 2"))
    thumb.tap(bar.get_by_role("button", name="To the quiz"), bar.get_by_role("button", name="Start the quiz"))
    thumb.tap(bar.get_by_role("button", name="Start the quiz"), page.get_by_text("1 of 2"))
    for number in (1, 2):
        thumb.reach(page.locator("label.answer", has_text="Option b"))
        thumb.tap(bar.get_by_role("button", name="Answer"), page.get_by_text("Correct."))
        if number == 1:
            thumb.tap(bar.get_by_role("link", name="Next question"), page.get_by_text("2 of 2"))
    expect(page.get_by_text("+150")).to_be_visible()
    expect(page.get_by_text("Train and earn")).to_be_visible()
    certified = headed(page, "You’re certified, Aisyah")
    thumb.tap(bar.get_by_role("link", name="See your certificate"), certified)
    valid = page.get_by_text("Valid.", exact=True)
    thumb.tap(bar.get_by_role("link", name="Open its public page"), valid)
    print(f"slowest step: {thumb.slowest:.1f} s")
    look_as_a_stranger(visit(javascript=False), page.url)


def look_as_a_stranger(found: Visit, address: str) -> None:
    """Whoever scans the code of a certificate has loaded nothing of the portal before."""
    slow(found.page)
    page, thumb = found.page, Thumb(found.page)
    thumb.time(lambda: page.goto(address, wait_until="commit"), page.get_by_text("Valid.", exact=True))
    begun = time.monotonic()
    with page.expect_response(lambda one: one.url.endswith(".pdf"), timeout=SECONDS * 1000) as coming:
        thumb.reach(page.get_by_role("link", name="PDF"))
    took = time.monotonic() - begun
    assert coming.value.header_value("content-type") == "application/pdf"
    size = int(coming.value.header_value("content-length") or 0)
    # The browser's own viewer takes the rest: reckoned by what the line carries.
    assert size and took + size / BYTES < SECONDS, f"{size} bytes after {took:.1f} s"
    print(f"slowest before a stranger: {thumb.slowest:.1f} s; PDF {size} bytes, {took:.1f} s")


def test_what_lies_beside_the_way_shows_in_time_as_well(app: Flask, cast: Cast, person: Visit) -> None:
    """All parts, leaving and coming back, a wrong answer, and an attempt that leaves a day to wait."""
    with app.app_context():
        course = publish(parts=3, questions=2, attempts_limit=1)
        certify("Veridia Certified Seller", course, publish("other", title="Other"))
    page = person.page
    thumb, bar = come_in(page), page.locator(".actionbar")
    row = page.locator("a.row", has_text="Zero Trust basics")
    thumb.tap(row, headed(page, "Zero Trust basics"))
    thumb.tap(bar.get_by_role("button", name="Begin"), headed(page, "Part 1"))
    thumb.tap(bar.get_by_role("button", name="Part 2: Part 2"), headed(page, "Part 2"))
    listed = headed(page, "3 parts")
    thumb.tap(page.get_by_role("link", name="All parts"), listed, high=True)
    thumb.tap(page.locator("a.row", has_text="Part 3"), headed(page, "Part 3"))
    thumb.tap(page.get_by_role("link", name="Close; your place is kept"), listed, high=True)
    thumb.time(lambda: page.goto(f"{person.base_url}/training", wait_until="commit"), row)
    thumb.tap(row, bar.get_by_role("button", name="Part 2: Part 2"))
    thumb.tap(bar.get_by_role("button", name="Part 2: Part 2"), headed(page, "Part 2"))
    thumb.tap(bar.get_by_role("button", name="Part 3: Part 3"), headed(page, "Part 3"))
    thumb.tap(bar.get_by_role("button", name="To the quiz"), bar.get_by_role("button", name="Start the quiz"))
    thumb.tap(bar.get_by_role("button", name="Start the quiz"), page.get_by_text("1 of 2"))
    for number in (1, 2):
        thumb.reach(page.locator("label.answer", has_text="Option a"))
        thumb.tap(bar.get_by_role("button", name="Answer"), page.get_by_text("Not quite."))
        expect(page.get_by_text("Because")).to_be_visible()
        if number == 1:
            thumb.tap(page.get_by_role("link", name="Close; your place is kept"), listed, high=True)
            thumb.tap(bar.get_by_role("link", name="Go on with the quiz"), page.get_by_text("2 of 2"))
    thumb.tap(bar.get_by_role("link", name="See your result"), headed(page, "0 of 2 right; 2 are needed"))
    expect(page.get_by_text("The quiz opens again on")).to_be_visible()
    thumb.tap(bar.get_by_role("link", name="Back to the course"), page.get_by_text("The quiz opens again on"))
    thumb.tap(bar.get_by_role("link", name="Back to Learn"), row)
    print(f"slowest step: {thumb.slowest:.1f} s")
