"""Reads for the pages of imports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from app.core.db import db
from app.core.errors import NotFound
from app.identity.queries import names_of
from app.integrations.imports.models import ImportBatch, ParkedLine, SavedMapping

PAGE = 20


@dataclass(frozen=True, slots=True)
class History:
    """Some batches, newest first, who ran them, and where the next ones begin."""

    rows: list[ImportBatch]
    names: dict[int, str]
    after: str | None


def list_batches(*, after: str = "") -> History:
    """Runs and uploads, newest first."""
    query = select(ImportBatch).order_by(ImportBatch.id.desc()).limit(PAGE + 1)
    if after.isascii() and after.isdigit():
        query = query.where(ImportBatch.id < min(int(after), 2**62))
    found = list(db.session.scalars(query))
    rows = found[:PAGE]
    return History(
        rows, names_of(row.actor_id for row in rows), str(rows[-1].id) if len(found) > PAGE else None
    )


def find_batch(public_id: str) -> ImportBatch:
    """One batch, as it stands now. Raises NotFound."""
    query = select(ImportBatch).where(ImportBatch.public_id == public_id)
    found = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines of one source that wait for the same kind of thing."""

    source: str
    reason: str
    line_count: int
    wanted_count: int
    example: str


def list_waiting() -> list[Waiting]:
    """What is parked, by source and reason."""
    query = (
        select(
            ParkedLine.source, ParkedLine.reason, func.count(), func.count(ParkedLine.wanted.distinct()),
            func.min(ParkedLine.wanted),
        )
        .where(ParkedLine.replayed_at.is_(None))
        .group_by(ParkedLine.source, ParkedLine.reason)
        .order_by(ParkedLine.source, ParkedLine.reason)
    )  # fmt: skip
    return [Waiting(*row) for row in db.session.execute(query)]


def list_mappings() -> list[Any]:
    """Saved mappings: kind and source."""
    query = select(SavedMapping.kind, SavedMapping.source, SavedMapping.updated_at)
    return list(db.session.execute(query.order_by(SavedMapping.kind, SavedMapping.source)))


def was_imported(batch: ImportBatch) -> bool:
    """Has this very file been imported from this source before?"""
    query = select(ImportBatch.id).where(
        and_(
            ImportBatch.sha256 == batch.sha256, ImportBatch.source == batch.source, ImportBatch.id != batch.id,
            or_(ImportBatch.finished_at.is_not(None)),
        )
    )  # fmt: skip
    return db.session.execute(query.limit(1)).first() is not None
