"""A database made by an older version becomes one of this version with every row it had."""

from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from app.boards.rebuilding import check as check_boards
from app.core import schema, triggers
from app.core.clock import utc_now
from app.core.db import db, dialect, transaction
from app.core.i18n import _, force_locale
from app.core.types import bind
from app.identity.queries import find_actor_by_email
from app.ledger.verify import broken_invariants
from app.notices.queries import list_notices
from app.notices.services import notify
from app.tiers.rebuilding import check_figures
from tests.support import older

SPINE, PORTAL = "20261122_spine", "20261122_portal"


def counted(table: str) -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def values(query: str) -> list[Any]:
    return [tuple(row) for row in db.session.execute(text(query))]


@pytest.mark.parametrize("version", [SPINE, PORTAL])
def test_the_demo_of_an_older_version_upgrades_and_its_ledger_holds(app: Flask, version: str) -> None:
    kept = (
        "SELECT id, public_id, kind, idempotency_key, activity_id FROM postings ORDER BY id",
        "SELECT id, digest, kind, organisation_kind, amount_minor FROM activities ORDER BY id",
        "SELECT id, balance FROM accounts ORDER BY id",
        "SELECT id, name, kind, country FROM organisations ORDER BY id",
    )
    with app.app_context():
        rows = older.fill(version)
        before = [values(query) for query in kept]
        assert rows["postings"] > 40 and all(before)
        ends = (
            values("SELECT day, part FROM tier_figures WHERE measure = 'passes'") if version != SPINE else []
        )
        db.session.remove()
        assert version in schema.upgrade()
        if ends:  # of the certificates that tiers had counted by their beginning alone
            rows["tier_figures"] += len(ends)
        assert {table: counted(table) for table in rows} == rows
        assert [values(query) for query in kept] == before
        assert broken_invariants() == []
        if version != SPINE:
            assert (check_boards().faults, check_figures().faults) == ([], [])
        with db.engine.connect() as connection:
            assert triggers.missing(connection) == set()
        db.session.remove()


def test_notices_of_one_language_stay_as_they_were_and_new_ones_have_all(app: Flask) -> None:
    with app.app_context():
        older.fill(SPINE)
        upgrade(directory=str(schema.FOLDER), revision=PORTAL)
        person_id, email = values("SELECT id, email FROM people WHERE status = 'active' ORDER BY id LIMIT 1")[
            0
        ]
        with db.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO notices (public_id, person_id, kind, icon, title, body, locale, href, dedupe, created_at)"
                    " VALUES ('old', :person, 'x', 'bell', 'Ditulis dahulu', 'Lama', 'ms', '/', 'old', :now)"
                ),
                {"person": person_id, "now": bind(utc_now(), dialect())},
            )
        db.session.remove()
        assert PORTAL in schema.upgrade()
        with transaction():
            notify([person_id], "x", lambda: (_("Wallet"), ""), href="/", dedupe="new")
        actor = find_actor_by_email(email)
        for locale, title in (("en", "Wallet"), ("ms", "Dompet")):
            with force_locale(locale):
                new, old = list_notices(actor).lines
            assert (new.title, new.title_in, old.title) == (title, "", "Ditulis dahulu")
            assert old.title_in == ("" if locale == "ms" else "ms")
        db.session.remove()
