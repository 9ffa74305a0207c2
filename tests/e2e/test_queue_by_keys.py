"""The work queue by keyboard, and what the script adds to a page: focus, sheets, the undo that travels along."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from tests.e2e.test_journeys import AISYAH, MANAGER, come
from tests.support.browser import Visit, eventually

pytestmark = pytest.mark.browser
ITEM = re.compile(r"/admin/deals/[a-z0-9]{14}#item$")


def heading(page: Page) -> str:
    return page.locator("#item").inner_text()


def test_keys_move_decide_and_take_back(demo: Flask, visit: Callable[..., Visit]) -> None:
    at = come(visit, MANAGER, "desktop")
    page = at.goto("/admin")
    first = heading(page)
    page.keyboard.press("j")
    page.wait_for_url(ITEM)
    expect(page.locator("#item")).not_to_have_text(first)
    second = heading(page)
    expect(page.locator("#item")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("#item")).to_have_text(first)
    page.keyboard.press("a")
    toast = page.locator("#toasts .undo")
    expect(toast).to_contain_text(f"{first} approved")
    expect(page.locator("#item")).to_have_text(second)
    expect(page.locator("#item")).to_be_focused()
    page.goto(at.base_url + "/admin/partners")
    expect(page.locator("#toasts .undo")).to_contain_text(f"{first} approved")
    page.goto(at.base_url + "/admin")
    expect(page.locator("#toasts .undo")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text(f"{first} waits again")
    expect(page.locator("#item")).to_have_text(first)
    assert at.problems == []


def test_keys_rest_while_one_types_and_in_a_sheet(demo: Flask, visit: Callable[..., Visit]) -> None:
    at = come(visit, MANAGER, "desktop")
    page = at.goto("/admin")
    first = heading(page)
    page.locator("#note").fill("a")
    page.keyboard.press("a")
    page.keyboard.press("j")
    expect(page.locator("#note")).to_have_value("aaj")
    expect(page.locator("#item")).to_have_text(first)
    page.locator("#item").focus()
    page.keyboard.press("r")
    sheet = page.locator("dialog#sheet[open]")
    expect(sheet).to_be_visible()
    expect(page.locator("#sheet-title")).to_be_focused()
    expect(sheet.locator("textarea")).to_have_value("aaj")
    page.keyboard.press("j")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(page.locator("#item")).to_have_text(first)
    assert at.problems == []


def test_a_sheet_keeps_what_was_typed_and_says_what_is_missing(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    at = come(visit, MANAGER, "phone")
    page = at.goto("/admin")
    page.locator(".queue a").first.click()
    page.locator(".decisions .danger").click()
    sheet = page.locator("dialog#sheet[open]")
    sheet.locator("textarea").fill("Come back in May")
    sheet.locator("button[type=submit]").click()
    expect(sheet.locator(".errsummary")).to_be_focused()
    expect(sheet.locator("textarea")).to_have_value("Come back in May")
    expect(page).to_have_title(re.compile("^Error: "))
    sheet.locator("label", has_text="Too early").click()
    sheet.locator("button[type=submit]").click()
    expect(page.locator("#toasts .undo")).to_contain_text("declined")
    left = [line for line in at.problems if "422" not in line]
    assert left == []


def test_a_lost_network_says_so_beside_the_form_and_loses_nothing(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    at = come(visit, MANAGER, "phone")
    page = at.goto("/admin")
    page.locator(".queue a").first.click()
    page.locator(".decisions .secondary").click()
    sheet = page.locator("dialog#sheet[open]")
    sheet.locator("textarea").fill("Which tender?")
    page.route("**/question", lambda route: route.abort())
    sheet.locator("button[type=submit]").click()
    expect(sheet.locator("[data-problem]")).to_contain_text("Nothing was changed")
    expect(sheet.locator("textarea")).to_have_value("Which tender?")
    expect(sheet.locator("button[type=submit]")).to_have_text("Send the question")


def test_the_phone_forgets_everything_at_sign_out(demo: Flask, visit: Callable[..., Visit]) -> None:
    at = come(visit, AISYAH, "phone")
    held: list[Route] = []
    at.page.route(
        "**/phone.js*", lambda route: held.append(route), times=1
    )  # the script comes only once the name is typed
    page = at.page
    page.goto(at.base_url + "/deals/new", wait_until="commit")
    page.locator("[name=customer_name]").fill("Teratai Foods")
    page.wait_for_timeout(500)
    for route in held:  # none where the service worker was there first and brought it by itself
        route.continue_()
    kept = "Object.keys(localStorage).some((key) => key.startsWith('tangga:draft:'))"
    eventually(page, lambda: bool(page.evaluate(kept)))
    page.goto(at.base_url + "/more")
    page.locator("form[data-sign-out] button").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate("Object.keys(localStorage)") == []


def test_the_chip_of_the_page_is_in_sight_on_a_phone(demo: Flask, visit: Callable[..., Visit]) -> None:
    page = come(visit, MANAGER.replace("manager", "marketer")).page
    for path, name in (("", "Courses"), ("/assignments", "Assignments"), ("/certificates", "Certificates")):
        page.goto(page.url.split("/admin")[0] + "/admin/training" + path)
        chip = page.locator(".chips > [aria-current]")
        expect(chip).to_have_text(name)
        expect(chip).to_be_in_viewport(ratio=1)
        assert page.evaluate("scrollY") == 0
