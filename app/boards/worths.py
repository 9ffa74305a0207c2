"""What facts in foreign currencies are worth, as it was decided when they were counted.

By the rate of the fact's date as known then: a rate that comes later for an earlier day changes nothing that stands. A
fact without any rate waits, and is counted when one comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from app.activities.facts import Entry
from app.boards.models import BoardWorth
from app.boards.rules import Rule, asks_worth, is_foreign
from app.core.bulk import insert_rows
from app.core.db import db
from app.core.settings import current_settings
from app.programs.engine import Rates

WORTHS: Any = BoardWorth.__table__
_AT_ONCE = 500


def worth_of(entry: Entry, rates: Rates) -> int | None:
    """A fact's amount in the reporting currency at the rate of its date; None without a rate."""
    fact = entry.fact
    if fact.amount_minor is None or fact.currency is None:
        return 0
    return rates.convert(
        fact.amount_minor, fact.currency, current_settings().reporting_currency, fact.occurred_on
    )


def decide(rules: Sequence[Rule], entries: Sequence[Entry]) -> dict[int, int | None]:
    """Decide and keep the worth of new facts that a board counts in money; None for those that wait."""
    asking = [entry for entry in entries if asks_worth(rules, entry)]
    if not asking:
        return {}
    rates = Rates()
    rates.learn((entry.fact.currency, entry.fact.occurred_on) for entry in asking if entry.fact.currency)
    found = {entry.id: worth_of(entry, rates) for entry in asking}
    insert_rows("board_worths", ("activity_id", "worth_minor"), list(found.items()))
    return found


def stored(entries: Sequence[Entry], *, locked: bool = False) -> dict[int, int | None]:
    """What was decided for these facts; one that no board has counted in money is left out.

    `locked`: nobody may settle one that waits until this transaction ends.
    """
    ids = [entry.id for entry in entries if is_foreign(entry)]
    found: dict[int, int | None] = {}
    for at in range(0, len(ids), _AT_ONCE):
        query = select(WORTHS).where(WORTHS.c.activity_id.in_(ids[at : at + _AT_ONCE]))
        if locked:
            query = query.order_by(WORTHS.c.activity_id).with_for_update()
        found |= {row.activity_id: row.worth_minor for row in db.session.execute(query)}
    return found


def complete(rules: Sequence[Rule], entries: Sequence[Entry]) -> dict[int, int | None]:
    """`stored`, with the worth of those not decided yet decided now."""
    known = stored(entries)
    return known | decide(rules, [entry for entry in entries if entry.id not in known])


def list_waiting(after: int = 0) -> list[int]:
    """Ids of facts that wait for a rate, some at a time."""
    query = (
        select(WORTHS.c.activity_id)
        .where(WORTHS.c.worth_minor.is_(None), WORTHS.c.activity_id > after)
        .order_by(WORTHS.c.activity_id)
        .limit(_AT_ONCE)
    )
    return list(db.session.scalars(query))


def settle(entry: Entry, worth: int) -> bool:
    """Keep the worth of a fact that waited; False if somebody else did so meanwhile."""
    done = db.session.execute(
        update(WORTHS)
        .where(WORTHS.c.activity_id == entry.id, WORTHS.c.worth_minor.is_(None))
        .values(worth_minor=worth)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
