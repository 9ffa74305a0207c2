"""Boards as a reactor of the pipeline: scores follow the facts, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.activities import pipeline
from app.activities.facts import Award, Entry, Gain
from app.activities.pipeline import Gains
from app.activities.queries import newest_in_force
from app.boards import folding, scores, worths
from app.boards.models import Metric
from app.boards.periods import bounds
from app.boards.rules import Place, Rule, Sum, sum_up


def react(entries: Sequence[Entry], _actor: Any, given: Gains) -> dict[int, list[Gain]]:
    """Count new facts on every board that they fit. Gives nothing."""
    scores.share()
    rules = scores.running_rules()
    if rules:
        count(rules, entries, given, worths.decide(rules, entries))
    return {}


def gained(entries: Sequence[Entry], gains: Gains, _actor: Any) -> None:
    """Count points that facts got later than they were recorded."""
    scores.share()
    rules = [rule for rule in scores.running_rules() if rule.metric is Metric.POINTS]
    if rules:
        count(rules, entries, gains, {})


def count(
    rules: Sequence[Rule], entries: Sequence[Entry], gains: Gains, money: dict[int, int | None]
) -> None:
    """Add what these facts count to the scores of periods that are open, and fold when it is time."""
    sums = {place: found for place, found in sum_up(rules, entries, gains, money).items() if found}
    ids = scores.open_periods(rules, sums)
    placed = scores.placed(sums, ids)
    scores.add(placed)
    if folding.is_due([entry.id for entry in entries], sum(map(len, placed.values()))):
        folding.fold_later(placed)


def undo(entries: Sequence[Entry], _reason: str, _actor: Any, gains: Gains) -> None:
    """Take away what these facts counted, and find the fact by which the lower score was reached.

    The facts are marked as voided already, so what is in force is what remains.
    """
    scores.share()
    rules = scores.running_rules()
    if not rules:
        return
    money = worths.stored(entries, locked=True)
    sums = {place: found for place, found in sum_up(rules, entries, gains, money).items() if found}
    ids = scores.open_periods(rules, sums, create=False)
    placed = scores.placed(sums, ids)
    by_id = {rule.board_id: rule for rule in rules}
    places = {period_id: place for place, period_id in ids.items()}
    gone = {entry.id for entry in entries}
    for row in scores.hold_rows((period_id, who) for period_id, found in placed.items() for who in found):
        place = places[row.period_id]
        lost = placed[row.period_id][row.participant_id].score
        last = newest(by_id[place[0]], place, row.participant_id, gone)
        scores.write(row, row.score - lost, -last.newest, last.organisation_id or _company(entries))
    if folding.is_due([entry.id for entry in entries], sum(map(len, placed.values()))):
        folding.fold_later(placed)


def _company(entries: Sequence[Entry]) -> int:
    return entries[0].fact.organisation_id


def newest(rule: Rule, place: Place, participant_id: int, without: set[int]) -> Sum:
    """The newest fact in force that counts for a participant, as a sum of that one; an empty sum if none is left."""
    first, last = bounds(rule.period, place[1])
    kinds = rule.kinds
    for entries in newest_in_force(rule.participants, participant_id, first, last, kinds=kinds):
        fitting = [entry for entry in entries if entry.id not in without and rule.fits(entry)]
        gains = pipeline.gains([entry.id for entry in fitting]) if rule.metric is Metric.POINTS else {}
        money = worths.stored(fitting) if rule.metric is Metric.REVENUE else {}
        for entry in fitting:
            if rule.value(entry, gains.get(entry.id, ()), money):
                return Sum(0, entry.id, entry.fact.organisation_id)
    return Sum()


def hold(_entries: Sequence[Entry]) -> None:
    """Nothing: scores come after the ledger's accounts, in undoing as in counting, and are taken in one order."""


def awards(_entry_ids: Sequence[int]) -> dict[int, list[Award]]:
    """Boards give nothing."""
    return {}


def gains(_entry_ids: Sequence[int]) -> dict[int, list[Gain]]:
    """Boards give nothing."""
    return {}


def ruleset() -> int:
    """No state of boards matters to how a fact is judged."""
    return 0


def asks_tier(_kind: str) -> bool:
    """A board reads the level that the fact stored; counting one never changes how the next is counted."""
    return False
