"""Without signal: the last home, deals and orders can be read, say from when they are, and are gone after sign-out."""

import functools
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.e2e.test_journeys import AISYAH, PASSWORD, come
from tests.support.browser import PATIENCE, Visit, eventually

pytestmark = pytest.mark.browser
MANAGER = "manager@vendor.example.com"
WORKER = (
    "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => true)"
)
KEPT = """caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith('tangga-pages'))
    .map((name) => caches.open(name).then((cache) => cache.keys()))))
    .then((all) => all.flat().map((one) => new URL(one.url).pathname))"""


HELD = """caches.keys().then((names) => Promise.all(names.map(async (name) => {
    const cache = await caches.open(name);
    return Promise.all((await cache.keys()).map(async (one) =>
        [one.method, new URL(one.url).pathname, await (await cache.match(one)).text()]));
}))).then((all) => all.flat())"""
SEND = """(body) => fetch('/redeem', {method: 'POST', body: new URLSearchParams(body)}).then((answer) => answer.status)"""


def with_worker(at: Visit) -> Page:
    """The worker serves from the next page on."""
    assert at.page.evaluate(WORKER)
    at.page.reload()
    at.page.wait_for_function("navigator.serviceWorker.controller !== null")
    return at.page


def kept(page: Page) -> set[str]:
    return set(page.evaluate(KEPT))


def test_the_last_home_and_deals_are_readable_without_signal(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    at = come(visit, AISYAH)
    page = with_worker(at)
    balance = page.locator(".hero-number").inner_text()
    page.goto(at.base_url + "/deals")
    deal = page.locator("main a[href^='/deals/']:not([href$='/new'])").first.get_attribute("href") or ""
    page.goto(at.base_url + deal)
    page.goto(at.base_url + "/rewards")
    page.goto(at.base_url + "/orders")
    eventually(page, lambda: {"/", "/deals", deal, "/orders"} <= kept(page))
    assert "/rewards" not in kept(page)

    at.context.set_offline(True)
    page.goto(at.base_url + "/")
    expect(page.locator(".hero-number")).to_have_text(balance)
    expect(page.locator("main .hint").first).to_contain_text("Kept on this phone at")
    page.goto(at.base_url + deal)
    expect(page.locator("main .hint").first).to_contain_text("Kept on this phone at")
    page.goto(at.base_url + "/rewards")
    expect(page.locator("h1")).to_have_text("No signal")
    at.context.set_offline(False)

    page.goto(at.base_url + "/more")
    page.locator("form[data-sign-out] button").click()
    page.wait_for_url("**/sign-in*")
    eventually(page, lambda: kept(page) == set())
    at.context.set_offline(True)
    page.goto(at.base_url + "/")
    expect(page.locator("h1")).to_have_text("No signal")


def test_the_page_for_no_signal_speaks_the_persons_language(demo: Flask, visit: Callable[..., Visit]) -> None:
    at = visit(size="phone", javascript=True)
    at.page.goto(at.base_url + "/sign-in")  # in the language that the browser asks for: English
    page = with_worker(at)
    at.sign_in("budi@merapi.example.com", PASSWORD)  # who reads Indonesian

    def said() -> str:
        return str(page.evaluate("caches.match('/offline').then((one) => one.text())"))

    page.goto(at.base_url + "/deals")
    eventually(page, lambda: '<html class="no-js" lang="id"' in said())
    at.context.set_offline(True)
    page.goto(at.base_url + "/wallet")
    expect(page.locator("h1")).to_have_text("Tidak ada sinyal")


def test_nothing_that_is_sent_or_answered_to_it_is_kept(demo: Flask, visit: Callable[..., Visit]) -> None:
    """A form refused, one that leads on, and one sent by a script: the worker lets them pass and keeps none."""
    at = come(visit, AISYAH)
    page = with_worker(at)
    page.goto(at.base_url + "/redeem")
    token = page.locator("#entry [name=csrf_token]").input_value()
    page.locator("#code").fill("SENTBYFORM")
    with page.expect_response(lambda answer: answer.request.method == "POST") as refused:
        page.locator(".actionbar button[type=submit]").click()
    assert refused.value.status == 422 and not refused.value.from_service_worker
    expect(page.locator("#code")).to_have_value("SENTBYFORM")
    assert page.evaluate(SEND, {"csrf_token": token, "code": "SENTBYSCRIPT"}) == 422
    page.goto(at.base_url + "/notices")
    page.locator("main form[method=post] button[type=submit]").first.click()
    page.goto(at.base_url + "/deals")
    eventually(page, lambda: {"/", "/deals"} <= kept(page))
    held = page.evaluate(HELD)
    assert {method for method, _path, _text in held} == {"GET"}
    assert not {"/redeem", "/notices"} & {path for _method, path, _text in held}
    assert [path for _method, path, text in held if "SENTBY" in text] == []


def test_a_page_that_comes_after_the_sign_out_of_another_tab_is_not_kept(
    demo: Flask, visit: Callable[..., Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = come(visit, AISYAH)
    page = with_worker(at)
    eventually(page, lambda: "/" in kept(page))
    view, asked, answer = demo.view_functions["deals.index"], Event(), Event()

    @functools.wraps(view)
    def late(**named: Any) -> Any:
        asked.set()
        assert answer.wait(PATIENCE / 1000)
        return view(**named)

    monkeypatch.setitem(demo.view_functions, "deals.index", late)
    page.add_init_script(
        "delete window.caches"
    )  # the worker is alone: no script of the page cleans up after it
    page.evaluate("location.assign('/deals')")
    eventually(page, asked.is_set)
    other = at.context.new_page()
    other.goto(at.base_url + "/more")
    other.locator("form[data-sign-out] button").click()
    other.wait_for_url("**/sign-in*")
    eventually(other, lambda: kept(other) == set())
    answer.set()
    page.wait_for_url("**/deals")
    other.wait_for_timeout(500)
    assert kept(other) == set()


def test_no_page_of_the_vendor_is_kept(demo: Flask, visit: Callable[..., Visit]) -> None:
    at = come(visit, MANAGER)
    page = with_worker(at)
    for path in ("/admin", "/admin/deals", "/admin/partners", "/recognition"):
        page.goto(at.base_url + path)
    assert kept(page) == set()


def test_what_was_kept_for_one_person_is_dropped_when_another_signs_in(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    at = come(visit, AISYAH)
    page = with_worker(at)
    eventually(page, lambda: "/" in kept(page))
    at.context.clear_cookies()  # the session ends without a sign-out
    page.goto(at.base_url + "/sign-in")
    page.wait_for_function(f"{KEPT}.then((all) => all.length === 0)")
