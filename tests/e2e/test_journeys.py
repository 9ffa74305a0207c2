"""The one journey the portal exists for, in a real browser: from a registered deal to a voucher in hand.

Both sizes, with and without JavaScript, on both databases; then what goes wrong on the way: no signal, a rival's
duplicate, and two people after the last voucher.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, expect
from sqlalchemy import text

from app.core.db import db, transaction
from app.ledger.verify import broken_invariants
from tests.cast import PASSWORD
from tests.support.browser import Visit

pytestmark = pytest.mark.browser
AISYAH, MANAGER, BUDI = "aisyah@kinabalu.example.com", "manager@vendor.example.com", "budi@merapi.example.com"
BAGUS = "bagus@borneo.example.com"
CLOSE_ON = (date.today() + timedelta(days=30)).isoformat()

WAYS = [
    pytest.param("phone", True, id="phone"),
    pytest.param("desktop", True, id="desktop"),
    pytest.param("phone", False, id="phone-no-js"),
    pytest.param("desktop", False, id="desktop-no-js"),
]


def come(visit: Callable[..., Visit], email: str, size: str = "phone", javascript: bool = True) -> Visit:
    found = visit(size=size, javascript=javascript)
    found.sign_in(email, PASSWORD)
    return found


def go_on(page: Page) -> None:
    page.locator("#deal-form .actionbar button[type=submit]").last.click()


def fill_customer(page: Page, name: str, domain: str = "") -> None:
    page.locator("[name=customer_name]").fill(name)
    page.locator("[name=contact_name]").fill("Purchasing")
    domain_field = page.locator("[name=customer_domain]")
    if domain and domain_field.count():
        more = page.locator("details:has([name=customer_domain]):not([open]) summary")
        if more.count():
            more.first.click()
        domain_field.fill(domain)


def fill_deal(page: Page, family: str, value: str) -> None:
    page.locator("[name=product_family]").first.select_option(label=family)
    page.locator("[name=value]").first.fill(value)
    page.locator("[name=expected_close_on]").fill(CLOSE_ON)


def register(page: Page, base: str, name: str, value: str = "48,000", family: str = "Backup 365") -> str:
    """The three steps; returns the deal's address."""
    page.goto(base + "/deals/new")
    fill_customer(page, name)
    go_on(page)
    page.wait_for_url(re.compile(r"step=2"))
    fill_deal(page, family, value)
    go_on(page)
    page.wait_for_url(re.compile(r"step=3"))
    expect(page.locator("main")).to_contain_text(name)
    go_on(page)
    page.wait_for_url(re.compile(r"/deals/[a-z0-9]{14}$"))
    expect(page.locator("main")).to_contain_text("In review")
    return page.url


def approve(page: Page, base: str, public_id: str) -> None:
    page.goto(f"{base}/admin/deals/{public_id}")
    page.locator(f"form[action$='/admin/deals/{public_id}/approval'] button").locator(
        "visible=true"
    ).first.click()
    expect(page.locator("body")).to_contain_text("approved")


