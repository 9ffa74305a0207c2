"""A course that was begun is on the phone: it is read on without signal, and what was read counts with the next tap."""

import functools
import re
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.e2e.test_journeys import AISYAH, come
from tests.e2e.test_offline import HELD, KEPT, MANAGER, kept, with_worker
from tests.support.browser import Visit, eventually

pytestmark = pytest.mark.browser
ADMIN = "admin@kinabalu.example.com"
COURSE = "/training/zero-trust-basics"
SAVED = "[data-saved]"
WAITS = "localStorage['tangga:course:zero-trust-basics'] || ''"
CLEAR = """caches.keys().then((names) => Promise.all(
    names.filter((name) => name.startsWith('tangga-pages')).map((name) => caches.delete(name))))"""
CHECKS = "a.row:has(.tile.ok)"  # parts that are done, in the list of a course


def begin(visit: Callable[..., Visit], email: str, course: str = COURSE) -> Visit:
    """At the first part, which the phone keeps together with the others."""
    at = come(visit, email)
    page = at.goto(course)
    assert kept(page) == set(), "what was not begun is not kept"
    page.locator(".actionbar button[type=submit]").click()
    expect(page.locator(SAVED)).to_be_visible()
    return at


def go_on(page: Page) -> None:
    page.locator(".actionbar button[type=submit]").click()


def clean(at: Visit) -> None:
    assert [line for line in at.problems if "ERR_INTERNET_DISCONNECTED" not in line] == []


