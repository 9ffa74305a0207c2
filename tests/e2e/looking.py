"""What a look at a page finds: axe, the console, sideways scroll, targets too small for a thumb."""

from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import text

from app.core.db import db, transaction
from tests.cast import Somebody, sign_in
from tests.e2e.crawl import Seen
from tests.support.browser import Visit

TARGET = 44
NARROW = (320, 390)  # the narrowest phone, looked at from the usual one
AXE = Axe().axe_script
AXE_SAYS = "() => axe.run({resultTypes: ['violations']}).then((found) => found.violations)"
_have_axe: WeakSet[BrowserContext] = WeakSet()

# Smaller than 44 px in either direction, and a finger 21 px off its middle would miss it. Links inside a sentence are
# left out, as WCAG 2.5.8 does; so is what only shows with the keyboard.
SMALL_TARGETS = """
(size) => {
  const found = [];
  const seen = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]';
  const shown = (el) => {
    const style = getComputedStyle(el), box = el.getBoundingClientRect();
    return style.visibility !== 'hidden' && box.width > 1 && box.height > 1 && box.right > 0 && box.bottom + scrollY > 0;
  };
  const inSentence = (el) => el.tagName === 'A' && getComputedStyle(el).display.startsWith('inline') &&
    [...el.parentElement.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim().length > 1);
  for (const el of document.querySelectorAll(seen)) {
    const label = el.matches('input[type=radio], input[type=checkbox], input[type=file]') ? el.closest('label') ||
      (el.id && document.querySelector(`label[for="${el.id}"]`)) : null;
    const size_of = (one) => one ? one.getBoundingClientRect().height * one.getBoundingClientRect().width : 0;
    const target = size_of(label) > size_of(el) ? label : el;
    if (!shown(target) || inSentence(el) || el.closest('[inert], [hidden]') || el.matches('.skip')) continue;
    let box = target.getBoundingClientRect();
    if (box.width >= size - 0.5 && box.height >= size - 0.5) continue;
    target.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
    box = target.getBoundingClientRect();
    const x = box.x + box.width / 2, y = box.y + box.height / 2, reach = size / 2 - 1;
    const mine = (dx, dy) => {
      const hit = document.elementFromPoint(x + dx, y + dy);
      return !hit || target.contains(hit) || (label && label.contains(hit));
    };
    const wide = box.width >= size - 0.5 || (mine(-reach, 0) && mine(reach, 0));
    const high = box.height >= size - 0.5 || (mine(0, -reach) && mine(0, reach));
    if (!wide || !high) {
      const words = (target.innerText || el.getAttribute('aria-label') || el.name || '').trim().slice(0, 30);
      const name = `${el.tagName.toLowerCase()}.${el.className || '-'} "${words}"`;
      found.push(`${name} ${Math.round(box.width)}x${Math.round(box.height)}`);
    }
  }
  scrollTo(0, 0);
  return found;
}
"""
SIDEWAYS = "() => Math.max(0, document.scrollingElement.scrollWidth - document.documentElement.clientWidth)"


def faults_of(page: Page) -> Iterator[str]:
    """One line for each thing that is wrong with the page as it stands."""
    over = page.evaluate(SIDEWAYS)
    if over:
        yield f"scrolls sideways by {over} px"
    for small in page.evaluate(SMALL_TARGETS, TARGET):
        yield f"target too small: {small}"
    for violation in axe_violations(page):
        nodes = "; ".join(str(node["html"])[:160] for node in violation["nodes"][:3])
        yield f"axe {violation['id']}: {nodes}"


def axe_violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds. From the second page on the browser reads it by itself: to send it each time costs a quarter more."""
    if page.context not in _have_axe:
        page.context.add_init_script(AXE)
        _have_axe.add(page.context)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(AXE_SAYS)
    return found


def narrow_faults(page: Page) -> Iterator[str]:
    """The narrowest phone there is: nothing runs out at the side at 320 pixels (WCAG 1.4.10)."""
    size = page.viewport_size
    if size is None or size["width"] > NARROW[1]:
        return
    page.set_viewport_size({"width": NARROW[0], "height": 568})
    over = page.evaluate(SIDEWAYS)
    page.set_viewport_size(size)
    if over:
        yield f"scrolls sideways by {over} px at {NARROW[0]} px"


def speak(app: Flask, language: str) -> None:
    """Everybody reads the portal in this language."""
    with app.app_context(), transaction():
        db.session.execute(text("UPDATE people SET locale = :locale"), {"locale": language})


def enter(visit: Visit, app: Flask, visitor: Somebody | None, language: str) -> None:
    """Signed in, without the sign-in page; or a stranger who chose the language."""
    cookies = [{"name": "locale", "value": language, "url": visit.base_url}]
    if visitor is not None:
        client = sign_in(app.test_client(), visitor)
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name)
        assert cookie is not None
        cookies.append({"name": name, "value": cookie.value, "url": visit.base_url})
    visit.context.add_cookies(cookies)  # type: ignore[arg-type]


def look(visit: Visit, seen: Seen) -> list[str]:
    """Open a page and say what is wrong with it, the console's words included."""
    visit.problems.clear()
    page = visit.goto(seen.path)
    lines = [*faults_of(page), *narrow_faults(page), *visit.problems]
    return [f"{seen.role or 'stranger'} {seen.path}: {line}" for line in lines]
