"""The vendor's pages of imports: upload, preview and mapping, dry run, import with a progress bar, report, history."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, send_file, url_for

from app.core import jobs, storage
from app.core.db import transaction
from app.core.errors import InvalidInput, NotFound
from app.core.http import render, see_other, with_query
from app.core.i18n import _
from app.core.money import parse_plain_amount
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.integrations.imports import batches, queries
from app.integrations.imports.fields import FIELDS, KIND_LABELS
from app.integrations.imports.forms import COLUMN, UploadForm, mapping_form, read_mapping
from app.integrations.imports.models import BatchStatus, ImportBatch, ImportKind
from app.integrations.imports.parties import phase_name
from app.integrations.imports.reader import FileRefused
from app.integrations.imports.report import sentences, separator_name

admin_bp = Blueprint("imports_admin", __name__, url_prefix="/admin/imports")
READS = ("import.run", "audit.view")


@admin_bp.get("")
@needs(*READS)
def index() -> Response:
    """Upload, what waits, and the history."""
    return _index(UploadForm(formdata=None))


def _index(form: UploadForm, status: int = 200) -> Response:
    after = request.args.get("after", "")
    history = queries.list_batches(after=after)
    return render(
        "admin/imports/index.html",
        "rows" if after else "main",
        status=status,
        form=form,
        history=history,
        more_url=with_query(after=history.after) if history.after else None,
        waiting=[] if after else queries.list_waiting(),
        mappings=[] if after else queries.list_mappings(),
        kind_labels=KIND_LABELS,
    )


@admin_bp.post("")
@needs("import.run")
def upload() -> Response:
    """Take a file; nothing is imported yet."""
    form = UploadForm()
    given = request.files.get("file")
    if given is None or not given.filename:
        form.validate()
        form.fail("file", _("Choose a CSV file."))
        return _index(form, 422)
    if not form.validate():
        return _index(form, 422)
    try:
        public_id = batches.upload(
            ImportKind(form.kind.data),
            given.stream,
            given.filename,
            source=form.source.data or "",
            actor=current_actor(),
        )
    except FileRefused as refused:
        form.fail("file", refused.message)
        return _index(form, 422)
    return see_other(url_for(".show", public_id=public_id))


@admin_bp.get("/<public_id>")
@needs(*READS)
def show(public_id: str) -> Response:
    """One file: its preview and mapping, how far it is, or its report."""
    batch = queries.find_batch(public_id)
    return _show(batch, mapping_form(batch))


def _show(batch: ImportBatch, form: Any, status: int = 200) -> Response:
    is_open = batch.status in batches.OPEN
    is_moving = batch.status in (BatchStatus.QUEUED, BatchStatus.RUNNING)
    is_polled = request.headers.get("HX-Target") == "progress"
    if is_polled and not is_moving:
        return see_other(url_for(".show", public_id=batch.public_id))
    report = batch.report or {}
    return render(
        "admin/imports/show.html",
        "progress" if is_polled else "main",
        status=status,
        batch=batch,
        form=form,
        fields=_shown_fields(batch, form),
        is_open=is_open,
        is_moving=is_moving,
        phase=phase_name(batch.phase),
        report=report,
        has_figures="imported" in report,
        sentences=sentences(report),
        sums=[(code, parse_plain_amount(value, code)) for code, value in report.get("sums", {}).items()],
        separator=separator_name(report.get("delimiter", ",")),
        rows=_first_rows(batch) if is_open else [],
        is_repeat=is_open and queries.was_imported(batch),
        kind_labels=KIND_LABELS,
    )


def _shown_fields(batch: ImportBatch, form: Any) -> list[tuple[Any, Any]]:
    """Fields in the order of the page: the currency, which is read first, stands last."""
    fields = sorted(FIELDS[batch.kind], key=lambda field: field.name == "currency")
    return [(field, form._fields.get(COLUMN + field.name)) for field in fields]


def _first_rows(batch: ImportBatch) -> list[list[str]]:
    try:
        return batches.first_rows(batch)
    except NotFound:  # thrown away after a month
        return []


@admin_bp.post("/<public_id>")
@needs("import.run")
def act(public_id: str) -> Response:
    """`action` save keeps the mapping, check reads every row without writing, run imports."""
    batch = queries.find_batch(public_id)
    form = mapping_form(batch, request.form)
    action = request.form.get("action", "save")
    if not form.validate() or action not in ("save", "check", "run"):
        return _show(batch, form, 422)
    try:
        batches.set_mapping(
            batch.id, read_mapping(form, batch), source=form.source.data or "", actor=current_actor()
        )
    except FileRefused as refused:
        form.fail(_field_of(refused, form), refused.message)
        return _show(batch, form, 422)
    if action == "save":
        return see_other(
            url_for(".show", public_id=public_id), toast=_("Saved for the next file of this system.")
        )
    batches.queue(batch.id, is_check=action == "check")
    return see_other(url_for(".show", public_id=public_id))


def _field_of(_refused: InvalidInput, form: Any) -> str:
    if (
        "currency" in form._fields
        and not form.currency.data
        and not form._fields.get(COLUMN + "currency", form.source).data
    ):
        return "currency"
    empty = (name for name, field in form._fields.items() if name.startswith(COLUMN) and not field.data)
    return next(empty, "source")


@admin_bp.get("/<public_id>/errors.csv")
@needs(*READS)
def errors(public_id: str) -> Response:
    """The refused rows: line, column, value, what is wrong."""
    batch = queries.find_batch(public_id)
    if not batch.errors_key:
        raise NotFound()
    return send_file(
        storage.path_of(batch.errors_key),
        mimetype="text/csv",
        as_attachment=True,
        download_name=f"{batch.file_name.rsplit('.', 1)[0]}-errors.csv",
    )


@admin_bp.post("/parked")
@needs("import.run")
def replay() -> Response:
    """Try parked lines again."""
    with transaction():
        jobs.enqueue("imports.replay", {"actor_id": current_actor().person_id})
    return see_other(url_for(".index"), toast=_("Parked lines are tried again in the background."))
