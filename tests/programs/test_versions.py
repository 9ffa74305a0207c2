"""A live program never changes silently: versions, dates, sign-off."""

from datetime import timedelta

import pytest

from app.core.clock import today
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput
from app.ledger.worth import PointValue
from app.programs import services
from app.programs.models import ProgramVersion, VersionState
from tests.programs.makers import assert_proven, definition, live, reward, win


def value_points():
    """20 points are worth RM 1."""
    with transaction():
        db.session.add(PointValue(currency="MYR", points=20, per_minor=100))


def next_version(cast, program_id, made, *, applies_from=None, budget=None):
    draft = services.start_version(program_id, actor=cast.marketer)
    services.save_draft(
        draft.id, name="Deal won", definition=made, budget_points=budget,
        applies_from=applies_from or draft.applies_from, actor=cast.marketer,
    )  # fmt: skip
    return draft.id


def test_an_old_fact_is_judged_by_the_version_of_its_date(app, cast):
    with app.app_context():
        first = live(cast)
        draft = next_version(cast, first.program_id, definition(reward(points=8)))
        assert win(cast, "D-1", 10_000_00, on=today() + timedelta(days=5)).awards[0].points == 400
        services.publish(draft, actor=cast.finance)
        tomorrow = today() + timedelta(days=1)
        assert win(cast, "D-2", 10_000_00, on=tomorrow).awards[0].points == 800
        assert win(cast, "D-3", 10_000_00, on=today()).awards[0].points == 400
        assert win(cast, "D-4", 10_000_00, on=today() - timedelta(days=300)).awards[0].points == 400
        assert_proven()


def test_a_cap_goes_on_across_versions(app, cast):
    with app.app_context():
        first = live(cast, definition(reward(cap_points=1000)))
        win(cast, "D-1", 20_000_00)
        services.publish(
            next_version(cast, first.program_id, definition(reward(points=8, cap_points=1000))),
            actor=cast.finance,
        )
        assert win(cast, "D-2", 20_000_00, on=today() + timedelta(days=1)).awards[0].points == 200
        assert_proven()


def test_a_published_version_is_final_and_a_new_one_cannot_reach_back(app, cast):
    with app.app_context():
        first = live(cast)
        with pytest.raises(services.VersionIsFinal):
            services.save_draft(
                first.id, name="x", definition=definition(), budget_points=None, actor=cast.owner
            )
        with pytest.raises(services.VersionIsFinal):
            services.publish(first.id, actor=cast.finance)
        with pytest.raises(services.VersionIsFinal):
            services.discard_draft(first.id, actor=cast.owner)
        draft = next_version(cast, first.program_id, definition(), applies_from=today())
        with pytest.raises(InvalidInput) as refused:
            services.publish(draft, actor=cast.finance)
        assert "applies_from" in refused.value.fields
        with pytest.raises(services.VersionOpen):
            services.start_version(first.program_id, actor=cast.owner)
        assert services.discard_draft(draft, actor=cast.owner) is False
        services.start_version(first.program_id, actor=cast.owner)


def test_over_five_thousand_ringgit_the_maker_may_not_publish(app, cast):
    with app.app_context():
        value_points()
        for budget in (100_001, None):
            own = services.create_program("Big", definition(), budget_points=budget, actor=cast.owner)
            with pytest.raises(services.SecondPersonNeeded):
                services.publish(own.id, actor=cast.owner)
            services.publish(own.id, actor=cast.finance)
        small = services.create_program("Small", definition(), budget_points=100_000, actor=cast.owner)
        services.publish(small.id, actor=cast.owner)
        assert small.state is VersionState.PUBLISHED


