"""Pictures of the running demo for docs/screens: scripts/screens.py --url http://127.0.0.1:8000 [name ...]

Each picture has the name, the size and the place of its design picture. Phones are 390x844 at two dots a pixel.
"""

import argparse
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ensure_browser import find_browser
from playwright.sync_api import Browser, Page, sync_playwright

TARGET = Path(__file__).resolve().parent.parent / "docs" / "screens"
PASSWORD = "tangga-demo"
AISYAH, ADMIN, BUDI = "aisyah@kinabalu.example.com", "admin@kinabalu.example.com", "budi@merapi.example.com"
MANAGER, MARKETER = "manager@vendor.example.com", "marketer@vendor.example.com"


@dataclass(frozen=True)
class Shot:
    """One picture: who looks where, on what, and what is done first (click a link, fill a field)."""

    path: str
    who: str | None = AISYAH
    size: str = "phone"
    theme: str = "light"
    language: str = "en"
    whole: bool = False
    steps: tuple[tuple[str, ...], ...] = field(default=())


SHOTS = {
    "phone-signin": Shot("/sign-in", who=None, steps=(("fill", "[name=email]", AISYAH),)),
    "phone-home": Shot("/"),
    "phone-home-dark": Shot("/", theme="dark", whole=True),
    "phone-home-brand-id": Shot("/", who=BUDI, language="id"),
    "desktop-home": Shot("/", size="desktop"),
    "phone-deals": Shot("/deals"),
    "desktop-deals": Shot("/deals", size="desktop", steps=(("click", "text=Kota Digital Council"),)),
    "phone-deal-detail": Shot("/deals", steps=(("click", "text=Kota Digital Council"),)),
    "phone-deal-form": Shot(
        "/deals/new",
        steps=(
            ("fill", "[name=customer_name]", "Teratai Makmur"),
            ("fill", "[name=customer_registration_no]", "201901024417"),
            ("fill", "[name=contact_name]", "Farid Hamzah"),
            ("wait", "900"),
        ),
    ),
    "phone-deal-form-error-ms": Shot("/deals/new", language="ms", steps=(("deal-error",),)),
    "phone-wallet": Shot("/wallet"),
    "phone-receipt": Shot("/wallet", steps=(("click", "main a[href^='/wallet/']:has(.tile)"),)),
    "phone-rewards": Shot("/rewards"),
    "desktop-rewards-dark": Shot("/rewards", size="desktop", theme="dark"),
    "phone-redeem-sheet": Shot("/rewards/pasar-mega", steps=(("redeem-sheet",),)),
    "phone-voucher": Shot("/orders", steps=(("voucher",),)),
    "phone-programs": Shot("/programs"),
    "phone-more": Shot("/more"),
    "phone-team": Shot("/team", who=ADMIN),
    "phone-tier": Shot("/tier"),
    "phone-tier-full": Shot("/tier", whole=True),
    "phone-learn": Shot("/training"),
    "phone-course": Shot(
        "/training/zero-trust-basics", steps=(("click", ".actionbar a.btn, .actionbar button"),)
    ),
    "phone-quiz": Shot(
        "/training/zero-trust-basics", who=BUDI, steps=(("click", ".actionbar a.btn, .actionbar button"),)
    ),
    "phone-certificate": Shot("/training", steps=(("click", "main a[href^='/certificates/']"),)),
    "phone-recognition": Shot("/recognition"),
    "phone-redeem-code": Shot("/redeem", steps=(("gift-code",),)),
    "phone-admin-award": Shot(
        "/admin/recognition/new",
        who=MANAGER,
        steps=(("fill", "#find", "dewi p"), ("wait", "900"), ("click", "#who label"), ("wait", "500")),
    ),
    "desktop-admin-today": Shot("/admin/today", who=MANAGER, size="desktop"),
    "desktop-admin-tiers": Shot("/admin/tiers", who=MARKETER, size="desktop"),
    "desktop-admin-course": Shot("/admin/training/zero-trust-basics", who=MARKETER, size="desktop"),
    "desktop-admin-codes": Shot("/admin/codes", who=MARKETER, size="desktop"),
    "phone-leaderboard": Shot("/leaderboards/points-in-malaysia"),
    "desktop-admin-queue": Shot(
        "/admin", who=MANAGER, size="desktop", steps=(("click", "main >> text=PT Bumi Raya Retail"),)
    ),
    "phone-admin-queue": Shot("/admin", who=MANAGER, steps=(("click", "main >> text=Pulau Fresh Foods"),)),
    "desktop-admin-partners": Shot(
        "/admin/partners", who=MANAGER, size="desktop", steps=(("click", "main >> text=Nusa Kom"),)
    ),
    "desktop-admin-campaign": Shot(
        "/admin/programs/first-quarter-welcome/draft", who=MARKETER, size="desktop"
    ),
    "desktop-admin-announce": Shot(
        "/admin/news?show=draft", who=MARKETER, size="desktop", steps=(("click", "main tbody a.rowlink"),)
    ),
    "desktop-admin-rewards": Shot("/admin/rewards", who=MARKETER, size="desktop"),
}


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(url + "/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]:has-text('Sign in')")
    page.wait_for_url(lambda found: "/sign-in" not in found)


