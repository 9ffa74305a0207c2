"""Programs as partners see them, and *Try it* by the very engine."""

from datetime import timedelta

import pytest

from app.core.clock import today
from app.programs import services
from app.programs.rules import Audience
from tests.cast import sign_in
from tests.programs.makers import definition, live, reward, set_rate, win
from tests.support.statements import count_statements


@pytest.fixture
def programs(app, cast):
    """One program of each sort."""
    with app.app_context():
        ends = today() + timedelta(days=22)
        push = definition(
            reward("fixed", 500, cap_points=5000, hold_days=14), family_ids=(cast.families["firewall"],),
            min_amount_minor=10_000_00, min_currency="MYR", ends_on=ends, starts_on=today() - timedelta(days=9),
        )  # fmt: skip
        live(cast)
        live(cast, push, name="Firewall push")
        company = reward("per_unit", 12, payee="organisation", number=2)
        live(cast, definition(company, trigger="sale"), name="Seats")
        live(cast, definition(audience=Audience(countries=("ID",))), name="Only Indonesia")
        over = live(cast, definition(ends_on=today() - timedelta(days=3)), name="Long over")
        for number in range(3):
            win(
                cast,
                f"D-{number}",
                12_000_00,
                family_id=cast.families["firewall"],
                on=today() - timedelta(days=2),
            )
        return over


def get(client, path, status=200, **headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == status
    return answer.get_data(as_text=True).replace("\xa0", " ")


def test_the_list_says_what_was_earned_what_is_on_the_way_and_what_is_left(client, cast, programs):
    page = get(sign_in(client, cast.aisyah), "/programs")
    assert "2,940" in page  # 3 x 480 and 3 x 500
    assert "22 days left" in page
    assert "<b>0</b> yours, <b>1,500</b> on the way" in page
    assert "limit 5,000" in page
    assert "<b>3,500 left.</b> 7 more deals fill it" in page
    assert "Only Indonesia" not in page
    assert "Long over" not in page


def test_programs_of_the_company_stand_apart_and_ended_ones_keep_their_result(client, cast, programs):
    sign_in(client, cast.aisyah)
    page = get(client, "/programs?view=company")
    assert "your company gets" in page
    assert "Firewall push" not in page
    page = get(client, "/programs?view=ended")
    assert "Ended on" in page


def test_a_program_for_others_is_not_found(client, cast, programs):
    get(sign_in(client, cast.aisyah), "/programs/only-indonesia", 404)
    get(client, "/programs/nothing", 404)
    assert "Only Indonesia" in get(sign_in(client, cast.budi), "/programs/only-indonesia")


def test_the_vendor_has_its_own_pages(client, cast, programs):
    get(sign_in(client, cast.manager), "/programs", 403)
    get(client, "/programs/deal-won", 403)


def test_try_it_shows_what_the_award_will_show(app, client, cast, programs):
    sign_in(client, cast.aisyah)
    page = get(client, "/programs/deal-won?amount=52%2C000")
    assert 'role="status"' in page
    for text in ("Deal value", "RM 52,000", "4 points per RM 100", "2,080", "You would get"):
        assert text in page
    with app.app_context():
        assert win(cast, "D-9", 52_000_00).awards[0].points == 2080


def test_try_it_answers_htmx_with_the_answer_alone(client, cast, programs):
    sign_in(client, cast.aisyah)
    page = get(client, "/programs/deal-won?amount=52000", **{"HX-Request": "true", "HX-Target": "answer"})
    assert "2,080" in page
    assert "<html" not in page
    assert "<form" not in page


def test_try_it_says_why_nothing_is_earned(client, cast, programs):
    sign_in(client, cast.aisyah)
    assert "It takes RM 10,000 or more." in get(client, "/programs/firewall-push?amount=9999.99")
    assert "This is less than one point." in get(client, "/programs/deal-won?amount=24")


def test_try_it_cuts_to_the_limit(client, cast, programs, app):
    sign_in(client, cast.aisyah)
    with app.app_context():
        for number in range(20, 27):
            win(cast, f"D-{number}", 12_000_00, family_id=cast.families["firewall"], on=today())
    page = get(client, "/programs/firewall-push?amount=10000")
    assert "Limit of 5,000 points reached" in page
    assert "Limit reached." in page


def test_a_partner_abroad_types_in_the_own_currency(app, client, cast, programs):
    sign_in(client, cast.budi)
    assert "no exchange rate from IDR to MYR" in " ".join(
        get(client, "/programs/deal-won?amount=100.000.000").split()
    ) or "kurs" in get(client, "/programs/deal-won?amount=100.000.000")
    with app.app_context():
        from app.core.db import db, transaction
        from app.core.rates import ExchangeRate

        with transaction():
            db.session.add(ExchangeRate(currency="IDR", effective_on=today(), rate_e10=2_650_000))
        set_rate("SGD", today(), 320)
    page = get(client, "/programs/deal-won?amount=100.000.000")
    assert "Rp 100.000.000" in page
    assert "RM 26.500" in page
    assert "1.060" in page


@pytest.mark.parametrize("typed", ["48.0.00", "-5", "1e9", "٣", "9" * 30, "RM", "<b>1", "48,00"])
def test_a_wrong_amount_is_refused_and_kept(client, cast, programs, typed):
    sign_in(client, cast.aisyah)
    answer = client.get("/programs/deal-won", query_string={"amount": typed})
    assert answer.status_code == 422
    from markupsafe import escape

    page = answer.get_data(as_text=True)
    assert str(escape(typed)) in page
    assert page.count('class="errmsg"') == 1 and '<a href="#amount">' in page and "<title>Error: " in page
    part = client.get(
        "/programs/deal-won",
        query_string={"amount": typed},
        headers={"HX-Request": "true", "HX-Target": "answer"},
    ).get_data(as_text=True)
    assert part.count('class="errmsg"') == 1 and "errsummary" not in part


def test_a_page_takes_few_statements_however_many_programs(app, client, cast, programs):
    sign_in(client, cast.aisyah)
    client.get("/programs")
    counts = []
    for more in (0, 10):
        with app.app_context():
            for number in range(more):
                live(cast, definition(family_ids=(cast.families["cloud"],)), name=f"More {number}")
        client.get("/programs")
        for path in ("/programs", "/programs/firewall-push?amount=20000"):
            with count_statements(app) as seen:
                client.get(path)
            counts.append(len(seen))
    assert counts[0] == counts[2] and counts[1] == counts[3]
    assert max(counts) <= 8


def test_used_up_programs_say_so(app, client, cast):
    with app.app_context():
        live(cast, budget=100)
        win(cast, "D-1", 52_000_00)
    assert "All points have been given" in get(sign_in(client, cast.aisyah), "/programs")


def test_a_program_that_was_ended_moves_to_the_ended_ones(app, client, cast):
    with app.app_context():
        version = live(cast)
        services.end_program(version.program_id, today(), actor=cast.finance)
    assert "Last day today" in get(sign_in(client, cast.aisyah), "/programs")
