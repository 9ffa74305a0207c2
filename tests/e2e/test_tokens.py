"""The page looks as it was drawn: colours, radii and the font as the browser computes them, in both themes."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.e2e.crawl import visitors
from tests.e2e.looking import enter
from tests.support.browser import Visit

pytestmark = pytest.mark.browser

# What is drawn of each component: (where, property) -> light, dark. The values are those of the design, on purpose
# written out here and not read from the stylesheet.
COLOURS = {
    ("html", "background-color"): ("#f5f4f0", "#0c1312"),
    ("body", "color"): ("#17211f", "#ecf2f0"),
    (".card", "background-color"): ("#ffffff", "#141d1b"),
    (".card", "border-top-color"): ("#e4e1d9", "#25312e"),
    (".note", "color"): ("#47524f", "#b5c2be"),
    (".btn", "background-color"): ("#0b6159", "#5accb9"),
    (".btn", "color"): ("#ffffff", "#04211d"),
    (".hero", "background-color"): ("#0c3330", "#103a36"),
    (".hero", "color"): ("#f3f8f6", "#f0f7f5"),
    (".btn.accent", "background-color"): ("#f2ab30", "#f5b84a"),
    (".btn.accent", "color"): ("#2b1b00", "#2b1b00"),
    ("input", "border-top-color"): ("#868b86", "#74827e"),
    (".errmsg", "color"): ("#b3261e", "#ff9186"),
    (".badge.ok", "color"): ("#18713d", "#63cf8c"),
}
RADII = {".card": "14px", ".btn": "10px", "input": "10px", ".hero": "18px"}
PROBE = """
<div id="probe"><section class="hero">x</section>
<div class="card"><p class="note">x</p><button class="btn">x</button><button class="btn accent">x</button>
<div class="field has-error"><p class="errmsg">x</p></div><div class="field"><input type="text" id="probe-input"></div>
<span class="badge ok">x</span></div></div>
"""
PUT = "(html) => (document.querySelector('main') || document.body).insertAdjacentHTML('beforeend', html)"
READ = """
([where, property]) => {
  const inside = ['html', 'body'].includes(where) ? where : where === 'input' ? '#probe-input' : `#probe ${where}`;
  return getComputedStyle(document.querySelector(inside)).getPropertyValue(property);
}
"""
FONT = "async () => { await document.fonts.ready; return document.fonts.check('16px Figtree'); }"


def rgb(colour: str) -> str:
    return f"rgb({int(colour[1:3], 16)}, {int(colour[3:5], 16)}, {int(colour[5:7], 16)})"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_colours_radii_and_font_are_those_of_the_design(
    theme: str, size: str, visit: Callable[..., Visit]
) -> None:
    page = visit(size, "en", theme).goto("/sign-in")
    page.evaluate(PUT, PROBE)
    drawn = {key: page.evaluate(READ, list(key)) for key in COLOURS}
    assert drawn == {key: rgb(pair[theme == "dark"]) for key, pair in COLOURS.items()}
    rounded = {where: page.evaluate(READ, [where, "border-top-left-radius"]) for where in RADII}
    assert rounded == RADII
    family = page.evaluate(READ, ["body", "font-family"])
    assert family.split(",")[0].strip('"') == "Figtree"
    assert page.evaluate(FONT)


def test_a_chosen_theme_wins_over_the_system(demo: Flask, visit: Callable[..., Visit]) -> None:
    here = visit("phone", "en", "light")
    enter(here, demo, visitors(demo)["member"], "en")
    here.context.add_cookies([{"name": "theme", "value": "dark", "url": here.base_url}])
    page = here.goto("/")
    assert page.evaluate(READ, ["html", "background-color"]) == rgb("#0c1312")
