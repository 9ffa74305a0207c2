"""The bell: what one was told, newest first. Opening a notice is a POST, since a GET writes nothing."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from app.core.http import is_htmx, render, see_other
from app.core.nav import count_at, count_for
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.notices import services
from app.notices.queries import list_notices, unread_count

bp = Blueprint("notices", __name__)

count_for("/notices", unread_count)


@bp.get("/notices")
@needs("notice.view")
def index() -> Response:
    """The list, or (htmx, *Show more*) its next page."""
    after = request.args.get("after", "")
    page = list_notices(current_actor(), after=after)
    unread = count_at("/notices", current_actor())
    return render("notices/index.html", "rows" if after and is_htmx() else "main", page=page, unread=unread)


@bp.post("/notices/<public_id>/opening")
@needs("notice.view")
def open_notice(public_id: str) -> Response:
    """Note it as read and go where it leads."""
    return see_other(services.read_notice(public_id, actor=current_actor()))


@bp.post("/notices/reading")
@needs("notice.view")
def read_all() -> Response:
    """Note everything as read."""
    services.read_all(actor=current_actor())
    return see_other(url_for("notices.index"))