def test_everybody_who_wrote_a_word_of_it_counts_as_its_maker(app, cast):
    with app.app_context():
        draft = services.create_program("Big", definition(), actor=cast.marketer)
        services.save_draft(
            draft.id, name="Bigger", definition=definition(), budget_points=None, actor=cast.owner
        )
        services.save_draft(
            draft.id, name="Bigger", definition=definition(), budget_points=None, actor=cast.marketer
        )
        with pytest.raises(services.SecondPersonNeeded):
            services.publish(draft.id, actor=cast.owner)
        for nobody in (cast.marketer, cast.manager, cast.auditor):
            with pytest.raises(Forbidden):
                services.publish(draft.id, actor=nobody)
        services.publish(draft.id, actor=cast.finance)


def test_a_version_that_waits_becomes_a_draft_again_when_it_is_changed(app, cast):
    with app.app_context():
        draft = services.create_program("Big", definition(), actor=cast.marketer)
        services.send_for_sign_off(draft.id, actor=cast.marketer)
        assert draft.state is VersionState.WAITING
        services.save_draft(
            draft.id, name="Big", definition=definition(), budget_points=5, actor=cast.marketer
        )
        assert draft.state is VersionState.DRAFT
        services.send_for_sign_off(draft.id, actor=cast.marketer)
        services.return_draft(draft.id, actor=cast.finance, note="Too generous.")
        assert draft.state is VersionState.DRAFT


def test_a_draft_can_be_thrown_away_with_its_program(app, cast):
    with app.app_context():
        draft = services.create_program("Big", definition(), actor=cast.marketer)
        assert services.discard_draft(draft.id, actor=cast.marketer) is True
        assert db.session.query(ProgramVersion).count() == 0


def test_a_program_ends_once_and_takes_no_new_version(app, cast):
    with app.app_context():
        version = live(cast)
        with pytest.raises(InvalidInput):
            services.end_program(version.program_id, today() - timedelta(days=1), actor=cast.finance)
        services.end_program(version.program_id, today() + timedelta(days=3), actor=cast.finance)
        services.end_program(version.program_id, today(), actor=cast.finance)
        with pytest.raises(Conflict):
            services.start_version(version.program_id, actor=cast.marketer)


def test_what_no_engine_could_run_is_refused_at_its_field(app, cast):
    with app.app_context():
        wrong = {
            "points": definition(reward(points=0)),
            "per_amount": definition(reward(per_minor=None)),
            "ends_on": definition(starts_on=today(), ends_on=today() - timedelta(days=1)),
            "min_amount": definition(min_amount_minor=5),
            "cap_points": definition(reward(cap_points=0)),
            "hold_days": definition(reward(hold_days=400)),
            "trigger": definition(trigger="nothing"),
        }
        for field, made in wrong.items():
            with pytest.raises(InvalidInput) as refused:
                services.create_program("Wrong", made, actor=cast.marketer)
            assert field in refused.value.fields, field


def test_slugs_are_unique_and_readable(app, cast):
    with app.app_context():
        for _time in range(3):
            live(cast, name="Gebyar Akhir Tahun: café 2026!")
        from app.programs.models import Program

        slugs = [program.slug for program in db.session.query(Program).order_by(Program.id)]
        assert slugs == [f"gebyar-akhir-tahun-cafe-2026{end}" for end in ("", "-2", "-3")]


def test_a_rolled_back_publication_leaves_no_trace_in_the_cache(app, cast):
    with app.app_context():
        draft = services.create_program("Deal won", definition(), actor=cast.marketer)
        with pytest.raises(RuntimeError), transaction():
            services.publish(draft.id, actor=cast.finance)
            assert win(cast, "D-1", 10_000_00).awards[0].points == 400
            raise RuntimeError("the rest failed")
        assert win(cast, "D-1", 10_000_00).awards == []
        db.session.expire_all()
        services.save_draft(
            draft.id,
            name="Deal won",
            definition=definition(reward(points=8)),
            budget_points=None,
            actor=cast.marketer,
        )
        services.publish(draft.id, actor=cast.finance)
        assert win(cast, "D-2", 10_000_00).awards[0].points == 800
