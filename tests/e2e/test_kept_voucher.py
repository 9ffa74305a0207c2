"""*Keep on this phone*: a voucher is shown without signal from the tap on, until sign-out."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.e2e.test_journeys import AISYAH, come
from tests.support.browser import Visit

pytestmark = pytest.mark.browser
READY = "navigator.serviceWorker.ready.then(() => true)"


def test_a_kept_voucher_opens_without_signal_until_sign_out(demo: Flask, visit: Callable[..., Visit]) -> None:
    at = come(visit, AISYAH)
    page = at.goto("/rewards/pasar-mega")
    page.locator("a[hx-target='#sheet']").locator("visible=true").first.click()
    page.locator("dialog[open] button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/orders/[a-z0-9]{14}$"))
    code = page.locator("code, .code").first.inner_text().strip()
    assert re.search(r"\d{4}-\d{4}-\d{4}", code), code
    page.locator("[data-keep-button]").click()
    expect(page.locator("main")).to_contain_text("Saved on this phone")
    assert page.evaluate(READY)
    order = page.url

    at.context.set_offline(True)
    page.goto(order)
    expect(page.locator("[data-kept-list]")).to_contain_text(code)
    at.context.set_offline(False)

    page.goto(at.base_url + "/more")
    page.locator("form[data-sign-out] button").click()
    page.wait_for_url("**/sign-in*")
    at.context.set_offline(True)
    page.goto(order)
    expect(page.locator("body")).not_to_contain_text(code)
    assert page.evaluate("Object.keys(localStorage)") == []
    assert [line for line in at.problems if "ERR_INTERNET_DISCONNECTED" not in line] == []
