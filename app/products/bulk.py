"""Products as another system lists them, many at once: known by (source, key), never by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from app.core.bulk import insert_rows, reserve_ids
from app.core.clock import utc_now
from app.core.db import db, transaction
from app.core.types import new_public_ids
from app.partners.queries import find_external_many
from app.products.models import Product, ProductFamily

TABLE: Any = Product.__table__
FAMILIES: Any = ProductFamily.__table__


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One line of another system's list. `sku` given means our stock number; without one the key stands in for it."""

    key: str
    name: str
    family: str
    subcategory: str | None = None
    sku: str | None = None


def save_products(source: str, rows: Sequence[ProductRow]) -> list[str]:
    """Create or correct products and families. Answers `new`, `unchanged` or `revised` per row, in order."""
    with transaction():
        families = _families([row.family for row in rows], is_creating=True)
        known, stored = _known(source, rows)
        linked = _by_sku([row.sku for row in rows if row.sku])
        fresh: dict[str, ProductRow] = {}
        links: dict[str, int] = {}
        answers = []
        for row in rows:
            if row.key in fresh or row.key in links:
                answers.append("unchanged")
            elif row.key in known:
                changes = _changes(stored[known[row.key]], row, families)
                if changes.get("sku") in linked:
                    del changes["sku"]  # another product has that number
                if changes:
                    db.session.execute(update(TABLE).where(TABLE.c.id == known[row.key]).values(**changes))
                answers.append("revised" if changes else "unchanged")
            elif row.sku in linked:
                links[row.key] = linked[row.sku]
                answers.append("new")
            else:
                fresh[row.key] = row
                answers.append("new")
        links |= _create(source, list(fresh.values()), families)
        _link(source, links)
        return answers


def compare_products(source: str, rows: Sequence[ProductRow]) -> list[str]:
    """What `save_products` would answer; writes nothing."""
    families = _families([row.family for row in rows], is_creating=False)
    known, stored = _known(source, rows)
    answers = []
    for row in rows:
        if row.key not in known:
            answers.append("new")
        else:
            answers.append("revised" if _changes(stored[known[row.key]], row, families) else "unchanged")
    return answers


def _known(source: str, rows: Sequence[ProductRow]) -> tuple[dict[str, int], dict[int, Any]]:
    known = find_external_many("product", source, [row.key for row in rows])
    found = db.session.execute(select(TABLE).where(TABLE.c.id.in_(list(known.values()))))
    return known, {row.id: row for row in found}


def _by_sku(skus: Sequence[str]) -> dict[str, int]:
    found = db.session.execute(select(TABLE.c.sku, TABLE.c.id).where(TABLE.c.sku.in_(list(skus))))
    return {row.sku: row.id for row in found}


def _changes(stored: Any, row: ProductRow, families: dict[str, int]) -> dict[str, Any]:
    wanted = {
        "name": row.name,
        "family_id": families.get(family_slug(row.family), -1),
        "subcategory": row.subcategory or stored.subcategory,
        "sku": row.sku or stored.sku,
    }
    return {name: value for name, value in wanted.items() if value != getattr(stored, name)}


def family_slug(name: str) -> str:
    """A family's name as its slug: `Road Bikes` is `road-bikes`."""
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-") or "other"


def _families(names: Sequence[str], *, is_creating: bool) -> dict[str, int]:
    found = {row.slug: row.id for row in db.session.execute(select(FAMILIES.c.slug, FAMILIES.c.id))}
    for name in dict.fromkeys(names):
        slug = family_slug(name)
        if slug not in found and is_creating:
            values = {"slug": slug, "name": name, "created_at": utc_now()}
            found[slug] = db.session.execute(
                insert(FAMILIES).values(**values).returning(FAMILIES.c.id)
            ).scalar_one()
    return found


def _create(source: str, rows: Sequence[ProductRow], families: dict[str, int]) -> dict[str, int]:
    taken = _by_sku([name for row in rows for name in (row.sku or row.key, f"{source}-{row.key}")])
    now, ids = utc_now(), reserve_ids("products", len(rows))
    lines = []
    for new_id, public_id, row in zip(ids, new_public_ids(len(rows)), rows, strict=True):
        sku = row.sku or row.key
        if sku in taken:
            sku = f"{source}-{row.key}"
        while sku in taken:
            sku += "-2"
        taken[sku] = new_id
        lines.append((
            new_id, public_id, sku, row.name, families[family_slug(row.family)], row.subcategory, "active", now,
        ))  # fmt: skip
    columns = ("id", "public_id", "sku", "name", "family_id", "subcategory", "status", "created_at")
    insert_rows("products", columns, lines)
    return {row.key: new_id for new_id, row in zip(ids, rows, strict=True)}


def _link(source: str, links: dict[str, int]) -> None:
    now = utc_now()
    insert_rows(
        "external_ids",
        ("id", "kind", "source", "key", "target_id", "created_at"),
        [
            (link, "product", source, key, target, now)
            for link, (key, target) in zip(
                reserve_ids("external_ids", len(links)), links.items(), strict=True
            )
        ],
    )
