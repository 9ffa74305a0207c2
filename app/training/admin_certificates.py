"""Certificates that were given, and the certifications that ask for several courses."""

from __future__ import annotations

from flask import Response, request, url_for

from app.core.errors import Conflict, InvalidInput
from app.core.forms import add_errors
from app.core.http import idempotent, render, see_other
from app.core.i18n import _
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.partners.audience import Audience
from app.training.admin_blueprint import admin_bp, more_url
from app.training.forms import CertificationForm, RevokeForm
from app.training.models import Certification
from app.training.queries import certificates as queries
from app.training.queries import certifications
from app.training.services import certificates as services
from app.training.services import certifying

STATES = ("", "valid", "expired", "revoked")


@admin_bp.get("/certificates")
@needs("training.admin_view")
def certificates() -> Response:
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    text, after = request.args.get("q", "").strip()[:80], request.args.get("after", "")
    rows, following = queries.list_admin(current_actor(), search=text, state=state, after=after)
    return render(
        "admin/training/certificates.html",
        "rows" if after else "results" if request.headers.get("HX-Target") == "results" else "main",
        rows=rows,
        state=state,
        text=text,
        more_url=more_url(following),
    )


@admin_bp.get("/certificates/<serial>")
@needs("training.admin_view")
def certificate(serial: str) -> Response:
    return _certificate(serial, RevokeForm(formdata=None))


@admin_bp.post("/certificates/<serial>/revocation")
@needs("training.edit")
def revoke(serial: str) -> Response:
    actor, form = current_actor(), RevokeForm()
    queries.find_admin(serial, actor)
    if not form.validate():
        return _certificate(serial, form, status=422)
    try:
        services.revoke(serial, form.reason.data or "", actor=actor)
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _certificate(serial, form, status=422)
    except Conflict as refused:
        return _certificate(serial, form, status=409, message=str(refused.message))
    return see_other(
        url_for("training_admin.certificate", serial=serial), toast=_("Revoked. Its page says so now.")
    )


def _certificate(serial: str, form: RevokeForm, *, status: int = 200, message: str = "") -> Response:
    return render(
        "admin/training/certificate.html",
        "main",
        status=status,
        certificate=queries.find_admin(serial, current_actor()),
        form=form,
        message=message,
    )


@admin_bp.get("/certifications")
@needs("training.admin_view")
def certifications_list() -> Response:
    return render("admin/training/certifications.html", "main", rows=certifications.list_paths())


@admin_bp.get("/certifications/new")
@needs("training.edit")
def new_certification() -> Response:
    form = CertificationForm(formdata=None, data={"is_live": True, "validity_months": 12})
    return _form_page(_offered(form, None), None)


@admin_bp.post("/certifications")
@needs("training.edit")
@idempotent
def create_certification() -> Response:
    return _save(None)


@admin_bp.get("/certifications/<slug>")
@needs("training.admin_view")
def certification(slug: str) -> Response:
    row, courses = certifications.find_path(slug)
    data = {f"name_{one}": row.name.get(one, "") for one in ("en", "ms", "id")}
    form = CertificationForm(
        formdata=None,
        data={
            **data, "opens": row.opens.get("en", ""), "serial_prefix": row.serial_prefix, "courses": courses,
            "validity_months": row.validity_months, "is_live": row.is_live,
        },
    )  # fmt: skip
    return _form_page(_offered(form, row), row)


@admin_bp.post("/certifications/<slug>")
@needs("training.edit")
def save_certification(slug: str) -> Response:
    return _save(certifications.find_path(slug)[0])


def _offered(form: CertificationForm, row: Certification | None) -> CertificationForm:
    form.courses.choices = certifications.list_choices()
    form.offer_audience(current_actor(), Audience.from_record((row.audience if row else None) or {}))
    return form


def _save(row: Certification | None) -> Response:
    form = _offered(CertificationForm(), row)
    if not form.validate():
        return _form_page(form, row, status=422)
    opens = {**(row.opens if row else {}), "en": form.opens.data or ""}
    name = {one: form._fields[f"name_{one}"].data for one in ("en", "ms", "id")}
    path = certifying.Path(
        name={one: text for one, text in name.items() if text},
        courses=form.courses.taken,
        opens={one: text for one, text in opens.items() if text},
        serial_prefix=(form.serial_prefix.data or "").upper(),
        validity_months=form.validity_months.data,
        audience=form.audience,
        is_live=bool(form.is_live.data),
    )
    try:
        made = certifying.save_path(row.slug if row else None, path, actor=current_actor())
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _form_page(form, row, status=422)
    return see_other(url_for("training_admin.certification", slug=made.slug), toast=_("Saved."))


def _form_page(form: CertificationForm, row: Certification | None, *, status: int = 200) -> Response:
    return render(
        "admin/training/certification.html",
        "main",
        status=status,
        form=form,
        row=row,
        can_edit=current_actor().can("training.edit"),
    )
