"""Reads of products and families."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from app.core.db import db
from app.core.errors import NotFound
from app.products.models import Product, ProductFamily


def list_families() -> list[ProductFamily]:
    """All families by name."""
    return list(db.session.scalars(select(ProductFamily).order_by(ProductFamily.name, ProductFamily.id)))


def find_family(slug: str) -> ProductFamily:
    """A family by slug. Raises NotFound."""
    found = db.session.scalars(select(ProductFamily).where(ProductFamily.slug == slug)).first()
    if found is None:
        raise NotFound()
    return found


def get_product_by_sku(sku: str) -> Product | None:
    """A product by its stock number, or None."""
    return db.session.scalars(select(Product).where(Product.sku == sku)).first()


def families_of(product_ids: Iterable[int]) -> dict[int, int]:
    """The family of each product, by product id."""
    found: dict[int, int] = {}
    wanted = list(dict.fromkeys(product_ids))
    for start in range(0, len(wanted), 500):
        query = select(Product.id, Product.family_id).where(Product.id.in_(wanted[start : start + 500]))
        found.update({row.id: row.family_id for row in db.session.execute(query)})
    return found
