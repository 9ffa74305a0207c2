"""Imports on screen: a file is uploaded, its mapping settled, then checked or imported by a job."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import IO, Any

from app.core import jobs, storage
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Conflict
from app.core.i18n import _, _l
from app.core.settings import current_settings
from app.integrations.imports import mapping as mappings
from app.integrations.imports import reader, runs
from app.integrations.imports.mapping import Mapping
from app.integrations.imports.models import BatchStatus, ImportBatch, ImportKind
from app.integrations.imports.reader import FileFacts, FileRefused
from app.integrations.imports.report import Report

_BLOCK = 1 << 20
OPEN = (BatchStatus.UPLOADED, BatchStatus.CHECKED, BatchStatus.INTERRUPTED)


class ImportUnderWay(Conflict):
    """A file is checked or imported once at a time, and a finished one is finished."""

    code = "import_under_way"
    default = _l("This import is under way or finished already.")


def upload(kind: ImportKind, stream: IO[bytes], name: str, *, source: str, actor: Any) -> str:
    """Keep a file and guess its mapping; the batch's public id. Raises FileRefused, and then leaves nothing."""
    key = secrets.token_hex(16)
    path = storage.upload_folder() / key
    try:
        _keep(stream, path)
        facts = reader.inspect(path, max_bytes=current_settings().upload_max_mb << 20)
        mapping = _first_mapping(kind, facts, source)
        named = (source or mapping.source or mappings.DEFAULT_SOURCE).strip()[:60]
        batch = ImportBatch(
            kind=kind,
            source=named,
            status=BatchStatus.UPLOADED,
            file_name=storage.clean_name(name) or "file.csv",
            file_key=key,
            sha256=facts.sha256,
            mapping=mapping.as_json(),
            report=describe(kind, facts),
            line_count=facts.line_count,
            actor_id=actor.person_id,
        )
        with transaction():
            db.session.add(batch)
        return batch.public_id
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _keep(stream: IO[bytes], path: Path) -> None:
    limit = current_settings().upload_max_mb << 20
    size = 0
    with path.open("wb") as handle:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > limit:
                raise FileRefused(
                    _(
                        "The file is larger than %(limit)s MB. Split it, or import it on the server.",
                        limit=limit >> 20,
                    )
                )
            handle.write(block)


def _first_mapping(kind: ImportKind, facts: FileFacts, source: str) -> Mapping:
    """Saved, preset or guessed. A file that looks like another kind is refused; an incomplete guess is finished by hand."""
    found = mappings.guess(kind, facts.header)
    saved = runs.get_mapping(kind, source or found.source or mappings.DEFAULT_SOURCE)
    if saved is not None and set(saved.columns.values()) <= set(facts.header):
        return saved
    try:
        found.check()
    except FileRefused:
        other = mappings.guess_kind(facts.header)
        if other is not None and other is not kind:
            mappings.complete(None, None, kind, facts.header)  # says which kind it looks like
    return found


def describe(kind: ImportKind, facts: FileFacts) -> dict[str, Any]:
    """What is known of a file before its rows were read."""
    report = Report.of(kind, "", facts, name="", is_dry_run=True).as_json()
    wanted = ("encoding", "encoding_guessed", "delimiter", "lines")
    return {name: report[name] for name in wanted} | {
        "header": list(facts.header),
        "header_line": facts.header_line,
        "codec": facts.encoding,
        "has_bom": facts.has_bom,
    }


def first_rows(batch: ImportBatch, count: int = 5) -> list[list[str]]:
    """The first records of an uploaded file, for the preview."""
    report = batch.report or {}
    if not batch.file_key or "header" not in report:
        return []
    facts = FileFacts(
        path=storage.path_of(batch.file_key),
        size_bytes=0,
        sha256=batch.sha256,
        encoding=str(report["codec"]),
        has_bom=bool(report["has_bom"]),
        delimiter=str(report["delimiter"]),
        header=tuple(report["header"]),
        header_line=int(report["header_line"]),
        line_count=batch.line_count,
        is_guessed=False,
        ends_with_newline=True,
    )
    found = []
    for _line, row in reader.records(facts):
        found.append([value[:60] for value in row])
        if len(found) == count:
            break
    return found


def set_mapping(batch_id: int, mapping: Mapping, *, source: str, actor: Any) -> None:
    """Settle how a file is read, and keep it for the source. Raises FileRefused, ImportUnderWay."""
    with transaction():
        batch = lock(ImportBatch, batch_id)
        if batch.status not in OPEN:
            raise ImportUnderWay()
        header = (batch.report or {}).get("header", [])
        complete = mappings.complete(mapping, None, batch.kind, header, is_guessing=False)
        batch.source = source.strip()[:60] or mappings.DEFAULT_SOURCE
        batch.mapping = complete.as_json()
        if batch.status is BatchStatus.CHECKED:
            batch.status = BatchStatus.UPLOADED
        runs.save_mapping(batch.kind, batch.source, complete, actor=actor)


def queue(batch_id: int, *, is_check: bool) -> None:
    """Hand a file to the worker, to be checked or imported. Raises ImportUnderWay."""
    with transaction():
        batch = lock(ImportBatch, batch_id)
        if batch.status not in OPEN or not batch.file_key:
            raise ImportUnderWay()
        batch.status, batch.phase, batch.done_count = BatchStatus.QUEUED, None, 0
        batch.sentence, batch.touched_at = None, utc_now()
        jobs.enqueue("imports.run", {"batch_id": batch_id, "is_check": is_check})
