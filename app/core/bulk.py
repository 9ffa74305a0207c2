"""Many rows at once: ids fetched beforehand, then COPY on PostgreSQL and executemany on SQLite.

For append-only facts whose rows refer to each other (activity, posting, award), so that no id has to be read back.
Call inside `transaction()`; values are Python values (dates, aware instants, dicts for JSON columns).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from app.core.db import db, dialect, execute_sql
from app.core.types import dump_json, instant_text


def reserve_ids(table: str, count: int) -> list[int]:
    """Ids for `count` new rows of a table, ascending. On SQLite the write lock keeps them ours until the commit."""
    if count <= 0:
        return []
    if dialect() == "sqlite":
        last = execute_sql(f"SELECT COALESCE(MAX(id), 0) FROM {table}").scalar_one()
        return list(range(last + 1, last + 1 + count))
    found = execute_sql(
        f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, :count)",
        {"count": count},
    )
    return [row[0] for row in found]


def insert_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, in order. All or none, as every statement inside a transaction."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(statement, [tuple(map(_lite, row)) for row in rows])
        finally:
            cursor.close()
        return
    copy_in = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(copy_in) as copy:
        block: list[str] = []
        for row in rows:
            block.append("\t".join(map(_copied, row)))
            if len(block) == 2000:
                copy.write("\n".join(block) + "\n")
                block.clear()
        if block:
            copy.write("\n".join(block) + "\n")


@lru_cache(maxsize=4096)
def _day(value: date) -> str:
    return value.isoformat()


@lru_cache(maxsize=4096)
def _instant(value: datetime) -> str:
    return instant_text(value)


def _lite(value: Any) -> Any:
    if value is None or type(value) is int or type(value) is str:
        return value
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, (dict, list, tuple)):
        return dump_json(value)
    return value


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copied(value: Any) -> str:
    if value is None:
        return "\\N"
    if type(value) is int:
        return str(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return _instant(value) + "+00"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return str(value).translate(_ESCAPES)
