"""Many rows at once: ids fetched beforehand, then COPY on PostgreSQL and executemany on SQLite.

For append-only facts whose rows refer to each other (activity, posting, award), so that no id has to be read back.
Call inside `transaction()`; values are Python values (dates, aware instants, dicts for JSON columns).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
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
    found = execute_sql(  # the sequence is looked up once, not once an id
        f"""SELECT array_agg(nextval(its.sequence)) FROM generate_series(1, :count),
            (SELECT CAST(pg_get_serial_sequence('{table}', 'id') AS regclass) AS sequence OFFSET 0) AS its""",
        {"count": count},
    )
    return list(found.scalar_one())


def insert_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, in order. All or none, as every statement inside a transaction."""
    given = list(rows)
    if not given:
        return
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(
                statement, list(zip(*map(_lite_column, zip(*given, strict=True)), strict=True))
            )
        finally:
            cursor.close()
        return
    copy_in = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    raw: Any = connection.connection.driver_connection
    lines = map("\t".join, zip(*map(_copied_column, zip(*given, strict=True)), strict=True))
    with raw.cursor() as cursor, cursor.copy(copy_in) as copy:
        copy.write("\n".join(lines) + "\n")


_AS_IS = {int, str, type(None)}


def _lite_column(values: tuple[Any, ...]) -> Iterable[Any]:
    """A column as SQLite's driver takes it; most columns need nothing, and that is seen once, not per value."""
    return values if set(map(type, values)) <= _AS_IS else map(_lite, values)


def _copied_column(values: tuple[Any, ...]) -> Iterable[str]:
    """A column as COPY reads it: how is looked up once per type, and plain columns are seen as a whole."""
    kinds = set(map(type, values))
    if kinds == {str} and not _SPECIAL.search("".join(values)):
        return values
    if len(kinds) == 1:
        return map(_way(kinds.pop()), values)
    ways = {kind: _way(kind) for kind in kinds}
    return [ways[type(value)](value) for value in values]


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


_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _way(kind: type) -> Callable[[Any], str]:
    """How COPY is given a value of a type; subclasses (an enum's member, a date with a time) as what they are."""
    for base, way in _WAYS:
        if issubclass(kind, base):
            return way
    return lambda value: str(value).translate(_ESCAPES)


_WAYS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (type(None), lambda _value: "\\N"),
    (bool, lambda value: "t" if value else "f"),
    (int, int.__repr__),
    (datetime, lambda value: _instant(value) + "+00"),
    (date, _day),
    ((dict, list, tuple), lambda value: _as_json(value).translate(_ESCAPES)),
)
