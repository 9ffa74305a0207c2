"""The editor of a course: parts, questions, files, and the preview in the partner's frame."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Response, request, url_for

from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.forms import AppForm, add_errors, choices
from app.core.http import idempotent, render, see_other
from app.core.i18n import _, force_locale
from app.core.markdown import render_markdown
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.partners.audience import Audience
from app.partners.audience_form import audience_parts
from app.training import store
from app.training.admin_blueprint import admin_bp, after_saving, chosen_locale, lang
from app.training.admin_files import PICTURE_KB, Uploads, pictures_of
from app.training.content import OPTION_LENGTH, Part, QuizQuestion, gaps_of
from app.training.forms import (
    PartForm,
    QuestionForm,
    part_data,
    question_data,
    question_rows,
)
from app.training.models import CourseModule, ModuleKind, Question, QuestionKind, said
from app.training.queries import authoring as queries
from app.training.queries.authoring import CourseWork
from app.training.services import authoring, editing

EMPTY_PART = Part("new", {})
EMPTY_QUESTION = QuizQuestion("q", {}, QuestionKind.SINGLE, ())
LANGUAGE_SHORT = {"en": "EN", "ms": "BM", "id": "ID"}


def editor(work: CourseWork, locale: str, *, status: int = 200, **context: Any) -> Response:
    """The page around whatever is being edited."""
    actor = current_actor()
    return render(
        "admin/training/edit.html",
        "main",
        status=status,
        work=work,
        locale=locale,
        languages=LANGUAGE_SHORT,
        gaps_of=gaps_of,
        answering=queries.programs_for(work.course.slug),
        audience_line=", ".join(audience_parts(Audience.from_record(work.course.audience or {})))
        or _("Everybody"),
        can_edit=actor.can("training.edit"),
        may_change=actor.can("training.edit") and (work.is_draft or status >= 400),
        **{"kind": "", "key": "", "is_root": False, "message": "", "theirs": None, **context},
    )


def empty_page(work: CourseWork, locale: str) -> Response:
    """A course without any part yet."""
    return editor(work, locale, is_root=True)


# ---- parts ----


def part_page(
    work: CourseWork, part: Part, locale: str, *, form: PartForm | None = None, is_new: bool = False,
    without: Collection[str] = (), **context: Any,
) -> Response:  # fmt: skip
    """One part in the middle, its preview on the right; `without` the files whose rows are about to go."""
    form = form or PartForm(formdata=None, data={**part_data(part, locale), "seen": store.stamp_of(part)})
    files = store.files_of(work.course.id) if current_actor().can("training.edit") else []
    files = [file for file in files if file.public_id not in without]
    form.file.choices = choices([("", _("Choose a file"))])
    shown = part
    if context.get("status", 200) >= 400:
        shown = form.part(part, locale) if form.kind.data in tuple(ModuleKind) else part
    form.file.choices += choices((file.public_id, file.name) for file in files)
    number = next((at for at, one in enumerate(work.loaded.parts, 1) if one.key == part.key), None)
    return editor(
        work, locale,
        **{"kind": "part", "key": "" if is_new else part.key, "form": form, "part": part, "shown": shown,
           "number": number, "other": said(part.body, "en") if locale != "en" else "",
           "pictures": pictures_of(files), "picture_kb": PICTURE_KB, **context},
    )  # fmt: skip


def _find_part(work: CourseWork, key: str) -> Part:
    found = next((part for part in work.loaded.parts if part.key == key), None)
    if found is None:
        raise NotFound()
    return found


@admin_bp.get("/<slug>/parts/new")
@needs("training.edit")
def new_part(slug: str) -> Response:
    work = queries.find_work(slug)
    if not work.is_draft:
        raise authoring.NotADraft()
    return part_page(work, EMPTY_PART, chosen_locale(), is_new=True)


@admin_bp.post("/<slug>/parts")
@needs("training.edit")
@idempotent
def add_part(slug: str) -> Response:
    return _save_part(slug, None)


@admin_bp.get("/<slug>/parts/<key>")
@needs("training.admin_view")
def part(slug: str, key: str) -> Response:
    work = queries.find_work(slug)
    return part_page(work, _find_part(work, key), chosen_locale())


@admin_bp.post("/<slug>/parts/<key>")
@needs("training.edit")
def save_part(slug: str, key: str) -> Response:
    return _save_part(slug, key)


def _save_part(slug: str, key: str | None) -> Response:
    """Save one language of a part; what was typed stays on the page whatever happens."""
    actor, locale = current_actor(), chosen_locale()
    work = queries.find_work(slug)
    base = _find_part(work, key) if key else EMPTY_PART
    form = PartForm()
    uploads = Uploads(form, locale)
    is_right = form.validate()
    status, message = 422, ""
    try:
        if is_right:
            if request.form.get("new_draft"):
                authoring.start_draft(slug, actor=actor)
            made = uploads.join(slug, form.part(base, locale))
            if key is None:
                made = editing.add_part(slug, made, actor=actor)
            else:
                editing.save_part(slug, made, seen=form.seen.data or "", actor=actor)
            url = after_saving("training_admin.part", slug, locale, key=made.key)
            return see_other(url, toast=_("Saved."))
    except InvalidInput as refused:
        _at_fields(form, refused, locale)
    except Conflict as refused:
        status, message = 409, _published_meanwhile(refused)
    lost = uploads.after_refusal(is_undone=key is None)
    theirs = None
    if status == 409 and key is not None:
        work = queries.find_work(slug)
        base = _find_part(work, key)
        theirs = base
        form.seen.data = store.stamp_of(base)  # saving once more puts theirs aside, knowingly
    return part_page(
        work, base, locale, form=form, is_new=key is None, without=lost, status=status, message=message,
        theirs=theirs,
    )  # fmt: skip


def _published_meanwhile(refused: Conflict) -> str:
    """The sentence for what was typed into a draft that is one no more: saving again begins the next."""
    if isinstance(refused, authoring.NotADraft):
        return _(
            "This was published while you were writing. What you typed is still here: save again to put it into a new draft."
        )
    return str(refused.message)


def _at_fields(form: AppForm, refused: InvalidInput, locale: str) -> None:
    """Sentences of a record at the form's fields: `title_en` is the field `title`."""
    plain = {
        name.removesuffix(f"_{locale}") if name not in form._fields else name: sentence
        for name, sentence in refused.fields.items()
    }
    add_errors(form, plain)


