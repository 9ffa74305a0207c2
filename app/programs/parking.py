"""Facts that wait for an exchange rate: judged, by the versions they met, once the rate of their date is known."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.activities import pipeline
from app.activities.facts import Entry
from app.activities.queries import list_entries
from app.core.clock import utc_now
from app.core.db import db, transaction
from app.programs import catalogue
from app.programs.catalogue import Catalogue
from app.programs.engine import Rates, judge
from app.programs.levels import Levels
from app.programs.models import ParkedFact
from app.programs.reactor import Owed, give

PARKED: Any = ParkedFact.__table__
_AT_ONCE = 500


def replay_parked(actor: Any = None) -> int:
    """Judge every parked fact whose rate has come, in the order of (occurred_on, source_ref); returns how many.

    Safe to run at any time, by several at once: an award is unique, and each row is locked while it is judged.
    """
    done = 0
    while True:
        found = _replay_some(actor)
        if not found:
            return done
        done += found


def _replay_some(actor: Any) -> int:
    ready = _ready()
    if not ready:
        return 0
    with transaction():
        pipeline.take_turn()
        waiting = _lock(ready[:_AT_ONCE])
        entries = {entry.id: entry for entry in list_entries([row.activity_id for row in waiting])}
        programs, rates = catalogue.load_catalogue(), Rates()
        ordered = sorted(
            waiting, key=lambda row: (*entries[row.activity_id].fact.order, row.program_id, row.rule_key)
        )
        owed: list[Owed] = []
        resolved = []
        for row in ordered:
            offers = _judge(entries[row.activity_id], row.program_id, row.rule_key, programs, rates)
            if offers is not None:
                owed += offers
                resolved.append(row)
        gains = give(owed, actor)
        pipeline.gained([entries[entry_id] for entry_id in sorted(gains)], gains, actor)
        now = utc_now()
        for row in resolved:
            db.session.execute(update(PARKED).where(_is(row)).values(resolved_at=now))
        return len(resolved)


def _ready() -> list[tuple[int, int, str]]:
    """Keys of parked facts whose rates are known now, by fact."""
    rates = Rates()
    found = db.session.execute(
        select(PARKED).where(PARKED.c.resolved_at.is_(None)).order_by(PARKED.c.activity_id)
    )
    rows = found.all()
    entries: dict[int, Entry] = {}
    ids = sorted({row.activity_id for row in rows})
    for at in range(0, len(ids), _AT_ONCE):
        entries |= {entry.id: entry for entry in list_entries(ids[at : at + _AT_ONCE])}
    ready = []
    for row in rows:
        on = entries[row.activity_id].fact.occurred_on
        if rates.convert(1, row.from_currency, row.to_currency, on) is not None:
            ready.append(
                (entries[row.activity_id].fact.order, (row.activity_id, row.program_id, row.rule_key))
            )
    return [key for _order, key in sorted(ready)]


def _lock(keys: list[tuple[int, int, str]]) -> list[Any]:
    wanted = set(keys)
    rows = db.session.execute(
        select(PARKED)
        .where(PARKED.c.resolved_at.is_(None), PARKED.c.activity_id.in_({key[0] for key in keys}))
        .order_by(PARKED.c.activity_id, PARKED.c.program_id, PARKED.c.rule_key)
        .with_for_update()
    )
    return [row for row in rows if (row.activity_id, row.program_id, row.rule_key) in wanted]


def _is(row: Any) -> Any:
    return (
        (PARKED.c.activity_id == row.activity_id)
        & (PARKED.c.program_id == row.program_id)
        & (PARKED.c.rule_key == row.rule_key)
    )


def _judge(
    entry: Entry, program_id: int, rule_key: str, programs: Catalogue, rates: Rates
) -> list[Owed] | None:
    """What one rule owes for one parked fact; None if a rate is still missing."""
    program = programs.find(program_id)
    version = program.version_on(entry.fact.occurred_on, entry.ruleset) if program else None
    rule = version.rule(rule_key) if version else None
    if version is None or rule is None:
        return []
    verdict = judge(rule, entry.fact, rates, Levels().of(rule, entry))
    if verdict.missing_rate is not None:
        return None
    return [Owed(entry, version, rule, offer) for offer in verdict.offers]
