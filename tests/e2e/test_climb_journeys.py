"""What brings a reseller back, in a real browser on the demo: a tier reached, a certificate, codes, news, an award.

After each the books, the boards and the tiers' figures are proven.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from app.boards.rebuilding import check as check_boards
from app.codes import services as codes
from app.codes.models import GiftCampaign
from app.core.clock import today
from app.core.db import db, transaction
from app.identity.queries import find_actor_by_email
from app.ledger.verify import broken_invariants
from app.tiers.rebuilding import check_figures
from app.tiers.services.pins import pin_level
from tests.e2e.test_journeys import AISYAH, MANAGER, approve, balance, come, register, win
from tests.support.browser import Visit, leave

pytestmark = pytest.mark.browser
MARKETER, PUTRI = "marketer@vendor.example.com", "putri@nusa.example.com"
BUDI = "budi@merapi.example.com"


def all_is_proven(app: Flask) -> None:
    with app.app_context():
        assert broken_invariants() == []
        assert list(check_boards().faults) == []
        assert check_figures().faults == []
        db.session.remove()


def test_a_members_deal_lifts_the_company_to_silver_and_the_page_says_why(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    with demo.app_context(), transaction():
        db.session.execute(text("UPDATE people SET locale = 'en' WHERE email = :email"), {"email": PUTRI})
    member = come(visit, PUTRI)
    page, base = member.page, member.base_url
    page.goto(base + "/tier")
    expect(page.locator("main")).to_contain_text("Member")
    address = register(page, base, "PT Semesta Raya", value="260,000,000")
    approve(come(visit, MANAGER, "desktop").page, base, address.rsplit("/", 1)[1])
    win(page, address, "260,000,000")
    expect(page.locator("main")).to_contain_text("Silver")
    expect(page.locator("main")).to_contain_text("This deal carried the company from Member over the border.")
    expect(page.locator("main")).to_contain_text("1.25")  # a benefit gained, by name and number
    page.goto(base + "/tier")
    expect(page.locator("main [aria-current=step]")).to_contain_text("Silver")
    page.goto(base + "/notices")
    expect(page.locator("main li:has-text('Silver')")).to_have_count(1)
    all_is_proven(demo)


def right_keys(app: Flask, attempt: str, number: int) -> set[str]:
    """Which options of an attempt's question are right."""
    query = text(
        "SELECT q.options FROM quiz_attempt_questions a JOIN course_questions q ON q.id = a.question_id "
        "JOIN quiz_attempts t ON t.id = a.attempt_id WHERE t.public_id = :attempt AND a.number = :number"
    )
    with app.app_context():
        options = db.session.execute(query, {"attempt": attempt, "number": number}).scalar_one()
        db.session.remove()
    found = json.loads(options) if isinstance(options, str) else options
    return {option["key"] for option in found if option["right"]}


def answer_all(app: Flask, page: Page, *, rightly: bool) -> None:
    """Every question of the quiz that is open, up to its result."""
    while True:
        found = re.search(r"/quiz/([a-z0-9]{14})/(\d+)$", page.url)
        assert found, page.url
        right = right_keys(app, found[1], int(found[2]))
        options = page.locator("input[name=option]")
        keys = [options.nth(at).get_attribute("value") or "" for at in range(options.count())]
        chosen = (
            [key for key in keys if key in right]
            if rightly
            else [key for key in keys if key not in right][:1]
        )
        for key in chosen:
            page.locator(f"label:has(input[name=option][value='{key}'])").click()
        page.locator("form.quiz button[type=submit]").click()
        expect(page.locator("main .explain")).to_be_visible()
        here = page.url
        page.locator(".actionbar a.btn").click()
        leave(page, here)
        if not re.search(r"/quiz/[a-z0-9]{14}/\d+$", page.url):
            return


def open_quiz(page: Page) -> None:
    page.locator("form[action$='/quiz'] button").locator("visible=true").first.click()
    page.wait_for_url(re.compile(r"/quiz/[a-z0-9]{14}/1$"))


