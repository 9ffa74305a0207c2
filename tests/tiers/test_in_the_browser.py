"""The plan editor in Chromium: its buttons stand in the top bar, outside the form that they send."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from tests.cast import PASSWORD, Cast, sign_in
from tests.tiers.test_pages import begin_plan


@pytest.mark.browser
def test_a_refused_plan_leaves_no_button_of_the_top_bar_sending(
    app: Flask, client: FlaskClient, cast: Cast, visit: Any
) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    seen = visit(size="desktop")
    page = seen.goto("/sign-in")
    page.fill("input[name=email]", cast.marketer.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    page = seen.goto(f"/admin/tiers/plans/{public_id}")
    page.fill("[name=grace_days]", "many")
    save = page.locator(".topbar button[value=draft]")
    said = save.inner_text()
    save.click()
    page.locator("main [role=alert]").wait_for()
    expect(page.locator("[data-was], button[aria-busy]")).to_have_count(0)
    expect(save).to_have_text(said)
    assert [problem for problem in seen.problems if "422" not in problem and "Autofocus" not in problem] == []
