"""Rows of one shape from many areas, so that a page which gathers them asks the database once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, Text, cast, literal, null, select, union_all
from sqlalchemy.sql.elements import SQLCoreOperations

from app.core.types import BigInt

Value = Any
TEXTS = ("part", "ref", "title", "text", "extra", "at")
NUMBERS = ("rank", "n1", "n2")
COLUMNS = ("part", "rank", "ref", "title", "text", "extra", "n1", "n2", "at")


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One row: `part` says what it is, the area that made it says what the rest means. `at` is ISO text."""

    part: str
    rank: int
    ref: str | None
    title: str | None
    text: str | None
    extra: str | None
    n1: int | None
    n2: int | None
    at: str | None


def feed_row(part: str, **given: Value) -> list[Label[Any]]:
    """The nine columns of a feed row for `select(*feed_row("news", ref=..., title=...))`; what is not given is null.

    Columns, expressions and plain values are cast alike, so that rows of all areas unite on both databases.
    """
    unknown = given.keys() - set(COLUMNS)
    if unknown:
        raise TypeError(f"a feed row has no {', '.join(sorted(unknown))}")
    values = {"rank": 0, **given, "part": part}
    return [_column(name, values.get(name)).label(name) for name in COLUMNS]


def _column(name: str, value: Value) -> ColumnElement[Any]:
    kind = BigInt if name in NUMBERS else Text()
    if value is None:
        return cast(null(), kind)
    return cast(value if isinstance(value, SQLCoreOperations) else literal(value), kind)


def gather(parts: Iterable[Select[Any] | None]) -> Select[Any] | None:
    """All rows of these selects as one statement; each may have its own order and limit. None if there are none."""
    asked = [part.subquery() for part in parts if part is not None]
    if not asked:
        return None
    every = union_all(*(select(*(part.c[name] for name in COLUMNS)) for part in asked)).subquery()
    return select(*(every.c[name] for name in COLUMNS))
