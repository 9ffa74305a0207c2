"""The schema that the migrations build is the one that the models describe, and has every trigger.

Alembic's own comparison leaves out CHECK constraints and indexes over expressions, so a second one reads two
databases, one made by the migrations and one by the models, and compares what the database itself says.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.engine import make_url

from app.core import schema, triggers
from app.core.db import db
from scripts.checks.application import build
from tests.support.postgres import Server

NOT_OURS = ("alembic_version",)


def described(connection: Connection) -> set[str]:
    """Each column, key, index and CHECK of a database as one line."""
    seen, lines = inspect(connection), set()
    for table in seen.get_table_names():
        if table in NOT_OURS or table.startswith("huey"):
            continue
        for column in seen.get_columns(table):
            null = "" if column["nullable"] else " not null"
            lines.add(f"{table}.{column['name']}: {column['type']}{null} {column['default'] or ''}".strip())
        for check in seen.get_check_constraints(table):
            lines.add(f"{table}: {check['name']} check {squeeze(check['sqltext'])}")
        for key in seen.get_foreign_keys(table):
            options = {name: value for name, value in key["options"].items() if value}
            columns = ", ".join(key["constrained_columns"])
            lines.add(
                f"{table}: {key['name']} on {columns} to {key['referred_table']} {options or ''}".strip()
            )
        for unique in seen.get_unique_constraints(table):
            lines.add(f"{table}: {unique['name']} unique {', '.join(unique['column_names'])}")
        lines.update(index_lines(connection, table))
    return lines


def squeeze(text: Any) -> str:
    return " ".join(str(text).split())


def index_lines(connection: Connection, table: str) -> set[str]:
    """Indexes in the database's own words: reflection leaves out what is over an expression."""
    if connection.dialect.name == "sqlite":
        query = (
            f"SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '{table}'"
        )
        strict = f"SELECT strict FROM pragma_table_list WHERE name = '{table}'"
        kind = connection.exec_driver_sql(strict).scalar()
        extra = {f"{table}: strict"} if kind else set()
    else:
        query = f"SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = '{table}'"
        extra = set()
    return {squeeze(row[0]).replace('"', "") for row in connection.exec_driver_sql(query)} | extra


def differences(app: Any, other: Any, dialect: str) -> Iterator[str]:
    """`app`'s database comes from the migrations; `other`'s is filled from the models here."""
    with app.app_context():
        schema.upgrade()
        with db.engine.connect() as connection:
            options = {"compare_type": True, "render_as_batch": True, "include_name": not_the_queue}
            context = MigrationContext.configure(connection, opts=options)
            for change in compare_metadata(context, db.metadata):
                yield f"{dialect}: alembic sees: {change}"
            migrated = described(connection)
            for name in sorted(triggers.missing(connection)):
                yield f"{dialect}: trigger {name} is missing after the migrations"
    with other.app_context():
        db.create_all()
        with db.engine.connect() as connection:
            modelled = described(connection)
    for line in sorted(modelled - migrated):
        yield f"{dialect}: only the models say: {line}"
    for line in sorted(migrated - modelled):
        yield f"{dialect}: only the migrations say: {line}"


def not_the_queue(name: str | None, kind: str, _parents: Any) -> bool:
    return not (kind == "table" and name is not None and name.startswith("huey"))


@contextmanager
def two_databases(server_url: str) -> Iterator[tuple[str, str]]:
    """Two empty databases on a PostgreSQL server, dropped afterwards."""
    names = [f"tangga_drift_{os.getpid()}_{number}" for number in (1, 2)]
    address = make_url(server_url)
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as admin:
        for name in names:
            admin.execute(f"CREATE DATABASE {name}")
        try:
            one, two = (address.set(database=name).render_as_string(hide_password=False) for name in names)
            yield one, two
        finally:
            for name in names:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def on_sqlite() -> Iterator[str]:
    with build() as app, build() as other:
        yield from differences(app, other, "sqlite")


def on_postgresql(server_url: str) -> Iterator[str]:
    with two_databases(server_url) as (one, two), build(url=one) as app, build(url=two) as other:
        yield from differences(app, other, "postgresql")


def findings(root: Path) -> Iterator[str]:
    if not list((root / "migrations" / "versions").glob("*.py")):
        yield "migrations/versions: there is no migration yet"
        return
    yield from on_sqlite()
    server = Server()
    try:
        yield from on_postgresql(server.url)
    finally:
        server.stop()