def test_a_quiz_is_passed_at_the_third_try_and_a_stranger_can_check_the_certificate(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    member = come(visit, AISYAH)
    page, base = member.page, member.base_url
    before = balance(page, base)
    page.goto(base + "/training/zero-trust-basics")
    while page.locator("form[action$='/quiz']").count() == 0:  # the parts that are left
        here = page.url
        page.locator(".actionbar .btn, main a.btn, main button.btn").locator("visible=true").last.click()
        leave(page, here)
    for rightly in (False, False, True):
        open_quiz(page)
        answer_all(demo, page, rightly=rightly)
        if not rightly:
            expect(page.locator("main")).to_contain_text("0 of 5 right")
    expect(page.locator("main")).to_contain_text(re.compile(r"\d+ points"))
    gained = balance(page, base) - before
    assert gained > 0
    page.goto(base + "/training")
    page.locator("main a[href*='/certificates/']:has-text('Zero Trust')").first.click()
    page.wait_for_url(re.compile(r"/certificates/[A-Z0-9-]+$"))
    stranger = visit(size="phone")
    stranger.page.goto(page.url)
    expect(stranger.page.locator("main")).to_contain_text("Aisyah Rahman")
    answer = stranger.page.request.get(page.url + ".pdf")
    assert answer.ok and answer.body().startswith(b"%PDF")
    all_is_proven(demo)


def made_codes(app: Flask, points: Sequence[int]) -> list[str]:
    """Fresh codes of the demo's campaign, in clear."""
    found: list[str] = []
    with app.app_context():
        marketer = find_actor_by_email(MARKETER)
        campaign = db.session.query(GiftCampaign).filter_by(name="Partner Day KL guests").first()
        assert campaign is not None
        campaign_id = campaign.id
        for each in points:
            codes.issue_batch(
                campaign_id,
                codes.Wanted(each, 1, None),
                lambda _batch, _at, some: found.extend(some),
                actor=marketer,
            )
        db.session.remove()
    return found


def test_two_codes_and_points_pay_for_one_reward(demo: Flask, visit: Callable[..., Visit]) -> None:
    first, second = made_codes(demo, (300, 400))
    member = come(visit, AISYAH)
    page, base = member.page, member.base_url
    before = balance(page, base)
    page.goto(base + "/redeem")
    page.locator("[name=code]").fill(first.lower())
    member.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("(text) => navigator.clipboard.writeText(text)", second.replace("-", " "))
    page.get_by_role("button", name="Paste").click()
    expect(page.locator("[name=code]")).to_have_value(f"{first.lower()}\n{second.replace('-', ' ')}")
    page.get_by_role("button", name="See what it is worth").click()
    expect(page.locator("main")).to_contain_text("300 points")
    expect(page.locator("main")).to_contain_text("400 points")
    page.goto(base + "/rewards/pasar-mega?form=1")
    form = page.locator("form[action$='/redemptions']").locator("visible=true").last
    expect(page.locator("main")).to_contain_text(re.compile(r"Gift code ending \w{4}\s*\+300"))
    expect(page.locator("main")).to_contain_text(re.compile(r"Gift code ending \w{4}\s*\+400"))
    form.locator("button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/orders/[a-z0-9]{14}"))
    with demo.app_context():
        price = db.session.execute(text("SELECT points FROM orders ORDER BY id DESC LIMIT 1")).scalar_one()
        db.session.remove()
    assert price > 700 and balance(page, base) == before - (price - 700)
    all_is_proven(demo)


