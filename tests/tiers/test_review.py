"""The review: below, grace, warned three times, lowered by one; recovered in time is as if nothing had been."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.activities import services as activities
from app.core.clock import freeze
from app.core.db import end_read
from app.core.errors import InvalidInput
from app.tiers.overview import list_near
from app.tiers.plans import Metric
from app.tiers.queries import raised_by
from app.tiers.reviewing import Step
from app.tiers.services.pins import AlreadyPinned, end_pin, pin_level
from app.tiers.services.reviews import preview, run_review
from app.tiers.standing_page import read_page
from tests.cast import sign_in
from tests.tiers import makers
from tests.tiers.makers import RM, level_of, live, win

AUTUMN = date(2026, 11, 22)
NEW_YEAR = date(2027, 1, 1)
END = NEW_YEAR + timedelta(days=90)


def on(day: date) -> Any:
    """The clock stands at noon of a day."""
    return freeze(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def gold_that_is_short(cast: Any) -> None:
    """Kinabalu reached Gold with one deal that was credited afterwards; 50k of the year stand."""
    with on(AUTUMN):
        live(cast)
        win(cast, 50_000 * RM)
        done = win(cast, 70_000 * RM)
        assert level_of(cast.kinabalu.id) == "gold"
        activities.void(done.activity_id, "credit note", cast.finance)


def run_daily(first: date, last: date) -> list[Step]:
    """Reviews of every day, each twice: the second finds nothing left to do."""
    steps: list[Step] = []
    day = first
    while day <= last:
        with on(day):
            steps += run_review()
            assert run_review() == []
        day += timedelta(days=1)
    return steps


def kinds(steps: list[Step]) -> list[tuple[str, date]]:
    return [(step.kind, step.on) for step in steps]


def test_who_is_short_is_warned_three_times_and_lowered_by_one_level(app: Flask, cast: Any) -> None:
    gold_that_is_short(cast)
    with on(AUTUMN):
        foreseen = preview(END)
        assert level_of(cast.kinabalu.id) == "gold"
    steps = run_daily(NEW_YEAR - timedelta(days=1), END)
    assert kinds(steps) == [
        ("grace", NEW_YEAR),
        ("warned", END - timedelta(days=60)),
        ("warned", END - timedelta(days=30)),
        ("warned", END - timedelta(days=7)),
        ("lowered", END),
    ]
    assert foreseen == steps
    assert level_of(cast.kinabalu.id) == "silver"
    assert makers.changes_of(cast.kinabalu.id)[-1] == ("gold", "silver", "review")
    told = makers.told([cast.aisyah.person_id])[cast.aisyah.person_id]
    assert told == [
        "Your company has reached Silver",
        "Your company has reached Gold",
        "Gold needs more within 60 days",
        "Gold needs more within 30 days",
        "Gold needs more within 7 days",
        "Your company is Silver now",
    ]


def test_what_is_won_inside_the_grace_keeps_the_level_as_if_nothing_had_been(app: Flask, cast: Any) -> None:
    gold_that_is_short(cast)
    run_daily(NEW_YEAR, NEW_YEAR + timedelta(days=35))
    with on(date(2027, 2, 10)):
        win(cast, 70_000 * RM - 1, on=date(2027, 2, 10))
        assert run_review() == []
        win(cast, 1, on=date(2027, 2, 10))
        assert kinds(run_review()) == [("recovered", date(2027, 2, 10))]
        standing = makers.standing_of(cast.kinabalu.id)
        assert (standing.level, standing.grace_until, standing.warned_days) == ("gold", None, None)
    assert run_daily(date(2027, 2, 11), END + timedelta(days=3)) == []
    assert len(makers.changes_of(cast.kinabalu.id)) == 2


def test_an_old_sale_that_is_recorded_late_counts_for_its_year(app: Flask, cast: Any) -> None:
    gold_that_is_short(cast)
    with on(date(2027, 1, 5)):
        assert kinds(run_review()) == [("grace", date(2027, 1, 5))]
        win(cast, 70_000 * RM, on=date(2026, 12, 30))
        assert kinds(run_review()) == [("recovered", date(2027, 1, 5))]


def test_who_has_exactly_enough_is_not_reviewed_down(app: Flask, cast: Any) -> None:
    with on(AUTUMN):
        live(cast)
        win(cast, 48_000 * RM)
    assert run_daily(NEW_YEAR, NEW_YEAR + timedelta(days=100)) == []
    assert level_of(cast.kinabalu.id) == "silver"
    with on(date(2028, 1, 1)):
        assert kinds(run_review()) == [("grace", date(2028, 1, 1))]


def test_a_review_that_comes_late_still_gives_the_whole_grace(app: Flask, cast: Any) -> None:
    gold_that_is_short(cast)
    late = date(2027, 1, 20)
    with on(late):
        run_review()
        assert makers.standing_of(cast.kinabalu.id).grace_until == late + timedelta(days=90)
    skipped = late + timedelta(
        days=63
    )  # 27 days are left: the warning of 60 was missed and is not sent after that of 30
    with on(skipped):
        steps = run_review()
        assert [(step.kind, step.days) for step in steps] == [("warned", 27)]
        assert run_review() == []


def test_a_rolling_window_is_reviewed_each_month_and_falls_one_level_a_grace(app: Flask, cast: Any) -> None:
    with on(date(2026, 3, 10)):
        live(cast, month=0)
        win(cast, 120_000 * RM, on=date(2026, 3, 10))
    steps = run_daily(date(2027, 2, 27), date(2027, 10, 31))
    lowered = [step for step in steps if step.kind == "lowered"]
    assert [(step.level, step.to_level) for step in lowered] == [("gold", "silver"), ("silver", "member")]
    assert [step.on for step in steps if step.kind == "grace"] == [date(2027, 4, 1), date(2027, 7, 1)]
    assert level_of(cast.kinabalu.id) == "member"


def test_without_any_grace_the_review_lowers_at_once(app: Flask, cast: Any) -> None:
    with on(AUTUMN):
        live(cast, makers.definition(grace_days=0))
        done = win(cast, 50_000 * RM)
        activities.void(done.activity_id, "credit note", cast.finance)
    with on(NEW_YEAR):
        assert [step.kind for step in run_review()] == ["grace", "lowered"]
    assert level_of(cast.kinabalu.id) == "member"


def test_a_pin_holds_the_level_both_ways_until_its_last_day(app: Flask, cast: Any) -> None:
    gold_that_is_short(cast)
    with on(AUTUMN):
        pin_level(
            cast.kinabalu.id, "silver", "The group moves its orders.", date(2027, 3, 31), actor=cast.manager
        )
        assert level_of(cast.kinabalu.id) == "silver"
        assert makers.changes_of(cast.kinabalu.id)[-1] == ("gold", "silver", "pin")
        with pytest.raises(AlreadyPinned):
            pin_level(cast.kinabalu.id, "gold", "again", date(2027, 3, 31), actor=cast.manager)
        win(cast, 500_000 * RM)
        assert level_of(cast.kinabalu.id) == "silver"
        foreseen = preview(date(2027, 4, 2))
    assert run_daily(NEW_YEAR, date(2027, 3, 31)) == []
    steps = run_daily(date(2027, 4, 1), date(2027, 4, 2))
    assert kinds(steps) == [("unpinned", date(2027, 4, 1))] and foreseen == steps
    assert level_of(cast.kinabalu.id) == "silver"


def test_a_pin_above_what_was_earned_leads_into_the_grace_when_it_ends(app: Flask, cast: Any) -> None:
    with on(AUTUMN):
        live(cast)
        pin = pin_level(cast.merapi.id, "gold", "A promise of the board.", AUTUMN, actor=cast.owner)
        assert level_of(cast.merapi.id) == "gold"
    with on(AUTUMN + timedelta(days=1)):
        assert [step.kind for step in run_review()] == ["unpinned", "grace"]
        assert level_of(cast.merapi.id) == "gold"
        end_pin(pin.id, actor=cast.owner)  # over already: nothing
        standing = makers.standing_of(cast.merapi.id)
        assert standing.grace_until == AUTUMN + timedelta(days=91)


def test_a_win_on_the_day_after_a_pin_lifts_at_once_though_no_review_has_run(app: Flask, cast: Any) -> None:
    with on(AUTUMN):
        live(cast)
        pin_level(cast.kinabalu.id, "member", "Open invoices.", AUTUMN, actor=cast.manager)
        win(cast, 50_000 * RM)
        assert level_of(cast.kinabalu.id) == "member"
        page = read_page(cast.kinabalu.id)
        assert page is not None and page.pin_until == AUTUMN
    with on(AUTUMN + timedelta(days=1)):
        won = win(cast, 100 * RM)
        assert level_of(cast.kinabalu.id) == "silver"
        assert raised_by(won.public_id) is not None
        page = read_page(cast.kinabalu.id)
        assert page is not None and page.pin_until is None
        assert [step.kind for step in run_review()] == ["unpinned"]
        assert level_of(cast.kinabalu.id) == "silver"


def test_a_pin_whose_last_day_is_over_hides_nobody_from_the_vendor_though_no_review_has_run(
    app: Flask, client: FlaskClient, cast: Any
) -> None:
    pinned = "/admin/tiers/companies?show=pinned"
    with on(AUTUMN):
        live(cast)
        pin_level(cast.kinabalu.id, "member", "Open invoices.", AUTUMN, actor=cast.manager)
        win(cast, 45_000 * RM)
        assert list_near(cast.manager) == []
        end_read()
        assert cast.kinabalu.name in sign_in(client, cast.manager).get(pinned).text
    with on(AUTUMN + timedelta(days=1)):
        assert list_near(cast.manager) == [cast.kinabalu.public_id]
        assert cast.kinabalu.name not in client.get(pinned).text


def test_ending_a_pin_lets_the_rules_lift_at_once(app: Flask, cast: Any) -> None:
    with on(AUTUMN):
        live(cast)
        pin = pin_level(cast.kinabalu.id, "member", "Open invoices.", date(2027, 6, 30), actor=cast.manager)
        win(cast, 50_000 * RM)
        assert level_of(cast.kinabalu.id) == "member"
        end_pin(pin.id, actor=cast.manager)
        assert level_of(cast.kinabalu.id) == "silver"


def test_a_pin_needs_a_reason_a_known_level_and_an_end_in_reach(app: Flask, cast: Any) -> None:
    with on(AUTUMN):
        live(cast)
        with pytest.raises(InvalidInput) as wrong:
            pin_level(cast.kinabalu.id, "diamond", "  ", date(9999, 1, 1), actor=cast.manager)
        assert set(wrong.value.fields) == {"level", "reason", "ends_on"}


def test_what_counts_is_the_year_and_its_own_rules(app: Flask, cast: Any) -> None:
    """A stricter plan of the new year does not judge the year before."""
    from app.tiers.services.plans import publish, save_draft, send_for_sign_off, start_version

    with on(AUTUMN):
        version = live(cast)
        win(cast, 50_000 * RM)
        draft = start_version(version.plan_id, actor=cast.marketer)
        strict = makers.definition(silver={"revenue": 90_000 * RM}, gold={"revenue": 200_000 * RM})
        save_draft(draft.id, name="2027", definition=strict, month=1, actor=cast.marketer)
        send_for_sign_off(draft.id, actor=cast.marketer)
        assert publish(draft.id, actor=cast.finance).applies_from == NEW_YEAR
    assert run_daily(NEW_YEAR, date(2027, 4, 10)) == []
    with on(date(2027, 4, 11)):
        win(cast, 89_000 * RM, on=date(2027, 4, 11))
        assert level_of(cast.kinabalu.id) == "silver"


def test_a_deal_taken_back_is_missed_at_the_review(app: Flask, cast: Any) -> None:
    with on(AUTUMN):
        live(cast, makers.definition(Metric("deals"), silver={"deals": 1}, gold={"deals": 2}))
        first, _second = win(cast, 1), win(cast, 1)
        activities.void(first.activity_id, "credit note", cast.finance)
        assert level_of(cast.kinabalu.id) == "gold"
    with on(NEW_YEAR):
        assert [step.kind for step in run_review()] == ["grace"]
