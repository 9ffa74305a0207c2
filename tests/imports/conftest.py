"""Files, programs and fingerprints for the tests of imports."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.db import db
from app.identity.actor import SYSTEM
from app.integrations.imports import runs
from app.integrations.imports.mapping import Mapping
from app.integrations.imports.models import ImportKind
from app.integrations.imports.report import Report
from tests.programs.makers import definition, live, reward

SAMPLE = Path(__file__).parent / "sample"
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "adventureworks"
# Checks on the real files exist only where the files do.
collect_ignore_glob = [] if REAL.is_dir() else ["test_real_*.py"]

LEDGER = (
    """SELECT a.source_ref, a.revision, a.digest, a.occurred_on, a.amount_minor, a.organisation_id,
              CASE WHEN a.voided_at IS NULL THEN 1 ELSE 0 END FROM activities a ORDER BY a.id""",
    """SELECT p.idempotency_key, p.kind, p.organisation_id, p.rule_key FROM postings p ORDER BY p.id""",
    """SELECT p.idempotency_key, f.owner_kind, f.owner_id, f.kind, g.owner_kind, g.owner_id, g.kind, t.amount,
              t.from_balance, t.to_balance
         FROM transfers t JOIN postings p ON p.id = t.posting_id JOIN accounts f ON f.id = t.from_account_id
         JOIN accounts g ON g.id = t.to_account_id ORDER BY t.id""",
    """SELECT a.owner_kind, a.owner_id, a.kind, p.idempotency_key, l.amount, l.remaining, l.expires_on, l.releases_on
         FROM lots l JOIN accounts a ON a.id = l.account_id JOIN postings p ON p.id = l.origin_posting_id
        ORDER BY l.id""",
    "SELECT owner_kind, owner_id, kind, unit, balance FROM accounts ORDER BY owner_kind, owner_id, kind, unit",
)
TABLES = ("accounts", "postings", "transfers", "lots", "lot_movements", "activities")


def fingerprint() -> str:
    """SHA-256 over every column of the ledger, activity and lot tables."""
    return _digest(f"SELECT * FROM {table} ORDER BY id" for table in TABLES)


def ledger() -> str:
    """SHA-256 over what the ledger and the log say, without random ids and the time of writing."""
    return _digest(LEDGER)


def _digest(queries: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for query in queries:
        for row in db.session.execute(text(query)):
            digest.update(repr(tuple(map(str, row))).encode())
    return digest.hexdigest()


def count(table: str, where: str = "1 = 1") -> int:
    return int(db.session.execute(text(f"SELECT COUNT(*) FROM {table} WHERE {where}")).scalar_one())


def take(kind: str, path: Path, *, actor: Any = SYSTEM, errors: Path | None = None, **given: Any) -> Report:
    """Import a file as the command does."""
    mapping = given.pop("mapping", None)
    if isinstance(mapping, dict):
        mapping = Mapping(ImportKind(kind), mapping)
    prepared = runs.prepare(ImportKind(kind), path, given=mapping, **given)
    return runs.run(prepared, actor=actor, errors_path=errors)


def take_sample(*kinds: str) -> list[Report]:
    """Import the sample's files under the source `erp`, amounts in USD."""
    more = {"sales": {"currency": "USD"}}
    return [take(kind, SAMPLE / f"{kind}.csv", source="erp", **more.get(kind, {})) for kind in kinds]


@pytest.fixture
def ctx(app: Flask) -> Any:
    """The application's context, for tests that only call services."""
    with app.app_context():
        yield app


@pytest.fixture
def purchases(cast: Any, ctx: Flask) -> Any:
    """The program of the demo: 1 point per USD 10 of purchases to the organisation, at once."""
    return live(cast, per_usd_10(), name="Purchases")


def per_usd_10(**more: Any) -> Any:
    return definition(
        reward(points=1, per_minor=10_00, currency="USD", payee="organisation", **more), trigger="sale"
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV: write("a;b", "1;2", encoding="cp1252")."""

    def make(
        *lines: str, name: str = "file.csv", encoding: str = "utf-8", end: str = "\n", last: str = "\n"
    ) -> Path:
        path = tmp_path / name
        path.write_bytes((end.join(lines) + last).encode(encoding))
        return path

    return make
