"""The vendor's announcements: the list, one of them, and who has read and confirmed it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for

from app.core.csvs import write_csv
from app.core.db import end_read
from app.core.errors import InvalidInput, NotFound
from app.core.forms import add_errors
from app.core.http import is_htmx, render, see_other
from app.core.i18n import LOCALE_NAMES, _, current_locale
from app.core.markdown import render_markdown
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.messages.admin_queries import (
    ANSWERS,
    count_readers,
    count_states,
    list_announcements,
    list_readers,
    live_revision,
    walk_readers,
)
from app.messages.forms import TimesForm
from app.messages.models import Announcement, Kind, Revision, State
from app.messages.queries import list_corrections
from app.messages.scope import may_edit
from app.messages.services import drafts, publishing
from app.messages.services.drafts import find_announcement, open_revision, wordings
from app.messages.services.telling import pick
from app.messages.words import STATES, kind_words
from app.partners.audience import Audience
from app.partners.audience_form import audience_parts, list_tiers

admin_bp = Blueprint("messages_admin", __name__, url_prefix="/admin/news")


@admin_bp.app_context_processor
def _words() -> dict[str, Any]:
    return {"news_kind": kind_words, "news_states": STATES, "language_names": LOCALE_NAMES}


@admin_bp.get("")
@needs("news.admin_view")
def index() -> Response:
    """Announcements, the newest first, by state."""
    actor, after = current_actor(), request.args.get("after", "")
    chosen = request.args.get("show", "")
    state = State(chosen) if chosen in set(State) else None
    page = list_announcements(actor, state=state, locale=current_locale(), after=after)
    shown: dict[str, Any] = {
        "page": page,
        "state": state,
        "may_edit": partial(may_edit, actor=actor),
        "parts": partial(audience_words, tiers=dict(list_tiers())),
    }
    if after and is_htmx():
        return render("admin/messages/index.html", "rows", **shown)
    return render("admin/messages/index.html", "main", counts=count_states(actor), **shown)


def audience_words(row: Announcement, tiers: Mapping[str, str] | None = None) -> str:
    """Whom it is for, in one line."""
    parts = audience_parts(Audience.from_record(row.audience), tiers)
    if not parts:
        return _("Partners in your care") if row.manager_id else _("Everybody")
    return " · ".join(parts)


@admin_bp.get("/<public_id>")
@needs("news.admin_view")
def show(public_id: str) -> Response:
    """The editor of a draft, or what is out with its figures."""
    actor = current_actor()
    row = find_announcement(public_id, actor)
    if row.state is State.DRAFT and may_edit(row, actor):
        return see_other(url_for("news_editor.edit", public_id=public_id))
    return _shown(row)


def _shown(row: Announcement, form: TimesForm | None = None, status: int = 200) -> Response:
    actor = current_actor()
    live, begun = live_revision(row.id), open_revision(row.id)
    revision = live or begun
    if revision is None:
        raise NotFound()
    texts = wordings(revision.id)
    ready = {locale: text for locale, text in texts.items() if text.is_ready}
    text = pick(ready or texts, current_locale())
    if form is None:
        form = TimesForm(formdata=None, ends_at=row.ends_at, pinned_until=row.pinned_until)
    return render(
        "admin/messages/show.html",
        "main",
        status=status,
        row=row,
        revision=revision,
        text=text,
        body=render_markdown(text.body),
        languages=", ".join(LOCALE_NAMES[locale] for locale in ready) or "–",
        counts=count_readers(row, revision.id, actor) if live is not None else None,
        corrections=list_corrections(row.id) if revision.number > 1 else [],
        has_correction=begun is not None and live is not None,
        may_edit=may_edit(row, actor),
        is_must=row.kind is Kind.MUST_CONFIRM,
        audience=audience_words(row),
        form=form,
    )


@admin_bp.post("/<public_id>/times")
@needs("news.edit")
def times(public_id: str) -> Response:
    """Change the end and the pin of what is live."""
    row = find_announcement(public_id, current_actor())
    form = TimesForm()
    if not form.validate():
        return _shown(row, form, status=422)
    try:
        publishing.set_times(
            public_id,
            ends_at=form.ends_at.data,
            pinned_until=form.pinned_until.data,
            actor=current_actor(),
        )
    except InvalidInput as wrong:
        add_errors(form, wrong.fields)
        return _shown(row, form, status=422)
    return see_other(url_for(".show", public_id=public_id), toast=_("Saved."))


@admin_bp.post("/<public_id>/takedown")
@needs("news.edit")
def take_down(public_id: str) -> Response:
    """Nobody reads it from now on."""
    publishing.take_down(public_id, actor=current_actor())
    return see_other(url_for(".show", public_id=public_id), toast=_("Taken down. Nobody reads it any more."))


@admin_bp.post("/<public_id>/draft")
@needs("news.edit")
def unschedule(public_id: str) -> Response:
    """Back from waiting to a draft."""
    publishing.unschedule(public_id, actor=current_actor())
    return see_other(url_for("news_editor.edit", public_id=public_id), toast=_("It is a draft again."))


@admin_bp.post("/<public_id>/deletion")
@needs("news.edit")
def discard(public_id: str) -> Response:
    """Throw away a draft, or a correction that is not out."""
    if drafts.discard(public_id, actor=current_actor()):
        return see_other(url_for(".index"), toast=_("Draft thrown away."))
    return see_other(url_for(".show", public_id=public_id), toast=_("Correction thrown away."))


def _told(public_id: str) -> tuple[Announcement, Revision]:
    row = find_announcement(public_id, current_actor())
    revision = live_revision(row.id)
    if revision is None:
        raise NotFound()
    return row, revision


@admin_bp.get("/<public_id>/receipts")
@needs("news.admin_view")
def receipts(public_id: str) -> Response:
    """Who has read and confirmed it, by name."""
    actor, after = current_actor(), request.args.get("after", "")
    row, revision = _told(public_id)
    answer = request.args.get("show", "all")
    answer = answer if answer in ANSWERS else "all"
    page = list_readers(row, revision.id, actor, answer=answer, after=after)
    is_must = row.kind is Kind.MUST_CONFIRM
    shown: dict[str, Any] = {"row": row, "page": page, "answer": answer, "is_must": is_must}
    if after and is_htmx():
        return render("admin/messages/receipts.html", "rows", **shown)
    return render(
        "admin/messages/receipts.html",
        "main",
        counts=count_readers(row, revision.id, actor),
        number=revision.number,
        **shown,
    )


@admin_bp.get("/<public_id>/receipts.csv")
@needs("news.admin_view")
def download(public_id: str) -> Response:
    """The same list as a file."""
    actor = current_actor()
    row, revision = _told(public_id)
    answer = request.args.get("show", "all")
    header = [
        _("Name"),
        _("Email"),
        _("Company"),
        _("Country"),
        _("Revision"),
        _("Read (UTC)"),
        _("Confirmed (UTC)"),
    ]
    number = str(revision.number)
    lines = (
        [
            reader.name,
            reader.email,
            reader.company,
            reader.country,
            number,
            reader.read_at.isoformat(timespec="seconds") if reader.read_at else "",
            reader.confirmed_at.isoformat(timespec="seconds") if reader.confirmed_at else "",
        ]
        for reader in walk_readers(row, revision.id, actor, answer if answer in ANSWERS else "all")
    )
    text = "".join(write_csv(header, lines))
    end_read()
    headers = {
        "Content-Disposition": f'attachment; filename="receipts-{public_id}.csv"',
        "Cache-Control": "no-store, private",
    }
    return Response(text, mimetype="text/csv", headers=headers)
