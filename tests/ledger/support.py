"""What tests of the ledger read: wallets, lots, row counts, and whether all invariants hold."""

from datetime import date

from app.core.db import db, end_read, execute_sql
from app.core.types import read_date
from app.identity.actor import Actor
from app.ledger.models import Owner
from app.ledger.verify import broken_invariants

TABLES = ("accounts", "postings", "transfers", "lots", "lot_movements")


def member(actor: Actor) -> Owner:
    assert actor.person_id is not None
    return Owner("member", actor.person_id)


def wallet(owner: Owner) -> dict[str, int]:
    """Balances by account kind."""
    rows = execute_sql(
        "SELECT kind, balance FROM accounts WHERE owner_kind = :kind AND owner_id = :id",
        {"kind": owner.kind, "id": owner.id},
    ).fetchall()
    end_read()
    return {row[0]: row[1] for row in rows}


def lots(owner: Owner) -> list[tuple[int, date | None, date | None]]:
    """(remaining, expires_on, releases_on) of every lot, by expiry."""
    rows = execute_sql(
        "SELECT l.remaining, l.expires_on, l.releases_on FROM lots l JOIN accounts a ON a.id = l.account_id"
        " WHERE a.owner_kind = :kind AND a.owner_id = :id ORDER BY l.expires_on, l.id",
        {"kind": owner.kind, "id": owner.id},
    ).fetchall()
    end_read()
    return [(row[0], read_date(row[1]), read_date(row[2])) for row in rows]


def count_rows() -> dict[str, int]:
    counts = {
        table: db.session.execute(db.text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES
    }
    end_read()
    return counts


def clean() -> None:
    """Every invariant of `tangga ledger verify` holds."""
    broken = broken_invariants()
    assert broken == [], broken
