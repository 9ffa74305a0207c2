"""Courses passed, recognition and years of service earn by programs too."""

from itertools import product

import pytest

from app.activities import services as activities
from app.core.errors import InvalidInput
from app.core.i18n import LOCALES
from app.programs import courses
from app.programs.calculations import worded_lines
from app.programs.estimates import estimate, points_of_courses
from app.programs.queries import list_programs, recognition_room
from app.programs.rules import Definition, Reward, Rule
from app.programs.sentences import Names, sentence
from tests.cast import sign_in
from tests.programs.makers import DAY, assert_proven, balance, definition, live, reward
from tests.programs.test_vendor_pages import FIELDS, only_version, text_of

TITLES = {"firewall-basics": "Firewall basics", "cloud": "Cloud & You", "old": "Old one"}


@pytest.fixture
def titled(monkeypatch):
    """Courses as training would name them."""
    monkeypatch.setattr(courses, "_sources", [lambda: dict(TITLES)])


def happened(cast, kind, ref, *, who="aisyah", **values):
    person = getattr(cast, who, None) if who else None
    return activities.record(
        kind, source="test", source_ref=ref, organisation_id=cast.kinabalu.id,
        member_id=person.person_id if person else None, occurred_on=DAY, actor=cast.manager, **values,
    )  # fmt: skip


def points_of(done):
    return [(award.payee, award.points) for award in done.awards]


def test_only_the_named_courses_earn(app, cast):
    with app.app_context():
        live(
            cast,
            definition(reward("fixed", 350), trigger="course_passed", courses=("firewall-basics", "cloud")),
        )
        passed = happened(cast, "course_passed", "c:1", attributes={"course": "cloud", "title": "Cloud"})
        assert points_of(passed) == [("member", 350)]
        assert points_of(happened(cast, "course_passed", "c:2", attributes={"course": "other"})) == []
        assert points_of(happened(cast, "course_passed", "c:3")) == []
        live(cast, definition(reward("fixed", 5), trigger="course_passed"), name="Any")
        assert points_of(happened(cast, "course_passed", "c:4", attributes={"course": "x"})) == [
            ("member", 5)
        ]
        assert_proven()


def test_what_a_course_would_earn_is_known_before_it_is_passed(app, cast, titled):
    with app.app_context():
        live(
            cast,
            definition(reward("fixed", 350, cap_points=400), trigger="course_passed", courses=("cloud",)),
        )
        (found,) = estimate("course_passed", actor_or_org=cast.aisyah, attributes={"course": "cloud"})
        assert (found.points, found.sentence.text) == (350, "Pass Cloud & You and get 350 points.")
        assert estimate("course_passed", actor_or_org=cast.aisyah, attributes={"course": "old"}) == []
        assert points_of_courses(cast.aisyah, ["cloud", "old"]) == {"cloud": 350, "old": 0}
        happened(cast, "course_passed", "c:1", attributes={"course": "cloud"})
        assert points_of_courses(cast.aisyah, ["cloud"]) == {"cloud": 50}
        assert points_of_courses(cast.manager, ["cloud"]) == {"cloud": 0}


def test_an_award_pays_whom_it_names_and_nobody_else(app, cast):
    with app.app_context():
        both = reward("per_unit", 1), reward("per_unit", 1, number=2, payee="organisation")
        live(cast, definition(*both, trigger="recognition"), name="Recognition", budget=700)
        assert points_of(happened(cast, "recognition", "a:1", quantity=500)) == [("member", 500)]
        assert points_of(happened(cast, "recognition", "a:2", who=None, quantity=150)) == [
            ("organisation", 150)
        ]
        assert points_of(happened(cast, "recognition", "a:3")) == []
        assert points_of(happened(cast, "recognition", "a:4", quantity=80)) == [("member", 50)]
        assert (balance("member", cast.aisyah.person_id), balance("organisation", cast.kinabalu.id)) == (
            550,
            150,
        )
        assert_proven()


