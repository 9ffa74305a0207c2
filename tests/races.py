"""Races with real connections: every callable in a thread of its own, with its own app context and session.

    outcomes = race(app, [lambda: spend(...)] * 20)
    assert sum(outcome.is_done for outcome in outcomes) == 1

All start together behind a barrier. What a callable returns or raises is its outcome; nothing is swallowed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.core.db import db

TIMEOUT_SECONDS = 60


@dataclass(slots=True)
class Outcome:
    """What one runner came back with."""

    value: Any = None
    error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return self.error is None


def race(app: Flask, runners: Sequence[Callable[[], Any]]) -> list[Outcome]:
    """Run all at once; the outcomes in the order of the runners."""
    outcomes = [Outcome() for _ in runners]
    barrier = threading.Barrier(len(runners))

    def run(number: int) -> None:
        with app.app_context():
            try:
                barrier.wait(TIMEOUT_SECONDS)
                outcomes[number].value = runners[number]()
            except BaseException as error:  # the test looks at it
                outcomes[number].error = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(runners))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT_SECONDS)
        assert not thread.is_alive(), "a runner hangs"
    return outcomes


def split(outcomes: Sequence[Outcome]) -> tuple[list[Any], list[BaseException]]:
    """(values of those that went through, errors of the others)."""
    values = [outcome.value for outcome in outcomes if outcome.error is None]
    return values, [outcome.error for outcome in outcomes if outcome.error is not None]
