"""A thousand rows of everything: each table's rows are copied until there are as many, whatever the area."""

import random
import string
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum
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


KINDS = {"kind", "state", "status", "role", "locale", "country", "currency", "unit", "source", "owner_kind"}
TELLING = ("public_id", "key", "idempotency_key", "slug", "email", "source_ref", "sku", "token_digest")


def unique_sets(table: Table) -> list[set[str]]:
    sets = [
        {column.name for column in one.columns}
        for one in table.constraints
        if isinstance(one, UniqueConstraint)
    ]
    sets += [{column.name for column in index.columns} for index in table.indexes if index.unique]
    sets += [{column.name} for column in table.columns if column.unique]
    sets.append({column.name for column in table.primary_key})
    return [one for one in sets if one != {"id"}]


def columns_to_vary(table: Table, row: dict[str, Any]) -> set[str]:
    """One column of each unique key: the telling one, else any text or number that refers to nothing."""
    chosen: set[str] = set()
    for names in unique_sets(table):
        free = [
            name for name in names - KINDS if row.get(name) is not None and not table.c[name].foreign_keys
        ]
        free.sort(key=lambda name: (name not in TELLING, not isinstance(row[name], str), name))
        chosen |= {free[0]} if free and not chosen & names else set()
    return chosen


def varied(value: Any, number: int, table: Table, column: str) -> Any:
    """Another value of the same kind, so that a unique key stays unique."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        if column == "public_id":
            return "".join(random.choices(LETTERS, k=len(value)))
        return f"{number}{value}" if "@" in value else f"{value}-{number}"
    if isinstance(value, datetime):
        return value + timedelta(microseconds=number)
    if isinstance(value, int) and not isinstance(value, bool) and not table.columns[column].foreign_keys:
        return value + number * 1000
    return value


def may_be_copied(table: Table, row: dict[str, Any]) -> bool:
    """No unique key of the row is made of references alone: such a row is one of a kind."""
    for names in unique_sets(table):
        if all(row.get(name) is not None and table.c[name].foreign_keys for name in names):
            return False
    return True


def clones(rows: list[dict[str, Any]], table: Table, wanted: int, top: int) -> Iterator[dict[str, Any]]:
    for number in range(1, wanted + 1):
        row = dict(rows[number % len(rows)])
        for name in columns_to_vary(table, row):
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
    rows = [row for row in rows if may_be_copied(table, row)] or rows
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
