"""Triggers that make tables append-only, by name, on both databases.

Migrations in batch mode recreate tables on SQLite and silently drop their triggers, so `install()` runs after every
upgrade, and `missing()` is asserted by `tangga doctor`, `tangga ledger verify` and the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: its name, its table and its full CREATE statements per database (PostgreSQL may need several)."""

    name: str
    table: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]


REGISTRY: dict[str, Trigger] = {}


def register(name: str, table: str, sqlite: tuple[str, ...] | str, postgresql: tuple[str, ...] | str) -> None:
    """Declare a trigger. Each SQLite statement must create a trigger called `name` (or `name_<suffix>`)."""
    as_tuple = lambda given: (given,) if isinstance(given, str) else tuple(given)  # noqa: E731
    REGISTRY[name] = Trigger(name, table, as_tuple(sqlite), as_tuple(postgresql))


def append_only(table: str, *, columns: tuple[str, ...] | None = None, deletable: bool = False) -> None:
    """Forbid UPDATE (of `columns`, or at all), DELETE and TRUNCATE on a table."""
    of = f" OF {', '.join(columns)}" if columns else ""
    message = f"{table} is append-only"
    raise_lite = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    function = (
        "CREATE OR REPLACE FUNCTION tangga_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )

    def pg(name: str, event: str, level: str) -> tuple[str, ...]:
        return (
            function,
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {level} EXECUTE FUNCTION tangga_refuse()",
        )

    name = f"{table}_no_update"
    register(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE UPDATE{of} ON {table} {raise_lite}",
        pg(name, f"UPDATE{of}", "ROW"),
    )
    if not deletable:
        name = f"{table}_no_delete"
        register(
            name,
            table,
            f"CREATE TRIGGER {name} BEFORE DELETE ON {table} {raise_lite}",
            pg(name, "DELETE", "ROW"),
        )
        name = f"{table}_no_truncate"
        register(name, table, (), pg(name, "TRUNCATE", "STATEMENT"))  # SQLite has no TRUNCATE


def install(connection: Connection) -> None:
    """Create every registered trigger anew."""
    for trigger in REGISTRY.values():
        if connection.dialect.name == "sqlite":
            for statement in trigger.sqlite:
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {_created_name(statement)}")
                connection.exec_driver_sql(statement)
        else:
            for statement in trigger.postgresql:
                connection.exec_driver_sql(statement.replace("%", "%%"))  # the driver takes % for a parameter


def _created_name(statement: str) -> str:
    words = statement.split()
    return words[2]


def expected(dialect_name: str) -> set[str]:
    """Names that must exist in a database of this kind."""
    if dialect_name == "sqlite":
        return {_created_name(statement) for trigger in REGISTRY.values() for statement in trigger.sqlite}
    return {trigger.name for trigger in REGISTRY.values() if trigger.postgresql}


def missing(connection: Connection) -> set[str]:
    """Registered triggers that this database lacks or has switched off."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    else:
        rows = connection.execute(
            text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        )
    return expected(connection.dialect.name) - {str(row[0]) for row in rows}
