"""*Listen*: the phone's own voice reads a part aloud where it has one for the text's language, else there is no button.

The engine of the phone is played here: it lists voices, notes what it is told to say, and ends a piece when told to.
"""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.e2e.looking import enter, faults_of, narrow_faults, speak
from tests.support.browser import Visit
from tests.training.support import publish

pytestmark = pytest.mark.browser

ENGINE = """
const said = [], voice = (lang, more) => ({ name: lang, lang, localService: true, default: false, ...more });
let voices = [], current = null;
const engine = {
  getVoices: () => voices, said, get speaking() { return Boolean(current); }, pending: false,
  speak(piece) { current = piece; said.push([piece.text, piece.lang]); },
  cancel() {
    const was = current;
    current = null;
    if (was) sessionStorage.stopped = was.text;
    was?.onerror?.({ error: "canceled" });
  },
  end() { const was = current; current = null; was.onend(); },
  fail() { const was = current; current = null; was.onerror({ error: "synthesis-failed" }); },
  gets(...all) { voices = all.map((one) => voice(...one)); engine.onvoiceschanged?.(); },
};
Object.defineProperty(window, "speechSynthesis", { value: engine });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
LONG = "This sentence goes on and on. " * 12
BODY = f"""First **paragraph**, which is short.

{LONG}

- One
- Two

| Product | Price |
|---|---|
| Backup | RM 20 |

![Four steps in a row.](four.png)

```check
? What first?
- The Wi-Fi
* The person
! Identity comes first.
```
"""


@pytest.fixture
def course(app: Flask, cast: Cast, visit: Callable[..., Visit]) -> Visit:
    """A phone with an engine and no voice yet, Aisyah signed in; a course of two parts."""
    with app.app_context():
        publish(parts=2, body=BODY)
    found = visit()
    enter(found, app, cast.aisyah, "en")
    found.context.add_init_script(ENGINE)
    return found


def said(page: Page) -> list[str]:
    return [text for text, _language in page.evaluate("speechSynthesis.said")]


def end(page: Page, times: int = 1) -> None:
    for _time in range(times):
        page.evaluate("speechSynthesis.end()")


def test_the_button_shows_once_the_phone_has_a_voice_for_the_text(course: Visit) -> None:
    page = course.goto("/training/zero-trust/parts/1")
    button, minutes = page.locator(".listen"), page.locator(".reading .note")
    expect(button).to_be_hidden()
    expect(minutes).to_have_text("4 min")
    for voices in ("['ms-MY']", "['de-DE'], ['id_ID']", "['en-US', {localService: false}]"):
        page.evaluate(f"speechSynthesis.gets({voices})")
        expect(button).to_be_hidden()
    page.evaluate("speechSynthesis.gets(['ms-MY'], ['eng_USA'])")
    expect(button).to_have_text("Listen, 0:30")
    expect(minutes).to_be_hidden()
    box, size = button.bounding_box(), page.locator(".reading .iconbtn").bounding_box()
    assert box and size and box["height"] >= 44 and box["x"] < 100 and size["x"] > 300
    assert not [*faults_of(page), *narrow_faults(page)]
    page.evaluate("speechSynthesis.gets()")
    expect(minutes).to_be_visible()
    assert not [
        problem for problem in course.problems if "404" not in problem
    ]  # the picture was not uploaded


def test_it_reads_paragraph_by_paragraph_and_goes_on_where_it_paused(course: Visit) -> None:
    page = course.goto("/training/zero-trust/parts/1")
    page.evaluate("speechSynthesis.gets(['en-GB'])")
    button, marked = page.locator(".listen"), page.locator(".aloud")
    button.click()
    expect(button).to_have_text("Pause")
    expect(marked).to_have_text("Part 1")
    end(page)
    expect(marked).to_have_text("First paragraph, which is short.")
    end(page)
    assert said(page)[:2] == ["Part 1", "First paragraph, which is short."]
    end(page, 5)
    expect(marked).to_have_count(1)
    assert len(said(page)) == 8 and all(len(piece) <= 180 for piece in said(page))
    button.click()
    expect(button).to_have_text("Go on, 0:30")
    expect(marked).to_have_count(0)
    button.click()
    assert said(page)[8] == said(page)[2], "the paragraph begins again"
    end(page, 12)
    assert said(page)[-1] == "One"
    end(page, 5)
    assert said(page)[-4:] == ["Product, Price", "Backup, RM 20", "Four steps in a row.", "What first?"]
    end(page, 3)
    assert "Identity comes first." not in said(page), "an answer that is folded away is not given away"
    expect(button).to_have_text("Listen, 0:30")


def test_leaving_stops_it_and_a_voice_that_fails_takes_the_button_away(course: Visit) -> None:
    page = course.goto("/training/zero-trust/parts/1")
    page.evaluate("speechSynthesis.gets(['en-GB'])")
    page.locator(".listen").click()
    page.locator(".actionbar button").click()
    expect(page.locator("h1")).to_have_text("Part 2")
    assert page.evaluate("sessionStorage.stopped") == "Part 1"
    page.evaluate("speechSynthesis.gets(['en-GB'])")
    page.locator(".listen").click()
    page.evaluate("speechSynthesis.fail()")
    expect(page.locator(".listen")).to_be_hidden()
    expect(page.locator(".reading .note")).to_be_visible()


def test_a_text_that_is_not_translated_is_read_by_a_voice_of_its_own_language(
    app: Flask, course: Visit
) -> None:
    speak(app, "ms")
    page = course.goto("/training/zero-trust/parts/1")
    expect(page.locator("html")).to_have_attribute("lang", "ms")
    page.evaluate("speechSynthesis.gets(['ms-MY'])")
    expect(page.locator(".listen")).to_be_hidden()
    page.evaluate("speechSynthesis.gets(['ms-MY'], ['en-GB'])")
    expect(page.locator(".listen")).to_have_text("Dengar, 0:30")
    page.locator(".listen").click()
    assert page.evaluate("speechSynthesis.said") == [["Part 1", "en-GB"]]
