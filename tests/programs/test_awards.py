"""A fact is judged by the programs, and the ledger says what it earned."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.activities import services as activities
from app.core.clock import today
from app.core.db import db
from app.core.errors import InvalidInput
from app.programs.explaining import explain
from app.programs.models import ProgramAward
from app.programs.rules import Audience
from tests.programs.makers import DAY, assert_proven, balance, definition, live, reward, win


def points_of(done):
    return [award.points for award in done.awards]


def posting_of(public_id):
    return db.session.execute(
        text("SELECT id FROM postings WHERE public_id = :id"), {"id": public_id}
    ).scalar()


def test_a_won_deal_gives_four_points_per_hundred_ringgit_to_the_member(app, cast):
    with app.app_context():
        live(cast)
        done = win(cast, "D-1", 52_000_00)
        assert [(award.points, award.program_name, award.payee) for award in done.awards] == [
            (2080, "Deal won", "member")
        ]
        assert done.awards[0].posting_public_id
        assert balance("member", cast.aisyah.person_id) == 2080
        assert_proven()


def test_the_same_fact_again_does_nothing_and_answers_with_the_first(app, cast):
    with app.app_context():
        live(cast)
        first, second = win(cast, "D-1", 52_000_00), win(cast, "D-1", 52_000_00)
        assert (second.status, second.activity_id, points_of(second)) == (
            "unchanged",
            first.activity_id,
            [2080],
        )
        assert balance("member", cast.aisyah.person_id) == 2080


def test_other_content_voids_the_last_revision_and_records_the_next(app, cast):
    with app.app_context():
        live(cast)
        first, second = win(cast, "D-1", 52_000_00), win(cast, "D-1", 10_000_00)
        assert (second.status, second.revision, points_of(second)) == ("revised", 2, [400])
        assert second.activity_id != first.activity_id
        assert balance("member", cast.aisyah.person_id) == 400
        assert win(cast, "D-1", 52_000_00).revision == 3
        assert balance("member", cast.aisyah.person_id) == 2080
        assert_proven()


def test_voiding_posts_the_opposite_of_everything_it_caused_once(app, cast):
    with app.app_context():
        both = definition(reward(), reward("fixed", 100, number=2, payee="organisation"))
        live(cast, both)
        done = win(cast, "D-1", 52_000_00)
        for _time in range(2):
            activities.void(done.activity_id, "the customer cancelled", cast.manager)
        assert balance("member", cast.aisyah.person_id) == 0
        assert balance("organisation", cast.kinabalu.id) == 0
        kinds = db.session.execute(text("SELECT kind FROM postings ORDER BY id")).scalars().all()
        assert sorted(kinds) == ["award", "award", "clawback", "clawback"]
        assert_proven()
        again = win(cast, "D-1", 52_000_00)
        assert (again.status, again.revision, points_of(again)) == ("new", 2, [2080, 100])
        assert_proven()


@pytest.mark.parametrize(
    ("more", "fact", "expected"),
    [
        ({"min_amount_minor": 10_000_00, "min_currency": "MYR"}, {"minor": 10_000_00}, [400]),
        ({"min_amount_minor": 10_000_00, "min_currency": "MYR"}, {"minor": 9_999_99}, []),
        ({"min_quantity": 3}, {"minor": 10_000_00, "quantity": 3}, [400]),
        ({"min_quantity": 3}, {"minor": 10_000_00, "quantity": 2}, []),
        ({"min_quantity": 3}, {"minor": 10_000_00}, []),
        ({"audience": Audience(countries=("MY", "SG"))}, {"minor": 10_000_00}, [400]),
        ({"audience": Audience(countries=("ID",))}, {"minor": 10_000_00}, []),
        ({"audience": Audience(kinds=("distributor",))}, {"minor": 10_000_00}, []),
        ({"audience": Audience(kinds=("reseller",), countries=("MY",))}, {"minor": 10_000_00}, [400]),
        ({"starts_on": DAY, "ends_on": DAY}, {"minor": 10_000_00}, [400]),
        ({"starts_on": DAY + timedelta(days=1)}, {"minor": 10_000_00}, []),
        ({"ends_on": DAY - timedelta(days=1)}, {"minor": 10_000_00}, []),
        ({"trigger": "sale"}, {"minor": 10_000_00}, []),
        ({}, {"minor": None}, []),
        ({}, {"minor": 24_99}, []),
    ],
)
def test_conditions_decide_whether_a_fact_earns(app, cast, more, fact, expected):
    with app.app_context():
        live(cast, definition(**more))
        assert points_of(win(cast, "D-1", **fact)) == expected
        assert_proven()


def test_only_the_named_families_and_companies_earn(app, cast):
    with app.app_context():
        live(cast, definition(family_ids=(cast.families["firewall"], cast.families["cloud"])))
        assert points_of(win(cast, "D-1", 10_000_00, family_id=cast.families["cloud"])) == [400]
        assert points_of(win(cast, "D-2", 10_000_00, family_id=cast.families["switching"])) == []
        assert points_of(win(cast, "D-3", 10_000_00)) == []
        live(cast, definition(audience=Audience(organisation_ids=(cast.merapi.id,))), name="Merapi only")
        assert points_of(win(cast, "D-4", 10_000_00)) == []
        assert points_of(win(cast, "D-5", 10_000_00, who=cast.budi)) == [400]


def test_a_rule_may_pay_the_member_and_the_company(app, cast):
    with app.app_context():
        live(cast, definition(reward("fixed", 500), reward("per_unit", 7, number=2, payee="organisation")))
        done = win(cast, "D-1", 10_000_00, quantity=6)
        assert [(award.payee, award.points) for award in done.awards] == [
            ("member", 500),
            ("organisation", 42),
        ]
        no_member = activities.record(
            "deal_won", source="deals", source_ref="D-2", organisation_id=cast.kinabalu.id, occurred_on=DAY,
            amount_minor=10_000_00, currency="MYR", quantity=2, actor=cast.manager,
        )  # fmt: skip
        assert [(award.payee, award.points) for award in no_member.awards] == [("organisation", 14)]
        assert_proven()


def test_a_hold_counts_from_the_fact_and_is_not_begun_when_it_is_over(app, cast):
    with app.app_context():
        live(cast, definition(reward(hold_days=14)))
        done = win(cast, "D-1", 10_000_00, on=today() - timedelta(days=4))
        assert done.awards[0].pending_until == today() + timedelta(days=10)
        assert balance("member", cast.aisyah.person_id, "pending") == 400
        late = win(cast, "D-2", 10_000_00, on=today() - timedelta(days=14))
        assert late.awards[0].pending_until is None
        assert balance("member", cast.aisyah.person_id) == 400
        assert_proven()


def test_an_award_explains_itself_line_by_line(app, cast):
    with app.app_context():
        version = live(cast, definition(reward(cap_points=3000)))
        win(cast, "D-1", 52_000_00)
        done = win(cast, "D-2", 52_000_00, attributes={"customer": "Selat Shipping"})
        story = explain(posting_of(done.awards[0].posting_public_id))
        assert (story.program_name, story.slug, story.version) == ("Deal won", "deal-won", version.number)
        assert story.lines == [
            ("", "Deal value", "RM\xa052,000"),
            ("×", "4 points per RM\xa0100", "2,080"),
            ("−", "Limit of 3,000 points reached", "920"),
        ]
        assert (story.points, story.cap.used, story.cap.left) == (920, 3000, 0)
        assert story.activity.fact.attributes == {"customer": "Selat Shipping"}
        assert story.sentence.text == "Win a deal and get 4 points for every RM\xa0100."
        assert explain(10**9) is None


def test_what_cannot_be_recorded_is_refused_and_leaves_nothing(app, cast):
    with app.app_context():
        for wrong in (
            {"minor": -1},
            {"minor": 10**15 + 1},
            {"minor": 100, "currency": None},
            {"minor": 1, "quantity": -1},
        ):
            with pytest.raises(InvalidInput):
                win(cast, "D-1", **wrong)
        assert db.session.execute(text("SELECT COUNT(*) FROM activities")).scalar() == 0


def test_the_database_refuses_to_change_or_delete_facts_and_awards(app, cast):
    with app.app_context():
        version = live(cast)
        win(cast, "D-1", 52_000_00)
        for statement in (
            "UPDATE activities SET amount_minor = 1", "DELETE FROM activities",
            "UPDATE program_awards SET points = 1", "DELETE FROM program_awards",
            f"UPDATE program_versions SET name = 'x' WHERE id = {version.id}", "DELETE FROM program_versions",
        ):  # fmt: skip
            with pytest.raises(Exception, match=r"append-only|is final"):
                db.session.execute(text(statement))
            db.session.rollback()


def test_facts_without_any_program_are_kept_and_earn_nothing_later(app, cast):
    with app.app_context():
        assert win(cast, "D-1", 10_000_00).awards == []
        live(cast)
        assert win(cast, "D-1", 10_000_00).awards == []
        assert db.session.query(ProgramAward).count() == 0
        assert_proven()


def test_an_ended_program_still_judges_facts_of_its_time(app, cast):
    from app.programs.services import end_program

    with app.app_context():
        version = live(cast)
        assert points_of(win(cast, "D-0", 10_000_00, on=date(2030, 1, 1))) == [400]
        end_program(version.program_id, today(), actor=cast.finance)
        assert points_of(win(cast, "D-1", 10_000_00, on=today())) == [400]
        assert points_of(win(cast, "D-2", 10_000_00, on=today() + timedelta(days=1))) == []
        assert_proven()
