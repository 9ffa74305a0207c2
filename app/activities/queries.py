"""Reads of the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, func, select

from app.activities.facts import Entry, Fact
from app.activities.models import Activity
from app.core.clock import today
from app.core.db import db, dialect, execute_sql
from app.core.errors import NotFound
from app.core.rates import convert
from app.core.settings import current_settings
from app.core.types import dump_json

TABLE: Any = Activity.__table__


def entry_of(row: RowMapping | Mapping[str, Any]) -> Entry:
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
        row["ruleset"], row["organisation_tier"],
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


def in_force(ids: Sequence[int]) -> set[int]:
    """Which of these are in force."""
    query = select(TABLE.c.id).where(TABLE.c.id.in_(ids), TABLE.c.voided_at.is_(None))
    return set(db.session.scalars(query))


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


def walk_in_force(
    *,
    kinds: Sequence[str] | None = None,
    first: date | None = None,
    last: date | None = None,
    after: int = 0,
    size: int = 2000,
) -> Iterator[list[Entry]]:
    """Entries in force in the order of their recording, in lists of at most `size`; both dates belong to the window.
    `after`: only those with a greater id."""
    query = select(TABLE).where(TABLE.c.voided_at.is_(None)).order_by(TABLE.c.id).limit(size)
    if kinds is not None:
        query = query.where(TABLE.c.kind.in_(kinds))
    if first is not None and last is not None:
        query = query.where(TABLE.c.occurred_on.between(first, last))
    while True:
        rows = db.session.execute(query.where(TABLE.c.id > after)).mappings().all()
        if rows:
            yield [entry_of(row) for row in rows]
        if len(rows) < size:
            return
        after = rows[-1]["id"]


def list_in_force(first: date, last: date, *, kinds: Sequence[str] | None = None, limit: int) -> list[Entry]:
    """The last recorded entries in force of a window; both dates belong to it."""
    query = select(TABLE).where(TABLE.c.voided_at.is_(None), TABLE.c.occurred_on.between(first, last))
    if kinds is not None:
        query = query.where(TABLE.c.kind.in_(kinds))
    rows = db.session.execute(query.order_by(TABLE.c.id.desc()).limit(limit)).mappings()
    return [entry_of(row) for row in rows]


def newest_in_force(
    owner: str, owner_id: int, first: date, last: date, *, kinds: Sequence[str] | None = None, size: int = 50
) -> Iterator[list[Entry]]:
    """What is in force of a person or a company (`member` or `organisation`), last recorded first, in short lists."""
    whose = TABLE.c.member_id if owner == "member" else TABLE.c.organisation_id
    query = select(TABLE).where(
        whose == owner_id, TABLE.c.occurred_on.between(first, last), TABLE.c.voided_at.is_(None)
    )
    if kinds is not None:
        query = query.where(TABLE.c.kind.in_(kinds))
    query, before = query.order_by(TABLE.c.id.desc()).limit(size), 2**63 - 1
    while True:
        rows = db.session.execute(query.where(TABLE.c.id < before)).mappings().all()
        if rows:
            yield [entry_of(row) for row in rows]
        if len(rows) < size:
            return
        before = rows[-1]["id"]


def latest_revisions(
    source: str, kind: str, refs: Sequence[str]
) -> dict[str, tuple[int, str, int, str, bool]]:
    """Last revision of each reference: (id, public id, revision, digest, in force)."""
    if not refs:
        return {}
    wanted = """SELECT source_ref, id, public_id, revision, digest, voided_at IS NULL FROM activities
                 WHERE source = :source AND kind = :kind AND source_ref"""
    if dialect() == "sqlite":
        query = f"{wanted} IN (SELECT value FROM json_each(:refs)) ORDER BY revision"
        value: Any = dump_json(list(refs))
    else:  # one look into the index per reference, whatever the planner thinks of a table not analysed yet
        query = f"""SELECT found.* FROM unnest(CAST(:refs AS text[])) AS given(ref),
                    LATERAL ({wanted} = given.ref ORDER BY revision DESC LIMIT 1) AS found"""
        value = list(refs)
    rows = execute_sql(query, {"source": source, "kind": kind, "refs": value})
    return {row[0]: (row[1], row[2], row[3], row[4], bool(row[5])) for row in rows}


def sales_this_year(organisation_ids: Sequence[int]) -> dict[int, int]:
    """Sale lines of the calendar year by organisation, in minor units of the reporting currency at today's rates.

    Currencies without a rate are left out. One statement, and one per foreign currency.
    """
    now = today()
    query = (
        select(TABLE.c.organisation_id, TABLE.c.currency, func.sum(TABLE.c.amount_minor))
        .where(
            TABLE.c.kind == "sale",
            TABLE.c.voided_at.is_(None),
            TABLE.c.organisation_id.in_(organisation_ids),
            TABLE.c.occurred_on.between(now.replace(month=1, day=1), now),
            TABLE.c.currency.is_not(None),
        )
        .group_by(TABLE.c.organisation_id, TABLE.c.currency)
    )
    found: dict[int, int] = {}
    for organisation_id, currency, amount in db.session.execute(query):
        worth = convert(int(amount), currency, current_settings().reporting_currency, now)
        if worth is not None:
            found[organisation_id] = found.get(organisation_id, 0) + worth
    return found
