"""A planted defect for each invariant: a check that cannot fail would prove nothing. And the append-only triggers."""

import json

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.core import triggers
from app.core.db import db, dialect, end_read
from app.ledger.cli import commands
from app.ledger.verify import INVARIANTS, broken_invariants, missing_triggers
from tests.ledger.defects import LEDGER_TABLES, defenceless, run
from tests.ledger.support import clean

FIRST_POSTING = "(SELECT id FROM postings WHERE idempotency_key = 'award')"
OWN_LOT = f"(SELECT min(id) FROM lots WHERE origin_posting_id = {FIRST_POSTING})"
OPEN_LOT = "(SELECT max(id) FROM lots WHERE remaining > 0)"
COPY_POSTING = """
    INSERT INTO postings (public_id, idempotency_key, kind, occurred_at, created_at, reverses_posting_id, organisation_id)
    SELECT 'planted', 'planted', {kind}, occurred_at, created_at, {reverses}, organisation_id FROM postings
    WHERE idempotency_key = {key}
"""
DEFECTS = {
    "posting_moves_value": COPY_POSTING.format(kind="'award'", reverses="NULL", key="'award'"),
    "balance_is_sum_of_transfers": "UPDATE accounts SET balance = balance + 1 WHERE balance > 0",
    "running_balances_chain": f"UPDATE transfers SET to_balance = to_balance + 1 WHERE posting_id = {FIRST_POSTING}",
    "running_balance_where_kept": f"UPDATE transfers SET to_balance = NULL WHERE posting_id = {FIRST_POSTING}",
    "nothing_is_negative": "UPDATE accounts SET balance = -1 WHERE kind = 'available'",
    "lots_make_up_the_balance": f"UPDATE lots SET remaining = remaining - 1 WHERE id = {OPEN_LOT}",
    "lot_is_its_movements": f"UPDATE lots SET amount = amount + 1 WHERE id = {OPEN_LOT}",
    "transfer_leaves_from_lots": "DELETE FROM lot_movements WHERE delta = -100",
    "transfer_arrives_in_lots": f"UPDATE lots SET amount = amount + 1 WHERE id = {OWN_LOT}",
    "held_lots_are_pending": "UPDATE lots SET releases_on = NULL WHERE releases_on IS NOT NULL",
    "reversed_at_most_once": COPY_POSTING.format(
        kind="'clawback'", reverses="reverses_posting_id", key="'claw'"
    ),
    "reversal_is_the_opposite": "UPDATE transfers SET amount = amount - 1 WHERE posting_id ="
    " (SELECT id FROM postings WHERE idempotency_key = 'back')",
    "issued_adds_up": "UPDATE accounts SET balance = balance + 1 WHERE kind = 'pending'",
    "large_adjustment_was_checked": "UPDATE postings SET checker_id = NULL WHERE kind = 'adjustment'",
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_found(busy: Flask, name: str) -> None:
    with defenceless():
        run(DEFECTS[name])
        assert name in {broken.name for broken in broken_invariants()}
        assert missing_triggers()


def test_every_invariant_has_its_planted_defect() -> None:
    from tests.codes.test_verify import DEFECTS as CODE_DEFECTS
    from tests.ledger.test_verify_links import LINKED_DEFECTS

    assert {invariant.name for invariant in INVARIANTS} == {*DEFECTS, *LINKED_DEFECTS, *CODE_DEFECTS}


REFUSED = [
    "UPDATE postings SET note = 'x'",
    "DELETE FROM postings",
    "UPDATE transfers SET amount = 1",
    "DELETE FROM transfers",
    "UPDATE lot_movements SET delta = 1",
    "DELETE FROM lot_movements",
    "UPDATE lots SET expires_on = '2030-01-01'",
    "UPDATE lots SET account_id = account_id",
    "DELETE FROM lots",
    "UPDATE accounts SET owner_id = 7",
    "DELETE FROM accounts",
]
REPLACED = [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}" for table in LEDGER_TABLES]
EMPTIED = [f"TRUNCATE {table} CASCADE" for table in LEDGER_TABLES]


def test_the_database_refuses_to_change_or_remove_what_was_written(busy: Flask) -> None:
    before = busy_rows()
    for statement in REFUSED + (REPLACED if dialect() == "sqlite" else EMPTIED):
        with pytest.raises(DatabaseError, match="append-only"):
            run(statement)
    assert busy_rows() == before
    clean()


def busy_rows() -> list[object]:
    rows = [
        tuple(map(tuple, db.session.execute(text(f"SELECT * FROM {table} ORDER BY id"))))
        for table in LEDGER_TABLES
    ]
    end_read()
    return list(rows)


def test_every_trigger_stands_by_its_name(app: Flask) -> None:
    with app.app_context():
        assert missing_triggers() == []
        names = triggers.expected(dialect())
        assert {f"{table}_no_update" for table in LEDGER_TABLES} <= names
        assert {f"{table}_no_delete" for table in LEDGER_TABLES} <= names
        end_read()


def test_the_command_says_whether_the_ledger_is_whole(busy: Flask) -> None:
    runner = busy.test_cli_runner()
    verify, expire = commands[0], commands[1]
    assert "is whole" in runner.invoke(verify, ["verify"]).output
    assert json.loads(runner.invoke(verify, ["verify", "--json"]).stdout)["ok"] is True
    assert json.loads(runner.invoke(expire, ["expire", "--json"]).stdout)["released_lots"] == 0
    with defenceless():
        run(DEFECTS["lots_make_up_the_balance"])
        told = runner.invoke(verify, ["verify", "--json"])
        assert told.exit_code == 1
        found = json.loads(told.stdout[: told.stdout.rindex("}") + 1])
        assert found["ok"] is False
        assert "lots_make_up_the_balance" in [each["name"] for each in found["broken"]]


def test_the_tables_of_the_ledger_are_strict_on_sqlite(app: Flask) -> None:
    with app.app_context():
        if dialect() == "sqlite":
            with pytest.raises(DatabaseError, match="cannot store TEXT value in INTEGER column"):
                run("INSERT INTO lot_movements (lot_id, transfer_id, delta) VALUES (1, 1, 'x')")
        rows = db.session.execute(text("SELECT count(*) FROM lot_movements")).scalar_one()
        end_read()
        assert rows == 0
