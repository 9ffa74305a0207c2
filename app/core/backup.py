"""Backup while the portal runs, restore into an empty installation. One archive: database and uploads.

SQLite is copied through its own online backup; on PostgreSQL `pg_dump` and `pg_restore` do the work and must be
installed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from app.core import schema
from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import AppError
from app.core.settings import current_settings


class BackupFailed(AppError):
    """A backup or restore could not be done; the text says why."""


def backup(target: str) -> str:
    """Write the archive; it appears under its name only when complete. Returns one line."""
    path = Path(target)
    settings = current_settings()
    with tempfile.TemporaryDirectory(prefix="tangga-") as folder:
        dump = Path(folder) / "database"
        _dump(dump)
        about = Path(folder) / "about.json"
        about.write_text(
            json.dumps(
                {
                    "made_at": utc_now().isoformat(),
                    "database": db.engine.dialect.name,
                    "revision": schema.current_revision(),
                }
            )
        )
        part = path.with_name(path.name + ".part")
        with tarfile.open(part, "w:gz") as archive:
            archive.add(about, "about.json")
            archive.add(dump, "database")
            uploads = settings.data_path / "uploads"
            if uploads.is_dir():
                archive.add(uploads, "uploads")
        os.chmod(part, 0o600)
        part.replace(path)
    return f"Backup written to {path} ({path.stat().st_size // 1024} KB)."


def restore(source: str) -> str:
    """Fill an empty installation from an archive. Raises BackupFailed if there is data already."""
    if not _is_empty():
        raise BackupFailed("this installation has data already; restore into an empty database")
    with tempfile.TemporaryDirectory(prefix="tangga-") as folder:
        try:
            with tarfile.open(source, "r:gz") as archive:
                archive.extractall(folder, filter="data")
            about = json.loads((Path(folder) / "about.json").read_text())
        except (tarfile.TarError, OSError, ValueError, KeyError) as problem:
            raise BackupFailed(f"{source} is not a backup of this portal: {problem}") from None
        if about["database"] != db.engine.dialect.name:
            raise BackupFailed(
                f"the backup is of a {about['database']} database, this is {db.engine.dialect.name}"
            )
        _load(Path(folder) / "database")
        uploads = Path(folder) / "uploads"
        if uploads.is_dir():
            shutil.copytree(uploads, current_settings().data_path / "uploads", dirs_exist_ok=True)
    line = schema.upgrade()
    return f"Restored the backup of {about['made_at'][:16]}. {line}"


def _is_empty() -> bool:
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("people"):
            return True
        return not connection.execute(text("SELECT 1 FROM people LIMIT 1")).first()


def _plain_url() -> str:
    return (
        make_url(current_settings().database_url)
        .set(drivername="postgresql")
        .render_as_string(hide_password=False)
    )


def _dump(target: Path) -> None:
    if db.engine.dialect.name == "sqlite":
        source = make_url(current_settings().database_url).database or ""
        with (
            contextlib.closing(sqlite3.connect(source)) as live,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
        return
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}", f"--dbname={_plain_url()}")


def _load(dump: Path) -> None:
    if db.engine.dialect.name == "sqlite":
        db.session.remove()
        db.engine.dispose()
        target = make_url(current_settings().database_url).database or ""
        with (
            contextlib.closing(sqlite3.connect(dump)) as saved,
            contextlib.closing(sqlite3.connect(target)) as live,
        ):
            saved.backup(live)
        return
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        f"--dbname={_plain_url()}",
        str(dump),
    )


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BackupFailed(
            f"{command[0]} is not installed; it comes with PostgreSQL's client programs"
        ) from None
    if done.returncode:
        raise BackupFailed(f"{command[0]}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
