"""What answers a form: every page and fragment that a POST draws, as closely looked at as the pages that links lead to.

Each is looked at once: size, theme, language and way (by script, or the whole page without) pairwise over all of them.
"""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from app.core import http
from app.core.db import db, transaction
from app.core.http import render
from tests.cast import sign_in
from tests.e2e.crawl import Form, Found, Visitor, may_send, visitors
from tests.e2e.looking import enter, speak
from tests.e2e.posting import Look, Sent, drawing, look_at, send_form, sent_from
from tests.e2e.test_walk import BEST, LANGUAGES, SIZES, THEMES, report
from tests.support.browser import Visit

LONG = "y" * 5000
STALE = "0" * 20  # the stamp of something that was changed since
GONE_BY = "2020-01-01"
LESSON = "## Why\n\n```say\nAsk who logged in.\n```"

# Forms that are refused by something else than being empty, that draw when they go through, or that the crawl does not
# come across. All others are sent empty.
STATES: dict[str, tuple[Sent, ...]] = {
    "boards.choose": (Sent({"mode": "alias"}),),
    "codes_admin.decline": (Sent({"reason": LONG}),),
    "codes_admin.issue": (Sent(), Sent({"look": "1", "points": "50", "code_count": "20"}, 200)),
    "company.change_role": (Sent({"role": ""}),),
    "deals.autosave": (Sent({"customer_name": "Kedai Buku Sinar"}, 200, page="/deals/new", role="member"),),
    "deals.create": (Sent({"action": "submit", "step": "all"}),),
    "identity_admin.change_role": (Sent({"role": ""}),),
    "messages_admin.times": (Sent({"ends_at": f"{GONE_BY}T00:00"}),),
    "news_editor.create": (Sent({"action": "publish"}),),
    "news_editor.preview": (
        Sent({"title_ms": "Ganjaran berganda"}, 200, False, "/admin/news/new", "marketer"),
    ),
    "news_editor.save": (Sent({"action": "publish"}), Sent({"seen": STALE}, 409, False)),
    "news_editor.save_correction": (Sent({"action": "publish"}),),
    "recognition.applaud": (Sent({}, 200, by_script=True),),
    "recognition_admin.approve": (Sent({}, 409),),
    "recognition_admin.preview": (Sent({"citation": "Three clinics in one month."}, 200, False),),
    "rewards.redeem_reward": (
        Sent({"quantity": "99"}, page="/rewards/kopi-tiga-team?form=1", role="member"),
        Sent({"codes": "ABCD"}, page="/rewards/kopi-tiga-team?form=1", role="member"),
    ),
    "tiers_admin.save": (Sent(), Sent({"seen": STALE}, 409, False)),
    "training.begin": (
        Sent({}, 409, page="/more", role="member", action="/training/pricing-and-quoting/quiz"),
    ),
    "training_admin.assign": (Sent({"due_on": GONE_BY}),),
    "training_admin.preview": (
        Sent({"body": LESSON}, 200, False, "/admin/training/zero-trust-basics", "owner"),
    ),
    "training_admin.publish": (
        Sent({}, 409, page="/more", role="owner", action="/admin/training/welcome/publication"),
    ),
    "training_admin.save_part": (
        Sent({"minutes": "soon"}),
        Sent({"seen": STALE, "title": "Why"}, 409, False),
    ),
    "training_admin.save_settings": (Sent({"pass_mark_percent": "900"}),),
}
# One form for each page of an error, which belong to no view.
ERRORS: dict[str, Sent] = {
    "account.edit": Sent({"csrf_token": "out of date"}, 403, False),
    "identity.language": Sent({"locale": "tlh"}, 422, False),
    "deals_admin.approve": Sent({"revision": "0"}, 409, False),
}
# What draws, and is not looked at here.
LEFT_OUT = {
    "identity.sign_out": "asks on a GET; a POST leads to the sign-in page",
    "training.start": "draws what `training.begin` draws",
}
# Answers that stand at an address, but that nothing leads to without typing: role, address, status.
ASKED = (
    ("member", "/tier?value=50000", 200),
    ("member", "/tier?value=much", 422),
    ("member", "/programs/deal-won?amount=50000", 200),
    ("member", "/programs/deal-won?amount=much", 422),
    ("member", "/deals/check?customer_name=Sinar&customer_country=MY", 200),
    ("member", "/no-such-page", 404),
    ("", "/no-such-page", 404),
)


