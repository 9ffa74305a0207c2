"""Plain SQL on the session's connection, bound once per posting: the ledger's hot path does without ORM and Core."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

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
    """The driver's connection inside the session's present transaction: the session begins, commits and rolls back."""

    __slots__ = ("connection", "dialect", "driver", "is_sqlite", "is_watched")

    def __init__(self) -> None:
        self.connection = db.session.connection()
        self.dialect = self.connection.dialect
        self.driver: Any = self.connection.connection.driver_connection
        self.is_sqlite = self.dialect.name == "sqlite"
        self.is_watched = bool(self.connection.dispatch.before_cursor_execute)

    def run(self, statement: Sql, params: Mapping[str, Any]) -> Any:
        """Execute and return the driver's cursor. Errors of the driver come as SQLAlchemy's."""
        text = statement.sqlite if self.is_sqlite else statement.postgresql
        if self.is_watched:  # somebody counts or records statements: take the road on which they stand
            return self.connection.exec_driver_sql(text, params)
        errors = self.dialect.loaded_dbapi.Error
        try:
            return self.driver.execute(text, params)
        except errors as error:
            hidden = self.connection.engine.hide_parameters
            raise DBAPIError.instance(
                text, dict(params), error, errors, hide_parameters=hidden, dialect=self.dialect
            ) from error

    def rows(self, statement: Sql, params: Mapping[str, Any]) -> Sequence[Any]:
        """All rows."""
        found: Sequence[Any] = self.run(statement, params).fetchall()
        return found

    def row(self, statement: Sql, params: Mapping[str, Any]) -> Any:
        """The first row, or None. The cursor is read to its end, so that a writing statement is complete."""
        found = self.run(statement, params).fetchall()
        return found[0] if found else None

    def value(self, statement: Sql, params: Mapping[str, Any]) -> Any:
        """The first column of the first row, or None."""
        found = self.run(statement, params).fetchall()
        return found[0][0] if found else None

    def instant(self, value: datetime) -> Any:
        """An instant as the driver takes it."""
        return instant_text(value) if self.is_sqlite else value

    def day(self, value: date | None) -> Any:
        """A date as the driver takes it."""
        return value.isoformat() if value is not None and self.is_sqlite else value
