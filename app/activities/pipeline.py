"""The one pipeline: what reacts to a fact, in one fixed, visible order.

`app.create_app` fills REACTORS and TIER_OF, so that this floor knows nothing of those above it. A reactor never sees a
fact twice, runs in the recording transaction, and everything it does commits with the fact or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from app.activities.facts import Award, Entry, Gain
from app.core.db import queue_under

# Points per entry id: what programs gave, seen by the reactors that come after them.
Gains = Mapping[int, Sequence[Gain]]
Place = tuple[int, date]


class Reactor(Protocol):
    """What a module must offer to stand in REACTORS."""

    def react(self, entries: Sequence[Entry], actor: Any, given: Gains) -> dict[int, list[Gain]]:
        """Judge new entries, in order; what it gave per entry id. `given` is what earlier reactors gave."""

    def undo(self, entries: Sequence[Entry], reason: str, actor: Any, gains: Gains) -> None:
        """Take back all that these entries caused. `gains` is what they still have."""

    def gained(self, entries: Sequence[Entry], gains: Gains, actor: Any) -> None:
        """Points that entries got later than they were recorded, because a rate was missing."""

    def hold(self, entries: Sequence[Entry]) -> None:
        """Take the locks that undoing and judging these entries will need, in one order."""

    def awards(self, entry_ids: Sequence[int]) -> dict[int, list[Award]]:
        """What entries got."""

    def gains(self, entry_ids: Sequence[int]) -> dict[int, list[Gain]]:
        """The points of `awards`, by payee."""

    def ruleset(self) -> int:
        """The number of the state of the rules that an entry meets now."""

    def asks_tier(self, kind: str) -> bool:
        """Whether judging a fact of this kind depends on the company's level."""


def _no_tiers(places: Iterable[Place]) -> dict[Place, str]:
    return {}


REACTORS: tuple[Reactor, ...] = ()
# The level that companies held on dates; a company without one is left out.
TIER_OF: Callable[[Iterable[Place]], Mapping[Place, str]] = _no_tiers


def take_turn() -> None:
    """Let whoever deals with facts of several companies do so one after the other, until the transaction ends.

    One fact takes accounts, figures, levels and scores in one order, and waits for nobody in a ring. An import, a review
    or an award for several goes through that order again and again, and would. Take it before anything else of theirs.
    """
    queue_under("activities:several")


def ruleset() -> int:
    """State of the rules now; an entry keeps it, so that it can be judged again alike."""
    return max((reactor.ruleset() for reactor in REACTORS), default=0)


def asks_tier(kinds: Iterable[str]) -> bool:
    """Whether facts of these kinds are judged by the company's level: then one may change how the next is judged."""
    return any(reactor.asks_tier(kind) for kind in set(kinds) for reactor in REACTORS)


def react(entries: Sequence[Entry], actor: Any) -> dict[int, int]:
    """Let every reactor judge new entries; points given per entry id."""
    given: dict[int, list[Gain]] = {}
    for reactor in REACTORS:
        for entry_id, gains in reactor.react(entries, actor, given).items():
            given.setdefault(entry_id, []).extend(gains)
    return {entry_id: sum(gain.points for gain in gains) for entry_id, gains in given.items()}


def undo(entries: Sequence[Entry], reason: str, actor: Any) -> None:
    """Take back everything that these entries caused.

    In the order of `react`: so a void and a new fact of the same company lock accounts, figures and scores alike, and
    never wait for each other in a ring. What each reactor needs to know of the others, `gains`, was read before.
    """
    have = gains([entry.id for entry in entries])
    for reactor in REACTORS:
        reactor.undo(entries, reason, actor, have)


def gains(entry_ids: Sequence[int]) -> dict[int, list[Gain]]:
    """The points that entries still have from all reactors, by payee."""
    have: dict[int, list[Gain]] = {}
    for reactor in REACTORS:
        for entry_id, found in reactor.gains(entry_ids).items():
            have.setdefault(entry_id, []).extend(found)
    return have


def gained(entries: Sequence[Entry], given: Gains, actor: Any) -> None:
    """Tell the others that entries got points after all."""
    for reactor in REACTORS:
        reactor.gained(entries, given, actor)


def hold(entries: Sequence[Entry]) -> None:
    """Take the locks that undoing and judging these entries will need."""
    for reactor in REACTORS:
        reactor.hold(entries)


def awards(entry_ids: Sequence[int]) -> dict[int, list[Award]]:
    """What entries got from all reactors."""
    found: dict[int, list[Award]] = {}
    for reactor in REACTORS:
        for entry_id, given in reactor.awards(entry_ids).items():
            found.setdefault(entry_id, []).extend(given)
    return found
