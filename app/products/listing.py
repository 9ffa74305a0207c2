"""The list of products: search, family, keyset."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, or_, select, tuple_

from app.core.db import db
from app.core.errors import NotFound
from app.products.models import Product, ProductFamily, ProductStatus

PAGE = 25


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One line of the list."""

    public_id: str
    sku: str
    name: str
    family_name: str
    subcategory: str | None
    status: ProductStatus


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One page of products; `after` is the key of the next one."""

    rows: list[ProductRow]
    total: int
    after: str | None


def list_products(*, family: str = "", text: str = "", after: str | None = None) -> ProductPage:
    """Products by name; of one family (slug) or all. One statement, one more when paging."""
    conditions: list[ColumnElement[bool]] = [Product.family_id == ProductFamily.id]
    if family:
        conditions.append(ProductFamily.slug == family)
    if text.strip():
        plain = text.strip()[:80].lower()
        escaped = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        columns = (Product.name, Product.sku, Product.subcategory)
        conditions.append(or_(*(func.lower(column).like(f"%{escaped}%", escape="\\") for column in columns)))
    total = (
        select(func.count())
        .select_from(Product, ProductFamily)
        .where(*conditions)
        .correlate(None)
        .scalar_subquery()
    )
    order = (func.lower(Product.name), Product.id)
    query = select(
        Product.public_id,
        Product.sku,
        Product.name,
        ProductFamily.name.label("family_name"),
        Product.subcategory,
        Product.status,
        total.label("total"),
    ).where(*conditions)
    if after:
        key = db.session.execute(select(*order).where(Product.public_id == after)).first()
        query = query.where(tuple_(*order) > tuple_(*key) if key else false())
    rows = db.session.execute(query.order_by(*order).limit(PAGE + 1)).all()
    shown = [
        ProductRow(row.public_id, row.sku, row.name, row.family_name, row.subcategory, row.status)
        for row in rows[:PAGE]
    ]
    return ProductPage(shown, rows[0].total if rows else 0, shown[-1].public_id if len(rows) > PAGE else None)


def find_product(public_id: str) -> Product:
    """One product. Raises NotFound."""
    found = db.session.scalars(select(Product).where(Product.public_id == public_id)).first()
    if found is None:
        raise NotFound()
    return found


def count_by_family() -> dict[int, int]:
    """How many products each family has."""
    query = select(Product.family_id, func.count()).group_by(Product.family_id)
    return {row[0]: int(row[1]) for row in db.session.execute(query)}