@admin_bp.post("/<slug>/parts/<key>/move")
@needs("training.edit")
def move_part(slug: str, key: str) -> Response:
    editing.move(slug, CourseModule, key, _steps(), actor=current_actor())
    return see_other(url_for("training_admin.part", slug=slug, key=key, lang=lang(chosen_locale())))


@admin_bp.post("/<slug>/parts/<key>/removal")
@needs("training.edit")
def remove_part(slug: str, key: str) -> Response:
    editing.remove(slug, CourseModule, key, actor=current_actor())
    return see_other(url_for("training_admin.show", slug=slug), toast=_("The part is out of the draft."))


def _steps() -> int:
    return -1 if request.form.get("direction") == "up" else 1


@admin_bp.post("/<slug>/preview")
@needs("training.admin_view")
def preview(slug: str) -> Response:
    """The part as partners will see it, from the fields as they stand."""
    work = queries.find_work(slug)
    form = PartForm()
    kind = form.kind.data if form.kind.data in tuple(ModuleKind) else ModuleKind.TEXT
    body = (form.body.data or "")[:50_000]
    shown = Part("new", {"en": form.title.data or ""}, ModuleKind(kind), body={"en": body})
    return render("admin/training/preview.html", "frame", work=work, shown=shown, locale="en", number=None)


@admin_bp.app_template_filter("markdown")
def markdown(text: str, slug: str, language: str) -> str:
    """Markdown of a course as safe HTML, with its pictures as the vendor's people reach them."""
    with force_locale(language):  # the words around its blocks go with the text
        return render_markdown(
            text, heading=3, pictures=url_for("training_admin.file", slug=slug, public_id="")
        )


