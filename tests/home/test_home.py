"""Home: what one has, what comes, what to do next; for everybody the right first page."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.core.clock import freeze, today, travel, utc_now
from app.core.db import transaction
from app.core.i18n import force_locale
from app.deals.scope import find_deal_id
from app.home.routes import greeting
from app.ledger import services as ledger
from app.rewards.services import set_point_value
from app.training.services import learning
from tests.cast import sign_in
from tests.rewards.conftest import give_points
from tests.support.statements import count_statements
from tests.training.support import publish


def text(response):
    return response.get_data(as_text=True)


def add_deal(**values):
    from app.core.db import db
    from app.deals.models import Deal

    with transaction():
        deal = Deal(**values)
        db.session.add(deal)
        db.session.flush()
        return deal.public_id


def a_deal(actor, name, state="approved", close_in=0, protected_for=30):
    """One deal of a member, as it stands after approval."""
    from app.deals.states import DealState

    return add_deal(
        organisation_id=actor.organisation_id,
        member_id=actor.person_id,
        state=DealState(state),
        customer_name=name,
        customer_country="MY",
        value_minor=4_800_000,
        currency="MYR",
        expected_close_on=today() + timedelta(days=close_in),
        approved_at=utc_now(),
        protected_until=today() + timedelta(days=protected_for),
        submitted_at=utc_now(),
        claimed_at=utc_now(),
        name_key=name.lower(),
    )


def test_who_is_signed_out_is_sent_to_the_sign_in_page(app, client):
    answer = client.get("/")
    assert answer.status_code == 303 and answer.location.endswith("/sign-in")


def test_people_of_the_vendor_start_where_their_work_is(app, cast):
    for actor in (cast.manager, cast.marketer, cast.finance, cast.auditor, cast.owner):
        client = app.test_client()
        sign_in(client, actor)
        answer = client.get("/")
        assert answer.status_code == 303 and answer.location.startswith("/admin")


def test_a_new_member_reads_what_to_do_first(app, client, cast):
    sign_in(client, cast.aisyah)
    page = text(client.get("/"))
    assert "Protect your first deal" in page and "Points to spend" in page
    assert "Company points" not in page


def test_the_greeting_follows_the_day_of_each_language(app, cast):
    day = {
        "en": ("morning", "morning", "afternoon", "afternoon", "evening"),
        "ms": ("pagi", "pagi", "petang", "petang", "malam"),
        "id": ("pagi", "siang", "siang", "sore", "malam"),
    }
    with app.app_context():
        for locale, parts in day.items():
            for (hour, minute), part in zip(
                ((10, 59), (11, 0), (14, 59), (16, 30), (18, 0)), parts, strict=True
            ):
                # Kuala Lumpur is eight hours ahead
                with freeze(datetime(2026, 11, 20, hour - 8, minute, tzinfo=UTC)), force_locale(locale):
                    assert f" {part}, {cast.aisyah.first_name}" in greeting(cast.aisyah), (locale, hour)


def test_the_hero_says_what_one_has_what_comes_and_what_expires(app, client, cast):
    give_points(app, cast.aisyah, 12480)
    with app.app_context():
        set_point_value("MYR", 20, 100, actor=cast.owner)
        with transaction():
            owner = ledger.Owner("member", cast.aisyah.person_id)
            ledger.earn("held", owner, 3200, occurred_at=utc_now(), hold_days=14)
    sign_in(client, cast.aisyah)
    page = text(client.get("/"))
    for words in ("12,480", "Worth about RM\u00a0624", "3,200", "On the way", "Expire "):
        assert words in page


def test_what_is_worth_less_than_one_ringgit_has_no_worth_said(app, client, cast):
    give_points(app, cast.aisyah, 1)
    with app.app_context():
        set_point_value("MYR", 20, 100, actor=cast.owner)
    sign_in(client, cast.aisyah)
    assert "Worth about" not in text(client.get("/"))
    wallet = text(client.get("/wallet"))
    assert "about RM" not in wallet


def test_who_has_no_deal_reads_how_long_one_is_protected_here(app, client, cast, monkeypatch):
    settings = replace(app.extensions["tangga_settings"], deal_protection_days=45)
    monkeypatch.setitem(app.jinja_env.globals, "settings", settings)
    sign_in(client, cast.aisyah)
    for path in ("/", "/deals"):
        page = text(client.get(path))
        assert "Protect your first deal" in page and "the same customer for 45 days" in page


def test_an_admin_sees_the_companys_points_beside_the_own_never_added(app, client, cast):
    give_points(app, cast.kinabalu_admin, 100)
    with app.app_context(), transaction():
        owner = ledger.Owner("organisation", cast.kinabalu.id)
        ledger.earn("company", owner, 77000, occurred_at=utc_now())
    sign_in(client, cast.kinabalu_admin)
    page = text(client.get("/"))
    assert "Company points" in page and "77,000" in page and "77,100" not in page


def do_next(client):
    """The titles under *Do next*, the words beside its heading, and where they lead."""
    part = text(client.get("/")).split("<h2>Do next</h2>")[1].split("</section>")[0]
    link = re.search(r'^<a href="([^"]+)">([^<]+)</a>', part)
    note = link.group(2) if link else re.search(r'^<span class="note">([^<]+)</span>', part).group(1)
    titles = re.findall(r'<span class="row-title">([^<]+)</span>', part)
    return titles, note, link.group(1) if link else None


def test_what_to_do_next_is_three_rows_money_at_risk_first_and_a_course_last(app, client, cast):
    with app.app_context():
        a_deal(cast.aisyah, "Bina Warisan", close_in=-3)
        a_deal(cast.budi, "Rival Customer", close_in=0)
    sign_in(client, cast.aisyah)
    assert do_next(client) == (["Mark Bina Warisan as won"], "1 left", None)
    with app.app_context():
        for slug in ("sase", "zero-trust"):  # the one begun last comes first
            publish(slug, title=slug, questions=5)
            learning.finish_part(slug, 1, actor=cast.aisyah)
    assert do_next(client)[0] == ["Mark Bina Warisan as won", "Finish zero-trust", "Finish sase"]
    with app.app_context():
        a_deal(cast.aisyah, "Gemilang Steel", "information_needed", close_in=40)
        a_deal(cast.aisyah, "Mutiara Logistics", close_in=0)
    assert do_next(client) == (
        ["Mark Mutiara Logistics as won", "Gemilang Steel: a question waits", "Finish zero-trust"],
        "5 left, see all",
        "/deals?show=needs_you",
    )
    with app.app_context():
        a_deal(cast.aisyah, "Rimba Medical", close_in=20, protected_for=6)
    titles, note, _path = do_next(client)
    assert note == "6 left, see all" and titles == [
        "Rimba Medical: protection ends in 6 days",
        "Mark Mutiara Logistics as won",
        "Finish zero-trust",
    ]


def test_without_a_course_three_deals_fill_what_to_do_next(app, client, cast):
    with app.app_context():
        for number in range(4):
            a_deal(cast.aisyah, f"Kota Digital {number}", close_in=-3)
    sign_in(client, cast.aisyah)
    titles, note, path = do_next(client)
    assert (len(titles), note, path) == (3, "4 left, see all", "/deals?show=needs_you")


def test_home_takes_at_most_ten_statements_however_much_there_is(app, cast):
    for actor in (cast.aisyah, cast.kinabalu_admin, cast.merapi_admin):
        client = app.test_client()
        sign_in(client, actor)
        with app.app_context():
            for number in range(10):
                a_deal(actor, f"Customer {actor.first_name} {number}", close_in=-1)
        client.get("/")
        with count_statements(app) as seen:
            client.get("/")
        few = len(seen)
        assert few <= 10, list(seen)
        with app.app_context():
            for number in range(60):
                a_deal(actor, f"More {actor.first_name} {number}", close_in=number % 30)
        with count_statements(app) as seen:
            client.get("/")
        assert len(seen) == few


def test_points_far_from_their_date_are_not_pressed(app, client, cast):
    give_points(app, cast.aisyah, 500)
    sign_in(client, cast.aisyah)
    assert "Use now" not in text(client.get("/"))
    with travel(utc_now() + timedelta(days=350)):  # they live to the end of a month
        again = app.test_client()
        sign_in(again, cast.aisyah)
        assert "Use now" in text(again.get("/"))


def test_what_to_do_next_promises_what_the_deals_page_promises(app, client, cast):
    from app.core.db import db
    from app.deals.models import DealLine
    from tests.programs.makers import definition, live, reward

    with app.app_context():
        family = cast.families["firewall"]
        live(cast)
        live(cast, definition(reward("fixed", 500, cap_points=300), family_ids=(family,)), name="Push")
        public_id = a_deal(cast.aisyah, "Mutiara Logistics")
        with transaction():
            deal_id = find_deal_id(public_id, cast.aisyah)
            db.session.add(DealLine(deal_id=deal_id, position=0, family_id=family, value_minor=4_800_000))
    sign_in(client, cast.aisyah)
    assert "2,220\u00a0points" in text(client.get("/"))
    assert "2,220" in text(client.get(f"/deals/{public_id}"))


def test_an_admin_reads_whose_deal_waits_not_points_of_somebody_else(app, client, cast):
    with app.app_context():
        a_deal(cast.aisyah, "Mutiara Logistics")
        a_deal(cast.kinabalu_admin, "Rimba Medical")
    sign_in(client, cast.kinabalu_admin)
    page = text(client.get("/"))
    assert f"Registered by {cast.aisyah.name}" in page and "Expected to close today, 0\u00a0points" in page