def win(page: Page, address: str, value: str) -> None:
    page.goto(address)
    page.locator("a[href$='/win']").locator("visible=true").first.click()
    page.locator("[name=invoice_no]").fill("INV-7731")
    page.locator("[name=invoice_value]").fill(value)
    won_on = page.locator("[name=won_on]")
    if not won_on.input_value():
        won_on.fill(date.today().isoformat())
    page.locator("form[action$='/win'] button[type=submit]").last.click()
    expect(page.locator("a[href$='/win']")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Won")


def balance(page: Page, base: str) -> int:
    page.goto(base + "/wallet")
    shown = page.locator("main").inner_text()
    found = re.search(r"Points to spend\s+([\d,]+)", shown)
    assert found, shown
    return int(found.group(1).replace(",", ""))


def redeem(page: Page, base: str, slug: str) -> str:
    """From the catalogue to the order page; returns its address."""
    page.goto(f"{base}/rewards/{slug}")
    opener = page.locator("a[hx-target='#sheet']").locator("visible=true")
    if opener.count():
        opener.first.click()
    page.locator(f"form[action$='/rewards/{slug}/redemptions'] button[type=submit]").locator(
        "visible=true"
    ).last.click()
    page.wait_for_url(re.compile(r"/orders/[a-z0-9]{14}"))
    return page.url


def books_are_clean(app: Flask) -> None:
    with app.app_context():
        assert broken_invariants() == []


@pytest.mark.parametrize(("size", "javascript"), WAYS)
def test_a_deal_becomes_a_voucher(
    demo: Flask, visit: Callable[..., Visit], size: str, javascript: bool
) -> None:
    """RM 48,000 at 4 points per RM 100, times 1.25 for a Silver company: 2,400 points."""
    member = come(visit, AISYAH, size, javascript)
    page, base = member.page, member.base_url
    before = balance(page, base)
    address = register(page, base, "Rumah Batik Sarawak")
    public_id = address.rsplit("/", 1)[-1]

    manager = come(visit, MANAGER, size, javascript)
    approve(manager.page, base, public_id)

    page.goto(address)
    expect(page.locator("main")).to_contain_text("rotected")
    win(page, address, "48,000")
    expect(page.locator("body")).to_contain_text("2,400")
    assert balance(page, base) == before + 2_400

    page.locator("main a[href^='/wallet/']").filter(has_text="Rumah Batik Sarawak").first.click()
    expect(page.locator("main")).to_contain_text("4 points")
    expect(page.locator("main")).to_contain_text("2,400")

    order = redeem(page, base, "pasar-mega")
    code = page.locator("code, .code").first.inner_text().strip()
    assert re.search(r"\d{4}-\d{4}-\d{4}", code), code
    expect(page.locator("svg[role=img], .qr svg")).not_to_have_count(0)
    assert order
    assert balance(page, base) == before + 2_400 - 1_000
    books_are_clean(demo)
    assert member.problems == []
    assert manager.problems == []


def test_a_draft_typed_without_signal_is_sent_by_one_tap_and_only_then(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    member = come(visit, AISYAH)
    page, base = member.page, member.base_url
    page.goto(base + "/deals/new")
    page.wait_for_load_state("networkidle")
    posts: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":  # to whatever address: saving by itself would be sending too
            posts.append(request.url)

    page.on("request", note)
    member.context.set_offline(True)
    fill_customer(page, "Kedai Tanpa Isyarat")
    go_on(page)
    expect(page.locator("body")).to_contain_text("Draft saved on this phone")
    posts.clear()
    member.context.set_offline(False)
    page.wait_for_timeout(10_000)
    assert posts == [], "a draft was sent without a tap"
    expect(page.locator("[name=customer_name]")).to_have_value("Kedai Tanpa Isyarat")
    go_on(page)
    page.wait_for_url(re.compile(r"step=2"))
    assert len(posts) == 1
    with demo.app_context():
        count = db.session.execute(
            text("SELECT count(*) FROM deals WHERE customer_name = 'Kedai Tanpa Isyarat'")
        ).scalar()
    assert count == 1


def test_a_rival_learns_nothing_and_the_vendor_sees_both(demo: Flask, visit: Callable[..., Visit]) -> None:
    member = come(visit, AISYAH)
    register(member.page, member.base_url, "Gunung Emas Sdn Bhd")
    rival = come(visit, "jason@jaya.example.com")
    page, base = rival.page, rival.base_url
    page.goto(base + "/deals/new")
    fill_customer(page, "GUNUNG EMAS")
    page.locator("[name=contact_name]").focus()
    hint = page.locator("form [role=status]").filter(has_text="may already be protected")
    expect(hint.first).to_be_visible()
    shown = page.locator("main").inner_text()
    assert "Kinabalu" not in shown and "Aisyah" not in shown
    address = register(page, base, "GUNUNG EMAS")
    manager = come(visit, MANAGER, "desktop")
    manager.goto(f"/admin/deals/{address.rsplit('/', 1)[-1]}")
    expect(manager.page.locator("main")).to_contain_text("Kinabalu Networks")
    assert rival.problems == []


def test_two_browsers_after_the_last_voucher(demo: Flask, visit: Callable[..., Visit]) -> None:
    """Both look at it; one gets it, the other reads a sentence and keeps the points."""
    first, second = come(visit, AISYAH), come(visit, BAGUS)
    base = first.base_url
    leave_one_code(demo, "kopi-tiga-card")
    before = {one.page: balance(one.page, base) for one in (first, second)}
    for one in (first, second):
        one.page.goto(f"{base}/rewards/kopi-tiga-card")
        opener = one.page.locator("a[hx-target='#sheet']").locator("visible=true")
        if opener.count():
            opener.first.click()
            one.page.wait_for_timeout(300)
    button = "form[action$='/redemptions'] button[type=submit]"
    first.page.locator(button).locator("visible=true").last.click()
    first.page.wait_for_url(re.compile(r"/orders/[a-z0-9]{14}"))
    second.page.locator(button).locator("visible=true").last.click()
    expect(second.page.locator("body")).to_contain_text(
        re.compile(r"gone|none left|out of stock|last", re.IGNORECASE)
    )
    assert "/orders/" not in second.page.url
    assert balance(second.page, base) == before[second.page]
    assert balance(first.page, base) < before[first.page]
    books_are_clean(demo)


def leave_one_code(app: Flask, slug: str) -> None:
    """All but one of a reward's codes are withdrawn from stock, as if taken by others."""
    with app.app_context(), transaction():
        rows = db.session.execute(
            text(
                "SELECT v.id FROM voucher_codes v JOIN rewards r ON r.id = v.reward_id "
                "WHERE r.slug = :slug AND v.state = 'available' ORDER BY v.id"
            ),
            {"slug": slug},
        ).scalars()
        for row_id in list(rows)[1:]:
            db.session.execute(
                text("UPDATE voucher_codes SET state = 'withdrawn' WHERE id = :id"), {"id": row_id}
            )