@admin_bp.app_template_filter("said")
def said_filter(words: dict[str, str], locale: str) -> str:
    """Words in a language, else in English."""
    return said(words, locale)


# ---- questions ----


@admin_bp.get("/<slug>/questions")
@needs("training.admin_view")
def questions(slug: str) -> Response:
    return editor(queries.find_work(slug), chosen_locale(), kind="questions")


def question_page(
    work: CourseWork, question: QuizQuestion, locale: str, *, form: QuestionForm | None = None, is_new: bool = False,
    **context: Any,
) -> Response:  # fmt: skip
    """One question in the middle."""
    if form is None:
        form = QuestionForm(
            formdata=None, data={**question_data(question, locale), "seen": store.stamp_of(question)}
        )
        form.rows = question_rows(question, locale)
    return editor(
        work, locale,
        **{"kind": "question", "key": "" if is_new else question.key, "form": form, "question": question, **context},
    )  # fmt: skip


def _find_question(work: CourseWork, key: str) -> QuizQuestion:
    found = next((one for one in work.loaded.questions if one.key == key), None)
    if found is None:
        raise NotFound()
    return found


@admin_bp.get("/<slug>/questions/new")
@needs("training.edit")
def new_question(slug: str) -> Response:
    work = queries.find_work(slug)
    if not work.is_draft:
        raise authoring.NotADraft()
    return question_page(work, EMPTY_QUESTION, chosen_locale(), is_new=True)


@admin_bp.post("/<slug>/questions")
@needs("training.edit")
@idempotent
def add_question(slug: str) -> Response:
    return _save_question(slug, None)


@admin_bp.get("/<slug>/questions/<key>")
@needs("training.admin_view")
def question(slug: str, key: str) -> Response:
    work = queries.find_work(slug)
    return question_page(work, _find_question(work, key), chosen_locale())


@admin_bp.post("/<slug>/questions/<key>")
@needs("training.edit")
def save_question(slug: str, key: str) -> Response:
    return _save_question(slug, key)


def _save_question(slug: str, key: str | None) -> Response:
    actor, locale = current_actor(), chosen_locale()
    work = queries.find_work(slug)
    base = _find_question(work, key) if key else EMPTY_QUESTION
    form = QuestionForm()
    form.read_rows(request.form)
    is_right = form.validate()
    if any(len(row["text"]) > OPTION_LENGTH for row in form.rows):
        form.fail("options", _("Use at most %(num)s characters.", num=OPTION_LENGTH))
        is_right = False
    status, message, theirs = 422, "", None
    try:
        if is_right:
            if request.form.get("new_draft"):
                authoring.start_draft(slug, actor=actor)
            made = form.question(base, locale)
            if key is None:
                made = editing.add_question(slug, made, actor=actor)
            else:
                editing.save_question(slug, made, seen=form.seen.data or "", actor=actor)
            url = after_saving("training_admin.question", slug, locale, key=made.key)
            return see_other(url, toast=_("Saved."))
    except InvalidInput as refused:
        _at_fields(form, refused, locale)
    except Conflict as refused:
        status, message = 409, _published_meanwhile(refused)
        if key is not None:
            work = queries.find_work(slug)
            theirs = base = _find_question(work, key)
            form.seen.data = store.stamp_of(base)
    return question_page(
        work, base, locale, form=form, is_new=key is None, status=status, message=message, theirs=theirs
    )  # fmt: skip


@admin_bp.post("/<slug>/questions/<key>/move")
@needs("training.edit")
def move_question(slug: str, key: str) -> Response:
    editing.move(slug, Question, key, _steps(), actor=current_actor())
    return see_other(url_for("training_admin.questions", slug=slug, lang=lang(chosen_locale())))


@admin_bp.post("/<slug>/questions/<key>/removal")
@needs("training.edit")
def remove_question(slug: str, key: str) -> Response:
    editing.remove(slug, Question, key, actor=current_actor())
    return see_other(
        url_for("training_admin.questions", slug=slug), toast=_("The question is out of the draft.")
    )
