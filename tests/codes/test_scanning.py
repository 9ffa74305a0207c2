"""*Scan* beside the field of a code: there only where the browser and the device can, and the camera always stops.

The browser's own camera and its permissions are the real ones; what a QR code says is made up, since Chromium reads
none on this system.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from app.codes.alphabet import shown
from app.identity.services.people import set_language
from tests.cast import PASSWORD, Cast, let_post, sign_in
from tests.codes.conftest import Gifts
from tests.e2e.looking import faults_of
from tests.support.browser import Visit

Visits = Callable[..., Visit]
READER = """
window.codes = []; window.streams = []; window.wait = null; window.formats = ["qr_code", "ean_13"];
window.BarcodeDetector = class {
  constructor({ formats }) { if (formats.join() !== "qr_code") throw new TypeError("only QR codes are wanted"); }
  static async getSupportedFormats() { return window.formats; }
  async detect(video) {
    if (!(video instanceof HTMLVideoElement) || !video.videoWidth) throw new DOMException("no picture", "InvalidStateError");
    if (window.broken) throw new DOMException("no reader", "NotSupportedError");
    return window.codes.map((rawValue) => ({ rawValue }));
  }
};
const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);
media.getUserMedia = async (wanted) => {
  const stream = await ask(wanted);
  window.streams.push(stream);
  await window.wait;
  return stream;
};
"""
LIVE = "() => window.streams.flatMap((one) => one.getTracks()).filter((track) => track.readyState === 'live').length"
RUNS = "() => { const one = document.querySelector('#sheet video'); return one && !one.paused && one.videoWidth > 0; }"
CHANGES = """async () => {
  let changes = 0;
  const watch = new MutationObserver((all) => { changes += all.length; });
  watch.observe(document.querySelector("#sheet [role=status]"), { childList: true, characterData: true, subtree: true });
  await new Promise((done) => setTimeout(done, 700));
  return changes;
}"""
HIDE = """() => {
  Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def come(visit: Visits, script: str = READER, *, may: bool = True, **how: Any) -> Visit:
    """A guest at /redeem, in a browser that reads QR codes."""
    seen = visit(**how)
    if may:
        seen.context.grant_permissions(["camera"])
    if script:
        seen.context.add_init_script(script)
    seen.goto("/redeem")
    return seen


def scan(page: Page) -> None:
    page.get_by_role("button", name="Scan").click()
    page.wait_for_function(RUNS)


def is_off(page: Page) -> None:
    """The sheet is gone, and so is the light beside the camera."""
    expect(page.locator("#sheet")).to_be_hidden()
    page.wait_for_function(f"() => ({LIVE})() === 0")
    assert page.evaluate("window.streams.length")


@pytest.mark.browser
def test_without_a_reader_of_qr_codes_or_a_camera_there_is_no_button(app: Flask, visit: Visits) -> None:
    for script, how in (
        ("delete window.BarcodeDetector;", {}),
        (READER + "window.formats = ['ean_13'];", {}),
        (READER + "navigator.mediaDevices.enumerateDevices = async () => [];", {}),
        (READER + "BarcodeDetector.getSupportedFormats = async () => { throw new Error('no'); };", {}),
        ("", {"javascript": False}),
    ):
        seen = come(visit, script, **how)
        seen.page.wait_for_load_state("networkidle")
        expect(seen.page.locator("[data-scan]")).to_have_count(1)
        expect(seen.page.locator("[data-scan]")).to_be_hidden()
        expect(seen.page.get_by_role("button", name="Scan")).to_have_count(0)
        if how:
            expect(seen.page.locator(".code-ways")).to_be_hidden()  # nor a gap where buttons were
        assert seen.problems == []


@pytest.mark.browser
def test_a_scanned_code_stands_in_the_field_and_the_camera_stops(
    app: Flask, cast: Cast, gifts: Gifts, visit: Visits
) -> None:
    first, second = gifts.one(500), gifts.one(700)
    seen = come(visit)
    page, field = seen.page, seen.page.locator("#code")
    scan(page)
    assert page.evaluate(LIVE) == 1
    hint = page.locator("#sheet [role=status]")
    expect(hint).to_contain_text("Hold the QR code inside the frame.")
    for other in ("https://example.com/menu", "WIFI:S:Guests;T:WPA;P:7KX4M92Q;;", "7KX4-M92Q-DT3V"):
        page.evaluate("(text) => { window.codes = [text]; }", other)
        expect(hint).to_contain_text("This QR code holds no gift code.")
        expect(field).to_have_value("")
        assert page.evaluate(CHANGES) == 0, "said once, and not five times a second"
        page.evaluate("window.codes = []; document.querySelector('#sheet [role=status]').textContent = ''")
    page.evaluate("(text) => { window.codes = ['https://example.com', text]; }", shown(first))
    is_off(page)
    expect(field).to_have_value(shown(first))
    expect(field).to_be_focused()
    page.evaluate("(text) => { window.codes = [text]; }", f"{first.lower()}\n{second}")
    scan_again = page.get_by_role("button", name="Scan")
    scan_again.click()
    is_off(page)
    expect(field).to_have_value(f"{shown(first)}\n{second}")  # what is there already comes no second time
    page.get_by_role("button", name="See what it is worth").click()
    expect(page.locator("main")).to_contain_text("1,200")
    assert seen.problems == []


@pytest.mark.browser
def test_the_camera_stops_however_the_sheet_or_the_page_is_left(app: Flask, visit: Visits) -> None:
    seen = come(visit)
    page = seen.page
    for leave in (
        lambda: page.locator("#sheet").get_by_role("button", name="Close").click(),
        lambda: page.keyboard.press("Escape"),
        lambda: page.mouse.click(195, 8),
        lambda: page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))"),
        lambda: page.evaluate(HIDE),
    ):
        scan(page)
        assert page.evaluate(LIVE) == 1
        leave()
        is_off(page)
    seen.goto("/redeem")  # closed while the browser still asks: what comes late is stopped too
    page.evaluate("() => { window.wait = new Promise((done) => { window.allow = done; }); }")
    page.get_by_role("button", name="Scan").click()
    page.wait_for_function("() => window.streams.length === 1")
    page.keyboard.press("Escape")
    page.evaluate("window.allow()")
    is_off(page)
    assert seen.problems == []


