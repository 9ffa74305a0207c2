"""Leaderboards for the vendor: the list, a draft and its preview, start, words of a running board, the end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from app.boards import admin_queries, services, words
from app.boards.forms import BoardForm, fields_of
from app.boards.models import Board, BoardStatus
from app.boards.rules import Rule
from app.core.errors import Conflict, InvalidInput
from app.core.forms import add_errors
from app.core.http import idempotent, render, see_other, with_query
from app.core.i18n import _
from app.identity.actor import current_actor
from app.identity.guard import needs

admin_bp = Blueprint("boards_admin", __name__, url_prefix="/admin/leaderboards")


@admin_bp.get("")
@needs("board.admin_view")
def index() -> Response:
    view = request.args.get("view", "")
    view = view if view in admin_queries.VIEWS else "running"
    asked = request.args.get("page", "1")
    page = max(1, min(int(asked), 10_000)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    boards, counts, has_more = admin_queries.list_admin(view, page)
    return render(
        "admin/boards/index.html",
        "rows" if page > 1 else "main",
        boards=boards,
        counts=counts,
        view=view,
        words=words,
        more_url=with_query(page=page + 1) if has_more else None,
    )


@admin_bp.get("/new")
@needs("board.edit")
def new() -> Response:
    return _editor(_form(), None)


@admin_bp.post("")
@needs("board.edit")
@idempotent
def create() -> Response:
    return _save(None)


@admin_bp.get("/<slug>")
@needs("board.admin_view")
def show(slug: str) -> Response:
    """The standing of a board, or what a draft would show."""
    return render("admin/boards/show.html", "main", board=admin_queries.find_admin(slug), words=words)


@admin_bp.get("/<slug>/edit")
@needs("board.edit")
def edit(slug: str) -> Response:
    row = admin_queries.find_row(slug)
    return _editor(_form(row, data=fields_of(row)), row)


@admin_bp.post("/<slug>/edit")
@needs("board.edit")
@idempotent
def save(slug: str) -> Response:
    return _save(admin_queries.find_row(slug))


@admin_bp.post("/<slug>/start")
@needs("board.edit")
def start(slug: str) -> Response:
    services.start_board(admin_queries.find_row(slug).id, actor=current_actor())
    return see_other(
        url_for("boards_admin.show", slug=slug),
        toast=_("It runs. What has happened so far is being counted."),
    )


@admin_bp.post("/<slug>/end")
@needs("board.edit")
def end(slug: str) -> Response:
    services.end_board(admin_queries.find_row(slug).id, actor=current_actor())
    return see_other(
        url_for("boards_admin.show", slug=slug), toast=_("The board has ended. Its standing is final.")
    )


@admin_bp.post("/<slug>/discard")
@needs("board.edit")
def discard(slug: str) -> Response:
    services.discard_board(admin_queries.find_row(slug).id, actor=current_actor())
    return see_other(url_for("boards_admin.index", view="drafts"), toast=_("The draft is gone."))


def _form(row: Board | None = None, data: dict[str, Any] | None = None) -> BoardForm:
    form = BoardForm(request.form if request.method == "POST" else None, data=data)
    form.offer_audience(current_actor(), Rule.of(row).audience if row is not None else None)
    return form


def _save(row: Board | None) -> Response:
    """Save the draft, or the words of a running board; start it if that was asked for."""
    actor = current_actor()
    form = _form(row)
    if not form.validate():
        return _editor(form, row, status=422)
    try:
        rule = form.rule if row is None or row.status is BoardStatus.DRAFT else Rule.of(row)
        if row is None:
            board = services.create_board(form.words, rule, closes_on=form.closes_on.data, actor=actor)
        else:
            board = services.edit_board(row.id, form.words, rule, closes_on=form.closes_on.data, actor=actor)
        if request.form.get("action") == "start":
            services.start_board(board.id, actor=actor)
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _editor(form, row, status=422)
    except Conflict as refused:
        return _editor(form, row, status=409, message=str(refused.message))
    started = request.form.get("action") == "start"
    said = _("It runs. What has happened so far is being counted.") if started else _("Saved.")
    return see_other(url_for("boards_admin.show", slug=board.slug), toast=said)


def _editor(form: BoardForm, row: Board | None, *, status: int = 200, message: str = "") -> Response:
    return render(
        "admin/boards/edit.html",
        "main",
        status=status,
        form=form,
        board=row,
        is_fixed=row is not None and row.status is not BoardStatus.DRAFT,
        rule=Rule.of(row) if row is not None else None,
        words=words,
        message=message,
    )
