"""*What would one more deal do?* answers what recording the deal then does, to the cent of a border."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient

from app.core.clock import freeze
from app.ledger.models import Owner
from app.ledger.queries import balances
from app.programs.rules import Definition as ProgramDefinition
from app.programs.rules import Reward, Rule
from app.programs.services import create_program
from app.programs.services import publish as publish_program
from app.tiers.plans import SCORE, Metric
from app.tiers.standing_page import find_page
from app.tiers.whatif import answer
from tests.cast import Cast, add_company, add_person, sign_in
from tests.tiers import makers
from tests.tiers.makers import NOW, RM, live

TODAY = date(2026, 11, 22)
DEALS = 50


@pytest.fixture(autouse=True)
def november(app: Flask) -> Any:
    with app.app_context(), freeze(NOW):
        yield


def sellers(count: int) -> list[Any]:
    """Somebody in each of so many fresh companies, every other one in Indonesia."""
    from app.partners.models import Role

    found = []
    for number in range(count):
        where = (
            ("ID", "IDR", "id", "Asia/Jakarta") if number % 2 else ("MY", "MYR", "en", "Asia/Kuala_Lumpur")
        )
        company = add_company(f"Company{number}", *where, "Town")
        found.append(
            add_person(f"seller{number}@company{number}.example", f"Seller {number}", Role.MEMBER, company)
        )
    return found


def asked(actor: Any, minor: int) -> Any:
    page = find_page(actor)
    assert page is not None
    return answer(
        actor, page.version, page.own, page.have, amount_minor=minor, currency=actor.organisation_currency or "MYR",
        is_pinned=page.pin_until is not None,
    )  # fmt: skip


def test_the_answer_for_fifty_random_deals_is_what_recording_them_does(app: Flask, cast: Any) -> None:
    makers.set_rate("IDR", date(2026, 1, 1), 1)  # a rupiah is a hundredth of a ringgit: rounding shows
    rule = Rule(
        "main", "deal_won", (Reward(1, "per_money", 4, per_minor=100 * RM, currency="MYR", hold_days=0),)
    )
    draft = create_program("Deals", ProgramDefinition((rule,)), actor=cast.marketer)
    publish_program(draft.id, actor=cast.finance)
    metrics = (Metric("revenue", sources=("deal_won",)), Metric("deals"), Metric("points"))
    live(
        cast,
        makers.definition(
            *metrics,
            silver={"revenue": 1_000 * RM, "deals": 2, "points": 40},
            gold={"revenue": 5_000 * RM, "deals": 2, "points": 150},
        ),
    )
    dice, seen = random.Random(20261122), set()
    for actor in sellers(DEALS):
        unit = 1 if actor.organisation_currency == "MYR" else 100
        for _before in range(dice.randrange(4)):
            makers.win(
                cast, dice.randrange(1, 2_500 * RM) * unit, who=actor, currency=actor.organisation_currency
            )
        border = dice.choice((1_000 * RM, 5_000 * RM))
        have = find_page(actor).have["revenue"]  # type: ignore[union-attr]
        exactly = max(border - have + dice.choice((-1, 0, 0, 1, dice.randrange(-50_000, 300_000))), 1) * unit
        said = asked(actor, exactly)
        makers.win(cast, exactly, who=actor, on=TODAY, currency=actor.organisation_currency)
        page = find_page(actor)
        assert page is not None and page.own == said.place
        after = {row.key: row.have for row in said.rows}
        assert {key: page.have[key] for key in after} == after
        seen.add((said.place, said.is_up))
    assert {place for place, _up in seen} == {0, 1, 2}
    makers.assert_proven()


def test_without_a_rate_the_answer_says_that_the_money_waits(app: Flask, cast: Any) -> None:
    live(cast)
    said = asked(cast.budi, 10**14)
    assert said.missing_rate == "IDR" and not said.is_up
    makers.win(cast, 10**14, who=cast.budi, currency="IDR", on=TODAY)
    assert makers.level_of(cast.merapi.id) == "member"


def test_with_a_score_seventy_are_enough_and_no_metric_may_be_zero(app: Flask, cast: Any) -> None:
    metrics = (Metric("revenue", 60, ("deal_won",)), Metric("deals", 40))
    needs = {"silver": {"revenue": 1_000 * RM, "deals": 4}, "gold": {"revenue": 10_000 * RM, "deals": 4}}
    live(cast, makers.definition(*metrics, join=SCORE, **needs))
    assert not asked(cast.aisyah, 999 * RM).is_up  # 59.94 and 10
    assert asked(cast.aisyah, 1_000 * RM).is_up  # 60 and 10: exactly 70
    makers.win(cast, 999 * RM)
    assert makers.level_of(cast.kinabalu.id) == "member"
    makers.win(cast, 1)  # 59.94 and 20
    assert makers.level_of(cast.kinabalu.id) == "silver"


def test_a_score_with_nothing_in_one_metric_is_no_score(app: Flask, cast: Any) -> None:
    metrics = (Metric("revenue", 90, ("deal_won",)), Metric("certified", 10))
    needs = {
        "silver": {"revenue": 1_000 * RM, "certified": 1},
        "gold": {"revenue": 2_000 * RM, "certified": 1},
    }
    live(cast, makers.definition(*metrics, join=SCORE, **needs))
    makers.win(cast, 5_000 * RM)
    assert makers.level_of(cast.kinabalu.id) == "member"


def test_what_several_programs_give_is_one_sum_for_each_payee(app: Flask, cast: Any) -> None:
    live(cast)
    for name, rewards in {
        "Deals": (Reward(1, "fixed", 2_400, hold_days=0),),
        "More": (
            Reward(1, "fixed", 500, hold_days=0),
            Reward(2, "fixed", 70, payee="organisation", hold_days=0),
        ),
    }.items():
        draft = create_program(
            name, ProgramDefinition((Rule("main", "deal_won", rewards),)), actor=cast.marketer
        )
        publish_program(draft.id, actor=cast.finance)
    said = asked(cast.aisyah, 1_000 * RM)
    assert (said.own_points, said.company_points) == (2_900, 70)
    with app.test_request_context():
        page = render_template(
            "tiers/_answer.html", answer=said, page=find_page(cast.aisyah), actor=cast.aisyah
        )
    assert "You would also earn" in page and f"{cast.kinabalu.name} would also earn" in page
    assert ("2,900" in page and "2,400" not in page) and "70" in page
    makers.win(cast, 1_000 * RM, on=TODAY)
    assert balances(Owner("member", cast.aisyah.person_id)).available == 2_900
    assert balances(Owner("organisation", cast.kinabalu.id)).available == 70


def test_a_wrong_value_is_told_at_the_field_and_in_the_summary_and_not_again_below(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    """Without a script the whole page comes back; with one the answer alone, whose field nobody draws anew."""
    live(cast)
    sign_in(client, cast.aisyah)
    page = client.get("/tier?value=much").text
    assert page.count('class="errmsg"') == 1 and 'id="value-error"' in page
    assert 'class="errsummary"' in page and '<a href="#value">' in page and "<title>Error: " in page
    part = client.get("/tier?value=much", headers={"HX-Request": "true", "HX-Target": "answer"}).text
    assert part.count('class="errmsg"') == 1 and "errsummary" not in part
    huge = client.get("/tier?value=100,000,000,000,000").text
    assert "Enter at most RM\xa010,000,000,000,000." in huge