def test_a_must_confirm_notice_stands_above_do_next_until_it_is_confirmed(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    member = come(visit, AISYAH)
    page, base = member.page, member.base_url
    page.goto(base + "/")
    waiting = page.locator("main a[href^='/news/']:has-text('Needs you to confirm')")
    do_next = page.locator("h2:has-text('Do next')")
    above, below = waiting.first.bounding_box(), do_next.bounding_box()
    assert above and below and above["y"] < below["y"]
    address = waiting.first.get_attribute("href") or ""
    waiting.first.click()
    page.locator("form[action$='/confirmation'] button, form:has([name=revision]) button").locator(
        "visible=true"
    ).last.click()
    expect(page.locator("form[action$='/confirmation']")).to_have_count(0)
    page.goto(base + "/")
    expect(page.locator(f"main a[href='{address}']:has-text('Needs you to confirm')")).to_have_count(0)
    all_is_proven(demo)


def points_of(app: Flask, email: str) -> int:
    """What a member has, spendable or held."""
    with app.app_context():
        found = db.session.execute(
            text(
                "SELECT coalesce(sum(a.balance), 0) FROM accounts a JOIN people p ON p.id = a.owner_id"
                " WHERE a.owner_kind = 'member' AND p.email = :email"
            ),
            {"email": email},
        ).scalar_one()
        db.session.remove()
    return int(found)


def test_an_award_is_given_from_a_phone_and_stands_on_the_wall(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    desk = come(visit, MANAGER)
    page, base, taps = desk.page, desk.base_url, 0

    def tap(target: Locator) -> None:
        nonlocal taps
        target.click()
        taps += 1

    before = points_of(demo, PUTRI)
    page.goto(base + "/admin/recognition/new")
    page.locator("#find").press_sequentially("putri")
    expect(page.locator("#who label")).to_have_count(1)
    page.locator("#who label").click()
    tap(page.get_by_text("Customer hero", exact=True).first)
    tap(page.locator(".segmented").get_by_text("250"))
    tap(page.get_by_role("button", name="Give Putri 250 points"))
    page.get_by_role("button", name="Undo").wait_for()
    assert taps == 3 and points_of(demo, PUTRI) == before + 250
    member = come(visit, PUTRI)
    member.page.goto(base + "/recognition?view=mine")
    expect(member.page.locator("main")).to_contain_text("Pahlawan pelanggan")  # in Putri's language
    all_is_proven(demo)


def raise_to_gold(app: Flask, company: str) -> None:
    """A person of the vendor pins the company to Gold, with a reason and an end."""
    with app.app_context():
        owner = find_actor_by_email("owner@vendor.example.com")
        found = db.session.execute(
            text("SELECT id FROM organisations WHERE name = :name"), {"name": company}
        ).scalar_one()
        pin_level(found, "gold", "Launch partner of the year", today() + timedelta(days=60), actor=owner)
        db.session.remove()


def test_an_announcement_for_gold_partners_in_indonesia_is_read_by_them_alone(
    demo: Flask, visit: Callable[..., Visit]
) -> None:
    raise_to_gold(demo, "Merapi Solusi")
    desk = come(visit, MARKETER, "desktop")
    page, base = desk.page, desk.base_url
    page.goto(base + "/admin/news/new")
    for locale, title, body in (
        ("en", "Gold desk in Jakarta", "Ask for **Rina** at the desk."),
        ("ms", "Meja Gold di Jakarta", "Tanya **Rina** di meja."),
        ("id", "Meja Gold di Jakarta", "Tanyakan **Rina** di meja."),
    ):
        page.locator(f"label:has(#tab-{locale})").click()
        page.locator(f"[name=title_{locale}]").fill(title)
        page.locator(f"[name=body_{locale}]").fill(body)
    page.locator("label:has([name=audience_tiers][value=gold])").click()
    page.locator("label:has([name=audience_countries][value=ID])").click()
    expect(page.locator("#audience-count")).to_contain_text("2 people in 1 partner company")
    page.locator("button[name=action][value=publish]").locator("visible=true").first.click()
    page.wait_for_url(re.compile(r"/admin/news/[a-z0-9]{14}$"))
    address = page.url.replace("/admin", "")

    reader = come(visit, BUDI)
    reader.page.goto(address)
    expect(reader.page.locator("h1")).to_have_text("Meja Gold di Jakarta")  # in Budi's language
    reader.page.wait_for_timeout(1200)  # the page tells that it was read a moment after it is shown
    stranger = come(visit, AISYAH)
    answer = stranger.page.goto(address)
    assert answer is not None and answer.status == 404
    page.goto(page.url + "/receipts?show=read")
    expect(page.locator("main table")).to_contain_text("Budi Santoso")
    expect(page.locator("main table tbody tr")).to_have_count(1)
    all_is_proven(demo)