def choose(page: Page, url: str, language: str) -> None:
    page.goto(url + "/more")
    page.locator(f"form[action='/language'] [name=locale][value={language}]").locator(
        "visible=true"
    ).first.click()
    page.wait_for_load_state()


def speak(page: Page, url: str, shot: Shot) -> None:
    """A signed-in person's own language is kept with the person; Budi reads Indonesian anyway."""
    if shot.who and shot.language == "ms":
        choose(page, url, shot.language)


def step(page: Page, url: str, what: tuple[str, ...]) -> None:
    kind, *rest = what
    if kind == "fill":
        page.fill(rest[0], rest[1])
    elif kind == "click":
        page.locator(rest[0]).locator("visible=true").first.click()
        page.wait_for_timeout(500)
    elif kind == "wait":
        page.wait_for_timeout(int(rest[0]))
    elif kind == "gift-code":
        folder = Path(os.environ.get("TANGGA_DATA_DIR", "var"))
        page.fill("[name=code]", (folder / "demo-codes.txt").read_text().split()[-1])
        page.get_by_role("button", name="See what it is worth").click()
        page.wait_for_load_state()
    elif kind == "redeem-sheet":
        page.locator("a[hx-target='#sheet'], [data-sheet]").locator("visible=true").first.click()
        page.wait_for_timeout(600)
    elif kind == "voucher":
        page.locator("main a[href^='/orders/']").first.click()
        page.wait_for_timeout(300)
        show = page.locator("form[action$='/reveal'] button")
        if show.count():
            show.first.click()
            page.wait_for_timeout(600)
    elif kind == "deal-error":
        page.fill("[name=customer_name]", "Kopi Harmoni")
        page.fill("[name=contact_name]", "Bahagian perolehan")
        page.locator(".actionbar button[type=submit]").last.click()
        page.wait_for_timeout(600)
        page.fill("[name=value]", "48 ribu")
        page.fill("[name=expected_close_on]", "2026-11-12")
        page.locator(".actionbar button[type=submit]").last.click()
        page.wait_for_timeout(600)


def take(browser: Browser, url: str, name: str, shot: Shot, target: Path) -> None:
    phone = shot.size == "phone"
    context = browser.new_context(
        viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 800},
        device_scale_factor=2 if phone else 1,
        is_mobile=phone,
        has_touch=phone,
        color_scheme="dark" if shot.theme == "dark" else "light",
        timezone_id="Asia/Kuala_Lumpur",
        reduced_motion="reduce",
    )
    context.set_default_timeout(8000)
    page = context.new_page()
    if shot.who:
        sign_in(page, url, shot.who)
    context.add_cookies(
        [
            {"name": "locale", "value": shot.language, "url": url},
            {"name": "theme", "value": shot.theme, "url": url},
        ]
    )
    speak(page, url, shot)
    page.goto(url + shot.path)
    for what in shot.steps:
        step(page, url, what)
    page.wait_for_timeout(250)
    page.screenshot(path=str(target / f"{name}.png"), full_page=shot.whole)
    if shot.language == "ms":
        choose(page, url, "en")  # the next picture of the same person is in English again
    context.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--target", default=str(TARGET))
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    target = Path(given.target)
    target.mkdir(parents=True, exist_ok=True)
    failed = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(),
            args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
        )
        for name in given.names or SHOTS:
            try:
                take(browser, given.url, name, SHOTS[name], target)
                print("took", name, flush=True)
            except Exception as problem:
                failed.append(name)
                print("could not take", name, str(problem).splitlines()[0], flush=True)
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
