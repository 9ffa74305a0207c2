"""The part of an address that is made from a name: small letters, figures and hyphens, each used once in its table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from app.core.db import db, queue_under

LONGEST = 60


def slugify(text: str, *, fallback: str, longest: int = LONGEST) -> str:
    """A name as a slug, accents folded; `fallback` where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-") or fallback


def free_slug(column: Any, wanted: str, reserved: Collection[str] = ()) -> str:
    """`wanted`, or the same with a number behind it if it is taken. `column` is a model's, as in `Board.slug`.

    Until the transaction ends nobody else asks for one of this table, so it is still free when it is written.
    """
    queue_under(f"slug:{column.class_.__tablename__}")
    taken = set(db.session.scalars(select(column).where(column.startswith(wanted, autoescape=True))))
    slug, number = wanted, 1
    while slug in taken or slug in reserved:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
