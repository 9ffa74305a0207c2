"""The ledger as a child would keep it: lists of lots in plain Python. The state machine holds the real one against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from app.ledger.services.lives import expiry_of

GRACE = timedelta(days=30)


@dataclass
class PlainLot:
    origin: str
    remaining: int
    expires_on: date
    releases_on: date | None = None
    expired: int = 0


@dataclass
class PlainWallet:
    """One owner. Lots stand in the order in which they were made."""

    lots: list[PlainLot] = field(default_factory=list)
    owed: int = 0

    @property
    def available(self) -> int:
        return sum(lot.remaining for lot in self.lots if lot.releases_on is None)

    @property
    def pending(self) -> int:
        return sum(lot.remaining for lot in self.lots if lot.releases_on is not None)

    def spendable(self) -> list[PlainLot]:
        free = [lot for lot in self.lots if lot.releases_on is None and lot.remaining]
        return sorted(free, key=lambda lot: lot.expires_on)  # stable: the older of two goes first

    def open_lots(self) -> list[tuple[date, date | None, int]]:
        found = [(lot.expires_on, lot.releases_on, lot.remaining) for lot in self.lots if lot.remaining]
        return sorted(found, key=str)

    def add(self, lot: PlainLot) -> None:
        self.lots.append(lot)
        if lot.releases_on is None:
            self.collect(lot.remaining)

    def collect(self, credited: int) -> None:
        missing = min(self.owed, credited)
        self.owed -= missing
        self.take(missing)

    def take(self, points: int) -> list[tuple[PlainLot, int]]:
        taken = []
        for lot in self.spendable():
            part = min(lot.remaining, points)
            if part:
                lot.remaining -= part
                points -= part
                taken.append((lot, part))
        assert points == 0
        return taken

    def earn(self, key: str, points: int, today: date, hold_days: int) -> None:
        releases_on = today + timedelta(days=hold_days) if hold_days else None
        self.add(PlainLot(key, points, expiry_of(today), releases_on))

    def refund(self, taken: list[tuple[PlainLot, int]], today: date) -> None:
        for lot, part in sorted(taken, key=lambda each: self.lots.index(each[0])):
            if lot.expires_on >= today:
                lot.remaining += part
            else:
                self.lots.append(PlainLot(lot.origin, part, today + timedelta(days=30)))
        self.collect(sum(part for _lot, part in taken))

    def claw_back(self, key: str, points: int) -> None:
        missing = points - min(points, sum(lot.expired for lot in self.lots if lot.origin == key))
        held = [lot for lot in self.lots if lot.releases_on is not None and lot.origin == key]
        own = [lot for lot in self.spendable() if lot.origin == key]
        others = [lot for lot in self.spendable() if lot.origin != key]
        for lot in sorted(held, key=lambda each: each.expires_on) + own + others:
            part = min(lot.remaining, missing)
            lot.remaining -= part
            missing -= part
        self.owed += missing

    def release(self, today: date) -> None:
        for lot in list(self.lots):
            if lot.remaining and lot.releases_on is not None and lot.releases_on <= today:
                free = PlainLot(lot.origin, lot.remaining, lot.expires_on)
                lot.remaining = 0
                self.add(free)

    def expire(self, today: date) -> None:
        for lot in self.lots:
            if lot.releases_on is None and lot.expires_on + GRACE < today:
                lot.expired += lot.remaining
                lot.remaining = 0
