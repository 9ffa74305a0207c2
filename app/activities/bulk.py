"""Many facts at once, set-based: the same ledger as one by one, at the speed of an import.

A caller that works in chunks feeds them in the order of (occurred_on, source_ref) and makes each chunk one
transaction; inside a chunk the order is restored here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.activities import pipeline, queries
from app.activities.facts import Entry, Fact
from app.activities.services import record_fact, void_entries
from app.core.bulk import insert_rows, reserve_ids
from app.core.clock import utc_now
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.types import new_public_ids
from app.partners.models import Organisation

COLUMNS = (
    "id", "public_id", "kind", "source", "source_ref", "revision", "digest", "organisation_id",
    "organisation_country", "organisation_kind", "organisation_tier", "member_id", "occurred_on", "occurred_at",
    "amount_minor", "currency", "quantity", "product_id", "family_id", "attributes", "ruleset", "created_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one fact. `status`: `new`, `unchanged` or `revised`; `points` given for it just now."""

    activity_id: int
    public_id: str
    revision: int
    status: str
    points: int


def record_many(
    facts: Iterable[Fact | Mapping[str, Any]], *, actor: Any, at_once: bool = False
) -> list[Outcome]:
    """`record` for a chunk of facts, in one transaction. Outcomes come in the order given.

    Facts are judged in the order of (occurred_on, source_ref). Known facts with other content are revised one by one
    at their place in that order. Where a program judges by the company's level, no company stands twice in what is
    judged at once: its first fact may raise the level that its next one meets. With `at_once` all new facts are judged
    together, by the levels before them: then accounts are taken before figures, levels and scores, as for one fact, and
    whoever records another of these companies' facts meanwhile never waits in a ring.
    Raises InvalidInput or NotFound, and then nothing is written.
    """
    given = [fact if isinstance(fact, Fact) else Fact(**fact) for fact in facts]
    outcomes: list[Outcome | None] = [None] * len(given)
    for fact in given:
        fact.check()
    with transaction():
        if len(given) > 1:
            pipeline.take_turn()
        order = sorted(range(len(given)), key=lambda at: given[at].order)
        known = _known(given)
        places = _places(given)
        fresh: list[int] = []
        seen: set[tuple[str, str, str]] = set()
        by_tier = not at_once and pipeline.asks_tier(fact.kind for fact in given)
        standing: set[int] = set()
        for at in order:
            fact = given[at]
            last = known.get(fact.key)
            if last is None and fact.key not in seen:
                seen.add(fact.key)
                if by_tier and fact.organisation_id in standing:
                    _flush(fresh, given, places, outcomes, actor)
                    standing.clear()
                standing.add(fact.organisation_id)
                fresh.append(at)
                continue
            if last is not None and last[4] and last[3] == fact.digest() and fact.key not in seen:
                outcomes[at] = Outcome(last[0], last[1], last[2], "unchanged", 0)
                continue
            seen.add(fact.key)
            _flush(fresh, given, places, outcomes, actor)
            done = record_fact(fact, actor=actor)
            points = 0 if done.status == "unchanged" else sum(award.points for award in done.awards)
            outcomes[at] = Outcome(done.activity_id, done.public_id, done.revision, done.status, points)
        _flush(fresh, given, places, outcomes, actor)
    return [outcome for outcome in outcomes if outcome is not None]


def void_many(activity_ids: Iterable[int], reason: str, actor: Any) -> None:
    """`void` for several facts, in one transaction, taking their rows and what they caused in one order.

    Raises NotFound.
    """
    wanted = sorted(set(activity_ids))
    with transaction():
        if len(wanted) > 1:
            pipeline.take_turn()
        void_entries(wanted, reason, actor)


def _known(facts: Sequence[Fact]) -> dict[tuple[str, str, str], tuple[int, str, int, str, bool]]:
    groups: dict[tuple[str, str], list[str]] = {}
    for fact in facts:
        groups.setdefault((fact.source, fact.kind), []).append(fact.source_ref)
    found = {}
    for (source, kind), refs in groups.items():
        for ref, last in queries.latest_revisions(source, kind, refs).items():
            found[(source, kind, ref)] = last
    return found


def _places(facts: Sequence[Fact]) -> dict[int, tuple[str, str]]:
    wanted = {fact.organisation_id for fact in facts}
    rows = db.session.execute(
        select(Organisation.id, Organisation.country, Organisation.kind).where(Organisation.id.in_(wanted))
    )
    places = {row.id: (row.country, str(row.kind)) for row in rows}
    if wanted - places.keys():
        raise NotFound(_("This company is not known here."))
    return places


def _flush(
    fresh: list[int],
    given: Sequence[Fact],
    places: Mapping[int, tuple[str, str]],
    outcomes: list[Outcome | None],
    actor: Any,
) -> None:
    """Insert the facts gathered so far and let the programs judge them."""
    if not fresh:
        return
    ids, rules, now = reserve_ids("activities", len(fresh)), pipeline.ruleset(), utc_now()
    tiers = pipeline.TIER_OF({(given[at].organisation_id, given[at].occurred_on) for at in fresh})
    entries: list[Entry] = []
    rows = []
    for at, entry_id, public_id in zip(fresh, ids, new_public_ids(len(fresh)), strict=True):
        fact = given[at]
        country, kind = places[fact.organisation_id]
        tier = tiers.get((fact.organisation_id, fact.occurred_on))
        entries.append(Entry(entry_id, public_id, 1, fact, country, kind, rules, tier))
        rows.append((
            entry_id, public_id, fact.kind, fact.source, fact.source_ref, 1, fact.digest(), fact.organisation_id,
            country, kind, tier, fact.member_id, fact.occurred_on, fact.occurred_at, fact.amount_minor, fact.currency,
            fact.quantity, fact.product_id, fact.family_id, fact.attributes, rules, now,
        ))  # fmt: skip
    insert_rows("activities", COLUMNS, rows)
    points = pipeline.react(entries, actor)
    for at, entry in zip(fresh, entries, strict=True):
        outcomes[at] = Outcome(entry.id, entry.public_id, 1, "new", points.get(entry.id, 0))
    fresh.clear()
