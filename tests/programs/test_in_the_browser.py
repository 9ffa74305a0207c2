"""The sentence builder in Chromium: with a script it reads along, without one it works all the same."""

import pytest
from playwright.sync_api import expect

from app.programs.models import ProgramVersion, VersionState
from tests.cast import PASSWORD


def sign_in_as(visit, actor, **how):
    seen = visit(**how)
    seen.sign_in(actor.email, PASSWORD)
    return seen


def fill(page):
    page.fill("#name", "Firewall push")
    page.fill("#min_amount", "10,000")
    page.select_option("#reward_kind", "fixed")
    page.fill("#points", "500")
    page.locator("#families summary").click()
    page.get_by_label("Firewall", exact=True).check()


@pytest.mark.browser
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_what_partners_will_read_follows_the_fields(app, cast, visit, size):
    seen = sign_in_as(visit, cast.marketer, size=size)
    page = seen.goto("/admin/programs/new")
    fill(page)
    page.locator("#reads").get_by_text(
        "Win a deal in Firewall of RM\xa010,000 or more and get 500 points."
    ).wait_for()
    expect(page.locator("#per_amount")).to_be_hidden()
    page.select_option("#reward_kind", "per_money")
    expect(page.locator("#per_amount")).to_be_visible()
    page.locator("button[value=send]:visible").click()
    page.locator("[role=alert]").get_by_text("Enter the amount that these points are for.").first.wait_for()
    expect(page.locator(".errsummary")).to_be_focused()
    expect(page.locator("#points")).to_have_value("500")
    page.fill("#per_amount", "100")
    page.locator("button[value=send]:visible").click()
    page.wait_for_url("**/admin/programs/firewall-push")
    assert [problem for problem in seen.problems if "422" not in problem] == []


@pytest.mark.browser
def test_a_program_is_written_and_published_without_javascript(app, cast, visit):
    page = sign_in_as(visit, cast.marketer, javascript=False).goto("/admin/programs/new")
    fill(page)
    page.locator("button[value=send]:visible").click()
    page.wait_for_url("**/admin/programs/firewall-push")
    page = sign_in_as(visit, cast.finance, javascript=False).goto("/admin/programs/firewall-push")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Published. Partners see it now.").wait_for()
    with app.app_context():
        from app.core.db import db

        assert db.session.query(ProgramVersion).one().state is VersionState.PUBLISHED
    page = sign_in_as(visit, cast.aisyah, javascript=False).goto("/programs/firewall-push?amount=12000")
    expect(page.locator("#answer")).to_contain_text("500")
