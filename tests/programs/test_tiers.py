"""The company's level decides who earns and multiplies what is earned, by the level of the fact's date."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.activities import pipeline
from app.activities import services as activities
from app.activities.bulk import record_many
from app.activities.facts import Gain
from app.activities.services import record_fact
from app.core.clock import travel
from app.core.db import db, transaction
from app.programs import levels
from app.programs.engine import Level
from app.programs.estimates import estimate
from app.programs.explaining import explain
from app.programs.queries import list_programs
from app.programs.rules import Audience, Definition
from app.tiers.catalogue import Catalogue, Plan, Version
from app.tiers.plans import Definition as TierDefinition
from app.tiers.plans import Level as TierLevel
from app.tiers.plans import Metric
from tests.activities.test_bulk import TakeBack, contents, facts
from tests.programs.makers import DAY, assert_proven, balance, definition, live, reward, sale, set_rate, win

LEVELS = (
    TierLevel("member", "Member"),
    TierLevel("silver", "Silver", {"deals": 3}, 12_500),
    TierLevel("gold", "Gold", {"deals": 9}, 15_000),
)


@pytest.fixture
def held(app, monkeypatch):
    """The plan of the demo, and who holds which level: a table that tests fill by company."""
    plan = Version(1, 1, 1, "Tiers", DAY - timedelta(days=900), 1, TierDefinition((Metric("deals"),), LEVELS))
    monkeypatch.setattr(levels, "load_catalogue", lambda: Catalogue("x", (Plan(1, "p", "Tiers", (plan,)),)))
    table = {}
    monkeypatch.setattr(
        pipeline,
        "TIER_OF",
        lambda places: {place: table[place[0]] for place in set(places) if place[0] in table},
    )
    return table


def now_at(cast, tier):
    with transaction():
        db.session.execute(
            text("UPDATE organisations SET tier = :tier WHERE id = :id"),
            {"tier": tier, "id": cast.kinabalu.id},
        )


def points_of(done):
    return [award.points for award in done.awards]


def test_points_are_multiplied_by_the_level_of_the_company_and_the_receipt_says_so(app, cast, held):
    with (
        app.app_context(),
        travel(datetime(2026, 11, 22, 4, tzinfo=UTC)),
    ):  # in another year the day names its own
        live(cast, definition(reward(by_tier=True)))
        held[cast.kinabalu.id] = "silver"
        done = win(cast, "D-1", 52_000_00)
        assert points_of(done) == [2600]
        posting = db.session.execute(
            text("SELECT id FROM postings WHERE public_id = :id"), {"id": done.awards[0].posting_public_id}
        ).scalar()
        lines = [(op, label.replace("\xa0", " "), result) for op, label, result in explain(posting).lines]
        assert lines == [
            ("", "Deal value", "RM\xa052,000"),
            ("×", "4 points per RM 100", "2,080"),
            ("×", "1.25 for Silver, on 10 November", "2,600"),
        ]
        assert_proven()


@pytest.mark.parametrize(
    ("tier", "minor", "points"),
    [
        (None, 52_000_00, 2080),
        ("member", 52_000_00, 2080),
        ("gold", 52_000_00, 3120),
        ("silver", 74_99, 2),  # 2.9996 points are 2, times 1.25 are 2.5: both round down
        ("silver", 24_99, 0),
        ("dropped-long-ago", 10_000_00, 400),
    ],
)
def test_whole_points_first_then_times_the_level_rounded_down_once_more(app, cast, held, tier, minor, points):
    with app.app_context():
        live(cast, definition(reward(by_tier=True)))
        if tier:
            held[cast.kinabalu.id] = tier
        assert sum(points_of(win(cast, "D-1", minor))) == points
        assert_proven()


def test_the_cap_cuts_after_the_multiplier_and_only_named_rewards_are_multiplied(app, cast, held):
    with app.app_context():
        company = reward("fixed", 100, number=2, payee="organisation")
        live(cast, definition(reward(by_tier=True, cap_points=2500), company))
        held[cast.kinabalu.id] = "silver"
        assert points_of(win(cast, "D-1", 52_000_00)) == [2500, 100]
        assert_proven()


def test_a_level_opens_a_program_on_the_day_of_the_fact_and_for_good(app, cast, held):
    with app.app_context():
        live(cast, definition(reward("fixed", 50), audience=Audience(tiers=("silver", "gold"))))
        assert points_of(win(cast, "D-1", 100_00)) == []
        held[cast.kinabalu.id] = "silver"
        first = win(cast, "D-2", 100_00)
        assert points_of(first) == [50]
        held[cast.kinabalu.id] = "member"
        assert points_of(win(cast, "D-2", 100_00)) == [50]  # the same again: nothing happens
        changed = win(cast, "D-2", 200_00)
        assert (changed.status, points_of(changed)) == ("revised", [50])  # of the first one's level
        assert points_of(win(cast, "D-3", 100_00)) == []
        assert_proven()


def test_taking_a_fact_back_takes_back_what_the_multiplier_gave(app, cast, held):
    with app.app_context():
        live(cast, definition(reward(by_tier=True)))
        held[cast.kinabalu.id] = "gold"
        done = win(cast, "D-1", 10_000_00)
        assert balance("member", cast.aisyah.person_id) == 600
        held[cast.kinabalu.id] = "member"
        activities.void(done.activity_id, "cancelled", cast.manager)
        assert balance("member", cast.aisyah.person_id) == 0
        assert_proven()


def test_a_fact_that_waited_for_a_rate_is_multiplied_by_the_level_of_its_day(app, cast, held):
    from app.programs.parking import replay_parked

    with app.app_context():
        live(cast, definition(reward(by_tier=True)))
        held[cast.kinabalu.id] = "silver"
        win(cast, "D-1", 10_000_00, currency="SGD")
        held[cast.kinabalu.id] = "gold"
        set_rate("SGD", DAY, 350)
        assert replay_parked() == 1
        assert balance("member", cast.aisyah.person_id) == 1750
        assert_proven()


def test_points_that_come_with_a_rate_are_told_to_what_counts_them(app, cast, held, monkeypatch):
    from app.programs.parking import replay_parked

    others = Raising(held)
    monkeypatch.setattr(pipeline, "REACTORS", (*pipeline.REACTORS, others))
    with app.app_context():
        live(cast, definition(reward(), reward("fixed", 9, number=2, payee="organisation")))
        win(cast, "D-1", 10_000_00, currency="SGD")
        set_rate("SGD", DAY, 350)
        assert replay_parked() == 1
        assert others.later == {
            "D-1": [Gain("member", cast.aisyah.person_id, 1400), Gain("organisation", cast.kinabalu.id, 9)]
        }


def test_try_it_counts_with_the_present_level(app, cast, held):
    with app.app_context():
        live(cast, definition(reward(by_tier=True, cap_points=10_000)))
        now_at(cast, "silver")
        (found,) = estimate("deal_won", actor_or_org=cast.aisyah, amount_minor=52_000_00, currency="MYR")
        assert (found.points, found.lines[-1]["label"]) == (2600, "tier")
        (card,) = list_programs(cast.aisyah).mine
        assert card.times == "1.25 times for Silver"
        assert card.next_useful.replace("\xa0", " ") == "One RM 200,000 deal fills it"
        now_at(cast, "member")
        (card,) = list_programs(cast.aisyah).mine
        assert card.times == ""


def test_programs_for_other_levels_are_not_shown(app, cast, held):
    with app.app_context():
        live(cast, definition(audience=Audience(tiers=("gold",))))
        now_at(cast, "silver")
        assert list_programs(cast.aisyah).mine == []
        now_at(cast, "gold")
        assert len(list_programs(cast.aisyah).mine) == 1


def test_the_sentence_names_levels_and_multipliers_in_three_languages(app, cast, held):
    from app.programs.sentences import Names, sentence

    names = Names(levels=tuple(Level(level.slug, level.name, level.multiplier_bps) for level in LEVELS))
    with app.app_context():
        made = definition(reward(by_tier=True), audience=Audience(tiers=("gold", "silver")))
        said = {locale: sentence(made, locale=locale, names=names).details for locale in ("en", "ms", "id")}
        assert said["en"] == (
            "Only while the company is Silver or Gold.",
            "The points are multiplied by the company’s tier: 1.25 for Silver and 1.5 for Gold.",
        )
        assert said["ms"][1].endswith("1.25 bagi Silver dan 1.5 bagi Gold.")
        assert said["id"][1].endswith("1,25 untuk Silver dan 1,5 untuk Gold.")
        both = definition(reward(by_tier=True), reward("fixed", 9, number=2, payee="organisation"))
        assert "Your own points are multiplied" in sentence(both, locale="en", names=names).full
        assert "grow with the company’s tier" in sentence(made, locale="en", names=Names()).full


def test_a_record_from_before_keeps_its_meaning_and_its_text(app, cast):
    old = {
        "starts_on": None, "ends_on": None,
        "audience": {"countries": ["MY"], "kinds": [], "organisation_ids": []},
        "rules": [{
            "key": "main", "trigger": "deal_won", "min_amount_minor": None, "min_currency": None, "min_quantity": None,
            "family_ids": [], "rewards": [{
                "number": 1, "kind": "per_money", "points": 4, "payee": "member", "per_minor": 10000,
                "currency": "MYR", "hold_days": 0, "cap_points": None,
            }],
        }],
    }  # fmt: skip
    made = Definition.from_record(old)
    assert not made.rules[0].rewards[0].by_tier
    assert made.rules[0].courses == () and made.audience.tiers == ()
    assert made.to_record() == old


class Raising:
    """A reactor that lifts a company one level with every third fact, as a tier plan might."""

    def __init__(self, held):
        self.held, self.seen = held, {}

    def react(self, entries, actor, given):
        for entry in entries:
            company = entry.fact.organisation_id
            self.seen[company] = self.seen.get(company, 0) + 1
            level = ("member", "silver", "gold")[min(self.seen[company] // 3, 2)]
            self.held[company] = level
        return {}

    def undo(self, entries, reason, actor, gains): ...
    def gained(self, entries, gains, actor):
        self.later = {entry.fact.source_ref: gains[entry.id] for entry in entries}

    def hold(self, entries): ...
    def awards(self, entry_ids):
        return {}

    def gains(self, entry_ids):
        return {}

    def ruleset(self):
        return 0

    def asks_tier(self, kind):
        return False


@pytest.mark.parametrize("by", ["multiplier", "audience"])
def test_in_bulk_a_company_that_rises_midway_earns_as_one_by_one(app, cast, held, monkeypatch, by):
    raising = Raising(held)
    monkeypatch.setattr(pipeline, "REACTORS", (*pipeline.REACTORS, raising))
    with app.app_context():
        set_rate("USD", DAY - timedelta(days=9), 420)
        each = reward("per_unit", 3, payee="organisation", by_tier=by == "multiplier", cap_points=90)
        audience = Audience(tiers=("gold",)) if by == "audience" else Audience()
        live(cast, definition(each, trigger="sale", audience=audience))
        given = facts(cast, 60)
        with pytest.raises(TakeBack), transaction():
            for fact in sorted(given, key=lambda each: each.order):
                record_fact(fact, actor=cast.finance)
            one_by_one = contents()
            raise TakeBack
        held.clear()
        raising.seen.clear()
        with transaction():
            record_many(random.Random(3).sample(given, len(given)), actor=cast.finance)
        in_bulk = contents()
        for name, rows in one_by_one.items():
            assert in_bulk[name] == rows, name
        assert len({row[6] for row in in_bulk["awards"]}) > 3
        assert_proven()


def test_without_a_program_that_asks_for_levels_a_chunk_is_judged_at_once(app, cast, held, monkeypatch):
    chunks = []
    raising = Raising(held)
    counted = raising.react
    monkeypatch.setattr(
        raising, "react", lambda entries, *rest: chunks.append(len(entries)) or counted(entries, *rest)
    )
    monkeypatch.setattr(pipeline, "REACTORS", (*pipeline.REACTORS, raising))
    with app.app_context():
        live(cast, definition(reward(by_tier=True)))  # deals, not sales
        with transaction():
            record_many([sale(cast, f"S-{number}", 100_00) for number in range(9)], actor=cast.finance)
        assert chunks == [9]
