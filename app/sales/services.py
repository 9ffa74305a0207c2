"""The verbs that write sale lines. A line is recorded as an activity; what it earns is the programs' business.

One at a time (`record_sale`) and set-based (`app.sales.bulk.record_sales`) give the same rows and the same ledger.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from app.activities import services as activities
from app.activities.facts import Fact
from app.core.clock import utc_now
from app.core.db import db, queue_under, transaction
from app.products.queries import families_of
from app.sales.facts import CreditedLineUnknown, CreditTooLarge, SaleFact, SaleOutcome, refused, same_content
from app.sales.models import SaleLine

TABLE: Any = SaleLine.__table__
CREDITED = "credited"


def record_sale(fact: SaleFact, *, actor: Any, batch_id: int | None = None) -> SaleOutcome:
    """Record one line: new, the same again (nothing happens) or a correction (the line is revised).

    A fact that `credits` another line reduces what that line counts for, and reverses what it earned.
    Raises CreditedLineUnknown, CreditTooLarge, and what `activities.record` raises.
    """
    with transaction():
        hold_source(fact.source)
        outcome = try_sale(fact, actor=actor, batch_id=batch_id)
        if outcome.problem is not None:
            raise outcome.problem
        return outcome


def try_sale(fact: SaleFact, *, actor: Any, batch_id: int | None) -> SaleOutcome:
    """`record_sale` inside the caller's transaction; a refusal is an answer, not an error, and has written nothing."""
    row = _find(fact.source, fact.document, fact.line)
    if fact.credits is not None or (row is not None and row.credits_id is not None):
        return _record_credit(fact, row, actor, batch_id)
    if row is not None and same_content(fact, row):
        return SaleOutcome("unchanged", row.activity_id)
    if row is not None and row.credited_minor and not _still_fits(fact, row):
        return refused(CreditTooLarge())
    credited = (row.credited_quantity, row.credited_minor) if row is not None else (0, 0)
    recorded = activities.record_fact(activity_of(fact, *credited), actor=actor)
    _save(fact, row, batch_id, activity_id=recorded.activity_id)
    return SaleOutcome("new" if row is None else "revised", recorded.activity_id, _points(recorded.awards))


def _save(fact: SaleFact, row: Any, batch_id: int | None, **more: Any) -> None:
    values = columns_of(fact) | {"batch_id": batch_id, "updated_at": utc_now()} | more
    if row is None:
        values |= {
            "created_at": values["updated_at"],
            "credited_quantity": 0,
            "credited_minor": 0,
            "revision": 1,
        }
        db.session.execute(insert(TABLE).values(**values))
    else:
        values["revision"] = row.revision + 1
        db.session.execute(update(TABLE).where(TABLE.c.id == row.id).values(**values))


def _still_fits(fact: SaleFact, row: Any) -> bool:
    return bool(fact.amount_minor + row.credited_minor >= 0 and fact.currency == row.currency)


def _record_credit(fact: SaleFact, row: Any, actor: Any, batch_id: int | None) -> SaleOutcome:
    """A credit note, new or corrected: the credited line keeps its content and counts for that much less."""
    if row is not None and same_content(fact, row) and _credits(row.credits_id) == fact.credits:
        return SaleOutcome("unchanged", None)
    if fact.credits is None or (row is not None and row.credits_id is None):
        return refused(CreditTooLarge())  # a line does not turn into a credit note, nor back
    target = _find(fact.source, *fact.credits)
    if target is None or target.credits_id is not None:
        return refused(CreditedLineUnknown())
    if row is not None and row.credits_id != target.id:
        return refused(CreditTooLarge())  # a credit note keeps to the line that it names
    quantity = target.credited_quantity + fact.quantity - (row.quantity if row is not None else 0)
    amount = target.credited_minor + fact.amount_minor - (row.amount_minor if row is not None else 0)
    if target.amount_minor + amount < 0 or target.quantity + quantity < 0 or fact.currency != target.currency:
        return refused(CreditTooLarge())
    _save(fact, row, batch_id, credits_id=target.id)
    activity_id = _count_again(target, quantity, amount, actor)
    changes = {
        "credited_quantity": quantity,
        "credited_minor": amount,
        "activity_id": activity_id,
        "updated_at": utc_now(),
    }
    db.session.execute(update(TABLE).where(TABLE.c.id == target.id).values(**changes))
    return SaleOutcome("new" if row is None else "revised", activity_id)


def _count_again(target: Any, quantity: int, amount: int, actor: Any) -> int:
    """Revise the credited line's activity to what is left of it, or void it if nothing is."""
    if target.amount_minor + amount == 0:
        activities.void(target.activity_id, CREDITED, actor)
        return int(target.activity_id)
    recorded = activities.record_fact(activity_of(_fact_of(target), quantity, amount), actor=actor)
    return recorded.activity_id


def hold_source(source: str) -> None:
    """One writer per source at a time."""
    queue_under(f"sales:{source}")


def activity_of(fact: SaleFact, credited_quantity: int = 0, credited_minor: int = 0) -> Fact:
    """What a line counts for, as a fact for the log."""
    return Fact(
        kind="sale",
        source=fact.source,
        source_ref=fact.source_ref,
        organisation_id=fact.organisation_id,
        occurred_on=fact.sold_on,
        amount_minor=fact.amount_minor + credited_minor,
        currency=fact.currency,
        quantity=max(0, fact.quantity + credited_quantity),
        product_id=fact.product_id,
        family_id=fact.family_id,
        attributes={"sale": fact.kind},
    )


def columns_of(fact: SaleFact) -> dict[str, Any]:
    """A fact as the row's columns."""
    return {
        "source": fact.source, "document": fact.document, "line": fact.line, "kind": fact.kind,
        "sold_on": fact.sold_on, "organisation_id": fact.organisation_id, "seller_id": fact.seller_id,
        "buyer_id": fact.buyer_id, "reported_by_id": fact.reported_by_id, "product_id": fact.product_id,
        "quantity": fact.quantity, "amount_minor": fact.amount_minor, "currency": fact.currency,
    }  # fmt: skip


def _fact_of(row: Any) -> SaleFact:
    family = families_of([row.product_id]).get(row.product_id)
    return SaleFact(
        source=row.source, document=row.document, line=row.line, sold_on=row.sold_on,
        organisation_id=row.organisation_id, product_id=row.product_id, family_id=family, quantity=row.quantity,
        amount_minor=row.amount_minor, currency=row.currency, kind=row.kind, seller_id=row.seller_id,
        buyer_id=row.buyer_id, reported_by_id=row.reported_by_id,
    )  # fmt: skip


def _find(source: str, document: str, line: str) -> Any:
    query = select(TABLE).where(TABLE.c.source == source, TABLE.c.document == document, TABLE.c.line == line)
    return db.session.execute(query.with_for_update()).first()


def _credits(line_id: int) -> tuple[str, str]:
    row = db.session.execute(select(TABLE.c.document, TABLE.c.line).where(TABLE.c.id == line_id)).one()
    return row.document, row.line


def _points(awards: Any) -> int:
    return sum(award.points for award in awards)
