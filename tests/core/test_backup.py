"""Backup and restore on PostgreSQL, as somebody who looks after the portal does them."""

import os
import secrets
import shutil
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.core.test_run_command import environment, free_port, tangga
from tests.support.databases import libpq, postgres_address
from tests.support.postgres import installed, wheel

COUNTED = ("people", "deals", "postings", "transfers", "lots", "orders", "audit_events")


def counts(address: str) -> dict[str, int]:
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in COUNTED}
    engine.dispose()
    return found


def test_a_backup_of_postgresql_fills_an_empty_one_and_no_other(tmp_path: Path) -> None:
    server, names = postgres_address(), [f"backup_{secrets.token_hex(4)}" for _ in range(2)]
    admin = create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    path = os.pathsep.join([os.environ["PATH"], *map(str, [*installed(), *wheel()])])
    first, other = (
        {
            **environment(tmp_path / name, free_port()),
            "DATABASE_URL": libpq(server.set(database=name)),
            "PATH": path,
        }
        for name in names
    )
    archive = tmp_path / "backup.tar.gz"
    with admin.connect() as connection:
        for name in names:
            connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        assert tangga("setup", env=first).returncode == 0
        done = tangga("backup", str(archive), env=first)
        if not shutil.which("pg_dump", path=path):  # only a server was found: then it is said in one line
            assert (
                done.returncode != 0 and len(done.stderr.strip().splitlines()) == 1 and not archive.exists()
            )
            return
        assert done.returncode == 0, done.stderr
        assert archive.stat().st_mode & 0o077 == 0
        done = tangga("restore", str(archive), "--yes", env=other)
        assert done.returncode == 0, done.stderr
        assert counts(other["DATABASE_URL"]) == counts(first["DATABASE_URL"])
        assert counts(other["DATABASE_URL"])["transfers"] > 0
        assert tangga("ledger", "verify", env=other).returncode == 0
        refused = tangga("restore", str(archive), "--yes", env=other)
        assert refused.returncode != 0 and "empty" in refused.stderr
    finally:
        with admin.connect() as connection:
            for name in names:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def test_what_is_no_backup_is_told_in_one_line(tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    env = environment(tmp_path / "data", free_port())
    assert tangga("db", "upgrade", env=env).returncode == 0
    for content in (b"", b"\x1f\x8b half"):
        archive.write_bytes(content)
        done = tangga("restore", str(archive), "--yes", env=env)
        assert done.returncode != 0
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
