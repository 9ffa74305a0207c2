"""Many sale lines at once: what is there is read in one statement, what is new is written with three.

Credit notes and corrections of credited lines go one by one, at their place in the order, so that limits of programs
cut where they would cut if every line came alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.activities import pipeline
from app.activities.bulk import record_many
from app.core.bulk import insert_rows, reserve_ids
from app.core.clock import utc_now
from app.core.db import dialect, execute_sql, execute_sql_many, transaction
from app.core.types import bind, dump_json, read_date
from app.sales.facts import SaleFact, SaleOutcome, same_content
from app.sales.services import activity_of, columns_of, hold_source, try_sale

COLUMNS = (
    "id", "source", "document", "line", "revision", "kind", "sold_on", "organisation_id", "seller_id", "buyer_id",
    "reported_by_id", "product_id", "quantity", "amount_minor", "currency", "credits_id", "credited_quantity",
    "credited_minor", "activity_id", "batch_id", "created_at", "updated_at",
)  # fmt: skip


class Stored:
    """What a stored line says, as far as a comparison needs it."""

    __slots__ = (
        "activity_id", "amount_minor", "buyer_id", "credited_minor", "credits_id", "currency", "id", "kind",
        "organisation_id", "product_id", "quantity", "reported_by_id", "revision", "seller_id", "sold_on",
    )  # fmt: skip

    def __init__(self, row: Any) -> None:
        (
            self.id, self.revision, self.kind, sold_on, self.organisation_id, self.seller_id, self.buyer_id,
            self.reported_by_id, self.product_id, self.quantity, self.amount_minor, self.currency, self.credits_id,
            self.credited_minor, self.activity_id,
        ) = row  # fmt: skip
        self.sold_on = read_date(sold_on)


def find_stored(source: str, documents: Sequence[str]) -> dict[tuple[str, str], Stored]:
    """Lines of these documents that are here already, by (document, line)."""
    if not documents:
        return {}
    wanted = """SELECT document, line, id, revision, kind, sold_on, organisation_id, seller_id, buyer_id,
                       reported_by_id, product_id, quantity, amount_minor, currency, credits_id, credited_minor,
                       activity_id
                  FROM sale_lines WHERE source = :source AND document"""
    if dialect() == "sqlite":
        query = f"{wanted} IN (SELECT value FROM json_each(:documents))"
        value: Any = dump_json(list(documents))
    else:  # one look into the index per document, whatever the planner thinks of a table not analysed yet
        query = f"""SELECT found.* FROM unnest(CAST(:documents AS text[])) AS given(document),
                    LATERAL ({wanted} = given.document OFFSET 0) AS found"""
        value = list(documents)
    rows = execute_sql(query, {"source": source, "documents": value})
    return {(row[0], row[1]): Stored(row[2:]) for row in rows}


def record_sales(facts: Sequence[SaleFact], *, actor: Any, batch_id: int | None = None) -> list[SaleOutcome]:
    """Record many lines of ONE source, set-based; outcomes in the order given. See `services.record_sale`.

    Lines are recorded in the order of (sold_on, source_ref); callers that chunk feed chunks in that order.
    What `record_sale` refuses is an outcome `refused` with its problem; the rest is kept.
    """
    if not facts:
        return []
    with transaction():
        return _record_set(facts, facts[0].source, actor, batch_id)


def _record_set(
    facts: Sequence[SaleFact], source: str, actor: Any, batch_id: int | None
) -> list[SaleOutcome]:
    hold_source(source)
    pipeline.take_turn()
    stored = find_stored(source, list(dict.fromkeys(fact.document for fact in facts)))
    outcomes: list[SaleOutcome | None] = [None] * len(facts)
    pending: list[int] = []
    seen: set[tuple[str, str]] = set()
    for at in sorted(range(len(facts)), key=lambda each: (facts[each].sold_on, facts[each].source_ref)):
        fact = facts[at]
        key = (fact.document, fact.line)
        row = stored.get(key)
        alone = (
            fact.credits is not None
            or key in seen
            or (row is not None and bool(row.credits_id or row.credited_minor))
        )
        seen.add(key)
        if alone:
            _write(pending, facts, stored, outcomes, actor, batch_id)
            outcomes[at] = try_sale(fact, actor=actor, batch_id=batch_id)
        elif row is not None and same_content(fact, row):
            outcomes[at] = SaleOutcome("unchanged", row.activity_id)
        else:
            pending.append(at)
    _write(pending, facts, stored, outcomes, actor, batch_id)
    return [outcome for outcome in outcomes if outcome is not None]


def _write(
    pending: list[int],
    facts: Sequence[SaleFact],
    stored: dict[tuple[str, str], Stored],
    outcomes: list[SaleOutcome | None],
    actor: Any,
    batch_id: int | None,
) -> None:
    """Record the gathered lines and write their rows: new ones inserted, corrected ones revised."""
    if not pending:
        return
    recorded = record_many([activity_of(facts[at]) for at in pending], actor=actor)
    now = utc_now()
    fresh: list[tuple[Any, ...]] = []
    revised: list[dict[str, Any]] = []
    ids = iter(
        reserve_ids("sale_lines", sum((facts[at].document, facts[at].line) not in stored for at in pending))
    )
    for at, activity in zip(pending, recorded, strict=True):
        fact = facts[at]
        row = stored.get((fact.document, fact.line))
        if row is None:
            fresh.append((
                next(ids), fact.source, fact.document, fact.line, 1, fact.kind, fact.sold_on, fact.organisation_id,
                fact.seller_id, fact.buyer_id, fact.reported_by_id, fact.product_id, fact.quantity,
                fact.amount_minor, fact.currency, None, 0, 0, activity.activity_id, batch_id, now, now,
            ))  # fmt: skip
        else:
            changed = columns_of(fact) | {
                "activity_id": activity.activity_id,
                "batch_id": batch_id,
                "updated_at": now,
            }
            revised.append({key: bind(value, dialect()) for key, value in changed.items()} | {"id": row.id})
        outcomes[at] = SaleOutcome("new" if row is None else "revised", activity.activity_id, activity.points)
    insert_rows("sale_lines", COLUMNS, fresh)
    if revised:
        names = [name for name in revised[0] if name != "id"]
        assignments = ", ".join(f"{name} = :{name}" for name in names)
        execute_sql_many(
            f"UPDATE sale_lines SET {assignments}, revision = revision + 1 WHERE id = :id", revised
        )
    pending.clear()
