"""The vendor's list of what awards are given for."""

from __future__ import annotations

from flask import Response, request, url_for

from app.core.errors import InvalidInput
from app.core.forms import add_errors
from app.core.http import render, see_other
from app.core.i18n import _, ngettext
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.recognition import services
from app.recognition.admin import admin_bp
from app.recognition.forms import CategoryForm
from app.recognition.queries import vendor


@admin_bp.get("/categories")
@needs("recognition.admin_view")
def categories() -> Response:
    """All categories, those no longer offered at the end."""
    return render(
        "admin/recognition/categories.html", "main", categories=vendor.list_categories(with_retired=True)
    )


@admin_bp.post("/categories/usual")
@needs("recognition.award")
def add_usual() -> Response:
    """Begin with the usual categories."""
    count = services.add_usual_categories(actor=current_actor())
    toast = ngettext("%(num)s category added.", "%(num)s categories added.", count)
    return see_other(url_for("recognition_admin.categories"), toast=toast)


@admin_bp.route("/categories/new", methods=["GET", "POST"])
@needs("recognition.award")
def new_category() -> Response:
    """Add a category."""
    return _edit(None, CategoryForm())


@admin_bp.route("/categories/<slug>", methods=["GET", "POST"])
@needs("recognition.award")
def edit_category(slug: str) -> Response:
    """Change a category; awards given for it follow."""
    row = vendor.find_category(slug)
    return _edit(slug, CategoryForm(obj=row))


def _edit(slug: str | None, form: CategoryForm) -> Response:
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                services.save_category(slug, form.values(), actor=current_actor())
                return see_other(url_for("recognition_admin.categories"), toast=_("Saved"))
            except InvalidInput as refused:
                add_errors(form, refused.fields)
    row = vendor.find_category(slug) if slug else None
    return render(
        "admin/recognition/category.html",
        "main",
        status,
        form=form,
        slug=slug,
        is_retired=row is not None and row.retired_at is not None,
    )


@admin_bp.post("/categories/<slug>/offer")
@needs("recognition.award")
def set_offered(slug: str) -> Response:
    """Stop offering a category, or offer it again."""
    offered = request.form.get("offered") == "1"
    services.set_retired(slug, not offered, actor=current_actor())
    toast = _("Offered again.") if offered else _("No longer offered. Awards given for it stay.")
    return see_other(url_for("recognition_admin.categories"), toast=toast)
