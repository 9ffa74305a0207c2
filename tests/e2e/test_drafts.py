"""What is typed survives a session that ended meanwhile, and leaves the phone once it was sent."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.e2e.test_journeys import AISYAH, come, fill_customer, go_on
from tests.support.browser import Visit

pytestmark = pytest.mark.browser
DRAFTS = "Object.keys(localStorage).filter((key) => key.includes('draft:'))"


def test_a_draft_that_was_sent_leaves_the_phone(demo: Flask, visit: Callable[..., Visit]) -> None:
    at = come(visit, AISYAH)
    page = at.goto("/deals/new")
    page.wait_for_load_state("networkidle")
    at.context.set_offline(True)
    fill_customer(page, "Kedai Tepi Jalan")
    go_on(page)
    expect(page.locator("body")).to_contain_text("Draft saved on this phone")
    assert len(page.evaluate(DRAFTS)) == 1
    at.context.set_offline(False)
    go_on(page)
    page.wait_for_url(re.compile(r"step=2"))
    assert page.evaluate(DRAFTS) == []
    page.goto(at.base_url + "/")
    expect(page.locator("[data-waiting]")).to_be_hidden()


def test_what_was_typed_into_an_ended_session_waits_after_sign_in(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    at = come(visit, AISYAH)
    page = at.goto("/deals/new")
    page.wait_for_load_state("networkidle")
    page.fill("[name=customer_name]", "Kedai Lama Tertutup")
    at.context.clear_cookies()
    page.locator("[name=customer_name]").press("Tab")
    page.wait_for_url(re.compile(r"/sign-in\?next="))
    page.fill("[name=email]", AISYAH)
    page.fill("[name=password]", "tangga-demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/deals/new$"))
    page.locator("[data-waiting] a").click()
    expect(page.locator("[name=customer_name]")).to_have_value("Kedai Lama Tertutup")
    expect(page.locator("[data-waiting]")).to_be_hidden()
