"""News as partners read it.

A GET writes nothing, so the receipt of reading is a POST of its own: the page holds a small form that htmx sends once
the page is there; without JavaScript its button says *Mark as read*.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from app.core.http import is_htmx, render, see_other
from app.core.i18n import _
from app.core.markdown import render_markdown
from app.core.nav import count_for
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.messages.models import Kind
from app.messages.queries import find_article, list_news, out_since, unread_count, wants_mail
from app.messages.services import reading

bp = Blueprint("messages", __name__)

count_for("/news", unread_count)


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"news_since": out_since}


@bp.get("/news")
@needs("news.view")
def index() -> Response:
    """The list, or (htmx, *Show more*) its next page."""
    actor, after = current_actor(), request.args.get("after", "")
    page = list_news(actor, after=after)
    if after and is_htmx():
        return render("messages/index.html", "rows", page=page)
    return render("messages/index.html", "main", page=page, after=after, wants_mail=wants_mail(actor))


@bp.get("/news/<public_id>")
@needs("news.view")
def show(public_id: str) -> Response:
    """One announcement in the reader's language."""
    article = find_article(public_id, current_actor())
    return render(
        "messages/show.html",
        "main",
        article=article,
        body=render_markdown(article.body),
        line=article.line,
        is_must=article.line.kind is Kind.MUST_CONFIRM,
    )


@bp.post("/news/<public_id>/reading")
@needs("news.view")
def read(public_id: str) -> Response:
    """Note it as read: sent by the page itself, or by its button."""
    reading.read(public_id, actor=current_actor())
    if is_htmx():
        return make_response("", 204)
    return see_other(url_for(".show", public_id=public_id))


@bp.post("/news/<public_id>/confirmation")
@needs("news.view")
def confirm(public_id: str) -> Response:
    """Confirm the revision that was shown."""
    number = request.form.get("revision", "")
    reading.confirm(
        public_id, int(number) if number.isdecimal() and len(number) < 6 else 0, actor=current_actor()
    )
    return see_other(url_for(".show", public_id=public_id), toast=_("Confirmed."))


@bp.post("/news/mail")
@needs("news.view")
def mail() -> Response:
    """Turn e-mail copies on or off."""
    wanted = request.form.get("wanted") == "1"
    reading.want_mail(wanted, actor=current_actor())
    said = _("News comes by email too.") if wanted else _("News stays in the portal.")
    return see_other(url_for(".index"), toast=said)
