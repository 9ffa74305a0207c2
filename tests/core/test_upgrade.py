"""A database made by an older version becomes one of this version with every row it had."""

from typing import Any

from flask import Flask
from sqlalchemy import text

from app.core import schema, triggers
from app.core.db import db
from app.ledger.verify import broken_invariants
from tests.support import older

SPINE = "20261122_spine"


def counted(table: str) -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def values(query: str) -> list[Any]:
    return [tuple(row) for row in db.session.execute(text(query))]


def test_the_demo_of_the_first_version_upgrades_and_its_ledger_holds(app: Flask) -> None:
    kept = (
        "SELECT id, public_id, kind, idempotency_key, activity_id FROM postings ORDER BY id",
        "SELECT id, digest, kind, organisation_kind, amount_minor FROM activities ORDER BY id",
        "SELECT id, balance FROM accounts ORDER BY id",
        "SELECT id, name, kind, country FROM organisations ORDER BY id",
    )
    with app.app_context():
        rows = older.fill(SPINE)
        before = [values(query) for query in kept]
        assert rows["postings"] > 40 and all(before)
        db.session.remove()
        assert SPINE in schema.upgrade()
        assert {table: counted(table) for table in rows} == rows
        assert [values(query) for query in kept] == before
        assert broken_invariants() == []
        with db.engine.connect() as connection:
            assert triggers.missing(connection) == set()
        db.session.remove()
