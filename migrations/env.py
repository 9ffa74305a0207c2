"""How migrations run: in one transaction, foreign keys off on SQLite while tables are recreated, triggers put back.

Alembic's batch mode drops and renames tables on SQLite. With foreign keys on that deletes the children of ON DELETE
CASCADE, and it always loses triggers; both are seen to here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, text
from sqlalchemy.engine import Engine

from app.core import triggers
from app.core.db import db
from app.core.types import JSONText, LocalDate, StrEnumType, UTCDateTime

LOCK = 7_261_826  # an advisory lock of PostgreSQL: two machines may start at once


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our types so that a migration stays readable after the models have moved on."""
    if kind != "type":
        return False
    if isinstance(item, StrEnumType):
        return "sa.Text()"
    if isinstance(item, (UTCDateTime, LocalDate, JSONText)):
        autogen.imports.add("import app.core.types")
        return f"app.core.types.{type(item).__name__}()"
    return False


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out what others keep in the same database: the queue's tables and the shadows of full-text search."""
    foreign = name is not None and (name.startswith("huey") or "_fts" in name)
    return not (kind == "table" and foreign)


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """The pragma does nothing inside a transaction, so it goes through the driver before one begins."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")  # the connection goes back to the pool


def refuse_broken_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        if broken:
            raise RuntimeError(
                f"the migration leaves {len(broken)} broken references, the first: {broken[0]}"
            )


def migrate(engine: Engine) -> None:
    arguments = dict(current_app.extensions["migrate"].configure_args)
    opened = engine.connect().execution_options(sqlite_begin="IMMEDIATE")
    with opened as connection, without_foreign_keys(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            include_name=include_name,
            transactional_ddl=True,
            compare_server_default=True,
            **arguments,
        )
        context.run_migrations()
        head = set(ScriptDirectory(context.script.dir).get_heads())
        if set(context.get_context().get_current_heads()) == head and head:
            triggers.install(connection)
        refuse_broken_references(connection)


migrate(db.engine)
