"""Imports in the background: checking, importing, replaying parked lines, throwing old uploads away."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from app.core import jobs, storage
from app.core.clock import utc_now
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.i18n import force_locale
from app.identity.queries import get_actor_of
from app.integrations.imports import mapping as mappings
from app.integrations.imports import parked, runs
from app.integrations.imports.models import BatchStatus, ImportBatch
from app.integrations.imports.reader import FileRefused

KEPT_DAYS = 30
TABLE: Any = ImportBatch.__table__


@jobs.handler("imports.run", max_attempts=3, lease=600)
def run_batch(payload: dict[str, Any]) -> None:
    """Check or import one uploaded file. A second try goes on where the first was cut off."""
    batch = db.session.get(ImportBatch, int(payload["batch_id"]), populate_existing=True)
    if batch is None or batch.status not in (
        BatchStatus.QUEUED,
        BatchStatus.RUNNING,
        BatchStatus.INTERRUPTED,
    ):
        return
    actor = get_actor_of(batch.actor_id) if batch.actor_id else None
    with force_locale(getattr(actor, "locale", "en")):
        try:
            _run(batch, actor, is_check=bool(payload.get("is_check")))
        except (FileRefused, NotFound) as refused:
            _set(
                batch.id,
                status=BatchStatus.REFUSED,
                sentence=str(refused.message),
                finished_at=utc_now(),
                phase=None,
            )


def _run(batch: ImportBatch, actor: Any, *, is_check: bool) -> None:
    assert batch.file_key is not None
    errors_key = secrets.token_hex(16)
    errors_path = storage.upload_folder() / errors_key
    prepared = runs.prepare(
        batch.kind,
        storage.path_of(batch.file_key),
        name=batch.file_name,
        source=batch.source,
        given=mappings.from_json(batch.kind, batch.mapping),
    )
    watch = _Watch(batch.id)
    if is_check:
        report = runs.check(prepared, errors_path=errors_path, progress=watch)
        kept = batch.report or {}
        _set(
            batch.id,
            status=BatchStatus.CHECKED,
            phase=None,
            report=kept | report.as_json(),
            errors_key=errors_key if report.first_errors else None,
        )
    else:
        runs.run(
            prepared,
            actor=actor,
            errors_path=errors_path,
            errors_key=errors_key,
            progress=watch,
            batch_id=batch.id,
        )


class _Watch:
    """Writes how far reading has come, at most once a second; recording says it in its own transactions."""

    def __init__(self, batch_id: int) -> None:
        self.batch_id = batch_id
        self.next_at = 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        if phase == "read" and time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + 1
            _set(self.batch_id, phase="read", done_count=done, line_count=total)


def _set(batch_id: int, **values: Any) -> None:
    with transaction():
        db.session.execute(update(TABLE).where(TABLE.c.id == batch_id).values(touched_at=utc_now(), **values))


@jobs.handler("imports.replay", max_attempts=3, lease=600)
def replay_parked(payload: dict[str, Any]) -> None:
    """Try waiting lines again, as a batch of its own."""
    if parked.sources_now_known():
        actor = get_actor_of(int(payload["actor_id"])) if payload.get("actor_id") else None
        runs.run_replay(actor=actor)


@jobs.periodic("imports.replay", every_minutes=15)
def replay_by_itself() -> None:
    """A partner or product may have become known on screen."""
    if any(source for source in parked.sources_now_known(without_credits=True)):
        runs.run_replay(actor=None)


@jobs.periodic("imports.purge", every_minutes=720)
def purge_uploads() -> None:
    """Throw away uploaded files and error files after a month; the batch rows stay."""
    before = utc_now() - timedelta(days=KEPT_DAYS)
    query = select(TABLE.c.id, TABLE.c.file_key, TABLE.c.errors_key).where(
        TABLE.c.touched_at < before, TABLE.c.file_key.is_not(None) | TABLE.c.errors_key.is_not(None)
    )
    for row in db.session.execute(query).all():
        _set(row.id, file_key=None, errors_key=None)
        for key in (row.file_key, row.errors_key):
            if key:
                (storage.upload_folder() / key).unlink(missing_ok=True)
