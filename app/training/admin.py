"""Training for the vendor: the list of courses, one course, its life, its file."""

from __future__ import annotations

from flask import Response, make_response, request, url_for
from werkzeug.datastructures import FileStorage

from app.core.errors import Conflict, InvalidInput
from app.core.forms import add_errors
from app.core.http import idempotent, render, see_other
from app.core.i18n import _
from app.core.yamltree import MAX_BYTES
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.partners.audience import Audience
from app.partners.audience_form import audience_parts
from app.training import admin_assign, admin_certificates, admin_matrix, admin_parts, admin_settings, store
from app.training.admin_blueprint import admin_bp, chosen_locale, lang, more_url
from app.training.content import publishing_faults
from app.training.course_file import CourseFileFault, parse_course
from app.training.exchange import export_course
from app.training.forms import CourseForm, ImportForm
from app.training.models import CourseStatus
from app.training.queries import authoring as queries
from app.training.services import authoring

__all__ = ["admin_assign", "admin_bp", "admin_certificates", "admin_matrix", "admin_parts", "admin_settings"]


@admin_bp.get("")
@needs("training.admin_view")
def index() -> Response:
    view = request.args.get("view", "")
    view = view if view in queries.VIEWS else "live"
    after = request.args.get("after", "")
    page = queries.list_admin(view, after)
    return render(
        "admin/training/index.html",
        "rows" if after else "main",
        rows=page.rows,
        counts=page.counts,
        view=view,
        more_url=more_url(page.after),
    )


@admin_bp.get("/new")
@needs("training.edit")
def new() -> Response:
    return _new(CourseForm(formdata=None), ImportForm(formdata=None))


@admin_bp.post("")
@needs("training.edit")
@idempotent
def create() -> Response:
    form = CourseForm()
    if not form.validate():
        return _new(form, ImportForm(formdata=None), status=422)
    course = authoring.create_course({"en": form.title.data or ""}, actor=current_actor())
    return see_other(url_for("training_admin.new_part", slug=course.slug), toast=_("The draft is there."))


def _new(form: CourseForm, file_form: ImportForm, *, status: int = 200, faults: object = ()) -> Response:
    return render(
        "admin/training/new.html", "main", status=status, form=form, file_form=file_form, faults=faults,
    )  # fmt: skip


@admin_bp.post("/import")
@needs("training.edit")
def import_file() -> Response:
    """Read a course file into a draft: of the course it names, or a new one."""
    form = ImportForm()
    try:
        content = parse_course(_sent(request.files.get("file")))
        course = authoring.import_content(content, actor=current_actor())
    except CourseFileFault as refused:
        form.fail("file", refused.faults[0])
        return _new(CourseForm(formdata=None), form, status=422, faults=refused.faults)
    except InvalidInput as refused:
        add_errors(form, {"file": refused.fields.get("file") or refused.message})
        return _new(CourseForm(formdata=None), form, status=422)
    return see_other(
        url_for("training_admin.show", slug=course.slug), toast=_("The file is in the draft. Look it over.")
    )


def _sent(upload: FileStorage | None) -> bytes:
    if upload is None or not upload.filename:
        raise InvalidInput(fields={"file": _("Choose a course file.")})
    return upload.stream.read(MAX_BYTES + 1)


@admin_bp.get("/<slug>")
@needs("training.admin_view")
def show(slug: str) -> Response:
    """The course: on the phone its outline, on the desktop with the first part opened."""
    work = queries.find_work(slug)
    if work.loaded.parts:
        return admin_parts.part_page(work, work.loaded.parts[0], chosen_locale(), is_root=True)
    return admin_parts.empty_page(work, chosen_locale())


@admin_bp.get("/<slug>/course.yaml")
@needs("training.admin_view")
def export(slug: str) -> Response:
    """The course as a file: its draft if there is one, else what is published."""
    course = authoring.find_course(slug)
    work = queries.find_work(slug)
    answer = make_response(export_course(store.content_of(course, work.version)))
    answer.mimetype = "application/yaml"
    answer.headers["Content-Disposition"] = f'attachment; filename="{course.slug}.yaml"'
    return answer


@admin_bp.post("/<slug>/draft")
@needs("training.edit")
def start_draft(slug: str) -> Response:
    authoring.start_draft(slug, actor=current_actor())
    return see_other(url_for("training_admin.show", slug=slug, lang=lang(chosen_locale())))


@admin_bp.get("/<slug>/publication")
@needs("training.edit")
def review(slug: str) -> Response:
    """What publishing would do, before it is done."""
    return _review(slug)


@admin_bp.post("/<slug>/publication")
@needs("training.edit")
def publish(slug: str) -> Response:
    try:
        authoring.publish(slug, actor=current_actor())
    except Conflict as refused:
        return _review(slug, message=str(refused.message), status=409)
    return see_other(
        url_for("training_admin.show", slug=slug),
        toast=_("Published. Whoever begins now takes this version."),
    )


def _review(slug: str, *, message: str = "", status: int = 200) -> Response:
    work = queries.find_work(slug)
    names = [file.name for file in store.files_of(work.course.id)]
    missing = publishing_faults(work.loaded.rules, work.loaded.parts, work.loaded.questions, names)
    sentences = queries.sentences_for(queries.programs_for(slug))
    return render(
        "admin/training/review.html", "main", status=status, work=work, missing=missing, message=message,
        sentences=sentences, audience=audience_parts(Audience.from_record(work.course.audience or {})),
    )  # fmt: skip


@admin_bp.post("/<slug>/discard")
@needs("training.edit")
def discard(slug: str) -> Response:
    is_gone = authoring.discard_draft(slug, actor=current_actor())
    target = url_for("training_admin.index") if is_gone else url_for("training_admin.show", slug=slug)
    return see_other(target, toast=_("The draft is gone."))


@admin_bp.post("/<slug>/retirement")
@needs("training.edit")
def retire(slug: str) -> Response:
    """`retired` set: take the course off the list; empty: put it back."""
    is_retired = bool(request.form.get("retired"))
    course = authoring.find_course(slug)
    if course.status is CourseStatus.DRAFT:
        raise Conflict(_("This course was never published. Discard its draft instead."))
    authoring.set_retired(slug, is_retired, actor=current_actor())
    said = _("Off the list. Who is midway may finish.") if is_retired else _("Back on the list.")
    return see_other(url_for("training_admin.settings", slug=slug), toast=said)
