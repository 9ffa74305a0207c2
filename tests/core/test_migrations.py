"""Migrations keep what is there: children, triggers, rows; and a database that is up to date is left alone."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import inspect, text

from app.core import schema, triggers
from app.core.db import db
from tests.cast import Cast

RECREATE = '''
"""Recreate a parent with cascading children, and a table with triggers."""

import sqlalchemy as sa
from alembic import op

revision = "29991231_recreate"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    for table in ("organisations", "people", "postings"):
        strict = {{"sqlite_strict": True}} if table == "postings" else {{}}
        with op.batch_alter_table(table, recreate=recreate, table_kwargs=strict) as batch:
            batch.add_column(sa.Column("planted", sa.Text(), nullable=True))
    {more}


def downgrade() -> None:
    pass
'''


def with_one_more(folder: Path, more: str = "pass") -> str:
    """A copy of the migrations with one that recreates tables, as a later version might."""
    copy = folder / "migrations"
    shutil.copytree(schema.FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    text_of_it = RECREATE.format(head=schema.head_revision(), more=more)
    (copy / "versions" / "2999-12-31_recreate.py").write_text(text_of_it.lstrip())
    return str(copy)


def counted(table: str) -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def run(app: Flask, folder: str) -> None:
    if "migrate" not in app.extensions:
        schema.migrate.init_app(app, db, directory=folder, render_as_batch=True)
    db.session.remove()
    upgrade(directory=folder)


def test_recreating_a_table_loses_no_child_and_no_trigger(app: Flask, cast: Cast, tmp_path: Path) -> None:
    with app.app_context():
        before = {table: counted(table) for table in ("organisations", "people", "memberships")}
        run(app, with_one_more(tmp_path))
        assert {table: counted(table) for table in before} == before
        assert "planted" in {column["name"] for column in inspect(db.engine).get_columns("organisations")}
        with db.engine.connect() as connection:
            assert triggers.missing(connection) == set()
            if connection.dialect.name == "sqlite":
                assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
                assert connection.execute(text("PRAGMA foreign_key_check")).fetchall() == []


def test_a_migration_that_fails_half_way_leaves_nothing(app: Flask, cast: Cast, tmp_path: Path) -> None:
    folder = with_one_more(tmp_path, 'op.execute("SELECT nonsense FROM nowhere")')
    with app.app_context():
        before = schema.current_revision()
        with pytest.raises(BaseException, match=r"nowhere"):
            run(app, folder)
        db.session.remove()
        assert schema.current_revision() == before
        assert "planted" not in {column["name"] for column in inspect(db.engine).get_columns("people")}
        with db.engine.connect() as connection:
            assert triggers.missing(connection) == set()


def test_a_migration_that_breaks_a_reference_is_refused(app: Flask, cast: Cast, tmp_path: Path) -> None:
    folder = with_one_more(tmp_path, 'op.execute("UPDATE memberships SET person_id = 999999")')
    with app.app_context():
        before = schema.current_revision()
        with pytest.raises(BaseException, match=r"1|foreign key"):
            run(app, folder)
        db.session.remove()
        assert schema.current_revision() == before


def test_an_up_to_date_database_is_left_alone_but_for_lost_triggers(app: Flask) -> None:
    with app.app_context():
        with db.engine.begin() as connection:
            on = " ON postings" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER postings_no_delete{on}"))
            assert triggers.missing(connection) == {"postings_no_delete"}
        assert "up to date" in schema.upgrade()
        with db.engine.connect() as connection:
            assert triggers.missing(connection) == set()
