"""A database as an older version left it: the rows of its demo, put into the schema of its migrations.

The rows lie in tests/core/older/<revision>.json.gz: {table: [columns, row, row, ...]}, each value as the database
spells it in text, so that one file fills either database. Written once by `dump` from that version's own database.
"""

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import Connection, text

from app.core import schema
from app.core.db import db

FOLDER = Path(__file__).resolve().parent.parent / "core" / "older"
LEFT_OUT = (
    "alembic_version",
    "user_sessions",
    "idempotent_forms",
    "rate_counters",
    "jobs",
    "mails",
    "audit_events",
    "audit_details",
)
BYTES = "bytes:"


def dump(database: Path, target: Path) -> None:
    """Write the rows of a SQLite database of an older version, in a stable order."""
    connection = sqlite3.connect(database)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found: dict[str, list[Any]] = {}
    for table in sorted(tables):
        if table in LEFT_OUT or table.startswith("sqlite_"):
            continue
        some = (
            " WHERE state <> 'available'" if table == "voucher_codes" else ""
        )  # the stock is the bulk of it
        rows = connection.execute(f"SELECT * FROM {table}{some} ORDER BY rowid")
        columns = [column[0] for column in rows.description]
        values = [[_spelled(value) for value in row] for row in rows]
        if values:
            found[table] = [columns, *values]
    text_of_it = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    target.write_bytes(gzip.compress(text_of_it.encode(), 9, mtime=0))


def _spelled(value: Any) -> str | None:
    if isinstance(value, bytes):
        return BYTES + value.hex()
    return None if value is None else str(value)


def fill(revision: str) -> dict[str, int]:
    """Empty the database, bring it to `revision` and put the rows of that time in; answers with rows per table."""
    tables = json.loads(gzip.decompress((FOLDER / f"{revision}.json.gz").read_bytes()))
    _empty()
    if "migrate" not in current_app.extensions:
        schema.migrate.init_app(current_app, db, directory=str(schema.FOLDER), render_as_batch=True)
    upgrade(directory=str(schema.FOLDER), revision=revision)
    with db.engine.connect() as connection, connection.begin():
        lite = connection.dialect.name == "sqlite"
        connection.execute(
            text("PRAGMA defer_foreign_keys=ON" if lite else "SET LOCAL session_replication_role = replica")
        )
        for table, (columns, *rows) in tables.items():
            _insert(connection, table, columns, rows)
    return {table: len(rows) - 1 for table, rows in tables.items()}


def _empty() -> None:
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        path = Path(str(db.engine.url.database))
        db.engine.dispose()
        for part in path.parent.glob(path.name + "*"):
            part.unlink()
        return
    with db.engine.connect() as connection, connection.begin():
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def _literal(value: str | None, dialect: str) -> str:
    if value is None:
        return "NULL"
    if value.startswith(BYTES):
        digits = value.removeprefix(BYTES)
        return f"X'{digits}'" if dialect == "sqlite" else f"'\\x{digits}'"
    return "'" + value.replace("'", "''") + "'"


def _insert(connection: Connection, table: str, columns: list[str], rows: list[list[str | None]]) -> None:
    """As untyped literals: each database reads its own column's type from the text."""
    names = ", ".join(f'"{column}"' for column in columns)
    for row in rows:
        values = ", ".join(_literal(value, connection.dialect.name) for value in row)
        connection.exec_driver_sql(
            f"INSERT INTO {table} ({names}) VALUES ({values})".replace("%", "%%")
            if connection.dialect.name == "postgresql"
            else f"INSERT INTO {table} ({names}) VALUES ({values})"
        )
    if connection.dialect.name == "postgresql" and "id" in columns:
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:t, 'id')"), {"t": table}).scalar()
        if sequence:
            connection.execute(text(f"SELECT setval('{sequence}', (SELECT max(id) FROM {table}))"))
