"""Plain SQL on the session's connection, bound once per posting: the ledger's hot path does without the ORM."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.core.db import db
from app.core.types import instant_text

_NAMED = re.compile(r"(?<![:\w]):(\w+)")


class Sql:
    """One statement, written with `:name` parameters, kept in both drivers' spellings."""

    __slots__ = ("postgresql", "sqlite")

    def __init__(self, text: str, postgresql: str | None = None) -> None:
        self.sqlite = " ".join(text.split())
        other = " ".join((postgresql or text).split())
        self.postgresql = _NAMED.sub(r"%(\1)s", other.replace("%", "%%"))


class Wire:
    """The connection of the present transaction."""

    __slots__ = ("connection", "is_sqlite")

    def __init__(self) -> None:
        self.connection = db.session.connection()
        self.is_sqlite = self.connection.dialect.name == "sqlite"

    def run(self, statement: Sql, params: Mapping[str, Any]) -> Any:
        """Execute and return the result."""
        text = statement.sqlite if self.is_sqlite else statement.postgresql
        return self.connection.exec_driver_sql(text, params)

    def rows(self, statement: Sql, params: Mapping[str, Any]) -> Sequence[Any]:
        """All rows."""
        return self.run(statement, params).fetchall()

    def row(self, statement: Sql, params: Mapping[str, Any]) -> Any:
        """The first row, or None."""
        return self.run(statement, params).fetchone()

    def value(self, statement: Sql, params: Mapping[str, Any]) -> Any:
        """The first column of the first row, or None."""
        row = self.run(statement, params).fetchone()
        return None if row is None else row[0]

    def instant(self, value: datetime) -> Any:
        """An instant as the driver takes it."""
        return instant_text(value) if self.is_sqlite else value

    def day(self, value: date | None) -> Any:
        """A date as the driver takes it."""
        return value.isoformat() if value is not None and self.is_sqlite else value
