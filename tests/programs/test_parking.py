"""Facts without an exchange rate are parked, and judged as of their own day when a rate arrives."""

from datetime import timedelta

from app.activities import services as activities
from app.core.jobs import SCHEDULE
from app.programs import services
from app.programs.parking import replay_parked
from tests.programs.makers import DAY, assert_proven, balance, definition, live, reward, set_rate, win


def test_a_parked_fact_is_awarded_when_the_rate_of_its_date_arrives(app, cast):
    with app.app_context():
        live(cast)
        done = win(cast, "D-1", 10_000_00, currency="USD")
        assert done.awards == []
        assert replay_parked() == 0
        set_rate("USD", DAY + timedelta(days=1), 420)
        assert replay_parked() == 0, "a rate of a later day does not count"
        set_rate("USD", DAY - timedelta(days=3), 400)
        assert SCHEDULE["programs.replay_parked"].run() == 1
        assert balance("member", cast.aisyah.person_id) == 1600
        assert replay_parked() == 0
        assert win(cast, "D-1", 10_000_00, currency="USD").awards[0].points == 1600
        assert_proven()


def test_parked_facts_are_cut_by_caps_in_the_order_of_their_dates(app, cast):
    with app.app_context():
        live(cast, definition(reward(cap_points=1000)), budget=1000)
        late = win(cast, "A", 2_000_00, currency="USD", on=DAY + timedelta(days=1))
        early = win(cast, "B", 2_000_00, currency="USD", on=DAY)
        set_rate("USD", DAY - timedelta(days=9), 1000)
        replay_parked()
        points = lambda ref, on: win(cast, ref, 2_000_00, currency="USD", on=on).awards[0].points  # noqa: E731
        assert points("B", DAY) == 800
        assert points("A", DAY + timedelta(days=1)) == 200
        assert early.awards == late.awards == []
        assert_proven()


def test_a_parked_fact_meets_the_programs_of_the_day_it_was_recorded(app, cast):
    with app.app_context():
        live(cast)
        win(cast, "D-1", 10_000_00, currency="USD")
        live(cast, definition(reward("fixed", 77)), name="Came later")
        set_rate("USD", DAY, 400)
        replay_parked()
        assert [award.points for award in win(cast, "D-1", 10_000_00, currency="USD").awards] == [1600]
        assert_proven()


def test_a_parked_fact_that_was_voided_or_revised_earns_nothing(app, cast):
    with app.app_context():
        live(cast)
        gone = win(cast, "D-1", 10_000_00, currency="USD")
        activities.void(gone.activity_id, "cancelled", cast.manager)
        win(cast, "D-2", 10_000_00, currency="USD")
        win(cast, "D-2", 10_000_00, currency="MYR")
        set_rate("USD", DAY, 400)
        assert replay_parked() == 0
        assert balance("member", cast.aisyah.person_id) == 400
        assert_proven()


def test_other_programs_award_at_once_while_one_waits(app, cast):
    with app.app_context():
        live(cast)
        live(cast, definition(reward("fixed", 50)), name="Any deal")
        version = live(
            cast, definition(reward("per_money", 1, per_minor=10_00, currency="USD")), name="In dollars"
        )
        done = win(cast, "D-1", 10_000_00, currency="USD")
        assert sorted(award.points for award in done.awards) == [50, 1000]
        services.end_program(version.program_id, DAY + timedelta(days=400), actor=cast.finance)
        assert_proven()
