"""`tangga doctor`: one finding per thing that may be wrong, each with what to do about it."""

from __future__ import annotations

import os
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.core import schema, triggers
from app.core.clock import zone
from app.core.db import db
from app.core.queue import queue_ready
from app.core.settings import DEVELOPMENT_SECRET, current_settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    good: bool
    text: str

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "good": self.good, "text": self.text}


def examine() -> list[Finding]:
    """Look at everything; a check that fails in an unforeseen way is a finding too."""
    findings = []
    for name, check in (*CHECKS, *_FURTHER.items()):
        try:
            good, said = check()
        except Exception as problem:  # noqa: BLE001 - whatever went wrong is the finding
            good, said = False, f"{type(problem).__name__}: {problem}".splitlines()[0]
        findings.append(Finding(name, good, said))
    return findings


def _secret() -> tuple[bool, str]:
    settings = current_settings()
    if settings.secret_key == DEVELOPMENT_SECRET:
        return True, "SECRET_KEY is the built-in one: for development only"
    return len(
        settings.secret_key
    ) >= 32, f"SECRET_KEY has {len(settings.secret_key)} characters (32 or more)"


def _address() -> tuple[bool, str]:
    settings = current_settings()
    good = settings.external_url.startswith("https://" if settings.is_production else "http")
    return good, f"EXTERNAL_URL is {settings.external_url}"


def _exposure() -> tuple[bool, str]:
    settings = current_settings()
    near = settings.host in ("127.0.0.1", "::1", "localhost") and not settings.external_url.startswith(
        "https"
    )
    if settings.is_production or near:
        return True, f"TANGGA_ENV is {settings.env}"
    return False, (
        f"TANGGA_ENV is {settings.env} although others can reach the portal: /dev/outbox shows every mail, "
        "sign-in links too; set TANGGA_ENV=production"
    )


def _time_zone() -> tuple[bool, str]:
    name = current_settings().time_zone
    return zone(name).key == name, f"TIME_ZONE is {name}"


def _data() -> tuple[bool, str]:
    path = current_settings().data_path
    path.mkdir(parents=True, exist_ok=True)
    return os.access(path, os.W_OK), f"data folder {path} can be written"


def _database() -> tuple[bool, str]:
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            version = connection.execute(text("SELECT sqlite_version()")).scalar()
            return True, f"SQLite {version}"
        number = int(str(connection.execute(text("SHOW server_version_num")).scalar()))
    return number >= 150000, f"PostgreSQL {number // 10000} (15 or newer)"


def _schema() -> tuple[bool, str]:
    have, want = schema.current_revision(), schema.head_revision()
    return (
        have == want,
        f"revision {have}" if have == want else f"revision {have}, needs {want}: run tangga db upgrade",
    )


def _triggers() -> tuple[bool, str]:
    with db.engine.connect() as connection:
        lacking = triggers.missing(connection)
    if lacking:
        return False, f"missing: {', '.join(sorted(lacking))}: run tangga db upgrade"
    return True, f"{len(triggers.expected(db.engine.dialect.name))} append-only triggers in place"


def _queue() -> tuple[bool, str]:
    if queue_ready():
        return True, "the job queue answers"
    return False, "the job queue does not answer: it lies beside the database"


def _dead_jobs() -> tuple[bool, str]:
    with db.engine.connect() as connection:
        dead = connection.execute(text("SELECT count(*) FROM jobs WHERE state = 'dead'")).scalar() or 0
    return dead == 0, f"{dead} jobs were given up"


def _mail() -> tuple[bool, str]:
    settings = current_settings()
    if not settings.smtp_host:
        return not settings.is_production, "SMTP_HOST is not set: mail is kept, not sent"
    kind = smtplib.SMTP_SSL if settings.smtp_tls == "tls" else smtplib.SMTP
    with kind(settings.smtp_host, settings.smtp_port, timeout=5) as connection:
        code, _said = connection.noop()
    return code == 250, f"{settings.smtp_host}:{settings.smtp_port} answers"


def _brand() -> tuple[bool, str]:
    from app.core import assets

    check: Callable[[Any], list[str]] | None = getattr(assets, "brand_problems", None)
    problems = check(current_settings()) if check else []
    return not problems, "; ".join(problems) or "brand colours can be read on each other"


Check = Callable[[], tuple[bool, str]]
_FURTHER: dict[str, Check] = {}


def also_check(name: str, check: Check) -> None:
    """Let an area above this floor be examined too."""
    _FURTHER[name] = check


CHECKS: tuple[tuple[str, Check], ...] = (
    ("secret", _secret),
    ("address", _address),
    ("exposure", _exposure),
    ("time zone", _time_zone),
    ("data folder", _data),
    ("database", _database),
    ("schema", _schema),
    ("triggers", _triggers),
    ("queue", _queue),
    ("jobs", _dead_jobs),
    ("mail", _mail),
    ("brand", _brand),
)
