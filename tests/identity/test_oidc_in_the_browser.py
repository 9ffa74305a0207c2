"""Out to the company's provider and back in Chromium, where cookies have a SameSite and links leave the site."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.identity.test_oidc import provider, running

__all__ = ["provider", "running"]


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_the_button_leads_to_the_provider_and_back_to_where_one_was_going(
    app, cast, provider, live_server, visit, javascript
):
    settings = app.extensions["tangga_settings"]
    app.extensions["tangga_settings"] = replace(settings, external_url=live_server.url)
    seen = visit(javascript=javascript, size="phone")
    page = seen.goto("/account")
    page.get_by_role("link", name="Sign in with your company account").click()
    page.wait_for_url("**/account")
    assert "/authorize" in provider.asked
    expect(page.locator("main")).to_contain_text(cast.aisyah.email)
    assert seen.problems == []
    page.context.clear_cookies()
    provider.refuses = "access_denied"
    page = seen.goto("/sign-in?next=/wallet")
    page.get_by_role("link", name="Sign in with your company account").click()
    page.get_by_text("did not let you through").wait_for()
    expect(page.locator("main input[name=next]")).to_have_attribute("value", "/wallet")
