"""A thousand rows of everything: each table's rows are copied until there are as many, whatever the area."""

import random
import string
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


def free_columns(table: Table, row: dict[str, Any], names: set[str]) -> list[str]:
    """Columns of a unique key that refer to nothing, the telling ones first."""
    free = [name for name in names - KINDS if row.get(name) is not None and not table.c[name].foreign_keys]
    return sorted(free, key=lambda name: (name not in TELLING, not isinstance(row[name], str), name))


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


class Grower:
    """Copies rows table by table, parents first, and remembers which ids are copies."""

    def __init__(self, connection: Connection, wanted: int) -> None:
        self.connection, self.wanted = connection, wanted
        self.born: dict[str, tuple[int, int]] = {}
        self.refused: list[str] = []

    def parents(self, table: Table, row: dict[str, Any], names: set[str]) -> list[tuple[str, str]]:
        """(column, table) of references in a unique key whose table has copies to refer to."""
        found = []
        for name in sorted(names):
            for key in table.c[name].foreign_keys if row.get(name) is not None else ():
                if key.column.table.name in self.born:
                    found.append((name, key.column.table.name))
        return found

    def column_to_change(self, table: Table, row: dict[str, Any], names: set[str]) -> tuple[str, str]:
        """(column, table of the copies it shall refer to): a telling value, else a reference, else any value."""
        free = free_columns(table, row, names)
        parents = self.parents(table, row, names)
        if free and (free[0] in TELLING or not parents):
            return free[0], ""
        return parents[0] if parents else ("", "")

    def most(self, table: Table, rows: list[dict[str, Any]]) -> int:
        """As many copies as the parents they have to refer to."""
        sets = [names for names in unique_sets(table) if full(rows[0], names)]
        used = [self.column_to_change(table, rows[0], names)[1] for names in sets]
        return min([self.wanted, *(self.born[parent][1] for parent in used if parent)])

    def may_be_copied(self, table: Table, row: dict[str, Any]) -> bool:
        return all(
            free_columns(table, row, names) or self.parents(table, row, names) or not full(row, names)
            for names in unique_sets(table)
        )

    def copy(self, table: Table, row: dict[str, Any], number: int, top: int) -> dict[str, Any]:
        """Each unique key of the row is made new: by a value of its own, or by referring to another copy."""
        made, changed = dict(row), set()
        for names in unique_sets(table):
            if names & changed or not full(row, names):
                continue
            name, parent = self.column_to_change(table, row, names)
            if parent:
                made[name] = self.born[parent][0] + number
            elif name:
                made[name] = varied(row[name], top + number, table, name)
            else:
                continue
            changed.add(name)
        if "id" in made:
            made["id"] = top + number
        return made

    def grow(self, table: Table) -> None:
        have = self.connection.execute(select(func.count()).select_from(table)).scalar() or 0
        if not have or have >= self.wanted:
            return
        rows = [dict(row) for row in self.connection.execute(select(table).limit(200)).mappings()]
        rows = [row for row in rows if self.may_be_copied(table, row)]
        top = self.connection.execute(select(func.max(table.c.id))).scalar() if "id" in table.c else 10_000
        try:
            more = min(self.wanted - have, self.most(table, rows))
            with self.connection.begin_nested():
                copies = [self.copy(table, rows[n % len(rows)], n, int(top or 0)) for n in range(1, more + 1)]
                self.connection.execute(table.insert(), copies)
        except (IntegrityError, IndexError) as problem:
            self.refused.append(f"{table.name}: {problem}".split("[SQL")[0])
        else:
            if "id" in table.c:
                self.born[table.name] = (int(top or 0), more)


def full(row: dict[str, Any], names: set[str]) -> bool:
    """Whether a unique key applies to the row at all: a missing value is equal to nothing."""
    return all(row.get(name) is not None for name in names)


def grow(app: Flask, wanted: int) -> list[str]:
    """Copy rows of every table; the answer lists tables that could not grow, with the reason."""
    random.seed(7)
    with app.app_context():
        names = set(inspect(db.engine).get_table_names())
        opened = db.engine.connect().execution_options(sqlite_begin="IMMEDIATE")
        with opened as connection, connection.begin():
            grower = Grower(connection, wanted)
            for table in db.metadata.sorted_tables:
                if table.name in names and table.name not in APART:
                    grower.grow(table)
            if connection.dialect.name == "postgresql":
                connection.execute(text("ANALYZE"))
        db.session.remove()
    return grower.refused


def counts(app: Flask) -> dict[str, int]:
    with app.app_context():
        tables = [table for table in db.metadata.sorted_tables if table.name not in APART]
        found = {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }
        db.session.remove()
    return found
