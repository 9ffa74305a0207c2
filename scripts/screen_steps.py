"""What is done on a page of the demo before its picture is taken: one function a kind of step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml
from playwright.sync_api import Page

COURSE = Path(__file__).resolve().parent.parent / "seeds" / "courses" / "zero-trust-basics.yaml"


def fill(page: Page, _folder: Path, field: str, text: str) -> None:
    page.fill(field, text)


def click(page: Page, _folder: Path, target: str) -> None:
    page.locator(target).locator("visible=true").first.click()
    page.wait_for_timeout(500)


def wait(page: Page, _folder: Path, milliseconds: str) -> None:
    page.wait_for_timeout(int(milliseconds))


def gift_code(page: Page, folder: Path) -> None:
    """Type a code that the demo left unused, and look what it is worth."""
    page.fill("[name=code]", (folder / "demo-codes.txt").read_text().split()[-1])
    page.get_by_role("button", name="See what it is worth").click()
    page.wait_for_load_state()


def redeem_sheet(page: Page, _folder: Path) -> None:
    page.locator("a[hx-target='#sheet'], [data-sheet]").locator("visible=true").first.click()
    page.wait_for_timeout(600)


def voucher(page: Page, _folder: Path) -> None:
    """The newest order with its code shown."""
    page.locator("main a[href^='/orders/']").first.click()
    page.wait_for_timeout(300)
    show = page.locator("form[action$='/reveal'] button")
    if show.count():
        show.first.click()
        page.wait_for_timeout(600)


def lesson(page: Page, _folder: Path) -> None:
    """With a voice, which this browser lacks and a phone has, and once the phone has kept the course."""
    page.evaluate("speechSynthesis.getVoices = () => [{ lang: 'en-GB', localService: true }]")
    page.evaluate("speechSynthesis.onvoiceschanged()")
    page.locator("[data-saved]").wait_for(state="visible")


def deal_error(page: Page, _folder: Path) -> None:
    """Send a deal with a value in words and a closing date in the past."""
    page.fill("[name=customer_name]", "Kopi Harmoni")
    page.fill("[name=contact_name]", "Bahagian perolehan")
    page.locator(".actionbar button[type=submit]").last.click()
    page.wait_for_timeout(600)
    page.fill("[name=value]", "48 ribu")
    page.fill("[name=expected_close_on]", "2026-11-12")
    page.locator(".actionbar button[type=submit]").last.click()
    page.wait_for_timeout(600)


def _right_answers() -> dict[str, set[str]]:
    """The right answers of the course's quiz by question, in English."""
    found = {}
    for question in yaml.safe_load(COURSE.read_text())["questions"]:
        right = {answer["text"]["en"] for answer in question.get("answers", ()) if answer.get("right")}
        found[question["question"]["en"]] = right or {str(question["answer"])}
    return found


def quiz(page: Page, _folder: Path, number: str) -> None:
    """Answer a quiz rightly up to a question and stay at its explanation; `end` goes on to the result."""
    right = _right_answers()
    for _step in range(8):  # over what is left of the course
        if page.locator("#asked").count():
            break
        page.locator(".actionbar a.btn, .actionbar button").last.click()
        page.wait_for_load_state()
        page.wait_for_timeout(400)
    while True:
        at = page.url.rsplit("/", 1)[-1]
        wanted = right[page.locator("#asked").inner_text()]
        for label in page.locator("fieldset.answers label.answer").all():
            if label.locator("span").last.inner_text().strip() in wanted:
                label.click()
        page.locator(".actionbar button[type=submit]").click()
        page.wait_for_selector(".explain")
        page.wait_for_timeout(400)
        if at == number:
            return
        page.locator(".actionbar a.btn").click()
        page.wait_for_load_state()
        page.wait_for_timeout(300)
        if not page.locator("fieldset.answers").count():
            return


STEPS: dict[str, Callable[..., None]] = {
    "fill": fill,
    "click": click,
    "wait": wait,
    "gift-code": gift_code,
    "redeem-sheet": redeem_sheet,
    "voucher": voucher,
    "deal-error": deal_error,
    "lesson": lesson,
    "quiz": quiz,
}
