"""Pictures of a fresh demo for docs/screens: scripts/screens.py [--target FOLDER] [name ...]

Each picture has the name and the size of its design picture. Phones are 390x844 at two dots a pixel. A picture of
another vendor's brand is taken from a second portal with that brand's settings.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from demo_server import PASSWORD, demo_server
from ensure_browser import find_browser
from playwright.sync_api import Browser, Page, sync_playwright
from screen_steps import STEPS

TARGET = Path(__file__).resolve().parent.parent / "docs" / "screens"
AISYAH, ADMIN, BUDI = "aisyah@kinabalu.example.com", "admin@kinabalu.example.com", "budi@merapi.example.com"
MANAGER, MARKETER = "manager@vendor.example.com", "marketer@vendor.example.com"
# Two rings, as a vendor's own logo file.
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 32"><circle cx="28" cy="16" r="13" fill="#ff9b6a"/>
<circle cx="15" cy="16" r="14" fill="#1d4ed8"/><path d="M25 6a14 14 0 0 1 0 20 13 13 0 0 1 0-20z" fill="#1d305a"/></svg>"""
OTHER_BRAND = {
    "BRAND_NAME": "Samudra+",
    "VENDOR_NAME": "Samudra",
    "BRAND_BRAND": "#1d4ed8",
    "BRAND_BRAND_DARK": "#8ab0ff",
    "BRAND_ON_BRAND_DARK": "#0a1a3f",
    "BRAND_HERO": "#0f1f4d",
    "BRAND_ACCENT": "#ff9b6a",
    "BRAND_RADIUS": "18",
}


@dataclass(frozen=True)
class Shot:
    """One picture: who looks where, on what, and what is done first (click a link, fill a field)."""

    path: str
    who: str | None = AISYAH
    size: str = "phone"
    theme: str = "light"
    language: str = "en"
    whole: bool = False
    branded: bool = False
    steps: tuple[tuple[str, ...], ...] = field(default=())


SHOTS = {
    "phone-signin": Shot("/sign-in", who=None, steps=(("fill", "[name=email]", AISYAH),)),
    "phone-home": Shot("/"),
    "phone-home-dark": Shot("/", theme="dark", whole=True),
    "phone-home-brand-id": Shot("/", who=BUDI, language="id", branded=True),
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
    "phone-tier-full": Shot("/tier?value=40000", whole=True),
    "phone-learn": Shot("/training"),
    "phone-course": Shot("/training/zero-trust-basics/parts/3", steps=(("lesson",),)),
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
    "desktop-admin-course": Shot(
        "/admin/training/zero-trust-basics/parts/check-the-person-and-the-phone", who=MARKETER, size="desktop"
    ),
    "desktop-admin-codes": Shot("/admin/codes?points=500&code_count=250", who=MARKETER, size="desktop"),
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
    # These two pass a course: last, so that the others show it open.
    "phone-quiz": Shot("/training/zero-trust-basics", steps=(("quiz", "3"),)),
    "phone-certified": Shot("/training/zero-trust-basics", steps=(("quiz", "end"),)),
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


def take(browser: Browser, portal: tuple[str, Path], shot: Shot, target: Path) -> None:
    url, folder = portal
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
    for kind, *rest in shot.steps:
        STEPS[kind](page, folder, *rest)
    if shot.whole:  # a screen as tall as the page: bars that stick stay at its foot
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": 390 if phone else 1280, "height": height})
    page.wait_for_timeout(250)
    page.screenshot(path=str(target))
    if shot.language == "ms":
        choose(page, url, "en")  # the next picture of the same person is in English again
    context.close()


def start(stack: ExitStack, names: list[str]) -> dict[bool, tuple[str, Path]]:
    """The portals that these pictures need: address and folder, the vendor's own brand apart."""
    portals = {}
    for branded in sorted({SHOTS[name].branded for name in names}):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = dict(OTHER_BRAND) if branded else {}
        if branded:
            logo = folder / "logo.svg"
            logo.write_text(LOGO)
            settings["BRAND_LOGO"] = str(logo)
        portals[branded] = stack.enter_context(demo_server(folder, **settings)), folder
    return portals


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default=str(TARGET))
    parser.add_argument("names", nargs="*", choices=[*SHOTS, []])
    given = parser.parse_args()
    target = Path(given.target)
    target.mkdir(parents=True, exist_ok=True)
    names, failed = given.names or list(SHOTS), []
    with ExitStack() as stack:
        portals = start(stack, names)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=find_browser(),
            args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
        )
        for name in names:
            shot = SHOTS[name]
            try:
                take(browser, portals[shot.branded], shot, target / f"{name}.png")
                print("took", name, flush=True)
            except Exception as problem:
                failed.append(name)
                print("could not take", name, str(problem).splitlines()[0], flush=True)
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
