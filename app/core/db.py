"""The database: one session, one way to write, one way to lock.

Rule: `commit` and `rollback` stand in this file only. Reads may happen anywhere; every write happens inside
`with transaction():`. On SQLite a writing transaction is BEGIN IMMEDIATE, a reading one BEGIN DEFERRED, so that
two writers queue instead of failing half way.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CursorResult, Engine, Executable, MetaData, event, select
from sqlalchemy.orm import DeclarativeBase

from app.core.errors import NotFound

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base with named constraints, so that migrations can speak of each of them."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

M = TypeVar("M", bound=Base)

_DEPTH = "tangga_depth"
_DOOMED = "tangga_doomed"
_AFTER = "tangga_after_commit"


def dialect() -> str:
    """Name of the database in use: `sqlite` or `postgresql`."""
    return str(db.engine.dialect.name)


def install(engine: Engine, *, synchronous: str = "FULL") -> None:
    """Set up connections of an engine. SQLite: pragmas and explicit BEGIN; PostgreSQL: sums as whole numbers."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _read_sums_as_whole_numbers)
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not send BEGIN by itself
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "recursive_triggers=ON",  # otherwise INSERT OR REPLACE walks past the append-only triggers
            "busy_timeout=15000",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


def _read_sums_as_whole_numbers(connection: Any, _record: Any) -> None:
    """PostgreSQL's sum of big integers is `numeric`, which the driver reads as a Decimal; SQLite's is an integer."""
    from psycopg.adapt import Loader  # a driver that only PostgreSQL needs

    class WholeNumber(Loader):
        def load(self, data: Any) -> int | Decimal:
            text = bytes(data).decode()
            return int(text) if text.lstrip("-").isdigit() else Decimal(text)

    connection.adapters.register_loader("numeric", WholeNumber)


def in_transaction() -> bool:
    """True inside `with transaction():`."""
    return bool(db.session().info.get(_DEPTH, 0))


@contextmanager
def transaction() -> Iterator[None]:
    """One unit of work. Nested uses join the outermost, which alone commits.

    Any exception rolls back everything, also what outer code wrote before; code that catches an exception of an
    inner block cannot save the half that went well.
    """
    session = db.session()
    info = session.info
    if info.get(_DEPTH, 0):
        info[_DEPTH] += 1
        try:
            yield
            session.flush()
        except BaseException:
            info[_DOOMED] = True
            raise
        finally:
            info[_DEPTH] -= 1
        return
    end_read()  # a writing transaction starts afresh
    info[_DEPTH], info[_DOOMED], info[_AFTER] = 1, False, []
    try:
        if db.engine.dialect.name == "sqlite":
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        yield
        if info[_DOOMED]:
            raise RuntimeError("a failed inner transaction was swallowed; nothing may be committed")
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        after, info[_AFTER] = info[_AFTER], []
        info[_DEPTH] = 0
    for callback in after:
        callback()


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once the outermost transaction has committed; dropped if it fails."""
    session = db.session()
    if not session.info.get(_DEPTH, 0):
        callback()
    elif callback not in session.info[_AFTER]:
        session.info[_AFTER].append(callback)


def end_read() -> None:
    """Let go of the snapshot of earlier reads (before slow work, or to see newer rows)."""
    session = db.session()
    if session.info.get(_DEPTH, 0) or not session.in_transaction():
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside transaction()")
    session.commit()  # nothing was written; unlike rollback this leaves loaded rows readable


def lock(model: type[M], key: int) -> M:
    """Read one row for update, as it is now (`populate_existing`), inside a transaction.

    Raises NotFound. On SQLite the write transaction itself is the lock.
    """
    if not in_transaction():
        raise RuntimeError("lock() outside transaction()")
    table = model.__table__
    query = select(model).where(table.c.id == key).with_for_update().execution_options(populate_existing=True)
    row = db.session.scalars(query).first()
    if row is None:
        raise NotFound()
    return row


def queue_up(model: type[M], key: int | None) -> None:
    """Let what is done about one row be done one after the other, until the transaction ends.

    The weaker lock: rows that only refer to it (each line of the ledger refers to a person) do not wait for it, so
    nothing that holds a budget or an account ever waits for somebody who waits for that. On SQLite nothing is needed.
    """
    if dialect() == "postgresql":
        table = model.__table__
        db.session.execute(select(table.c.id).where(table.c.id == key).with_for_update(key_share=True))


def queue_under(name: str) -> None:
    """Let what is done under one name be done one after the other, until the transaction ends. No row waits with it.

    On SQLite the write transaction itself is the queue.
    """
    if dialect() == "postgresql":
        execute_sql("SELECT pg_advisory_xact_lock(hashtext(:name))", {"name": name})


_PARAM = re.compile(r"(?<![:\w]):(\w+)")


@functools.lru_cache(maxsize=512)
def _styled(statement: str, name: str) -> tuple[str, tuple[str, ...]]:
    names = tuple(_PARAM.findall(statement))
    if name == "sqlite":
        return statement, names
    return _PARAM.sub(r"%(\1)s", statement.replace("%", "%%")), names


def read(statement: Executable, params: dict[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement that was made once (its values are `bindparam`s) for its columns, past the ORM's session.

    Making a statement costs more than running it, so what every page asks for is made once a process.
    """
    return db.session.connection().execute(statement, params or {})


def execute_sql(statement: str, params: dict[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]:
    """Run plain SQL with `:name` parameters on the session's connection; the hot path of the ledger.

    Values must be what the driver takes (on SQLite: text for instants and dates, see `core.types.bind`).
    """
    text, _names = _styled(statement, db.engine.dialect.name)
    return db.session.connection().exec_driver_sql(text, params or {})


def execute_sql_many(statement: str, rows: Sequence[dict[str, Any]]) -> None:
    """Like `execute_sql`, once per row (executemany)."""
    if not rows:
        return
    text, _names = _styled(statement, db.engine.dialect.name)
    db.session.connection().exec_driver_sql(text, list(rows))
