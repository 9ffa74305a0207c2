"""Caps and budgets: cut to what is left, in order, and never passed however many write at once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.activities import services as activities
from app.activities.bulk import record_many
from app.core.db import db
from app.core.errors import InvalidInput
from app.programs import services
from app.programs.checking import rebuild
from app.programs.explaining import explain
from app.programs.models import ProgramBudget
from tests.programs.makers import DAY, assert_proven, balance, definition, live, reward, sale, win
from tests.races import race


def test_a_cap_cuts_the_award_that_meets_it_and_stops_the_rest(app, cast):
    with app.app_context():
        live(cast, definition(reward(cap_points=1000)))
        given = [win(cast, f"D-{number}", 20_000_00).awards[0].points for number in range(3)]
        assert given == [800, 200, 0]
        other = win(cast, "D-9", 20_000_00, who=cast.kinabalu_admin)
        assert other.awards[0].points == 800
        assert_proven()


def test_a_reversal_gives_the_room_under_the_cap_and_in_the_budget_back(app, cast):
    with app.app_context():
        live(cast, definition(reward(cap_points=1000)), budget=1000)
        first = win(cast, "D-1", 20_000_00)
        assert win(cast, "D-2", 20_000_00).awards[0].points == 200
        activities.void(first.activity_id, "cancelled", cast.manager)
        assert win(cast, "D-3", 20_000_00).awards[0].points == 800
        assert win(cast, "D-4", 20_000_00).awards[0].points == 0
        assert_proven()


def test_the_last_award_of_a_budget_is_cut_to_what_is_left_and_says_so(app, cast):
    with app.app_context():
        live(cast, budget=1000)
        win(cast, "D-1", 20_000_00)
        cut = win(cast, "D-2", 20_000_00).awards[0]
        posting = db.session.execute(
            text("SELECT id FROM postings WHERE public_id = :id"), {"id": cut.posting_public_id}
        )
        story = explain(posting.scalar())
        assert story.lines[-1] == ("−", "All that was left in the budget", "200")
        assert win(cast, "D-3", 20_000_00).awards[0].points == 0
        assert db.session.get(ProgramBudget, 1).spent_points == 1000
        assert_proven()


def test_a_cut_gives_back_under_the_cap_what_the_budget_could_not_pay(app, cast):
    with app.app_context():
        live(cast, definition(reward(cap_points=5000)), budget=1000)
        assert win(cast, "D-1", 30_000_00).awards[0].points == 1000
        used = db.session.execute(text("SELECT points FROM program_uses")).scalar()
        assert used == 1000
        assert_proven()


def test_within_a_batch_caps_cut_by_date_and_then_by_reference(app, cast):
    with app.app_context():
        live(cast, definition(reward("fixed", 100, payee="organisation", cap_points=250), trigger="sale"))
        facts = [
            sale(cast, "C", 100, on=DAY),
            sale(cast, "B", 100, on=DAY),
            sale(cast, "A", 100, on=DAY + timedelta(days=1)),
            sale(cast, "D", 100, on=DAY - timedelta(days=1)),
        ]
        points = [outcome.points for outcome in record_many(facts, actor=cast.finance)]
        assert points == [50, 100, 0, 100]
        assert_proven()


def test_a_new_version_may_raise_a_budget_but_not_below_what_was_given(app, cast):
    with app.app_context():
        version = live(cast, budget=1000)
        win(cast, "D-1", 20_000_00)
        draft = services.start_version(version.program_id, actor=cast.marketer)
        definition_now = definition()
        save = lambda budget: services.save_draft(  # noqa: E731
            draft.id, name="Deal won", definition=definition_now, budget_points=budget,
            applies_from=draft.applies_from, actor=cast.marketer,
        )  # fmt: skip
        save(799)
        with pytest.raises(InvalidInput) as refused:
            services.publish(draft.id, actor=cast.finance)
        assert "budget_points" in refused.value.fields
        save(1200)
        services.publish(draft.id, actor=cast.finance)
        assert win(cast, "D-2", 20_000_00).awards[0].points == 400
        assert_proven()


def test_a_budget_given_later_counts_what_was_given_before(app, cast):
    with app.app_context():
        version = live(cast)
        win(cast, "D-1", 20_000_00)
        draft = services.start_version(version.program_id, actor=cast.marketer)
        services.save_draft(
            draft.id, name="Deal won", definition=definition(), budget_points=1000,
            applies_from=draft.applies_from, actor=cast.marketer,
        )  # fmt: skip
        services.publish(draft.id, actor=cast.finance)
        assert win(cast, "D-2", 20_000_00).awards[0].points == 200
        assert_proven()


def test_rebuild_writes_lost_counters_anew(app, cast):
    from app.core.db import transaction

    with app.app_context():
        live(cast, definition(reward(cap_points=1000)), budget=1000)
        win(cast, "D-1", 20_000_00)
        with transaction():
            db.session.execute(text("UPDATE program_uses SET points = 7"))
            db.session.execute(text("UPDATE program_budgets SET spent_points = 7"))
        with pytest.raises(AssertionError):
            assert_proven()
        rebuild()
        assert_proven()
        assert win(cast, "D-2", 20_000_00).awards[0].points == 200


@pytest.mark.race
def test_twenty_writers_never_pass_a_budget(app, cast, rounds):
    with app.app_context():
        people = [cast.aisyah, cast.kinabalu_admin, cast.budi, cast.merapi_admin]
        for number in range(max(2, rounds["race"] // 10)):
            made = definition(reward("fixed", 100), starts_on=date(2026, 1, 1))
            version = live(cast, made, name=f"Race {number}", budget=730)

            def write(at, number=number):
                return win(cast, f"R{number}-{at}", 100_00, who=people[at % 4])

            outcomes = race(app, [lambda at=at: write(at) for at in range(20)])
            assert [outcome.error for outcome in outcomes if outcome.error] == []
            given = sorted(
                award.points
                for outcome in outcomes
                for award in outcome.value.awards
                if award.program_name == f"Race {number}"
            )
            assert given == [0] * 12 + [30] + [100] * 7
            db.session.rollback()
            assert (
                db.session.get(ProgramBudget, version.program_id, populate_existing=True).spent_points == 730
            )
            services.end_program(version.program_id, DAY + timedelta(days=400), actor=cast.finance)
        assert_proven()


@pytest.mark.race
def test_one_fact_recorded_by_twenty_at_once_earns_once(app, cast, rounds):
    with app.app_context():
        live(cast, definition(reward(cap_points=10**6)), budget=10**9)
        total = 0
        for number in range(max(2, rounds["race"] // 10)):
            outcomes = race(app, [lambda number=number: win(cast, f"F-{number}", 10_000_00)] * 20)
            assert [outcome.error for outcome in outcomes if outcome.error] == []
            assert len({outcome.value.activity_id for outcome in outcomes}) == 1
            total += 400
        db.session.rollback()
        assert balance("member", cast.aisyah.person_id) == total
        assert_proven()


@pytest.mark.race
def test_revisions_and_voids_at_once_leave_one_revision_in_force(app, cast, rounds):
    with app.app_context():
        live(cast, definition(reward(cap_points=10**6)), budget=10**9)
        for number in range(max(2, rounds["race"] // 10)):
            first = win(cast, f"V-{number}", 1_000_00)

            def revise(at, number=number):
                return win(cast, f"V-{number}", (at + 2) * 1_000_00)

            def withdraw(first=first):
                return activities.void(first.activity_id, "cancelled", cast.manager)

            runners = [lambda at=at, revise=revise: revise(at) for at in range(8)] + [withdraw] * 2
            outcomes = race(app, runners)
            assert [outcome.error for outcome in outcomes if outcome.error] == []
            db.session.rollback()
            query = text("SELECT COUNT(*) FROM activities WHERE source_ref = :ref AND voided_at IS NULL")
            assert db.session.execute(query, {"ref": f"V-{number}"}).scalar() == 1
        db.session.rollback()
        assert_proven()
