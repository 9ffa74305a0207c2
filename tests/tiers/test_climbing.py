"""Up at once: which facts lift a company, by how much, and what is written then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.activities import services as activities
from app.activities.bulk import record_many
from app.activities.facts import Fact
from app.core.clock import freeze
from app.core.db import transaction
from app.ledger.services import Owner, spend
from app.programs.rules import Definition as ProgramDefinition
from app.programs.rules import Reward, Rule
from app.programs.services import create_program
from app.programs.services import publish as publish_program
from app.tiers.benefits import gained
from app.tiers.plans import Benefit, Metric
from app.tiers.queries import level_names, multiplier_bps, raised_by, tier_on
from app.tiers.services.plans import publish, save_draft, send_for_sign_off, start_version
from app.tiers.services.reviews import run_review
from tests.tiers import makers
from tests.tiers.makers import DAY, NOW, RM, level_of, live, win


@pytest.fixture(autouse=True)
def november(app: Flask) -> Any:
    with app.app_context(), freeze(NOW):
        yield


def test_the_boundary_belongs_to_the_higher_level(app: Flask, cast: Any) -> None:
    live(cast)
    win(cast, 48_000 * RM - 1)
    assert level_of(cast.kinabalu.id) == "member"
    win(cast, 1)
    assert level_of(cast.kinabalu.id) == "silver"
    makers.assert_proven()


def test_the_very_first_sale_may_cross_more_than_one_border(app: Flask, cast: Any) -> None:
    live(cast)
    done = win(cast, 120_000 * RM)
    assert level_of(cast.kinabalu.id) == "gold"
    assert makers.changes_of(cast.kinabalu.id) == [("member", "gold", "activity")]
    raised = raised_by(done.public_id)
    assert raised is not None and (raised.level, raised.before) == ("Gold", "Member")
    assert [line.title for line in raised.benefits] == [
        "1.5 times the points", "Marketing fund", "A named engineer",
    ]  # fmt: skip
    assert raised_by(win(cast, 5).public_id) is None


def test_everybody_in_the_company_is_told_once_and_the_rival_is_not(app: Flask, cast: Any) -> None:
    live(cast)
    done = win(cast, 50_000 * RM, ref="once")
    assert win(cast, 50_000 * RM, ref="once").activity_id == done.activity_id
    people = [actor.person_id for actor in cast.everybody]
    assert makers.told(people) == {
        cast.aisyah.person_id: ["Your company has reached Silver"],
        cast.kinabalu_admin.person_id: ["Your company has reached Silver"],
    }


def test_spending_never_lowers_a_tier(app: Flask, cast: Any) -> None:
    rule = Rule(
        "main", "deal_won", (Reward(1, "per_money", 4, per_minor=100 * RM, currency="MYR", hold_days=0),)
    )
    draft = create_program("Deals", ProgramDefinition((rule,)), actor=cast.marketer)
    publish_program(draft.id, actor=cast.finance)
    live(cast, makers.definition(Metric("points"), silver={"points": 2_000}, gold={"points": 4_000}))
    win(cast, 50_000 * RM)
    assert level_of(cast.kinabalu.id) == "silver"
    with transaction():
        spend("all of it", Owner("member", cast.aisyah.person_id), 2_000, order_id=None, actor=cast.aisyah)
    run_review()
    assert level_of(cast.kinabalu.id) == "silver"
    win(cast, 50_000 * RM)
    assert level_of(cast.kinabalu.id) == "gold"
    makers.assert_proven()


def test_voiding_lowers_nobody_at_once_and_leaves_the_figures_right(app: Flask, cast: Any) -> None:
    live(cast)
    done = win(cast, 50_000 * RM)
    activities.void(done.activity_id, "credit note", cast.finance)
    run_review()
    assert level_of(cast.kinabalu.id) == "silver"
    assert makers.changes_of(cast.kinabalu.id) == [("member", "silver", "activity")]
    makers.assert_proven()
    win(cast, 119_999 * RM)
    assert level_of(cast.kinabalu.id) == "silver"


def test_a_corrected_fact_counts_with_what_it_says_now(app: Flask, cast: Any) -> None:
    live(cast)
    win(cast, 40_000 * RM, ref="typed wrong")
    assert level_of(cast.kinabalu.id) == "member"
    done = win(cast, 49_000 * RM, ref="typed wrong")
    assert done.status == "revised" and level_of(cast.kinabalu.id) == "silver"
    makers.assert_proven()


def test_revenue_without_a_rate_waits_and_counts_when_the_rate_comes(app: Flask, cast: Any) -> None:
    live(cast)
    win(cast, 60_000 * 100, currency="USD")
    assert level_of(cast.kinabalu.id) == "member"
    run_review()
    assert level_of(cast.kinabalu.id) == "member"
    makers.set_rate("USD", date(2026, 11, 11), 450)  # a day too late
    run_review()
    assert level_of(cast.kinabalu.id) == "member"
    makers.set_rate("USD", DAY, 450)
    run_review()
    assert level_of(cast.kinabalu.id) == "gold"
    makers.assert_proven()


def test_revenue_is_worth_what_it_was_on_its_day(app: Flask, cast: Any) -> None:
    live(cast)
    makers.set_rate("USD", date(2026, 1, 1), 400)
    makers.set_rate("USD", date(2026, 11, 15), 500)
    win(cast, 12_000 * 100 - 1, currency="USD", on=date(2026, 11, 14))
    assert level_of(cast.kinabalu.id) == "member"
    win(cast, 1, currency="USD", on=date(2026, 11, 14))
    assert level_of(cast.kinabalu.id) == "silver"


def test_a_fact_outside_the_present_year_lifts_nobody(app: Flask, cast: Any) -> None:
    live(cast)
    win(cast, 500_000 * RM, on=date(2025, 12, 31))
    assert level_of(cast.kinabalu.id) == "member"
    win(cast, 48_000 * RM, on=date(2026, 1, 1))
    assert level_of(cast.kinabalu.id) == "silver"


def test_the_rolling_window_and_the_fiscal_year_begin_where_they_should(app: Flask, cast: Any) -> None:
    live(cast, month=0)
    win(cast, 60_000 * RM, on=date(2025, 11, 22))
    assert level_of(cast.kinabalu.id) == "member"
    win(cast, 60_000 * RM, on=date(2025, 11, 23))
    assert level_of(cast.kinabalu.id) == "silver"


def test_a_fiscal_year_counts_from_its_first_month(app: Flask, cast: Any) -> None:
    live(cast, month=7)
    win(cast, 60_000 * RM, on=date(2026, 6, 30))
    assert level_of(cast.kinabalu.id) == "member"
    win(cast, 60_000 * RM, on=date(2026, 7, 1))
    assert level_of(cast.kinabalu.id) == "silver"


def test_an_import_lifts_like_one_fact_after_the_other(app: Flask, cast: Any) -> None:
    live(cast)
    facts = [
        Fact(
            "deal_won",
            "import:x",
            f"l{number}",
            cast.kinabalu.id,
            DAY,
            amount_minor=10_000 * RM,
            currency="MYR",
        )
        for number in range(6)
    ]
    facts += [
        replace(fact, organisation_id=cast.merapi.id, source_ref=f"m{fact.source_ref}") for fact in facts[:4]
    ]
    record_many(facts, actor=cast.finance)
    assert level_of(cast.kinabalu.id) == "silver"
    assert level_of(cast.merapi.id) == "member"
    assert len(makers.told([cast.aisyah.person_id])[cast.aisyah.person_id]) == 1
    makers.assert_proven()


def test_publishing_the_first_plan_places_everybody_by_what_the_log_says(app: Flask, cast: Any) -> None:
    win(cast, 130_000 * RM)
    assert level_of(cast.kinabalu.id) is None
    assert tier_on([(cast.kinabalu.id, DAY)]) == {}
    live(cast)
    assert level_of(cast.kinabalu.id) == "gold"
    assert level_of(cast.merapi.id) == "member"
    assert makers.changes_of(cast.kinabalu.id) == [("member", "gold", "plan")]


def test_the_level_of_a_day_is_that_of_the_last_change_before_it(app: Flask, cast: Any) -> None:
    live(cast)
    win(cast, 50_000 * RM)
    home, away = cast.kinabalu.id, cast.merapi.id
    today, before = date(2026, 11, 22), date(2026, 11, 21)
    found = tier_on([(home, today), (home, before), (away, today), (home, date(2099, 1, 1))])
    assert found == {
        (home, today): "silver", (home, before): "member", (away, today): "member",
        (home, date(2099, 1, 1)): "silver",
    }  # fmt: skip


def test_what_a_level_multiplies_changes_with_the_next_year_only(app: Flask, cast: Any) -> None:
    version = live(cast)
    draft = start_version(version.plan_id, actor=cast.marketer)
    made = makers.definition()
    silver = replace(made.levels[1], multiplier_bps=20_000)
    made = replace(made, levels=(made.levels[0], silver, replace(made.levels[2], multiplier_bps=25_000)))
    save_draft(draft.id, name="2027", definition=made, month=1, actor=cast.marketer)
    send_for_sign_off(draft.id, actor=cast.marketer)
    publish(draft.id, actor=cast.finance)
    assert level_names() == {"member": "Member", "silver": "Silver", "gold": "Gold"}
    on = [date(2025, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [multiplier_bps("silver", day) for day in on] == [10_000, 12_500, 20_000]
    assert multiplier_bps("nobody") == multiplier_bps(None) == 10_000


def test_a_climb_over_two_levels_names_one_benefit_once_and_in_its_new_size(app: Flask) -> None:
    def seats(count: int) -> Benefit:
        return Benefit("ticket", {"en": "Partner Day seats"}, {"en": f"{count} seats"})

    made = makers.definition()
    member, silver, gold = made.levels
    silver = replace(silver, fund_limit_minor=2_000 * RM, benefits=(seats(2),))
    gold = replace(gold, benefits=(*gold.benefits, seats(4)))
    with app.test_request_context():
        lines = gained(replace(made, levels=(member, silver, gold)), "member", "gold")
    assert [(line.title, line.text.replace("\u00a0", " ")) for line in lines] == [
        ("1.5 times the points", "where a program counts your tier"),
        ("Marketing fund", "up to RM 10,000 a year"),
        ("A named engineer", ""),
        ("Partner Day seats", "4 seats"),
    ]
