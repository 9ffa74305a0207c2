"""The vendor's pages of products and their families."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.company.forms import FamilyForm, ProductForm
from app.core.errors import Conflict
from app.core.forms import add_errors, choices
from app.core.http import render, see_other
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.products import services
from app.products.listing import count_by_family, find_product, list_products
from app.products.models import ProductStatus
from app.products.queries import find_family, list_families

admin_bp = Blueprint("products_admin", __name__, url_prefix="/admin/products")


@admin_bp.get("")
@needs("product.view")
def index() -> Response:
    """Products by name, of one family or all."""
    family, text = request.args.get("family", ""), request.args.get("q", "")
    return render(
        "admin/products/index.html",
        "results",
        page=list_products(family=family, text=text, after=request.args.get("after")),
        families=list_families(),
        family=family,
        text=text,
    )


def _form(**values: Any) -> ProductForm:
    form = ProductForm(**values)
    form.family.choices = choices((family.slug, family.name) for family in list_families())
    return form


def _page(form: ProductForm, product: Any, status: int = 200) -> Response:
    return render("admin/products/edit.html", "main", status=status, form=form, product=product)


@admin_bp.get("/new")
@needs("product.manage")
def new() -> Response:
    """A new product."""
    return _page(_form(formdata=None, status=ProductStatus.ACTIVE.value), None)


@admin_bp.post("")
@needs("product.manage")
def create() -> Response:
    """Write a product."""
    form = _form()
    form.status.data = form.status.data or ProductStatus.ACTIVE.value
    if not form.validate():
        return _page(form, None, status=422)
    try:
        services.create_product(
            actor=current_actor(),
            sku=form.sku.data or "",
            name=form.name.data or "",
            family_id=find_family(form.family.data or "").id,
            subcategory=form.subcategory.data or None,
        )
    except Conflict as refused:
        add_errors(form, refused.fields)
        return _page(form, None, status=409)
    return see_other(url_for(".index"), toast=_("Saved."))


@admin_bp.get("/<public_id>")
@needs("product.view")
def product(public_id: str) -> Response:
    """One product."""
    found = find_product(public_id)
    slugs = {family.id: family.slug for family in list_families()}
    form = _form(
        formdata=None,
        name=found.name,
        sku=found.sku,
        family=slugs.get(found.family_id),
        subcategory=found.subcategory or "",
        status=found.status.value,
    )
    return _page(form, found)


@admin_bp.post("/<public_id>")
@needs("product.manage")
def edit(public_id: str) -> Response:
    """Save a product."""
    found = find_product(public_id)
    form = _form()
    if not form.validate():
        return _page(form, found, status=422)
    try:
        services.edit_product(
            found.id,
            actor=current_actor(),
            sku=form.sku.data or "",
            name=form.name.data or "",
            family_id=find_family(form.family.data or "").id,
            subcategory=form.subcategory.data or None,
            status=ProductStatus(form.status.data),
        )
    except Conflict as refused:
        add_errors(form, refused.fields)
        return _page(form, found, status=409)
    return see_other(url_for(".index"), toast=_("Saved."))


@admin_bp.get("/families")
@needs("product.view")
def families() -> Response:
    """Families with how many products each has."""
    return _families_page(FamilyForm(formdata=None))


def _families_page(form: FamilyForm, status: int = 200, editing: str = "") -> Response:
    return render(
        "admin/products/families.html",
        "main",
        status=status,
        form=form,
        editing=editing,
        families=list_families(),
        counts=count_by_family(),
    )


@admin_bp.post("/families")
@needs("product.manage")
def create_family() -> Response:
    """Write a family."""
    form = FamilyForm()
    if not form.validate():
        return _families_page(form, status=422)
    try:
        services.create_family(form.name.data or "", actor=current_actor())
    except Conflict as refused:
        add_errors(form, refused.fields)
        return _families_page(form, status=409)
    return see_other(url_for(".families"), toast=_("Saved."))


@admin_bp.get("/families/<slug>")
@needs("product.manage")
def family(slug: str) -> Response:
    """Rename a family."""
    return _families_page(FamilyForm(formdata=None, name=find_family(slug).name), editing=slug)


@admin_bp.post("/families/<slug>")
@needs("product.manage")
def rename_family(slug: str) -> Response:
    """Save a family's name."""
    found = find_family(slug)
    form = FamilyForm()
    if not form.validate():
        return _families_page(form, status=422, editing=slug)
    try:
        services.rename_family(found.id, form.name.data or "", actor=current_actor())
    except Conflict as refused:
        add_errors(form, refused.fields)
        return _families_page(form, status=409, editing=slug)
    return see_other(url_for(".families"), toast=_("Saved."))
