"""One file from first look to report. What is recorded is recorded in chunks, each whole or not at all, so that a run
may be killed at any moment and simply be started again: lines that are there already are unchanged.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import exists, insert, select, update

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, end_read, transaction
from app.core.i18n import _
from app.core.types import new_public_id
from app.integrations.imports import mapping as mappings
from app.integrations.imports import notices, parked, reader
from app.integrations.imports.mapping import Mapping
from app.integrations.imports.models import BatchStatus, ImportBatch, ImportKind, SavedMapping
from app.integrations.imports.parties import PartnersImport, ProductsImport, read_types, shared_names
from app.integrations.imports.report import ErrorFile, Report
from app.integrations.imports.sales import SalesImport
from app.integrations.imports.scratch import Scratch
from app.integrations.imports.staging import Progress, stage

TABLE: Any = ImportBatch.__table__
CHUNK = {ImportKind.SALES: 4000, ImportKind.PARTNERS: 500, ImportKind.PRODUCTS: 500}
FIRST = ("", "")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that can be taken: what it is, how it is read, whose numbers it uses."""

    kind: ImportKind
    facts: reader.FileFacts
    mapping: Mapping
    source: str
    name: str


def silent(_phase: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def prepare(
    kind: ImportKind,
    path: Path,
    *,
    name: str | None = None,
    source: str | None = None,
    given: Mapping | None = None,
    currency: str | None = None,
    max_bytes: int | None = None,
    max_lines: int = reader.MAX_LINES,
) -> Prepared:
    """Look at a file and settle its mapping. Writes nothing. Raises FileRefused with one sentence."""
    facts = reader.inspect(path, max_bytes=max_bytes, max_lines=max_lines)
    wanted = source or (given.source if given else None) or mappings.guess(kind, facts.header).source
    wanted = (wanted or mappings.DEFAULT_SOURCE).strip()[:60]
    found = mappings.complete(given, get_mapping(kind, wanted), kind, facts.header, currency=currency)
    return Prepared(kind, facts, found, wanted, name or path.name)


def get_mapping(kind: ImportKind, source: str) -> Mapping | None:
    """The mapping saved for a source, or None."""
    query = select(SavedMapping.mapping).where(SavedMapping.kind == kind, SavedMapping.source == source)
    found = db.session.scalar(query)
    return mappings.from_json(kind, found) if found else None


def check(prepared: Prepared, *, errors_path: Path | None = None, progress: Progress = silent) -> Report:
    """Dry run: read every row, say what would happen, write nothing."""
    with _staged(prepared, errors_path, progress, is_dry_run=True) as (scratch, report, errors):
        importer = _importer(prepared, report, errors, None)
        done = 0
        for rows in scratch.chunks(CHUNK[prepared.kind]):
            importer.compare(rows)
            done += len(rows)
            progress("record", done, report.lines)
        end_read()
        report.first_errors = [error.as_json() for error in errors.first]
    return report.finish()


def run(
    prepared: Prepared,
    *,
    actor: Any,
    errors_path: Path | None = None,
    progress: Progress = silent,
    batch_id: int | None = None,
    errors_key: str | None = None,
    is_quiet: bool = False,
) -> Report:
    """Import a file. Row errors go to `errors_path`, which pages know as `errors_key`; `is_quiet` promises no mail.

    With `batch_id` the row of a file uploaded on screen is used. The last transaction writes the audit row, if
    anything changed, and the notices.
    """
    with (
        _staged(prepared, errors_path, progress, is_dry_run=False) as (scratch, report, errors),
        _few_collections(),
    ):
        batch_id, report.batch = _begin(prepared, actor, batch_id)
        try:
            _record(prepared, scratch, report, errors, actor, batch_id, progress)
            report.replayed = replay(report, errors, actor, batch_id, progress)
        except BaseException:
            _interrupt(batch_id)
            raise
        report.first_errors = [error.as_json() for error in errors.first]
        _finish(report.finish(), actor, batch_id, errors_key if errors.rows else None, is_quiet)
    return report


@contextmanager
def _staged(
    prepared: Prepared, errors_path: Path | None, progress: Progress, *, is_dry_run: bool
) -> Iterator[tuple[Scratch, Report, ErrorFile]]:
    errors = ErrorFile(errors_path)
    report = Report.of(
        prepared.kind, prepared.source, prepared.facts, name=prepared.name, is_dry_run=is_dry_run
    )
    try:
        with stage(prepared.facts, prepared.mapping, report, errors, progress) as scratch:
            if prepared.kind is ImportKind.PARTNERS:
                read_types(scratch, report)
                shared_names(scratch, report)
            yield scratch, report, errors
    finally:
        errors.close()


@contextmanager
def _few_collections() -> Iterator[None]:
    """A chunk makes many rows and no cycles: looking for cycles every 700 objects cost a third of the time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _importer(prepared: Prepared, report: Report, errors: ErrorFile, actor: Any) -> Any:
    if prepared.kind is ImportKind.PARTNERS:
        return PartnersImport(prepared.source, report)
    if prepared.kind is ImportKind.PRODUCTS:
        return ProductsImport(prepared.source, report)
    column = prepared.mapping.columns.get("document", "")
    return SalesImport(prepared.source, report, errors, actor=actor, column=column)


def _record(
    prepared: Prepared,
    scratch: Scratch,
    report: Report,
    errors: ErrorFile,
    actor: Any,
    batch_id: int,
    progress: Progress,
) -> None:
    importer = _importer(prepared, report, errors, actor)
    done = report.lines - report.refused - report.unchanged
    total, done = done, 0
    for rows in scratch.chunks(CHUNK[prepared.kind]):
        with transaction():
            notices.add_shares(batch_id, importer.apply(rows, batch_id))
            done += len(rows)
            _touch(batch_id, phase="record", done_count=done, line_count=total)
        progress("record", done, total)


def replay(report: Report, errors: ErrorFile, actor: Any, batch_id: int, progress: Progress = silent) -> int:
    """Try waiting lines again whose partner, product or credited line is known by now; returns how many went in."""
    count = 0
    for source in parked.sources_now_known():
        own = Report(ImportKind.SALES, source, "", "", False, ",", False)
        importer = SalesImport(source, own, errors, actor=actor)
        after = FIRST
        while lines := parked.next_lines(source, after, CHUNK[ImportKind.SALES]):
            after = (lines[-1].sold_on, lines[-1].source_ref)
            with transaction():
                notices.add_shares(batch_id, importer.record(lines, batch_id, is_replay=True))
                _touch(batch_id, phase="replay")
            progress("replay", count, count)
        count += own.imported + own.revised + own.unchanged
        report.points += own.points
    end_read()
    return count


def run_replay(*, actor: Any) -> int:
    """Try parked lines again without a file, as a batch of its own; returns how many went in."""
    now = utc_now()
    report = Report(ImportKind.SALES, "", "", "", False, ",", False)
    values: dict[str, Any] = {
        "public_id": new_public_id(), "kind": ImportKind.SALES, "source": "", "status": BatchStatus.RUNNING,
        "file_name": "", "sha256": "", "mapping": {}, "line_count": 0, "done_count": 0, "phase": "replay",
        "actor_id": getattr(actor, "person_id", None), "created_at": now, "touched_at": now,
    }  # fmt: skip
    with transaction():
        batch_id = int(db.session.execute(insert(TABLE).values(**values).returning(TABLE.c.id)).scalar_one())
    try:
        report.replayed = replay(report, ErrorFile(None), actor, batch_id)
    except BaseException:
        _interrupt(batch_id)
        raise
    _finish(report.finish(), actor, batch_id, None, False)
    return report.replayed


def _begin(prepared: Prepared, actor: Any, batch_id: int | None) -> tuple[int, str]:
    now = utc_now()
    values = {
        "source": prepared.source,
        "status": BatchStatus.RUNNING,
        "mapping": prepared.mapping.as_json(),
        "line_count": prepared.facts.line_count,
        "done_count": 0,
        "phase": "record",
        "touched_at": now,
    }
    with transaction():
        if batch_id is None:
            values |= {
                "public_id": new_public_id(),
                "kind": prepared.kind,
                "file_name": prepared.name,
                "sha256": prepared.facts.sha256,
                "actor_id": getattr(actor, "person_id", None),
                "created_at": now,
            }
            batch_id = int(
                db.session.execute(insert(TABLE).values(**values).returning(TABLE.c.id)).scalar_one()
            )
        else:
            db.session.execute(update(TABLE).where(TABLE.c.id == batch_id).values(**values))
        notices.adopt_shares(batch_id, source=prepared.source, sha256=prepared.facts.sha256)
        public_id = db.session.execute(select(TABLE.c.public_id).where(TABLE.c.id == batch_id)).scalar_one()
    return batch_id, str(public_id)


def _touch(batch_id: int, **changes: Any) -> None:
    db.session.execute(update(TABLE).where(TABLE.c.id == batch_id).values(touched_at=utc_now(), **changes))


def _interrupt(batch_id: int) -> None:
    sentence = _("The import was interrupted. Start it again: what is recorded already stays as it is.")
    with transaction():
        _touch(batch_id, status=BatchStatus.INTERRUPTED, sentence=sentence)


def _finish(report: Report, actor: Any, batch_id: int, errors_key: str | None, is_quiet: bool) -> None:
    with transaction():
        is_repeat = _was_done_before(batch_id)
        has_changed = bool(
            report.imported or report.revised or report.replayed or (report.parked and not is_repeat)
        )
        if has_changed:
            figures = ("lines", "imported", "revised", "unchanged", "refused", "parked", "replayed")
            audit.record(
                f"{report.kind.value}.imported",
                actor=actor,
                subject="import_batch",
                subject_id=batch_id,
                after={name: getattr(report, name) for name in figures} | {"source": report.source},
            )
        if not is_quiet:
            notices.promise_notices(batch_id)
        _touch(
            batch_id,
            status=BatchStatus.DONE,
            report=report.as_json(),
            errors_key=errors_key,
            finished_at=utc_now(),
            phase=None,
            done_count=report.lines,
            line_count=report.lines,
        )


def _was_done_before(batch_id: int) -> bool:
    this, earlier = TABLE.alias(), TABLE.alias()
    same = exists().where(
        earlier.c.sha256 == this.c.sha256,
        earlier.c.source == this.c.source,
        earlier.c.id != this.c.id,
        earlier.c.status == BatchStatus.DONE.value,
    )
    return bool(db.session.execute(select(same).where(this.c.id == batch_id)).scalar_one())


def save_mapping(kind: ImportKind, source: str, mapping: Mapping, *, actor: Any) -> None:
    """Keep how a source's columns are read, for its next file."""
    with transaction():
        query = select(SavedMapping).where(SavedMapping.kind == kind, SavedMapping.source == source)
        found = db.session.scalars(query).first()
        if found is None:
            found = SavedMapping(kind=kind, source=source)
            db.session.add(found)
        found.mapping = mapping.as_json()
        found.actor_id = getattr(actor, "person_id", None)
        found.updated_at = utc_now()
