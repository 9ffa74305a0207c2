"""Today: the safe action in the row, what is clean, what others must answer, when a budget runs out, the clock."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from app.company.today_queries import budget_on
from app.core.clock import freeze, today, travel, utc_now
from app.core.db import db, transaction
from app.deals import services as deals
from app.deals.models import Deal, DealEvent
from app.deals.services import deciding
from app.deals.states import DealState
from app.ledger.models import Owner
from app.ledger.services import adjust_or_propose
from app.partners.services import set_managers
from app.programs import services as programs
from app.programs.catalogue import load_catalogue
from app.programs.models import ProgramBudget
from app.tiers.services import plans
from tests.cast import sign_in
from tests.codes.conftest import build_gifts
from tests.deals.support import sent
from tests.programs.makers import definition, live
from tests.recognition.support import begin, give
from tests.support.statements import count_statements
from tests.tiers.makers import definition as tier_plan

APPROVE = re.compile(r'action="/admin/deals/(\w+)/approval"')


def today_page(client, actor):
    """The page for somebody, with nothing folded away."""
    sign_in(client, actor)
    return client.get("/admin/today").text


def section(page, name):
    """What stands in the section that is named by the heading with this id."""
    return page.split(f'aria-labelledby="{name}"')[1].split("</section>")[0] if f'id="{name}"' in page else ""


def state_of(app, deal):
    with app.app_context():
        return db.session.scalar(db.select(Deal.state).where(Deal.id == deal.id))


def test_a_clean_deal_is_approved_in_its_row_and_the_next_ones_stay_in_sight(app, client, cast):
    with app.app_context():
        clean, other = sent(cast, "Klinik Damai"), sent(cast, "Hotel Sri Melati")
        late = sent(cast, "Batik Lama", expected_close_on=today() + timedelta(days=1))
    with travel(utc_now() + timedelta(days=2)):
        page = today_page(client, cast.manager)
        assert set(APPROVE.findall(page)) == {clean.public_id, other.public_id}
        assert "Deal, Kinabalu Networks, all checks clean" in page
        assert "Deal, Kinabalu Networks, closing date has passed" in page and late.public_id in page
        assert "2 of 3 deals are clean" in page and 'href="/admin/deals/approvals"' in page
        form = dict(re.findall(r'type="hidden" name="(revision|next)" value="([^"]*)"', page))
        answer = client.post(f"/admin/deals/{clean.public_id}/approval", data=form)
        assert (answer.status_code, answer.location) == (303, "/admin/today")
        page = client.get("/admin/today").text
        assert "Klinik Damai approved" in page and APPROVE.findall(page) == [other.public_id]
        assert "1 of 2 deals are clean" in page and 'href="/admin/deals/approvals"' not in page
        assert state_of(app, clean) is DealState.APPROVED
        assert "1 answer in 30 days" in page
        toast = page.split("data-undo=")[1].split("</form>")[0]
        back = dict(re.findall(r'name="(next)" value="([^"]*)"', toast))
        answer = client.post(f"/admin/deals/{clean.public_id}/undo", data=back)
        assert (answer.status_code, answer.location) == (303, "/admin/today")
        assert state_of(app, clean) is DealState.SUBMITTED
        page = client.get("/admin/today").text
        assert "None yet" in page and "1 answer in" not in page  # only answers that stand
        form["next"] = "https://elsewhere.example/"
        answer = client.post(f"/admin/deals/{other.public_id}/approval", data=form)
        assert answer.location.startswith("/admin/deals/")
    assert APPROVE.findall(today_page(client, cast.auditor)) == []


def test_a_second_tap_on_approve_is_answered_as_the_first_and_a_refusal_leads_back(app, client, cast):
    with app.app_context():
        deal = sent(cast, "Klinik Damai")
    start = utc_now()
    page = today_page(client, cast.manager)
    form = dict(re.findall(r'type="hidden" name="(revision|next)" value="([^"]*)"', page))
    url = f"/admin/deals/{deal.public_id}/approval"
    assert client.post(url, data=form).status_code == 303
    with client.session_transaction() as session:
        session.pop("undo")  # the answer to the first tap is dropped by the browser, and its cookie with it
    with travel(start + timedelta(seconds=20)):
        answer = client.post(url, data=form)
        assert (answer.status_code, answer.location) == (303, "/admin/today")
        page = client.get("/admin/today").text
        assert "Klinik Damai approved" in page and re.search(r"in (39|40) s", page)
    with app.app_context():
        query = db.select(DealEvent.kind).where(DealEvent.deal_id == deal.id)
        assert [str(kind) for kind in db.session.scalars(query)].count("approved") == 1
    other = {**form, "revision": str(int(form["revision"]) - 1)}
    for actor, sent_form in ((cast.manager, other), (cast.owner, form)):
        sign_in(client, actor)
        refused = client.post(url, data=sent_form)
        assert refused.status_code == 409 and 'class="btn" href="/admin/today"' in refused.text
    sign_in(client, cast.manager)
    refused = client.post(
        url, data={**other, "next": ""}, headers={"Referer": "http://localhost/admin/deals"}
    )
    assert refused.status_code == 409 and 'href="http://localhost/admin/deals"' in refused.text
    assert client.post(f"/admin/deals/{deal.public_id}/undo").status_code == 303
    assert state_of(app, deal) is DealState.SUBMITTED
    assert client.post(url, data=form).status_code == 409  # of a page from before it was taken back


def test_the_number_that_waits_is_the_true_one_and_five_rows_are_shown(app, client, cast):
    with app.app_context():
        for number in range(14):
            sent(cast, f"Customer {number}")
    page = today_page(client, cast.manager)
    assert '<dd class="t-warn">14</dd>' in page and "All 14 deals in Approvals" in page
    assert section(page, "work").count('class="row-title"') == 5


def test_each_reads_what_they_asked_and_others_must_answer(app, client, cast):
    with app.app_context():
        begin(cast, budget=None)
        for manager, name in ((cast.manager, "Gemilang Steel"), (cast.owner, "Teknik Baharu")):
            deal = sent(cast, name)
            deciding.ask(deal.public_id, "Which tender?", actor=manager)
        answered = sent(cast, "Senang Stores")
        deciding.ask(answered.public_id, "Which tender?", actor=cast.manager)
        deals.answer(answered.public_id, "Tender 7", actor=cast.aisyah)
        made = programs.create_program("Year-end push", definition(), actor=cast.marketer)
        programs.send_for_sign_off(made.id, actor=cast.marketer)
        draft = plans.create_plan("Ladder of 2027", tier_plan(), actor=cast.marketer)
        plans.send_for_sign_off(draft.id, actor=cast.marketer)
        give(cast, points=150_000)
        adjust_or_propose(
            "adjust:1", Owner("member", cast.aisyah.person_id), 20_000, actor=cast.finance,
            reason="A contest that was paid twice over", organisation_id=cast.kinabalu.id,
        )  # fmt: skip
    build_gifts(app, cast).make(50_000, 30, approve=False)
    asked = section(today_page(client, cast.manager), "asked")
    assert "Gemilang Steel" in asked and "Question to Kinabalu Networks" in asked
    assert asked.count('class="row-title"') == 1
    asked = section(today_page(client, cast.marketer), "asked")
    for words in ("Year-end push", "Ladder of 2027", "Award, a second person", "Partner Day KL guests"):
        assert words in asked
    assert asked.count('class="row-title"') == 4
    assert "A contest that was paid twice over" in section(today_page(client, cast.finance), "asked")
    assert section(today_page(client, cast.auditor), "asked") == ""


@pytest.mark.parametrize(
    ("spent", "allowed", "ends_on", "runs_out_on"),
    [
        (900, 1000, date(2026, 12, 15), date(2026, 11, 23)),  # 100 a day since the 14th
        (900, 1010, date(2026, 12, 15), date(2026, 11, 24)),  # a part of a day is a day
        (900, 1000, date(2026, 11, 23), None),  # it ends on that day
        (900, 1000, None, date(2026, 11, 23)),
        (100, 1000, None, None),  # 81 days: too far to say
        (0, 1000, date(2026, 12, 15), None),
        (1000, 1000, date(2026, 12, 15), date(2026, 11, 22)),
    ],
)
def test_a_budget_says_the_day_it_runs_out_when_that_is_before_the_end(
    app, cast, spent, allowed, ends_on, runs_out_on
):
    with app.app_context(), freeze(datetime(2026, 11, 14, 4, tzinfo=UTC)):
        live(cast, definition(starts_on=date(2026, 11, 14), ends_on=ends_on), budget=allowed)
        program = load_catalogue().programs[-1]
    found = budget_on(program, spent, allowed, date(2026, 11, 1), date(2026, 11, 22))
    assert found is not None and (found.ends_on, found.runs_out_on) == (ends_on, runs_out_on)
    assert budget_on(program, spent, allowed, date(2026, 11, 1), date(2026, 11, 13)) is None


def test_the_budget_that_runs_out_stands_first(app, client, cast):
    with travel(utc_now() - timedelta(days=8)), app.app_context():
        for name in ("Calm", "Hasty"):
            live(cast, name=name, budget=1000)
        with transaction():
            budgets = db.session.query(ProgramBudget).order_by(ProgramBudget.program_id).all()
            budgets[0].spent_points, budgets[1].spent_points = 50, 990
    budgets = section(today_page(client, cast.finance), "budgets")
    assert "Budgets at risk" in budgets and budgets.index("Hasty") < budgets.index("Calm")
    assert "at this pace" in budgets and "950 points left" in budgets


def test_the_heading_says_weekday_date_and_time_of_the_vendor(client, cast):
    with freeze(datetime(2026, 11, 23, 1, 12, tzinfo=UTC)):
        assert '<p class="topbar-note">Monday 23 November, 09:12 MYT</p>' in today_page(client, cast.manager)


def test_today_takes_at_most_eight_statements_and_no_more_with_more_rows(app, client, cast):
    people = (cast.manager, cast.marketer, cast.finance, cast.auditor, cast.owner)

    def measured():
        found = []
        for person in people:
            today_page(client, person)
            with count_statements(app) as seen:
                client.get("/admin/today")
            found.append(len(seen))
        return found

    with app.app_context():
        set_managers(cast.kinabalu.id, [cast.manager.person_id], actor=cast.owner)
        live(cast, budget=1000)
        plan = plans.create_plan("Plan", tier_plan(), actor=cast.marketer)
        plans.send_for_sign_off(plan.id, actor=cast.marketer)
        plans.publish(plan.id, actor=cast.finance)
        sent(cast, "First")
    few = measured()
    assert max(few) <= 8
    with app.app_context():
        for number in range(12):
            deal = sent(cast, f"Customer {number}")
            if number % 2:
                deciding.ask(deal.public_id, "Which tender?", actor=cast.manager)
    assert measured() == few
