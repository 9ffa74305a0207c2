"""Reads of the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import RowMapping, select

from app.activities.facts import Entry, Fact
from app.activities.models import Activity
from app.core.db import db, dialect, execute_sql
from app.core.errors import NotFound
from app.core.types import dump_json

TABLE: Any = Activity.__table__


def entry_of(row: RowMapping) -> Entry:
    """A row of `activities` as reactors are given it."""
    fact = Fact(
        kind=row["kind"].value,
        source=row["source"],
        source_ref=row["source_ref"],
        organisation_id=row["organisation_id"],
        occurred_on=row["occurred_on"],
        member_id=row["member_id"],
        occurred_at=row["occurred_at"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        quantity=row["quantity"],
        product_id=row["product_id"],
        family_id=row["family_id"],
        attributes=row["attributes"],
    )
    return Entry(
        row["id"], row["public_id"], row["revision"], fact, row["organisation_country"], row["organisation_kind"],
        row["ruleset"],
    )  # fmt: skip


def find_entry(activity_id: int) -> Entry:
    """One entry. Raises NotFound."""
    row = db.session.execute(select(TABLE).where(TABLE.c.id == activity_id)).mappings().first()
    if row is None:
        raise NotFound()
    return entry_of(row)


def list_entries(ids: Sequence[int]) -> list[Entry]:
    """Entries by id, those in force or not."""
    rows = db.session.execute(select(TABLE).where(TABLE.c.id.in_(ids))).mappings()
    return [entry_of(row) for row in rows]


def walk_entries(*, size: int = 2000) -> Iterator[tuple[Entry, bool]]:
    """Every entry of the log in the order of its recording, with whether it is in force."""
    after = 0
    while True:
        query = select(TABLE).where(TABLE.c.id > after).order_by(TABLE.c.id).limit(size)
        rows = db.session.execute(query).mappings().all()
        for row in rows:
            yield entry_of(row), row["voided_at"] is None
        if len(rows) < size:
            return
        after = rows[-1]["id"]


def latest_revisions(
    source: str, kind: str, refs: Sequence[str]
) -> dict[str, tuple[int, str, int, str, bool]]:
    """Last revision of each reference: (id, public id, revision, digest, in force)."""
    if not refs:
        return {}
    if dialect() == "sqlite":
        members, value = "IN (SELECT value FROM json_each(:refs))", dump_json(list(refs))
    else:  # an array is looked up in the index, also before the table was analysed
        members, value = "= ANY(CAST(:refs AS text[]))", list(refs)  # type: ignore[assignment]
    rows = execute_sql(
        f"""SELECT source_ref, id, public_id, revision, digest, voided_at IS NULL
              FROM activities
             WHERE source = :source AND kind = :kind AND source_ref {members}
             ORDER BY revision""",
        {"source": source, "kind": kind, "refs": value},
    )
    return {row[0]: (row[1], row[2], row[3], row[4], bool(row[5])) for row in rows}
