"""Ways past every rule of the house, to plant defects."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from app.core.db import db, dialect, end_read, transaction

LEDGER_TABLES = ("accounts", "postings", "transfers", "lots", "lot_movements")
STANDING = (
    "orders", "order_lines", "voucher_codes", "activities", "program_awards", "gift_campaigns", "gift_code_batches",
    "gift_codes",
)  # fmt: skip


def run(statement: str) -> None:
    """Plain SQL past every rule of the house."""
    with transaction():
        db.session.execute(text(statement))


@contextmanager
def defenceless() -> Iterator[None]:
    """Triggers, checks, foreign keys and unique indexes off: what a careless restore could leave behind."""
    end_read()
    with db.engine.connect() as connection:
        if dialect() == "sqlite":
            names = (
                connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
                .scalars()
                .all()
            )
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in (*LEDGER_TABLES, *STANDING):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
                checks = text(
                    "SELECT conname FROM pg_constraint WHERE conrelid = :t ::regclass AND contype IN ('c', 'u')"
                )
                for name in connection.execute(checks, {"t": table}).scalars().all():
                    connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE'))
        for name in ("uq_postings_reverses_posting_id", "uq_postings_order_payment"):
            connection.execute(text(f"DROP INDEX IF EXISTS {name}"))
        connection.commit()
    pool_pragmas("ON" if dialect() == "sqlite" else None)
    yield
    pool_pragmas("OFF" if dialect() == "sqlite" else None)


def pool_pragmas(ignore: str | None) -> None:
    if ignore is not None:
        raw = db.session.connection().connection.driver_connection
        end_read()
        assert raw is not None
        raw.execute(f"PRAGMA ignore_check_constraints = {ignore}")
        raw.execute(f"PRAGMA foreign_keys = {'OFF' if ignore == 'ON' else 'ON'}")
