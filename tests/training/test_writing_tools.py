"""The buttons above a part's text put marks around what is chosen, and the preview follows."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.cast import Cast, sign_in
from tests.support.browser import Visit
from tests.training.authoring import draft

pytestmark = pytest.mark.browser


def test_marks_are_put_around_the_words_and_can_be_undone(
    app: Flask, cast: Cast, visit: Callable[..., Visit], request: pytest.FixtureRequest
) -> None:
    with app.test_request_context():
        draft(cast)
    client = sign_in(app.test_client(), cast.marketer)
    found = visit("desktop" if "sqlite" in request.node.name else "phone")
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    found.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": found.base_url}])
    page = found.goto("/admin/training/zero-trust/parts/p0")
    text, words = page.locator("#body"), page.locator(".marks .note")
    expect(words).to_have_text("Words: 2")
    text.evaluate("field => field.setSelectionRange(0, 4)")
    page.get_by_role("button", name="Bold").click()
    expect(text).to_have_value("**Text** 0")
    text.evaluate("field => field.setSelectionRange(10, 10)")
    page.get_by_role("button", name="Say this").click()
    said = "A sentence to use with a customer."
    expect(text).to_have_value(f"**Text** 0\n\n```say\n{said}\n```")
    page.keyboard.type("Ask first.")  # the words are chosen, so that typing replaces them
    expect(text).to_have_value("**Text** 0\n\n```say\nAsk first.\n```")
    expect(page.locator("#frame .say")).to_contain_text("Ask first.")
    expect(words).to_have_text("Words: 6")
    text.evaluate("field => { field.value = 'one\\ntwo'; field.setSelectionRange(0, 7); }")
    page.get_by_role("button", name="List", exact=True).click()
    expect(text).to_have_value("- one\n- two")
    page.keyboard.press("Control+z")
    expect(text).to_have_value("one\ntwo")
    page.get_by_role("link", name="Picture").click()
    expect(page.get_by_label("What it shows")).to_be_visible()
    assert not found.problems
