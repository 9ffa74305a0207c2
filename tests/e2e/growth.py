"""A thousand rows of everything: each table's rows are copied until there are as many, whatever the area."""

import random
import string
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Table, UniqueConstraint, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app.core.db import db

# Tables that a page's length does not depend on, or that allow one row of a kind only.
APART = {
    "accounts",
    "alembic_version",
    "exchange_rates",
    "idempotent_forms",
    "memberships",
    "point_values",
    "program_budgets",
    "program_caps",
    "rate_counters",
    "user_sessions",
}
LETTERS = string.ascii_lowercase + "23456789"


def unique_sets(table: Table) -> list[set[str]]:
    sets = [
        {column.name for column in one.columns}
        for one in table.constraints
        if isinstance(one, UniqueConstraint)
    ]
    sets += [{column.name for column in index.columns} for index in table.indexes if index.unique]
    sets += [{column.name} for column in table.columns if column.unique]
    return sets


def varied(value: Any, number: int, table: Table, column: str) -> Any:
    """Another value of the same kind, so that a unique key stays unique."""
    if isinstance(value, str):
        if column == "public_id":
            return "".join(random.choices(LETTERS, k=len(value)))
        return f"{number}{value}" if "@" in value else f"{value}-{number}"
    if isinstance(value, datetime):
        return value + timedelta(microseconds=number)
    if isinstance(value, int) and not isinstance(value, bool) and not table.columns[column].foreign_keys:
        return value + number * 1000
    return value


def clones(rows: list[dict[str, Any]], table: Table, wanted: int, top: int) -> Iterator[dict[str, Any]]:
    keys = unique_sets(table)
    names = {name for one in keys for name in one} - {"id"}
    for number in range(1, wanted + 1):
        row = dict(rows[number % len(rows)])
        for name in names:
            if row[name] is not None:
                row[name] = varied(row[name], top + number, table, name)
        if "id" in row:
            row["id"] = top + number
        yield row


def grow_table(connection: Connection, table: Table, wanted: int) -> str:
    """`wanted` rows in all; says why not where the table's own rules forbid copies."""
    have = connection.execute(select(func.count()).select_from(table)).scalar() or 0
    if not have or have >= wanted:
        return ""
    rows = [dict(row) for row in connection.execute(select(table).limit(200)).mappings()]
    top = connection.execute(select(func.max(table.c.id))).scalar() if "id" in table.c else 10_000
    try:
        with connection.begin_nested():
            connection.execute(table.insert(), list(clones(rows, table, wanted - have, int(top or 0))))
    except IntegrityError as problem:
        return f"{table.name}: {problem.orig}"
    return ""


def grow(app: Flask, wanted: int) -> list[str]:
    """Copy rows of every table; the answer lists tables that could not grow, with the reason."""
    random.seed(7)
    refused: list[str] = []
    with app.app_context():
        names = set(inspect(db.engine).get_table_names())
        with (
            db.engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection,
            connection.begin(),
        ):
            for table in db.metadata.sorted_tables:
                if table.name in names and table.name not in APART:
                    refused.append(grow_table(connection, table, wanted))
            if connection.dialect.name == "postgresql":
                connection.execute(text("ANALYZE"))
        db.session.remove()
    return [line for line in refused if line]


def counts(app: Flask) -> dict[str, int]:
    with app.app_context():
        tables = [table for table in db.metadata.sorted_tables if table.name not in APART]
        found = {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }
        db.session.remove()
    return found
