"""Programs for the vendor: the list, the sentence builder, sign-off, versions, the end."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for

from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.forms import add_errors
from app.core.http import idempotent, render, see_other, with_query
from app.core.i18n import _
from app.core.nav import count_for
from app.core.settings import current_settings
from app.core.stamps import CHANGED_SINCE, ChangedSince
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.ledger.worth import asks_second_person, reporting_rate, reporting_worth, second_person_over
from app.programs import admin_queries, services
from app.programs.admin_queries import AdminProgram, Draft
from app.programs.editor import ProgramForm, blank_fields, fields_of, renumbered
from app.programs.levels import levels_now
from app.programs.models import ProgramVersion, VersionState
from app.programs.rules import Definition
from app.programs.sentences import Names, Sentence, sentence

admin_bp = Blueprint("programs_admin", __name__, url_prefix="/admin/programs")
count_for("/admin/programs", admin_queries.waiting_count)

ACTIONS = ("draft", "send", "publish")


@admin_bp.get("")
@needs("program.admin_view")
def index() -> Response:
    view = request.args.get("view", "")
    view = view if view in admin_queries.VIEWS else "running"
    asked = request.args.get("page", "1")
    page = max(1, min(int(asked), 10_000)) if asked.isascii() and asked.isdigit() else 1
    rows, counts, has_more = admin_queries.list_admin(view, page)
    return render(
        "admin/programs/index.html",
        "rows" if page > 1 else "main",
        rows=rows,
        counts=counts,
        view=view,
        more_url=with_query(page=page + 1) if has_more else None,
    )


@admin_bp.get("/new")
@needs("program.edit")
def new() -> Response:
    return _editor(_form(data=blank_fields()), None)


@admin_bp.post("")
@needs("program.edit")
@idempotent
def create() -> Response:
    return _save(None)


@admin_bp.get("/preview")
@needs("program.edit")
def preview() -> Response:
    """What partners will read, from the fields as they stand."""
    form = _form(request.args)
    return render(
        "admin/programs/preview.html", "reads", reads=_reads(form), **_money(form.budget_points.data)
    )


@admin_bp.get("/<slug>")
@needs("program.admin_view")
def show(slug: str) -> Response:
    return _page(admin_queries.find_admin(slug))


@admin_bp.get("/<slug>/draft")
@needs("program.edit")
def edit(slug: str) -> Response:
    draft = admin_queries.find_draft(slug)
    ids = Definition.from_record(draft.version.definition).audience.organisation_ids
    fields = fields_of(draft.version, admin_queries.company_names(ids))
    return _editor(_form(data=fields, version=draft.version), draft)


@admin_bp.post("/<slug>/draft")
@needs("program.edit")
@idempotent
def save(slug: str) -> Response:
    return _save(admin_queries.find_draft(slug))


@admin_bp.post("/<slug>/versions")
@needs("program.edit")
@idempotent
def start_version(slug: str) -> Response:
    services.start_version(admin_queries.find_admin(slug).id, actor=current_actor())
    return see_other(url_for("programs_admin.edit", slug=slug))


@admin_bp.post("/<slug>/sign-off")
@needs("program.edit")
def send(slug: str) -> Response:
    version = _open(admin_queries.find_admin(slug))
    services.send_for_sign_off(version.id, actor=current_actor())
    return see_other(url_for("programs_admin.show", slug=slug), toast=_("Sent for sign-off."))


@admin_bp.post("/<slug>/return")
@needs("program.publish")
def give_back(slug: str) -> Response:
    version = _open(admin_queries.find_admin(slug))
    services.return_draft(version.id, actor=current_actor(), note=request.form.get("note", "").strip()[:500])
    return see_other(url_for("programs_admin.show", slug=slug), toast=_("Given back as a draft."))


@admin_bp.post("/<slug>/publication")
@needs("program.publish")
def publish(slug: str) -> Response:
    version = _open(admin_queries.find_admin(slug))
    services.publish(version.id, seen=request.form.get("seen"), actor=current_actor())
    return see_other(url_for("programs_admin.show", slug=slug), toast=_("Published. Partners see it now."))


@admin_bp.post("/<slug>/discard")
@needs("program.edit")
def discard(slug: str) -> Response:
    version = _open(admin_queries.find_admin(slug))
    is_gone = services.discard_draft(version.id, actor=current_actor())
    target = url_for("programs_admin.index") if is_gone else url_for("programs_admin.show", slug=slug)
    return see_other(target, toast=_("The draft is gone."))


@admin_bp.post("/<slug>/end")
@needs("program.publish")
def end(slug: str) -> Response:
    found = admin_queries.find_admin(slug)
    try:
        last = date.fromisoformat(request.form.get("ended_on", "").strip())
        services.end_program(found.id, last, actor=current_actor())
    except (ValueError, InvalidInput) as refused:
        fields = getattr(refused, "fields", {"ended_on": _("Choose a date, for example 2026-12-31.")})
        return _page(
            found, end_error=str(fields["ended_on"]), typed=request.form.get("ended_on", ""), status=422
        )
    return see_other(url_for("programs_admin.show", slug=slug), toast=_("The last day is set."))


def _open(found: AdminProgram) -> ProgramVersion:
    """The version that is still open. Raises NotFound if all are published."""
    if found.open_version is None:
        raise NotFound()
    return found.open_version


def _page(found: AdminProgram, *, end_error: str = "", typed: str = "", status: int = 200) -> Response:
    actor, version = current_actor(), found.open_version
    money = _money(version.budget_points if version is not None else None)
    needs_second = version is not None and asks_second_person(money["worth"])
    return render(
        "admin/programs/show.html",
        "main",
        status=status,
        program=found,
        row=found.row,
        open_version=version,
        may_publish=version is not None and _may_publish(version, actor, needs_second=needs_second),
        needs_second=needs_second,
        seen=services.stamp_of(version) if version is not None else "",
        end_error=end_error,
        typed=typed,
        **money,
    )


def _may_publish(version: ProgramVersion, actor: Actor, *, needs_second: bool) -> bool:
    makers = {version.made_by_id, *version.editor_ids}
    return actor.can("program.publish") and not (needs_second and actor.person_id in makers)


def _form(
    formdata: Any = None, data: dict[str, Any] | None = None, version: ProgramVersion | None = None
) -> ProgramForm:
    form = ProgramForm(formdata, data=data)
    form.offer(admin_queries.offered(version))
    return form


def _save(draft: Draft | None) -> Response:
    """Save the draft, then send or publish it if that was asked for."""
    actor = current_actor()
    action = request.form.get("action", "draft")
    action = action if action in ACTIONS else "draft"
    version = draft.version if draft is not None else None
    form = _form(request.form, version=version)
    is_right = form.validate()
    if not is_right:
        return _editor(form, draft, status=422)
    try:
        version = _write(form, version, actor)
        if action == "send":
            services.send_for_sign_off(version.id, actor=actor)
        elif action == "publish":
            services.publish(version.id, actor=actor)
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _editor(form, draft, status=422)
    except ChangedSince:
        return _editor(form, draft, status=409, message=str(CHANGED_SINCE))
    except Conflict as refused:
        return _editor(form, draft, status=409, message=str(refused.message))
    slug = admin_queries.slug_of(version.program_id)
    said = {
        "draft": _("Draft saved."), "send": _("Sent for sign-off."), "publish": _("Published. Partners see it now."),
    }  # fmt: skip
    endpoint = "programs_admin.edit" if action == "draft" else "programs_admin.show"
    return see_other(url_for(endpoint, slug=slug), toast=said[action])


def _write(form: ProgramForm, version: ProgramVersion | None, actor: Actor) -> ProgramVersion:
    ids = admin_queries.companies_by_name(form.companies.data or "", actor)
    base = Definition.from_record(version.definition) if version is not None else None
    made = renumbered(form.definition(base, ids), base)
    if version is None:
        return services.create_program(
            form.name.data, made, budget_points=form.budget_points.data, actor=actor
        )
    return services.save_draft(
        version.id, name=form.name.data, definition=made, budget_points=form.budget_points.data,
        applies_from=form.applies_from.data, seen=request.form.get("seen"), actor=actor,
    )  # fmt: skip


def _editor(form: ProgramForm, draft: Draft | None, *, status: int = 200, message: str = "") -> Response:
    version = draft.version if draft is not None else None
    _rate = reporting_rate()  # while it is held the session does not ask for it again
    budget = version.budget_points if version is not None else form.budget_points.data
    needs_second = asks_second_person(None if budget is None else reporting_worth(budget))
    return render(
        "admin/programs/edit.html",
        "main",
        status=status,
        form=form,
        slug=draft.slug if draft is not None else None,
        version=version,
        is_waiting=version is not None and version.state is VersionState.WAITING,
        reads=_reads(form),
        needs_second=needs_second,
        may_publish=current_actor().can("program.publish"),
        message=message,
        # What was typed over stays what it was, until the writer has been told that it changed.
        seen=request.form.get("seen")
        if status == 422
        else services.stamp_of(version)
        if version is not None
        else "",
        **_money(form.budget_points.data),
    )


def _reads(form: ProgramForm) -> Sentence | None:
    """The sentence of the fields as they stand; None while something is missing."""
    try:
        if not form.trigger.data or any(field.errors for field in form):
            return None
        named = len({line.strip() for line in (form.companies.data or "").splitlines() if line.strip()})
        made = form.definition(None, range(named))  # the sentence says how many, not which
        made.check()
        names = Names(form.offered.families, form.offered.courses, levels_now())
        return sentence(made, budget_points=form.budget_points.data, names=names)
    except InvalidInput:
        return None


def _money(budget: int | None) -> dict[str, Any]:
    worth = reporting_worth(budget) if isinstance(budget, int) and budget > 0 else None
    return {
        "worth": worth,
        "currency": current_settings().reporting_currency,
        "limit_minor": second_person_over(),
    }
