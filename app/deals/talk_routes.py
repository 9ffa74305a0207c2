"""Comments and files of a deal; both sides use them."""

from __future__ import annotations

from flask import Response, request, send_file, url_for

from app.core import storage
from app.core.errors import InvalidInput, NotFound
from app.core.forms import add_errors
from app.core.http import render, see_other
from app.core.i18n import _
from app.deals import services
from app.deals.blueprint import block_for_sheet, bp
from app.deals.forms import CommentForm, FileForm
from app.deals.queries import DealView, find_deal
from app.deals.states import Verb, allows
from app.identity.actor import current_actor
from app.identity.guard import needs


def home_of(public_id: str) -> str:
    """The deal's page on the side of whoever acts."""
    if current_actor().is_vendor:
        return f"/admin/deals/{public_id}"
    return url_for("deals.show", public_id=public_id)


@bp.get("/<public_id>/comments")
@needs("deal.write", "deal.decide")
def comments(public_id: str) -> Response:
    """Write an update, or the answer to a question; attach a file."""
    view = find_deal(public_id, current_actor())
    return _show_comments(view, CommentForm(formdata=None), 200)


def _show_comments(view: DealView, form: CommentForm, status: int) -> Response:
    return render(
        "deals/comments.html", block_for_sheet(), status, view=view, form=form, allows=allows, Verb=Verb,
        back=home_of(view.deal.public_id),
    )  # fmt: skip


@bp.post("/<public_id>/comments")
@needs("deal.write", "deal.decide")
def comment(public_id: str) -> Response:
    """Say something; on an open question a partner's words are the answer."""
    form, actor = CommentForm(formdata=request.form), current_actor()
    if form.validate():
        try:
            services.comment(public_id, form.body.data or "", actor=actor)
            return see_other(home_of(public_id) + "#comments", toast=_("Sent"))
        except InvalidInput as problem:
            add_errors(form, problem.fields)
    return _show_comments(find_deal(public_id, actor), form, 422)


@bp.get("/<public_id>/files")
@needs("deal.write", "deal.decide")
def files(public_id: str) -> Response:
    """Attach a file."""
    return _show_files(find_deal(public_id, current_actor()), FileForm(formdata=None), 200)


def _show_files(view: DealView, form: FileForm, status: int) -> Response:
    return render(
        "deals/files.html", block_for_sheet(), status, view=view, form=form,
        back=home_of(view.deal.public_id),
    )  # fmt: skip


@bp.post("/<public_id>/files")
@needs("deal.write", "deal.decide")
def attach(public_id: str) -> Response:
    """Keep an upload (before any transaction), then put it on the deal."""
    form, actor = FileForm(formdata=request.form), current_actor()
    view = find_deal(public_id, actor)
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            raise InvalidInput(fields={"file": _("Choose a file.")})
        stored = storage.save(upload.stream, upload.filename)
        try:
            services.attach(public_id, stored, actor=actor)
        except BaseException:
            storage.discard(stored)
            raise
    except InvalidInput as problem:
        add_errors(form, problem.fields)
        return _show_files(view, form, 422)
    return see_other(home_of(public_id) + "#files", toast=_("File attached"))


@bp.get("/<public_id>/files/<file_id>")
@needs("deal.view", "deal.review")
def download(public_id: str, file_id: str) -> Response:
    """A file, as an attachment."""
    view = find_deal(public_id, current_actor())
    for file in view.parts.files:
        if file.public_id == file_id:
            path = storage.path_of(file.storage_key)
            return send_file(
                path,
                mimetype="application/octet-stream",
                as_attachment=True,
                download_name=file.name,
                max_age=0,
            )
    raise NotFound()