def test_a_course_is_read_on_without_signal_and_counts_with_the_next_tap(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    at = begin(visit, ADMIN)
    page, told = at.page, at.page.locator("[data-told]")
    parts = {f"{COURSE}/parts/{number}" for number in range(1, 5)}
    assert {COURSE, *parts} <= kept(page)

    at.context.set_offline(True)
    go_on(page)
    page.wait_for_url("**/parts/2")
    expect(page.locator("main .hint").first).to_contain_text("Kept on this phone at")
    expect(told).to_contain_text("Read without signal: part 1.")
    expect(page.locator("a.row", has_text="Watch the video")).to_have_attribute("aria-disabled", "true")
    go_on(page)
    page.wait_for_url("**/parts/3")
    expect(told).to_contain_text("part 1 and part 2.")
    assert page.locator(".lesson img").evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    assert page.locator(".segs.parts span").evaluate_all("all => all.map(one => one.className)") == [
        "now", "now", "now", "",
    ]  # fmt: skip
    expect(page.locator(".listen")).to_have_count(1)
    expect(page.locator(".reading")).to_have_css("display", "flex")  # with its styles
    page.locator("a[aria-label='All parts']").click()
    page.wait_for_url("**/zero-trust-basics#parts")
    expect(page.locator(CHECKS)).to_have_count(0)
    expect(page.locator(".actionbar button")).to_have_text(
        "Part 3: Check the person and the phone, every time"
    )
    go_on(page)
    page.wait_for_url("**/parts/3")
    page.goto(at.base_url + COURSE + "/parts/4")
    go_on(page)
    expect(told).to_have_text("No signal. The last part is finished with signal: tap again then.")

    at.context.set_offline(False)
    assert page.evaluate(WAITS), "nothing was sent by itself"
    page.reload()
    expect(told).to_contain_text("part 1 and part 2.")
    go_on(page)
    page.wait_for_url("**/parts/3")  # the one that was not read
    assert page.evaluate(WAITS) == ""
    expect(told).to_be_hidden()
    expect(page.locator(".segs.parts")).to_have_attribute("aria-label", "3 parts of 4 done")
    go_on(page)
    page.wait_for_url("**/parts/4")
    go_on(page)
    expect(page.get_by_role("button", name="Start the quiz")).to_be_visible()
    clean(at)


def test_a_line_that_only_seems_to_be_there_stops_nobody(demo: Flask, visit: Callable[..., Visit]) -> None:
    at = begin(visit, ADMIN)
    page, told = at.page, at.page.locator("[data-told]")
    at.context.add_init_script("Object.defineProperty(navigator, 'onLine', { get: () => true })")
    page.reload()
    at.context.set_offline(True)
    stays = page.locator("main .hint", has_text="Kept on this phone at")
    go_on(page)
    expect(stays).to_be_visible()
    assert page.url.endswith("/parts/1") and page.evaluate(WAITS) == ""
    go_on(page)
    page.wait_for_url("**/parts/2")
    expect(told).to_contain_text("Read without signal: part 1.")
    page.goto(at.base_url + COURSE + "/parts/4")
    go_on(page)  # the last part is tried, and comes back
    expect(stays).to_be_visible()
    page.goto(at.base_url + COURSE)
    go_on(page)
    page.wait_for_url("**/parts/2")

    at.context.set_offline(False)
    go_on(page)
    page.wait_for_url("**/parts/3")
    expect(stays).to_have_count(0)
    expect(told).to_contain_text("part 1 and part 2.")
    go_on(page)
    page.wait_for_url("**/parts/4")
    assert page.evaluate(WAITS) == ""
    expect(page.locator(".segs.parts")).to_have_attribute("aria-label", "3 parts of 4 done")
    clean(at)


def test_the_line_says_saved_only_while_every_part_is_there(demo: Flask, visit: Callable[..., Visit]) -> None:
    at = begin(visit, ADMIN)
    page = at.page
    page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((one) =>"
        f" one.delete('{COURSE}/parts/4')))))"
    )
    at.context.set_offline(True)
    page.goto(at.base_url + COURSE + "/parts/3")
    expect(page.locator("h1")).to_have_text("Check the person and the phone, every time")
    page.wait_for_load_state("load")
    expect(page.locator(SAVED)).to_be_hidden()
    go_on(page)
    expect(page.locator("[data-told]")).to_contain_text("the next part is not on this phone")
    at.context.set_offline(False)
    page.reload()
    expect(page.locator(SAVED)).to_be_visible()
    page.evaluate("localStorage['tangga:course:zero-trust-basics'] = '{\"done\": [], \"waiting\": [99]}'")
    page.reload()
    expect(page.locator("[data-told]")).to_be_hidden()
    assert page.evaluate(WAITS) == "", "a part that the course has no more is not waited for"
    page.context.add_cookies([{"name": "lesson_size", "value": "large", "url": at.base_url}])
    page.reload()
    expect(page.locator(SAVED)).to_be_visible()
    at.context.set_offline(True)
    page.goto(at.base_url + COURSE + "/parts/1")
    expect(page.locator(".lesson.large")).to_be_visible()
    clean(at)


def test_no_quiz_and_no_page_of_the_author_is_kept_and_signing_out_clears(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    at = come(visit, AISYAH)
    page = at.goto(COURSE + "/parts/4")
    expect(page.locator(SAVED)).to_be_visible()
    go_on(page)
    page.get_by_role("button", name="Start the quiz").click()
    page.wait_for_url(re.compile(r"/quiz/\w+/1$"))
    question = page.locator("#asked").inner_text()
    page.locator("label.answer").first.click()
    go_on(page)
    expect(page.locator(".explain")).to_be_visible()
    page.reload()
    page.goto(at.base_url + COURSE)
    eventually(page, lambda: COURSE in kept(page))
    held = page.evaluate(HELD)
    assert [path for _method, path, text in held if "/quiz" in path or question in text] == []
    page.goto(at.base_url + "/more")
    page.locator("form[data-sign-out] button").click()
    page.wait_for_url("**/sign-in*")
    page.wait_for_function(f"{KEPT}.then((all) => all.length === 0)")
    at.context.set_offline(True)
    page.goto(at.base_url + COURSE + "/parts/3")
    expect(page.locator("h1")).to_have_text("No signal")

    writer = come(visit, MANAGER.replace("manager", "marketer"))
    page = with_worker(writer)
    for path in ("/admin/training", "/admin/training/zero-trust-basics/parts/what-changed"):
        page.goto(writer.base_url + path)
    assert kept(page) == set()


def test_a_page_that_was_on_its_way_at_the_sign_out_is_not_kept(
    demo: Flask, visit: Callable[..., Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = begin(visit, ADMIN).page
    view, asked, answer = demo.view_functions["training.part"], Event(), Event()

    @functools.wraps(view)
    def late(**named: Any) -> Any:
        asked.set()
        assert answer.wait(20)
        return view(**named)

    monkeypatch.setitem(demo.view_functions, "training.part", late)
    page.evaluate(CLEAR)
    page.evaluate(
        """(course) => {
          const told = new Promise((done) => navigator.serviceWorker.addEventListener('message', done));
          window.told = told.then(() => true);
          navigator.serviceWorker.controller.postMessage({ course, person: document.body.dataset.person });
        }""",
        [f"{COURSE}/parts/2"],
    )
    assert asked.wait(20)
    page.evaluate(CLEAR)
    answer.set()
    assert page.evaluate("window.told")
    assert kept(page) == set()


def test_the_last_two_courses_stay_and_go_when_another_person_signs_in(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    at = come(visit, AISYAH)
    page, courses = at.page, ["backup-365-essentials", "network-core-for-smb", "zero-trust-basics"]
    for course in courses:
        page.goto(f"{at.base_url}/training/{course}/parts/1")
        expect(page.locator(SAVED)).to_be_visible()
    found = {path.split("/")[2] for path in kept(page) if path.startswith("/training/")}
    assert found == {"network-core-for-smb", "zero-trust-basics"}
    at.context.clear_cookies()  # the session ends without a sign-out
    page.goto(at.base_url + "/sign-in")
    page.wait_for_function(f"{KEPT}.then((all) => all.length === 0)")
    clean(at)
