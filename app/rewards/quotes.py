"""What a choice costs before anything moves: what is there, what goes first, what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from app.codes.queries import Held
from app.codes.services import share_out
from app.core.clock import today
from app.rewards.hand import Hand
from app.rewards.queries.catalogue import Choice

SOON_DAYS = 60


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that run out soon, and when."""

    points: int
    on: date


@dataclass(frozen=True, slots=True)
class Quote:
    """What a choice costs: have, costs, keep, and which points go first."""

    choice: Choice
    quantity: int
    have: int
    expiring: Expiring | None
    hand: Hand = field(default_factory=Hand)

    @property
    def cost(self) -> int:
        return self.choice.points * self.quantity

    @property
    def from_codes(self) -> list[tuple[Held, int]]:
        """What each gift code in hand gives, in the order in which they are used."""
        return share_out(self.hand.codes, self.cost)

    @property
    def from_wallet(self) -> int:
        """What the wallet pays."""
        return self.cost - sum(points for _code, points in self.from_codes)

    @property
    def keep(self) -> int:
        """What the wallet keeps."""
        return self.have - self.from_wallet

    @property
    def short(self) -> int:
        return max(0, self.from_wallet - self.have)

    @property
    def is_out_of_stock(self) -> bool:
        return self.choice.left is not None and self.choice.left < self.quantity


def soon_expiring(expiring: Sequence[tuple[date, int]]) -> Expiring | None:
    """The first lots to run out, if that is within sixty days."""
    for on, points in expiring:
        if points and (on - today()).days <= SOON_DAYS:
            return Expiring(points, on)
    return None
