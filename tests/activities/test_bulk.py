"""Many facts at once give the same log, the same awards and the same ledger as one by one."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.activities.bulk import record_many
from app.activities.services import record_fact
from app.core.db import db, transaction
from app.core.errors import InvalidInput, NotFound
from app.programs.rules import Audience
from tests.programs.makers import DAY, assert_proven, definition, live, reward, sale, set_rate

SIDE = "a.owner_kind || ':' || a.owner_id || ':' || a.kind"
CONTENT = {
    "activities": "SELECT kind, source, source_ref, revision, digest, organisation_id, occurred_on, amount_minor,"
    " currency, quantity, product_id, family_id, voided_at IS NULL FROM activities ORDER BY id",
    "awards": "SELECT f.source_ref, w.program_id, w.rule_key, w.reward_no, w.payee_kind, w.payee_id, w.gross_points,"
    " w.points, w.used_points, w.calculation, w.held_until FROM program_awards w"
    " JOIN activities f ON f.id = w.activity_id ORDER BY w.id",
    "postings": "SELECT kind, organisation_id, occurred_at, rule_key, program_version_id FROM postings ORDER BY id",
    "transfers": f"SELECT {SIDE}, t.amount, t.from_balance, t.to_balance FROM transfers t"
    " JOIN accounts a ON a.id = t.to_account_id ORDER BY t.id",
    "lots": f"SELECT {SIDE}, l.amount, l.remaining, l.expires_on, l.releases_on FROM lots l"
    " JOIN accounts a ON a.id = l.account_id ORDER BY l.id",
    "balances": f"SELECT {SIDE}, a.balance FROM accounts a ORDER BY 1",
    "uses": "SELECT * FROM program_uses ORDER BY 1, 2, 3, 4, 5",
    "budgets": "SELECT * FROM program_budgets ORDER BY 1",
    "parked": "SELECT f.source_ref, p.program_id FROM parked_facts p"
    " JOIN activities f ON f.id = p.activity_id ORDER BY 1, 2",
}


def contents():
    return {
        name: [tuple(map(str, row)) for row in db.session.execute(text(sql))] for name, sql in CONTENT.items()
    }


def programs(cast):
    live(
        cast,
        definition(
            reward("per_money", 1, payee="organisation", per_minor=10_00, currency="USD"), trigger="sale"
        ),
        name="Purchases",
    )
    capped = reward("per_unit", 3, payee="organisation", cap_points=400)
    live(
        cast,
        definition(capped, reward("fixed", 2, number=2, hold_days=10**2), trigger="sale"),
        name="Units",
        budget=900,
    )
    only = definition(
        reward("per_money", 1),
        trigger="sale",
        audience=Audience(countries=("MY",)),
        min_amount_minor=500_00,
        min_currency="MYR",
    )
    live(cast, only, name="Ringgit")
    set_rate("USD", DAY, 420)


def facts(cast, count=300, seed=7):
    dice = random.Random(seed)
    companies = [
        (cast.kinabalu.id, cast.aisyah.person_id),
        (cast.merapi.id, None),
        (cast.merapi.id, cast.budi.person_id),
    ]
    found = []
    for number in range(count):
        company, member = dice.choice(companies)
        found.append(
            sale(cast, f"SO{dice.randrange(10**6):06d}:{number}", dice.randrange(0, 900_00),
                 on=DAY + timedelta(days=dice.randrange(-3, 12)), organisation_id=company, member_id=member,
                 quantity=dice.randrange(0, 6), product_id=cast.products["FIREWALL-1"], family_id=cast.families["firewall"],
                 currency=dice.choice(["USD", "USD", "MYR"]), attributes={"line": number} if number % 3 else None)
        )  # fmt: skip
    return found


class TakeBack(Exception):
    """Ends a transaction without keeping what it wrote."""


def test_bulk_equals_one_by_one(app, cast):
    with app.app_context():
        programs(cast)
        given = facts(cast)
        with pytest.raises(TakeBack), transaction():
            for fact in sorted(given, key=lambda each: each.order):
                record_fact(fact, actor=cast.finance)
            one_by_one = contents()
            raise TakeBack
        shuffled = random.Random(1).sample(given, len(given))
        with transaction():
            record_many(shuffled, actor=cast.finance)
        in_bulk = contents()
        for name, rows in one_by_one.items():
            assert in_bulk[name] == rows, name
        assert len(in_bulk["awards"]) > 300
        assert_proven()


def test_outcomes_come_in_the_order_given_and_a_second_time_changes_nothing(app, cast):
    with app.app_context():
        programs(cast)
        given = facts(cast, 50)
        with transaction():
            first = record_many(given, actor=cast.finance)
        before = contents()
        with transaction():
            second = record_many(given, actor=cast.finance)
        assert [outcome.status for outcome in first] == ["new"] * 50
        assert [outcome.status for outcome in second] == ["unchanged"] * 50
        assert [outcome.activity_id for outcome in second] == [outcome.activity_id for outcome in first]
        refs = dict(db.session.execute(text("SELECT id, source_ref FROM activities")).all())
        assert [refs[outcome.activity_id] for outcome in first] == [fact.source_ref for fact in given]
        assert contents() == before


def test_a_changed_line_is_revised_among_new_and_known_ones(app, cast):
    from dataclasses import replace

    with app.app_context():
        programs(cast)
        given = facts(cast, 30)
        with transaction():
            record_many(given[:20], actor=cast.finance)
        changed = [replace(given[3], amount_minor=77_000_00), *given[4:30]]
        with transaction():
            outcomes = record_many(changed, actor=cast.finance)
        assert [outcome.status for outcome in outcomes] == ["revised"] + ["unchanged"] * 16 + ["new"] * 10
        assert outcomes[0].revision == 2
        assert_proven()


def test_the_same_line_twice_in_one_chunk_is_one_fact(app, cast):
    from dataclasses import replace

    with app.app_context():
        programs(cast)
        line = sale(cast, "SO1:1", 100_00)
        with transaction():
            outcomes = record_many([line, line, replace(line, amount_minor=200_00)], actor=cast.finance)
        assert [outcome.status for outcome in outcomes] == ["new", "unchanged", "revised"]
        assert_proven()


def test_one_wrong_fact_leaves_nothing_of_its_chunk(app, cast):
    with app.app_context():
        programs(cast)
        for wrong, error in (
            (sale(cast, "X", -1), InvalidInput),
            (sale(cast, "X", 100, organisation_id=10**6), NotFound),
        ):
            with pytest.raises(error), transaction():
                record_many([*facts(cast, 5), wrong], actor=cast.finance)
        assert contents()["activities"] == []
