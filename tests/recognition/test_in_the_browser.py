"""An award from a phone in three taps after the receiver is found; the same without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from app.boards.rebuilding import check
from app.core.db import db
from app.identity.services.people import set_language
from app.recognition.models import Award
from tests.cast import PASSWORD, Cast
from tests.ledger.support import clean
from tests.recognition.support import begin, points_of

MORE_FACES = """() => {
  const row = document.querySelector(".people"), one = row.firstElementChild;
  for (let each = 0; each < 10; each += 1) row.append(one.cloneNode(true));
  const lines = new Set([...row.children].map((face) => face.offsetTop)).size;
  return {wide: row.scrollWidth, room: row.clientWidth, lines};
}"""


def open_desk(visit: Any, actor: Any, **how: Any) -> Any:
    """Sign in and go to *Give an award* as people do."""
    seen = visit(**how)
    seen.sign_in(actor.email, PASSWORD)
    seen.problems.clear()
    seen.goto("/admin/recognition/new")
    return seen


@pytest.mark.browser
def test_a_manager_gives_an_award_from_a_phone_in_three_taps(app: Flask, cast: Cast, visit: Any) -> None:
    with app.app_context():
        begin(cast)
    seen = open_desk(visit, cast.manager, size="phone")
    page, taps = seen.page, 0

    def tap(target: Any) -> None:
        nonlocal taps
        target.click()
        taps += 1

    page.locator("#find").press_sequentially("budi")
    found = page.locator("#who label")
    expect(found).to_have_count(1)
    found.click()
    tap(page.get_by_text("Customer hero"))
    page.locator("#outcome").get_by_text("Pahlawan pelanggan").wait_for()
    tap(page.locator(".segmented").get_by_text("250"))
    page.locator("#outcome").get_by_text("250 points cost").wait_for()
    expect(page.locator("#left")).to_have_text("RM\xa01,000 left")
    tap(page.get_by_role("button", name=f"Give {cast.budi.first_name} 250 points"))
    page.get_by_role("button", name="Undo").wait_for()
    assert taps == 3 and seen.problems == []
    with app.app_context():
        assert points_of(cast.budi) == 250
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back. Nobody was told.").wait_for()
    with app.app_context():
        assert points_of(cast.budi) == 0
        clean()
        assert check().faults == []


@pytest.mark.browser
def test_what_typed_points_cost_is_said_before_the_button_is_pressed(
    app: Flask, cast: Cast, visit: Any
) -> None:
    """While the number is being typed: whoever presses the button next must not read that it costs nothing."""
    with app.app_context():
        begin(cast)
    page = open_desk(visit, cast.manager, size="phone").page
    page.locator("#find").press_sequentially("budi")
    found = page.locator("#who label")
    expect(found).to_have_count(1)
    found.click()
    page.get_by_text("Customer hero").click()
    page.locator(".segmented").get_by_text("Other").click()
    page.locator("#points_other").press_sequentially("1")
    expect(page.locator("#outcome")).to_contain_text("1 point costs RM\xa00.05")
    expect(page.locator("#give")).to_have_text(f"Give {cast.budi.first_name} 1 point")
    expect(page.locator("#points_other")).to_be_focused()


@pytest.mark.browser
def test_an_award_is_previewed_and_given_without_javascript(app: Flask, cast: Cast, visit: Any) -> None:
    with app.app_context():
        begin(cast)
    page = open_desk(visit, cast.marketer, javascript=False, size="desktop").page
    faces = page.evaluate(MORE_FACES)
    assert faces["wide"] <= faces["room"] and faces["lines"] > 1  # nobody is cut off at the edge
    page.goto(page.url)
    page.fill("#find", "aisyah")
    page.get_by_role("button", name="Find someone").click()
    page.locator("#who label").first.click()
    page.get_by_text("Bright idea").click()
    page.locator(".segmented").get_by_text("100").click()
    page.get_by_role("button", name="See it before you give it").click()
    page.get_by_text(f"{cast.aisyah.first_name} will see").wait_for()
    page.get_by_role("button", name=f"Give {cast.aisyah.first_name} 100 points").click()
    page.get_by_text("For whom").wait_for()
    with app.app_context():
        award = db.session.scalars(select(Award)).one()
        assert award.points == 100 and points_of(cast.aisyah) == 100
    page.goto(page.url.split("/admin")[0] + "/recognition")
    page.get_by_role("button", name="Applaud").click()
    expect(page.get_by_role("button", name="Applauded")).to_have_count(1)


@pytest.mark.browser
def test_a_category_that_leads_the_wall_keeps_its_words_whole_on_a_phone(
    app: Flask, cast: Cast, visit: Any
) -> None:
    with app.app_context():
        begin(cast)
        set_language(cast.marketer.person_id, "id")
    page = open_desk(visit, cast.marketer, size="phone", language="id").goto("/admin/recognition/categories")
    words = page.locator(".row-body").evaluate_all("all => all.map((one) => one.offsetWidth)")
    assert min(words) > 120, words
