"""Writing announcements: the editor with its preview, and corrections of what is live."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for
from flask_babel import format_date

from app.core.clock import local, utc_now, zone_letters
from app.core.db import transaction
from app.core.errors import InvalidInput
from app.core.filters import clock_time, short_day, zone_name
from app.core.forms import add_errors
from app.core.http import idempotent, render, render_block, see_other
from app.core.i18n import LOCALES, _, current_locale
from app.core.markdown import plain_text, render_markdown
from app.core.stamps import CHANGED_SINCE, ChangedSince
from app.identity.actor import current_actor
from app.identity.audience import count_reach
from app.identity.guard import needs
from app.messages.admin_queries import has_readers
from app.messages.forms import AnnouncementForm, CorrectionForm, WordingForm
from app.messages.letters import paragraphs
from app.messages.models import Announcement, Kind, Revision, State, Wording
from app.messages.scope import may_edit
from app.messages.services import drafts, publishing
from app.messages.services.drafts import find_announcement, minutes_of, open_revision, wordings
from app.messages.services.publishing import is_begun, missing_in
from app.messages.services.testing import send_test
from app.messages.words import lacking
from app.partners.audience import Audience

bp = Blueprint("news_editor", __name__, url_prefix="/admin/news")


def _tab(form: WordingForm) -> str:
    """The language whose fields are open: where something is wrong, else the one chosen."""
    chosen = request.form.get("tab") or request.args.get("tab") or current_locale()
    return form.wrong_locale or (chosen if chosen in LOCALES else "en")


def _readiness(form: WordingForm) -> list[tuple[str, str, str]]:
    """(language, state, what it lacks in words) with state `ready`, `begun` or `empty`."""
    found = []
    for locale, words in form.words.items():
        text = Wording(
            locale=locale, title=words.title, summary=words.summary, body=words.body, button=words.button
        )
        lacks = missing_in(text, form.href.data or "")
        state = "ready" if not lacks else "begun" if is_begun(text) else "empty"
        found.append((locale, state, lacking(lacks) if state == "begun" else ""))
    return found


def _preview(form: WordingForm, kind: str, *, is_typing: bool = False, **more: Any) -> dict[str, Any]:
    """What the preview shows: the open language as the phone, the mail and the lock screen have it.

    While somebody is typing it is the language they are in, wherever else something is wrong.
    """
    tab = request.form["tab"] if is_typing and request.form.get("tab") in LOCALES else _tab(form)
    words = form.words[tab]
    count = len(words.body.split())
    return {
        "tab": tab,
        "words": words,
        "body": render_markdown(words.body, heading=3),
        "mail_lines": paragraphs(words.body),
        "teaser": words.summary or plain_text(words.body, length=120),
        "kind": kind if kind in set(Kind) else Kind.NEWS.value,
        "word_count": count,
        "minutes": minutes_of(words.body),
        "readiness": _readiness(form),
        **more,
    }


def _publish_labels(form: AnnouncementForm) -> dict[str, str]:
    """What the button says: in full, and so short that three buttons stand on one line of a phone."""
    start = form.starts_at.data
    if start is None or start <= utc_now():
        return {"publish_label": _("Publish now"), "publish_short": _("Publish")}
    near = start - utc_now() < timedelta(days=6)
    day = format_date(local(start, zone_name()), "EEE", rebase=False) if near else short_day(start) + ","
    when = f"{day} {clock_time(start)}"
    return {"publish_label": _("Schedule for %(when)s", when=when), "publish_short": _("Schedule")}


def _page(form: AnnouncementForm, row: Announcement | None = None, status: int = 200) -> Response:
    actor = current_actor()
    audience = form.audience if status == 200 else Audience()
    return render(
        "admin/messages/edit.html",
        "main",
        status=status,
        form=form,
        row=row,
        reach=count_reach(audience, actor) if status == 200 else None,
        **_publish_labels(form),
        clock=zone_letters(zone_name()) or zone_name().replace("_", " "),
        # What was typed over stays what it was, until the writer has been told that it changed.
        seen=request.form.get("seen") if status == 422 else drafts.stamp_of(row) if row else "",
        changed_since=CHANGED_SINCE if status == 409 else None,
        **_preview(form, form.kind.data or "", ends_at=form.ends_at.data),
    )


def _form(row: Announcement | None = None) -> AnnouncementForm:
    form = AnnouncementForm()
    form.offer_audience(current_actor(), Audience.from_record(row.audience) if row else None)
    return form


@bp.get("/new")
@needs("news.edit")
def new() -> Response:
    """An empty editor."""
    return _page(_form())


@bp.post("")
@needs("news.edit")
@idempotent
def create() -> Response:
    """Keep a new draft; then what the button said."""
    form = _form()
    if not form.validate():
        return _page(form, status=422)
    return _act(form, None)


@bp.get("/<public_id>/edit")
@needs("news.edit")
def edit(public_id: str) -> Response:
    """The editor of a draft."""
    row = find_announcement(public_id, current_actor())
    revision = open_revision(row.id)
    if row.state is not State.DRAFT or revision is None or not may_edit(row, current_actor()):
        return see_other(url_for("messages_admin.show", public_id=public_id))
    form = _form(row)
    form.fill(row)
    form.fill_words(revision, wordings(revision.id))
    return _page(form, row)


@bp.post("/<public_id>")
@needs("news.edit")
def save(public_id: str) -> Response:
    """Keep what was typed; then what the button said."""
    row = find_announcement(public_id, current_actor())
    form = _form(row)
    if not form.validate():
        return _page(form, row, status=422)
    return _act(form, row)


def _act(form: AnnouncementForm, row: Announcement | None) -> Response:
    """Save, and with it publish or send a test: all of it or nothing."""
    actor, action = current_actor(), request.form.get("action", "draft")
    try:
        with transaction():
            saved = (
                drafts.save(row.public_id, form.draft, seen=request.form.get("seen"), actor=actor)
                if row is not None
                else drafts.create(form.draft, actor=actor)
            )
            if action == "publish":
                publishing.publish(saved.public_id, actor=actor)
            elif action == "test":
                send_test(saved.public_id, _tab(form), actor=actor)
    except ChangedSince:
        return _page(form, row, status=409)
    except InvalidInput as wrong:
        if not wrong.fields:
            raise
        add_errors(form, wrong.fields)
        return _page(form, row, status=422)
    if action == "publish":
        said = _("Scheduled.") if saved.state is State.SCHEDULED else _told(saved)
        return see_other(url_for("messages_admin.show", public_id=saved.public_id), toast=said)
    said = (
        _("A test is on its way to %(email)s.", email=actor.email) if action == "test" else _("Draft saved.")
    )
    return see_other(url_for(".edit", public_id=saved.public_id, tab=_tab(form)), toast=said)


def _told(row: Announcement) -> str:
    """What is said of something that has just gone out: that its readers are told, or that there is none yet."""
    if has_readers(row):
        return _("Published. Readers are being told.")
    return _("Published. Nobody fits its audience yet; who fits later will see it.")


@bp.post("/preview")
@needs("news.edit")
def preview() -> Response:
    """The preview of what stands in the form now; nothing is kept."""
    shown: dict[str, Any]
    if request.form.get("is_correction"):
        correction = CorrectionForm()
        shown = _preview(correction, request.form.get("kind", ""), is_typing=True, ends_at=None)
    else:
        form = _form()
        form.validate()
        shown = _preview(form, form.kind.data or "", is_typing=True, ends_at=form.ends_at.data)
        shown |= _publish_labels(form)
    return make_response(render_block("admin/messages/edit.html", "preview", is_fragment=True, **shown))


@bp.post("/<public_id>/corrections")
@needs("news.edit")
def start_correction(public_id: str) -> Response:
    """Begin a correction, as a copy of what is live."""
    drafts.start_correction(public_id, actor=current_actor())
    return see_other(url_for(".correct", public_id=public_id))


def _correction_page(
    row: Announcement, revision: Revision, form: CorrectionForm, status: int = 200
) -> Response:
    return render(
        "admin/messages/correct.html",
        "main",
        status=status,
        row=row,
        number=revision.number,
        form=form,
        seen=request.form.get("seen") if status == 422 else drafts.correction_stamp(revision),
        changed_since=CHANGED_SINCE if status == 409 else None,
        **_preview(form, row.kind.value, ends_at=row.ends_at),
    )


@bp.get("/<public_id>/correction")
@needs("news.edit")
def correct(public_id: str) -> Response:
    """The editor of a correction that was begun."""
    row = find_announcement(public_id, current_actor())
    revision = open_revision(row.id)
    if row.state is not State.LIVE or revision is None or not may_edit(row, current_actor()):
        return see_other(url_for("messages_admin.show", public_id=public_id))
    form = CorrectionForm(formdata=None, note=revision.note, tells_again=revision.tells_again)
    form.fill_words(revision, wordings(revision.id))
    return _correction_page(row, revision, form)


@bp.post("/<public_id>/correction")
@needs("news.edit")
def save_correction(public_id: str) -> Response:
    """Keep the correction; with `action` = `publish` put it out."""
    actor = current_actor()
    row = find_announcement(public_id, actor)
    form = CorrectionForm()
    is_publishing = request.form.get("action") == "publish"
    begun = open_revision(row.id)
    if begun is None and may_edit(
        row, actor
    ):  # out meanwhile, or thrown away: whatever else is wrong with it
        raise drafts.NotEditable(_("Only an announcement that is live can be corrected."))
    if begun is not None and not form.validate():
        return _correction_page(row, begun, form, status=422)
    try:
        with transaction():
            revision = drafts.save_correction(
                public_id,
                form.words,
                form.href.data or "",
                form.note.data or "",
                bool(form.tells_again.data),
                seen=request.form.get("seen"),
                actor=actor,
            )
            if is_publishing:
                publishing.publish_correction(public_id, actor=actor)
    except ChangedSince:
        begun = open_revision(row.id)
        if begun is None:
            raise
        return _correction_page(row, begun, form, status=409)
    except InvalidInput as wrong:
        if not wrong.fields or begun is None:
            raise
        add_errors(form, wrong.fields)
        return _correction_page(row, begun, form, status=422)
    if is_publishing:
        said = _("The correction is out.")
        return see_other(url_for("messages_admin.show", public_id=public_id), toast=said)
    assert revision.id
    return see_other(url_for(".correct", public_id=public_id, tab=_tab(form)), toast=_("Saved."))
