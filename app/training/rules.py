"""Rules of learning that need no database: attempts, the pass mark, and the record of what a pass brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.core.clock import utc_now
from app.training.models import CourseVersion


@dataclass(frozen=True, slots=True)
class Tries:
    """Attempts of a round: how many are left now, and when the quiz opens again if none is."""

    left: int
    opens_at: datetime | None = None


def tries_of(ended: Sequence[datetime], version: CourseVersion, now: datetime | None = None) -> Tries:
    """The rule of attempts: after `attempts_limit` that were not passed, `wait_hours` must go by; then as many again.

    `ended`: when each failed attempt of the round was finished, in order.
    """
    used = len(ended) % version.attempts_limit
    if ended and not used:
        opens_at = waits_until(ended[-1], version.wait_hours, now)
        if opens_at is not None:
            return Tries(0, opens_at)
    return Tries(version.attempts_limit - used)


def waits_until(used_up_at: datetime | None, wait_hours: int, now: datetime | None = None) -> datetime | None:
    """When a quiz opens again whose last attempt was used up at an instant; None if it is open."""
    if used_up_at is None:
        return None
    opens_at = used_up_at + timedelta(hours=wait_hours)
    return opens_at if (now or utc_now()) < opens_at else None


def is_pass(right_count: int, question_count: int, pass_mark_percent: int) -> bool:
    """True if the share of right answers reaches the mark: 4 of 5 is 80%, and 80% is enough."""
    return right_count * 100 >= pass_mark_percent * question_count


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pass brought. It is kept with the round, so that it can be shown again as it was.

    `earned`: points, name and slug of the program, payee, public id of the posting, and the date until which they are
    held. `activity`: public id of the fact. `tier`: slug of the level that the company reached by it, or None.
    `is_first` is False from the second pass on.
    """

    is_first: bool
    earned: tuple[dict[str, Any], ...] = ()
    activity: str | None = None
    tier: str | None = None
    serials: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """Points to the person."""
        return sum(int(award["points"]) for award in self.earned if award["payee"] == "member")

    def to_record(self) -> dict[str, Any]:
        return {
            "is_first": self.is_first,
            "earned": list(self.earned),
            "activity": self.activity,
            "tier": self.tier,
            "serials": list(self.serials),
        }

    @classmethod
    def from_record(cls, stored: dict[str, Any] | None) -> Outcome | None:
        if not stored or "is_first" not in stored:
            return None
        return cls(
            bool(stored["is_first"]),
            tuple(stored.get("earned", ())),
            stored.get("activity"),
            stored.get("tier"),
            tuple(stored.get("serials", ())),
        )
