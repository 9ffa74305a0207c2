"""The pages of tiers: what a partner reads, what the win's own answer says, what the vendor writes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.clock import freeze, today
from app.core.db import db
from app.core.i18n import LOCALES
from app.core.money import exponent, format_money, parse_short
from app.identity.queries import find_actor_by_email
from app.partners.audience import Audience
from app.tiers.catalogue import known_catalogue
from app.tiers.models import TierVersion
from app.tiers.overview import look
from app.tiers.plans import Metric
from app.tiers.services import plans
from app.tiers.services.pins import end_pin, pin_level
from app.tiers.services.reviews import preview, run_review
from tests.cast import Cast, sign_in
from tests.conftest import count_statements
from tests.tiers import makers
from tests.tiers.makers import RM, live, win

MATRIX = {
    "name": "Ladder", "join": "all", "month": "1", "grace_days": "90", "source-deal_won": "1",
    "level-0-slug": "member", "level-0-name": "Member", "level-1-slug": "silver", "level-1-name": "Silver",
    "need-1-revenue": "48,000", "need-1-deals": "2", "level-1-multiplier": "1.25", "level-1-fund": "RM 2k",
    "level-0-order": "4", "level-1-order": "3",
    "benefit-1-0-icon": "gift", "benefit-1-0-title-en": "Partner Day seats", "benefit-1-0-text-id": "2 kursi",
}  # fmt: skip


def begin_plan(app: Flask, client: FlaskClient) -> str:
    """A new plan of the marketer; its public id."""
    answer = client.post("/admin/tiers", data={"name": "Ladder", "idempotency_key": "begin-0123456789abcdef"})
    assert answer.status_code == 303
    return str(answer.location.rsplit("/", 1)[1])


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def test_a_partner_reads_what_is_missing_and_what_keeps_the_level(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        live(
            cast,
            makers.definition(makers.REVENUE, Metric("deals"), gold={"revenue": 120_000 * RM, "deals": 8}),
        )
        win(cast, 84_000 * RM, on=today())
    page = text_of(sign_in(client, cast.aisyah).get("/tier").text)
    assert "RM 36k and 7 deals away" in page and "Gold needs both" in page
    assert "RM 84k of RM 120k" in page and "7 to go" in page
    with app.app_context():
        year = today().year + 1
    assert f"Next review 1 January {year}. Silver is safe: it needs RM 48k." in page
    assert "1.25 times the points" in page and "A named engineer" in page
    assert "What Gold opens" not in page and page.index("1.25 times") < page.index("1.5 times")
    with app.app_context(), count_statements(app) as asked:
        assert client.get("/tier").status_code == 200
    assert asked.count <= 8


def test_in_its_grace_a_company_reads_what_is_missing_with_the_reviewed_year(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    new_year = date(2027, 1, 10)
    with freeze(datetime(2027, 1, 10, 4, tzinfo=UTC)):
        with app.app_context():
            live(cast)
            win(cast, 84_000 * RM, on=date(2026, 11, 10))
            pin = pin_level(cast.kinabalu.id, "gold", "A promise", new_year, actor=cast.manager)
            end_pin(pin.id, actor=cast.manager)
        sign_in(client, cast.aisyah)
        with count_statements(app) as asked:
            page = text_of(client.get("/tier").text)
        home = text_of(client.get("/").text)
    assert asked.count <= 8
    assert "Gold is yours until 10 April 2027. See what is missing" in home
    assert "Gold is yours until 10 April 2027." in page and "without it the tier becomes Silver." in page
    assert "To keep Gold by then: RM 36k to go." in page


def test_who_has_made_it_up_in_the_grace_reads_that_the_level_stays(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    new_year = date(2027, 1, 10)
    said = {
        cast.aisyah: ("To keep Gold by then: RM 84k to go.", "Gold stays yours. What the last review found"),
        cast.budi: (
            "Untuk mempertahankan Gold sebelum itu: 39 angka skor lagi.",
            "Gold tetap milik Anda. Kekurangan pada peninjauan terakhir",
        ),
    }
    by_score = makers.definition(
        Metric("revenue", 60, ("deal_won",)), Metric("deals", 40), join="score",
        silver={"revenue": 40_000 * RM, "deals": 1}, gold={"revenue": 120_000 * RM, "deals": 3},
        audience=Audience(organisation_ids=(cast.merapi.id,)),
    )  # fmt: skip
    with freeze(datetime(2027, 1, 10, 4, tzinfo=UTC)):
        with app.app_context():
            live(cast, by_score, name="By score")
            live(cast, makers.definition(audience=Audience(organisation_ids=(cast.kinabalu.id,))))
            for who in said:
                win(cast, 36_000 * RM, on=date(2026, 11, 10), who=who)
                pin = pin_level(who.organisation_id, "gold", "A promise", new_year, actor=cast.owner)
                end_pin(pin.id, actor=cast.owner)
        for who, (missing, stays) in said.items():
            page = text_of(sign_in(client, who).get("/tier").text)
            assert missing in page and stays not in page
            with app.app_context():
                for minor in (84_000 * RM, RM):
                    win(cast, minor, on=new_year, who=who)
            page = text_of(client.get("/tier").text)
            assert stays in page and missing not in page and "10 April 2027" not in page
        with app.app_context():
            assert [step.kind for step in run_review()] == ["recovered", "recovered"]


def test_what_is_ones_own_is_told_once_and_what_is_far_stands_folded(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        live(cast)
    page = text_of(sign_in(client, cast.aisyah).get("/tier").text)
    own, far = page.split("What Gold opens")
    assert "1.25 times the points" in own and "1.5 times" not in own and "1.5 times the points" in far
    with app.app_context():
        win(cast, 120_000 * RM, on=today())
    page = text_of(client.get("/tier").text)
    assert "1.5 times the points" in page and "1.25 times the points" not in page


def test_the_answer_to_what_if_is_a_status_and_a_fragment(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        live(cast)
        win(cast, 84_000 * RM, on=today())
    sign_in(client, cast.aisyah)
    with count_statements(app) as asked:
        page = client.get("/tier?value=36,000&family=firewall")
    assert asked.count <= 8 and "This deal takes you to Gold." in page.text
    part = client.get(
        "/tier?value=35,999&family=cloud", headers={"HX-Request": "true", "HX-Target": "answer"}
    ).text
    assert "One thing is left for Gold." in part and "<html" not in part
    for strange in ("", "0", "-5", "1e9", "9" * 5000, "💎", "0.001"):
        answer = client.get("/tier", query_string={"value": strange})
        assert answer.status_code == 422 and "errmsg" in answer.text


def test_before_any_plan_the_page_says_so(app: Flask, client: FlaskClient, cast: Cast) -> None:
    assert "No tiers yet" in sign_in(client, cast.aisyah).get("/tier").text
    assert sign_in(client, cast.marketer).get("/tier").status_code == 403


def test_home_shows_the_metric_that_is_furthest_away(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        metrics = (makers.REVENUE, Metric("deals"), Metric("certified"))
        live(
            cast,
            makers.definition(
                *metrics,
                silver={"revenue": 40_000 * RM, "deals": 10, "certified": 1},
                gold={"revenue": 50_000 * RM, "deals": 11, "certified": 2},
            ),
        )
        win(cast, 30_000 * RM, on=today())
    page = sign_in(client, cast.aisyah).get("/").text
    assert "1 person and 2 more to Silver" in text_of(page)
    assert 'class="track"' in page and 'class="reached"' not in page  # nobody is certified: no dot of an arc


def test_the_vendor_writes_a_plan_that_finance_publishes(app: Flask, client: FlaskClient, cast: Cast) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    send = {**MATRIX, "action": "send", "idempotency_key": "send-0123456789abcdef"}
    assert client.post(f"/admin/tiers/plans/{public_id}", data=send).status_code == 303
    assert client.post(f"/admin/tiers/plans/{public_id}/publication").status_code == 403
    sign_in(client, cast.finance)
    assert "waits for sign-off" in client.get("/admin/tiers").text
    assert client.post(f"/admin/tiers/plans/{public_id}/publication").status_code == 303
    page = text_of(client.get(f"/admin/tiers/plans/{public_id}").text)
    assert "RM 48k" in page and "1.25 ×" in page and "Partner Day seats" in page
    with app.app_context():
        version = db.session.scalars(select(TierVersion)).one()
        level = version.definition["levels"][1]
        assert (
            level["needs"] == {"revenue": 48_000 * RM, "deals": 2} and level["fund_limit_minor"] == 2_000 * RM
        )
        assert level["benefits"][0]["text"] == {"id": "2 kursi"}
        assert [each["directory_order"] for each in version.definition["levels"]] == [4, 3]
        assert [metric["key"] for metric in version.definition["metrics"]] == ["revenue", "deals"]


@given(whole=st.integers(1, 10**9), locale=st.sampled_from(LOCALES), currency=st.sampled_from(["MYR", "IDR"]))
@example(whole=110_000, locale="en", currency="MYR")
@example(whole=48_000_000, locale="id", currency="IDR")
def test_what_a_cell_says_short_is_read_as_the_same_amount(whole: int, locale: str, currency: str) -> None:
    unit = 10 ** exponent(currency)
    minor = whole * unit
    said = format_money(minor, currency, locale, short=True)
    exact = parse_short(format_money(minor, currency, locale), currency, locale)
    assert exact == minor
    if whole < 1000 or (whole % 1000 == 0 and whole < 10**6):
        assert parse_short(said, currency, locale) == minor


def test_what_is_wrong_stands_at_its_cell_and_nothing_typed_is_lost(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    strange = {
        **MATRIX, "need-1-revenue": "viel", "need-1-deals": "-1", "level-1-multiplier": "99", "grace_days": "9999",
        "level-1-fund": "💰", "name": "x" * 5000, "action": "draft", "idempotency_key": "strange-0123456789abcdef",
    }  # fmt: skip
    answer = client.post(f"/admin/tiers/plans/{public_id}", data=strange)
    assert answer.status_code == 422
    for kept in ("viel", "💰", "x" * 5000, "9999"):
        assert kept in answer.text
    assert 'href="#need-1-revenue"' in answer.text and 'id="need-1-revenue-error"' in answer.text
    gap = client.post(
        f"/admin/tiers/plans/{public_id}",
        data={
            **MATRIX,
            "need-1-revenue": "",
            "need-1-deals": "",
            "action": "send",
            "idempotency_key": "gap-0123456789abcdef",
        },
    )
    assert gap.status_code == 422 and "has to ask for something" in gap.text


def test_one_more_level_is_a_column_and_saves_nothing(app: Flask, client: FlaskClient, cast: Cast) -> None:
    public_id = begin_plan(app, sign_in(client, cast.marketer))
    more = {**MATRIX, "action": "level", "idempotency_key": "more-0123456789abcdef"}
    answer = client.post(f"/admin/tiers/plans/{public_id}", data=more)
    assert 'name="level-2-name"' in answer.text and 'value="48,000"' in answer.text
    with app.app_context():
        assert len(db.session.scalars(select(TierVersion)).one().definition["levels"]) == 3


def test_the_draft_shows_who_would_rise(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        version = live(cast)
        win(cast, 100_000 * RM, on=today())
        draft = plans.start_version(version.plan_id, actor=cast.marketer)
        lower = makers.definition(gold={"revenue": 90_000 * RM})
        plans.save_draft(draft.id, name="Next", definition=lower, month=1, actor=cast.marketer)
    sign_in(client, cast.marketer)
    with count_statements(app) as asked:
        page = client.get("/admin/tiers").text
    assert asked.count <= 8
    assert (
        "1 company would rise." in page
        and "was RM 120k" in text_of(page)
        and "RM 20k short of Gold" in text_of(page)
    )


def test_a_review_by_either_rules_leaves_who_is_pinned_where_they_are(app: Flask, cast: Cast) -> None:
    with app.app_context():
        version = live(cast)
        before = looked_at(version.id, cast)
        manager = find_actor_by_email(cast.manager.email)
        pin_level(cast.kinabalu.id, "gold", "A promise", today() + timedelta(days=9), actor=manager)
        after = looked_at(version.id, cast)
    for then, now in zip(before, after, strict=True):
        assert then[2] == 0 and now == [then[0] - 1, then[1], 1]


def looked_at(version_id: int, cast: Cast) -> tuple[list[int], list[int]]:
    """Companies a level, by the rules in force and by a draft that asks the same."""
    catalogue = known_catalogue()
    rules = catalogue.version(version_id)
    assert rules is not None
    found = look(rules, rules.definition, 1, catalogue, find_actor_by_email(cast.owner.email))
    return found.live, found.draft


def test_the_preview_lists_what_the_next_review_does(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with freeze(makers.NOW):
        with app.app_context():
            live(cast, month=0)
            win(cast, 60_000 * RM, on=today() - timedelta(days=360))
            win(cast, 60_000 * RM, on=today())
            foreseen = preview(date(2026, 12, 1))
            assert [(step.kind, step.on) for step in foreseen] == [("grace", date(2026, 12, 1))]
        page = text_of(sign_in(client, cast.finance).get("/admin/tiers/review").text)
        assert "until 1 December 2026 if nothing more is recorded" in page and "1 thing will happen" in page
        line = "Kinabalu Networks RM 60k short of keeping Gold: grace until 1 March 2027 1 Dec"
        assert line in page and "Merapi" not in page
        with app.app_context():
            win(cast, 60_000 * RM, on=today())
        assert "Nothing changes" in client.get("/admin/tiers/review").text


def test_the_way_here_says_what_caused_each_step(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        live(cast, makers.definition(grace_days=0))
        assert "How you got here" not in sign_in(client, cast.aisyah).get("/tier").text
        win(cast, 60_000 * RM, on=today())
        pin = pin_level(cast.kinabalu.id, "gold", "A promise", today(), actor=cast.manager)
        end_pin(pin.id, actor=cast.manager)
    page = text_of(client.get("/tier").text).split("How you got here")[1]
    steps = [
        ("Silver", "The review"),
        ("Gold", "Set by the vendor"),
        ("Silver", "A won deal carried you over the border"),
    ]
    found = [page.find(f" {level} {cause} ") for level, cause in steps]
    assert found == sorted(found) and found[0] >= 0, page
    seen = sign_in(client, cast.finance).get(f"/admin/tiers/companies/{cast.kinabalu.public_id}").text
    assert "A won deal carried the company over the border" in seen


def test_a_manager_pins_a_level_and_ends_the_pin(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        live(cast)
        last_day = str(today() + timedelta(days=9))
    sign_in(client, cast.manager)
    here = f"/admin/tiers/companies/{cast.kinabalu.public_id}"
    wrong = client.post(
        f"{here}/pin",
        data={
            "level": "x",
            "reason": "<script>",
            "ends_on": "9999-01-01",
            "idempotency_key": "a-0123456789abcdef",
        },
    )
    assert wrong.status_code == 422 and "&lt;script&gt;" in wrong.text
    right = {
        "level": "gold",
        "reason": "A promise",
        "ends_on": last_day,
        "idempotency_key": "b-0123456789abcdef",
    }
    assert client.post(f"{here}/pin", data=right).status_code == 303
    page = client.get(here).text
    assert "A promise" in page and "Stands here" in page and "You are here" not in page
    with app.app_context():
        assert makers.level_of(cast.kinabalu.id) == "gold"
        assert find_actor_by_email(cast.aisyah.email).organisation_tier == "gold"
    assert client.post(f"{here}/pin/end").status_code == 303
    assert client.get("/admin/tiers/companies?show=pinned").status_code == 200


def test_the_win_names_the_tier_and_every_benefit(app: Flask, client: FlaskClient, cast: Cast) -> None:
    from app.tiers.queries import raise_record, raised_of

    with app.app_context():
        live(cast)
        done = win(cast, 120_000 * RM, on=today())
        record: Any = raise_record(done.activity_id)
    with app.test_request_context():
        raised = raised_of(record)
        assert raised is not None
        html = app.jinja_env.get_template("tiers/_raised.html").render(
            raised=raised, company="Kinabalu Networks"
        )
    for word in (
        "Kinabalu Networks is Gold now",
        "1.5 times the points",
        "Marketing fund",
        "A named engineer",
    ):
        assert word in html


def test_the_answer_to_the_win_itself_names_the_tier(app: Flask, client: FlaskClient, cast: Cast) -> None:
    from tests.deals import support

    with app.app_context():
        live(cast)
        deal = support.approved(cast)
        day = today().isoformat()
    sign_in(client, cast.aisyah)
    answer = client.post(
        f"/deals/{deal.public_id}/win",
        data={"invoice_no": "INV-1", "invoice_value": "48,000", "won_on": day, "idempotency_key": "w" * 20},
    )
    assert answer.status_code == 303
    with count_statements(app) as asked:
        page = client.get(answer.location).text
    assert asked.count <= 8
    assert "Kinabalu Networks is Silver now" in page and "1.25 times the points" in page
    assert "Silver partner" in client.get("/").text
