"""Verbs that write products and families."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import audit
from app.core.db import db, lock, transaction
from app.core.errors import Conflict
from app.products.bulk import family_slug
from app.products.models import Product, ProductFamily, ProductStatus


class NumberTaken(Conflict):
    """Another product has this stock number."""

    code = "sku_taken"


class NameTaken(Conflict):
    """Another family has this name."""

    code = "family_taken"


def create_family(name: str, *, actor: Any, slug: str | None = None) -> ProductFamily:
    """Write a family; its slug is made from the name once and stays. Raises NameTaken."""
    wanted = slug or family_slug(name)[:60]
    with transaction():
        taken = select(ProductFamily.id).where((ProductFamily.slug == wanted) | (ProductFamily.name == name))
        if db.session.scalar(taken) is not None:
            sentence = _("There is a family with this name already.")
            raise NameTaken(sentence, fields={"name": sentence})
        row = ProductFamily(slug=wanted, name=name)
        db.session.add(row)
        db.session.flush()
        audit.record(
            "family.created", actor=actor, subject="product_family", subject_id=row.id, after={"name": name}
        )
    return row


def rename_family(family_id: int, name: str, *, actor: Any) -> None:
    """Call a family something else; programs and deals keep pointing at it. Raises NameTaken."""
    with transaction():
        row = lock(ProductFamily, family_id)
        taken = select(ProductFamily.id).where(ProductFamily.name == name, ProductFamily.id != family_id)
        if db.session.scalar(taken) is not None:
            sentence = _("There is a family with this name already.")
            raise NameTaken(sentence, fields={"name": sentence})
        if row.name == name:
            return
        before, row.name = row.name, name
        audit.record(
            "family.renamed",
            actor=actor,
            subject="product_family",
            subject_id=row.id,
            before={"name": before},
            after={"name": name},
        )


def create_product(
    *, actor: Any, sku: str, name: str, family_id: int, subcategory: str | None = None
) -> Product:
    """Write a product. Raises NumberTaken."""
    with transaction():
        _refuse_taken(sku, None)
        row = Product(sku=sku, name=name, family_id=family_id, subcategory=subcategory)
        db.session.add(row)
        db.session.flush()
        audit.record("product.created", actor=actor, subject="product", subject_id=row.id, after={"sku": sku})
    return row


def edit_product(
    product_id: int,
    *,
    actor: Any,
    sku: str,
    name: str,
    family_id: int,
    subcategory: str | None,
    status: ProductStatus,
) -> None:
    """Change a product. A retired one stays in what was sold. Raises NumberTaken."""
    values = {
        "sku": sku,
        "name": name,
        "family_id": family_id,
        "subcategory": subcategory,
        "status": ProductStatus(status),
    }
    with transaction():
        row = lock(Product, product_id)
        before = {key: getattr(row, key) for key, value in values.items() if getattr(row, key) != value}
        if not before:
            return
        if "sku" in before:
            _refuse_taken(sku, product_id)
        for key in before:
            setattr(row, key, values[key])
        audit.record(
            "product.edited",
            actor=actor,
            subject="product",
            subject_id=row.id,
            before=before,
            after={key: values[key] for key in before},
        )


def _refuse_taken(sku: str, but: int | None) -> None:
    found = db.session.scalar(select(Product.id).where(Product.sku == sku))
    if found is not None and found != but:
        sentence = _("Another product has this stock number.")
        raise NumberTaken(sentence, fields={"sku": sentence})