def test_the_room_for_recognition_is_what_the_budget_of_its_live_program_holds(app, cast):
    with app.app_context():
        assert recognition_room() is None
        live(cast, definition(reward("fixed", 9), trigger="recognition"), name="Always nine")
        assert recognition_room() is None
        live(cast, definition(reward("per_unit", 1), trigger="recognition"), name="Awards", budget=600)
        happened(cast, "recognition", "a:1", quantity=450)
        room = recognition_room()
        assert (room.name, room.slug, room.left, room.payees) == ("Awards", "awards", 150, ("member",))
        happened(cast, "recognition", "a:2", quantity=150)
        assert recognition_room().left == 0
        both = reward("per_unit", 1), reward("per_unit", 1, number=2, payee="organisation")
        live(cast, definition(*both, trigger="recognition"), name="Open")
        assert (recognition_room().left, recognition_room().payees) == (None, ("member", "organisation"))


def test_years_of_service_earn_by_the_year_from_a_year_on(app, cast):
    with app.app_context():
        live(cast, definition(reward("per_unit", 100), trigger="service_milestone", min_quantity=3))
        assert points_of(happened(cast, "service_milestone", "m:1", quantity=1)) == []
        assert points_of(happened(cast, "service_milestone", "m:5", quantity=5)) == [("member", 500)]
        assert_proven()


def rule(trigger, kind="fixed", **more):
    money = {"per_minor": 100_00, "currency": "MYR"} if kind == "per_money" else {}
    return Definition((Rule("main", trigger, (Reward(1, kind, 5, hold_days=0, **money),), **more),))


@pytest.mark.parametrize(
    ("made", "field"),
    [
        (lambda: rule("course_passed", "per_money"), "reward_kind"),
        (lambda: rule("course_passed", "per_unit"), "reward_kind"),
        (lambda: rule("recognition", "per_money"), "reward_kind"),
        (lambda: rule("service_milestone", "per_money"), "reward_kind"),
        (lambda: rule("recognition", family_ids=(1,)), "families"),
        (lambda: rule("recognition", min_quantity=4), "min_quantity"),
        (lambda: rule("course_passed", min_amount_minor=1, min_currency="MYR"), "min_amount"),
        (lambda: rule("sale", courses=("cloud",)), "courses"),
        (lambda: rule("course_passed", courses=("cloud", "cloud")), "courses"),
        (lambda: rule("course_passed", courses=tuple(map(str, range(51)))), "courses"),
        (lambda: rule("kudos"), "trigger"),
    ],
)
def test_a_rule_that_no_fact_could_meet_is_refused_at_its_field(app, made, field):
    with app.app_context(), pytest.raises(InvalidInput) as refused:
        made().check()
    assert list(refused.value.fields) == [field]


def test_a_program_of_several_rules_says_them_all_and_what_bounds_them_once(app, cast, titled):
    rules = tuple(
        Rule(slug, "course_passed", (Reward(1, "fixed", points, hold_days=5),), courses=(slug,))
        for slug, points in (("cloud", 150), ("old", 30))
    )
    with app.app_context():
        live(cast, Definition(rules), name="Learn")
        (card,) = list_programs(cast.aisyah).mine
        assert card.sentence.full == (
            "Pass Cloud & You and get 150 points. Pass Old one and get 30 points. The points clear 5 days later."
        )
        (found,) = estimate("course_passed", actor_or_org=cast.aisyah, attributes={"course": "old"})
        assert (found.points, found.sentence.text) == (30, "Pass Old one and get 30 points.")