def prepared(app: Flask, people: dict[str, Visitor], forms: dict[str, Form]) -> dict[str, tuple[Sent, ...]]:
    """States that the demo does not stand in: a question of a quiz, an import, an order by hand, a complaint."""
    member = sign_in(app.test_client(), people["member"])
    admin = sign_in(app.test_client(), people["partner_admin"])
    owner = sign_in(app.test_client(), people["owner"])
    with app.app_context(), transaction():
        db.session.execute(text("UPDATE recognition_awards SET points = 999999999 WHERE state = 'waiting'"))
    for number in range(1, 20):
        if member.post(f"/training/zero-trust-basics/parts/{number}").status_code == 404:
            break
    question = member.post("/training/zero-trust-basics/quiz").headers["Location"]
    order = send_form(app, admin, "/rewards/tabung-kasih", "rewards.redeem_reward")
    delivered = forms["orders.complain"].page
    send_form(app, member, delivered, "orders.complain", message="The code was taken already.")
    file = (io.BytesIO(b"shop,sold\nSinar,2\n"), "sales.csv")
    batch = send_form(app, owner, "/admin/imports", "imports_admin.upload", file=file)
    by_hand = f"/admin{order}"
    return {
        "training.answer": (Sent(page=question, role="member"),),
        "imports_admin.act": (Sent(page=batch, role="owner"),),
        "orders_admin.advance": (Sent({"note": LONG}, page=by_hand, role="owner"),),
        "orders_admin.answer": (Sent(page=f"/admin{delivered}", role="owner"),),
        "orders_admin.cancel": (Sent(page=by_hand, role="owner"),),
    }


def forms_of(app: Flask, found: Found) -> dict[str, Form]:
    """One form for each endpoint, of who comes first; the longest, if there are several."""
    kept: dict[str, Form] = {}
    mine = [form for form in found.forms if form.role in BEST and may_send(app, form)]
    for form in sorted(mine, key=lambda one: (BEST.index(one.role), -len(one.fields))):
        kept.setdefault(form.endpoint, form)
    return kept


def looks_at(app: Flask, found: Found, *more: str) -> list[Look]:
    """Every answer to a form to look at, in one order; without an action where none could be found."""
    people, forms = visitors(app), forms_of(app, found)
    states = {**STATES, **prepared(app, people, forms)}
    names = sorted({*drawing(app), *more} - set(LEFT_OUT))
    wanted = [(name, sent) for name in names for sent in states.get(name, (Sent(),))]
    looks = []
    for name, sent in [*wanted, *ERRORS.items()]:
        form = forms.get(name)
        role, page = sent.role or (form.role if form else ""), sent.page or (form.page if form else "")
        action = sent.action or (form.action if form and not sent.page else "")
        if page and not action:
            client = sign_in(app.test_client(), people[role]) if role else app.test_client()
            action = sent_from(app, client, page, name)
        looks.append(Look(name, role, page, action, sent))
    return looks


def combination(index: int) -> tuple[str, str, str, bool]:
    """Size, theme, language and way of an answer: over 24 of them everything comes together with everything."""
    way = bool(index // 4 % 2)
    return SIZES[index % 2], THEMES[index // 2 % 2], LANGUAGES[index % 3], way


def test_the_combinations_cover_everything() -> None:
    assert len({combination(index) for index in range(24)}) == 24


@pytest.mark.browser
def test_every_answer_to_a_form_is_in_order(
    demo: Flask, found: Found, dialect: str, visit: Callable[..., Visit]
) -> None:
    """The databases share the answers between them. One phone and one desktop are handed from person to person."""
    people, problems = visitors(demo), []
    asked = [Look("", role, path, "", Sent(status=status)) for role, path, status in ASKED]
    half = [*looks_at(demo, found), *asked][("sqlite", "postgresql").index(dialect) :: 2]
    devices = {size: visit(size) for size in SIZES}
    plan = [(*combination(index), one) for index, one in enumerate(half)]
    for language in LANGUAGES:
        speak(demo, language)
        mine = [each for each in plan if each[2] == language]
        for size, theme, _language, whole, one in sorted(mine, key=lambda each: (each[0], each[4].role)):
            hand_over(devices[size], demo, people.get(one.role), language, theme)
            said = look_at(devices[size], one, whole=whole)
            problems += [f"{size} {theme} {language} {'whole ' if whole else ''}{line}" for line in said]
    assert not problems, report(problems)


def hand_over(device: Visit, app: Flask, visitor: Visitor | None, language: str, theme: str) -> None:
    """The device in somebody else's hands, or a stranger's."""
    device.context.clear_cookies()
    enter(device, app, visitor, language)
    device.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")


def test_whatever_a_form_draws_is_looked_at(demo: Flask, found: Found) -> None:
    """A new form is found by the crawl and sent empty; what that does not reach has to be written into STATES."""
    looks = looks_at(demo, found, "deals.planted")
    assert {one.endpoint for one in looks if not one.action} == {"deals.planted"}
    assert not {*STATES, *LEFT_OUT} - drawing(demo), "what draws no more is not to be listed"


def _page() -> object:
    return render("errors/404.html")


def _page_by_another() -> object:
    return [_page() for _number in range(1)]


def _page_by_a_module() -> object:
    return http.render_block("errors/404.html", "error")


def _elsewhere() -> object:
    return http.see_other("/")


def test_a_view_that_draws_is_told_from_one_that_does_not() -> None:
    app = Flask(__name__)
    for view in (_page, _page_by_another, _page_by_a_module, _elsewhere):
        app.add_url_rule(f"/{view.__name__}", view.__name__, view, methods=["POST"])
    app.add_url_rule("/asked", "asked", _page)
    assert drawing(app) == {"_page", "_page_by_another", "_page_by_a_module"}
