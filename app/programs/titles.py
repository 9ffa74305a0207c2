"""What awards are for, in one statement: the fact, its product's name, and the program's name of that version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.activities.facts import Entry
from app.activities.models import Activity
from app.activities.queries import entry_of
from app.core.db import db
from app.products.models import Product
from app.programs.models import ProgramAward, ProgramVersion


@dataclass(frozen=True, slots=True)
class AwardTitle:
    """The fact behind an award or its clawback, and which program gave it."""

    entry: Entry
    product_name: str | None
    program_name: str


def titles_of_awards(posting_ids: Iterable[int]) -> dict[int, AwardTitle]:
    """By posting id; postings that no program made are left out."""
    wanted = list(posting_ids)
    if not wanted:
        return {}
    table: Any = Activity.__table__
    query = (
        select(ProgramAward.posting_id, Product.name, ProgramVersion.name.label("program_name"), table)
        .join(table, table.c.id == ProgramAward.activity_id)
        .join(ProgramVersion, ProgramVersion.id == ProgramAward.version_id)
        .outerjoin(Product, Product.id == table.c.product_id)
        .where(ProgramAward.posting_id.in_(wanted))
    )
    return {
        row["posting_id"]: AwardTitle(entry_of(row), row["name"], row["program_name"])
        for row in db.session.execute(query).mappings()
    }
