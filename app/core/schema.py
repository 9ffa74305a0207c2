"""The schema: migrations up to date, triggers in place afterwards."""

from __future__ import annotations

from pathlib import Path

from flask import current_app
from flask_migrate import Migrate
from flask_migrate import upgrade as migrate_upgrade
from sqlalchemy import inspect, text

from app.core import triggers
from app.core.db import db

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
migrate = Migrate()


def current_revision() -> str | None:
    """Revision of the database, None for an empty one."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else None


def head_revision() -> str | None:
    """Newest revision that this code has."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(FOLDER)).get_current_head()


def upgrade() -> str:
    """Run the migrations that are missing; answers with one line. Data is kept."""
    before = current_revision()
    if before == head_revision():
        _install_missing_triggers()
        return f"The database is up to date ({before})."
    if "migrate" not in current_app.extensions:
        migrate.init_app(current_app, db, directory=str(FOLDER), render_as_batch=True)
    migrate_upgrade(directory=str(FOLDER))
    _install_missing_triggers()
    return f"The database went from {before or 'empty'} to {current_revision()}."


def _install_missing_triggers() -> None:
    with db.engine.begin() as connection:
        if triggers.missing(connection):
            triggers.install(connection)
