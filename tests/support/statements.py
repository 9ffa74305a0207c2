"""Counting what a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.core.db import db

QUIET = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE", "SET ", "SHOW ")


class Statements(list[str]):
    """The statements in their order; `len()` is the count, without BEGIN, COMMIT and PRAGMA."""

    @property
    def count(self) -> int:
        return len(self)


@contextmanager
def count_statements(app: Flask) -> Iterator[Statements]:
    seen = Statements()
    with app.app_context():
        engine = db.engine

    def note(_conn: Any, _cursor: Any, statement: str, _params: Any, _context: Any, _many: bool) -> None:
        if not statement.lstrip().upper().startswith(QUIET):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
