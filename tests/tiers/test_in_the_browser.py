"""The plan editor in Chromium: its buttons stand in the top bar, outside the form that they send."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from app.identity.services.people import set_language
from app.tiers.plans import Level
from app.tiers.services import plans
from tests.cast import PASSWORD, Cast, sign_in
from tests.tiers.makers import RM, definition, live
from tests.tiers.test_pages import begin_plan


def open_editor(visit: Any, cast: Cast, path: str) -> Any:
    """Sign in as who writes plans, at a desk, and go there."""
    seen = visit(size="desktop")
    seen.sign_in(cast.marketer.email, PASSWORD)
    return seen.goto(path)


@pytest.mark.browser
def test_a_refused_plan_leaves_no_button_of_the_top_bar_sending(
    app: Flask, client: FlaskClient, cast: Cast, visit: Any
) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    page = open_editor(visit, cast, f"/admin/tiers/plans/{public_id}")
    page.fill("[name=grace_days]", "many")
    save = page.locator(".topbar button[value=draft]")
    said = save.inner_text()
    save.click()
    page.locator("main [role=alert]").wait_for()
    expect(page.locator("[data-was], button[aria-busy]")).to_have_count(0)
    expect(save).to_have_text(said)


@pytest.mark.browser
def test_a_busy_phone_has_nothing_to_remark_about_the_focus(
    app: Flask, client: FlaskClient, cast: Cast, visit: Any
) -> None:
    """It draws its next frame only after the script has put the focus where it belongs: here htmx waits for none."""
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    seen = visit(size="phone")
    seen.sign_in(cast.marketer.email, PASSWORD)
    seen.context.add_init_script(
        "const wait = setTimeout; window.setTimeout = (run, ms, ...more) => (ms === 20 ? run() : wait(run, ms, ...more))"
    )
    page = seen.goto(f"/admin/tiers/plans/{public_id}")
    page.fill("[name=grace_days]", "many")
    page.locator(".btn[value=draft]:visible").click()
    expect(page.locator(".errsummary")).to_be_focused()
    page.wait_for_timeout(300)
    assert [problem for problem in seen.problems if "422" not in problem] == []


@pytest.mark.browser
def test_the_top_bar_of_a_plan_stays_one_line_in_malay_and_its_cells_show_what_they_hold(
    app: Flask, client: FlaskClient, cast: Cast, visit: Any
) -> None:
    with app.app_context():
        set_language(cast.marketer.person_id, "ms")
        plan = live(cast, name="2026 plan")
        plans.start_version(plan.plan_id, actor=cast.marketer)
    page = open_editor(visit, cast, "/admin/tiers")
    bar = page.locator(".topbar")
    title = bar.locator("h1").bounding_box()
    assert bar.bounding_box()["height"] <= 72 and title["height"] < 40, (bar.bounding_box(), title)
    page.set_viewport_size({"width": 1024, "height": 700})
    cut = page.locator(".tier-matrix.edit input.cell").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.name)"
    )
    assert cut == []


@pytest.mark.browser
def test_a_cell_of_the_plan_holds_a_sum_in_indonesian_words(
    app: Flask, client: FlaskClient, cast: Cast, visit: Any
) -> None:
    with app.app_context():
        set_language(cast.marketer.person_id, "id")
        made = definition()
        made = replace(
            made,
            levels=(
                *made.levels,
                Level(
                    "platinum",
                    "Platinum",
                    {"revenue": 300_000 * RM},
                    20_000,
                    40_000 * RM,
                    1,
                    made.levels[-1].benefits,
                ),
            ),
        )
        plan = live(cast, made, name="2026 plan")
        plans.start_version(plan.plan_id, actor=cast.marketer)
    page = open_editor(visit, cast, "/admin/tiers")
    cells = page.locator(".tier-matrix.edit input.cell:visible")
    cut = cells.evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.value)"
    )
    expect(cells).not_to_have_count(0)
    assert cut == []


@pytest.mark.browser
def test_on_a_small_phone_the_tier_stands_beside_the_words_above_the_points(
    app: Flask, cast: Cast, visit: Any
) -> None:
    """At 320 px in Malay both do not fit on one line: the words break, and the tier covers nothing."""
    with app.app_context():
        live(cast, definition())
        set_language(cast.aisyah.person_id, "ms")
    seen = visit(size="phone", language="ms")
    seen.sign_in(cast.aisyah.email, PASSWORD)
    seen.page.set_viewport_size({"width": 320, "height": 700})
    page = seen.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "ms")
    reach = """one => {
        const all = document.createRange();
        all.selectNodeContents(one);
        return all.getBoundingClientRect().right;
    }"""
    words = page.locator(".hero-label").evaluate(reach)
    assert words <= page.locator(".hero-chip > span").evaluate("one => one.getBoundingClientRect().left")


@pytest.mark.browser
def test_a_metric_that_is_added_stands_under_the_same_levels(
    app: Flask, client: FlaskClient, cast: Cast, visit: Any
) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    page = open_editor(visit, cast, f"/admin/tiers/plans/{public_id}")
    page.locator("details:has(.tier-matrix) > summary").first.click()
    lefts = page.locator(".tier-matrix.edit:visible").evaluate_all(
        """all => all.map((table) => [...table.querySelector("tbody tr").cells]
            .map((one) => Math.round(one.getBoundingClientRect().left)).join())"""
    )
    assert len(lefts) == 3 and len(set(lefts)) == 1
