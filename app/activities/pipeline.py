"""The one pipeline: what reacts to a fact, in one fixed, visible order.

`app.create_app` fills REACTORS, so that this floor knows nothing of those above it. A reactor never sees a fact twice,
runs in the recording transaction, and everything it does commits with the fact or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from app.activities.facts import Award, Entry


class Reactor(Protocol):
    """What a module must offer to stand in REACTORS."""

    def react(self, entries: Sequence[Entry], actor: Any) -> dict[int, int]:
        """Judge new entries, in order; the points given, per entry id."""

    def undo(self, entries: Sequence[Entry], reason: str, actor: Any) -> None:
        """Post the opposite of all that these entries caused."""

    def hold(self, entries: Sequence[Entry]) -> None:
        """Take the locks that undoing and judging these entries will need, in one order."""

    def awards(self, entry_ids: Sequence[int]) -> dict[int, list[Award]]:
        """What entries got."""

    def ruleset(self) -> int:
        """The number of the state of the rules that an entry meets now."""


REACTORS: tuple[Reactor, ...] = ()


def ruleset() -> int:
    """State of the rules now; an entry keeps it, so that it can be judged again alike."""
    return max((reactor.ruleset() for reactor in REACTORS), default=0)


def react(entries: Sequence[Entry], actor: Any) -> dict[int, int]:
    """Let every reactor judge new entries; points given per entry id."""
    given: dict[int, int] = {}
    for reactor in REACTORS:
        for entry_id, points in reactor.react(entries, actor).items():
            given[entry_id] = given.get(entry_id, 0) + points
    return given


def undo(entries: Sequence[Entry], reason: str, actor: Any) -> None:
    """Post the opposite of everything that these entries caused, last reactor first."""
    for reactor in reversed(REACTORS):
        reactor.undo(entries, reason, actor)


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