@pytest.mark.browser
def test_a_camera_that_is_refused_or_fails_says_so_in_a_sentence(app: Flask, visit: Visits) -> None:
    refused = come(visit, may=False).page
    refused.get_by_role("button", name="Scan").click()
    hint = refused.locator("#sheet [role=status]")
    expect(hint).to_contain_text("This page may not use the camera.")
    expect(refused.locator("#sheet video")).to_be_hidden()
    refused.keyboard.press("Escape")
    expect(refused.locator("#sheet")).to_be_hidden()
    refused.locator("#code").fill("7KX4")
    page = come(visit).page
    scan(page)
    page.evaluate("window.streams[0].getTracks()[0].dispatchEvent(new Event('ended'))")
    expect(page.locator("#sheet [role=status]")).to_contain_text("The camera does not answer.")
    page.keyboard.press("Escape")
    is_off(page)
    page.evaluate("window.broken = true")
    scan(page)
    expect(page.locator("#sheet [role=status]")).to_contain_text("The camera does not answer.")
    page.wait_for_function(f"() => ({LIVE})() === 0")


@pytest.mark.browser
def test_the_buttons_and_the_sheet_are_whole_in_both_themes_and_three_languages(
    app: Flask, cast: Cast, visit: Visits
) -> None:
    words = {"en": "Scan", "ms": "Imbas", "id": "Pindai"}
    for language, theme, size in (
        ("en", "light", "phone"),
        ("ms", "dark", "phone"),
        ("id", "dark", "desktop"),
    ):
        with app.app_context():
            set_language(cast.aisyah.person_id, language)
        seen = visit(size, language, theme)
        seen.context.grant_permissions(["camera", "clipboard-read"])
        seen.context.add_init_script(READER)
        page = seen.sign_in(cast.aisyah.email, PASSWORD)
        seen.problems.clear()
        seen.goto("/redeem")
        button = page.get_by_role("button", name=words[language], exact=True)
        expect(button).to_be_visible()
        ways = page.locator(".code-ways button").all()
        boxes = [way.bounding_box() for way in ways]
        assert (
            len({(box["y"], box["width"]) for box in boxes if box}) == 1 and len(boxes) == 2
        )  # one line, in halves
        assert [*faults_of(page)] == []
        button.click()
        page.wait_for_function(RUNS)
        assert [*faults_of(page), *seen.problems] == []


def test_the_camera_is_open_to_the_page_of_codes_alone(
    app: Flask, cast: Cast, client: FlaskClient, gifts: Gifts
) -> None:
    def policy(path: str, **form: str) -> str:
        answer = client.post(path, data=form) if form else client.get(path)
        return answer.headers["Permissions-Policy"]

    let_post(client)
    for signs_in in (False, True):
        if signs_in:
            sign_in(client, cast.aisyah)
        for open_page in (policy("/redeem"), policy("/redeem", code="CCCC-CCCC-CCCC-CCCD")):
            assert open_page.startswith("camera=(self), microphone=(), ")
        for path in ("/", "/sign-in", "/rewards", "/redeem/nothing", "/orders", "/wallet", "/healthz"):
            assert policy(path).startswith("camera=(), microphone=(), "), path