def test_the_receipt_names_years_and_points_offered(app, cast):
    with app.app_context():
        live(cast, definition(reward("per_unit", 1), trigger="recognition"), name="Awards")
        live(cast, definition(reward("per_unit", 2), trigger="recognition"), name="Twice")
        live(cast, definition(reward("per_unit", 100), trigger="service_milestone"), name="Years")
        tried = estimate("recognition", actor_or_org=cast.aisyah, quantity=500)
        assert [worded_lines(each.lines) for each in tried] == [
            [("", "Points offered with the award", "500")],
            [("", "Points offered with the award", "500"), ("×", "2 points per point offered", "1,000")],
        ]
        (years,) = estimate("service_milestone", actor_or_org=cast.aisyah, quantity=5)
        assert worded_lines(years.lines) == [("", "Years", "5"), ("×", "100 points per year", "500")]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_new_shape_is_a_whole_sentence_without_marks_or_gaps(app, cast, locale):
    seen = set()
    shapes = [
        *product(("course_passed",), ("fixed",), ((), ("cloud", "old"))),
        *product(("recognition", "service_milestone"), ("fixed", "per_unit"), ((),)),
    ]
    with app.app_context():
        for (trigger, kind, slugs), payee, points in product(shapes, ("member", "organisation"), (1, 7)):
            first = Reward(1, kind, points, payee, hold_days=3)
            second = Reward(2, kind, points, "organisation" if payee == "member" else "member", hold_days=3)
            made = Definition((Rule("main", trigger, (first, second), courses=slugs),))
            said = sentence(made, locale=locale, names=Names(courses=TITLES))
            assert said.text.endswith(".") and "\x01" not in said.full
            assert not any(mark in said.full for mark in ("**", "__", "%("))
            assert ("Cloud & You" in said.text) == bool(slugs)
            assert [part.style for part in said.parts if part.style].count("reward") == 2
            seen.add(said.text)
    assert len(seen) == 24


def test_the_editor_writes_a_rule_for_courses_and_leaves_out_what_does_not_go_with_it(
    app, client, cast, titled
):
    sign_in(client, cast.marketer)
    page = text_of(client.get("/admin/programs/new"))
    assert "course is passed" in page and "Firewall basics" in page and "times the company" in page
    fields = FIELDS | {
        "trigger": "course_passed", "courses": ["cloud", "firewall-basics"], "by_tier": "1", "min_quantity": "2",
        "families": [str(cast.families["cloud"])],
    }  # fmt: skip
    preview = text_of(client.get("/admin/programs/preview", query_string=fields))
    assert "Pass Cloud &amp; You or Firewall basics and get 500 points." in preview
    assert client.post("/admin/programs", data=fields).status_code == 303
    made = Definition.from_record(only_version(app).definition)
    assert made.rules[0].courses == ("cloud", "firewall-basics")
    assert made.rules[0].rewards[0].by_tier
    assert (made.rules[0].family_ids, made.rules[0].min_amount_minor, made.rules[0].min_quantity) == (
        (),
        None,
        None,
    )
    page = text_of(client.get("/admin/programs/firewall-push/draft"))
    assert page.count('checked aria-label="The seller') == 1
    assert 'value="cloud" checked' in page
    answer = client.post(
        "/admin/programs/firewall-push/draft",
        data=fields | {"courses": ["unheard-of"], "idempotency_key": "a-key-of-a-test-3"},
    )
    assert answer.status_code == 422 and "Choose one of the answers offered." in text_of(answer)
    answer = client.post(
        "/admin/programs/firewall-push/draft",
        data=fields
        | {"reward_kind": "per_money", "per_amount": "10", "idempotency_key": "a-key-of-a-test-4"},
    )
    assert answer.status_code == 422 and "A course has neither an amount nor units" in text_of(answer)


def test_try_it_asks_for_what_the_rule_counts(app, client, cast, titled):
    with app.app_context():
        live(
            cast,
            definition(reward("fixed", 30), trigger="course_passed", courses=("cloud", "old")),
            name="Learn",
        )
        live(cast, definition(reward("per_unit", 1), trigger="recognition"), name="Praise")
    sign_in(client, cast.aisyah)
    page = text_of(client.get("/programs/learn"))
    assert "Cloud &amp; You" in page and "Old one" in page
    assert "You would get" in text_of(client.get("/programs/learn?course=old"))
    assert "Only Cloud &amp; You or Old one counts here." in text_of(client.get("/programs/learn?course=zzz"))
    assert "Points offered with the award" in text_of(client.get("/programs/praise"))
    assert "250" in text_of(client.get("/programs/praise?quantity=250"))
