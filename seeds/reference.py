"""Reference data that any installation may load: exchange rates and what points are worth. Safe to repeat."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.core.db import db, transaction
from app.core.rates import ExchangeRate
from app.identity.actor import Actor
from app.ledger.worth import PointValue
from app.rewards.services import set_point_value

# One whole unit in ringgit, times 10^-10, from a date on: round figures of each year's turn.
RATES: tuple[tuple[str, date, int], ...] = (
    ("USD", date(2017, 1, 1), 4_3000000000),
    ("USD", date(2018, 1, 1), 4_0400000000),
    ("USD", date(2019, 1, 1), 4_1400000000),
    ("USD", date(2020, 1, 1), 4_2000000000),
    ("USD", date(2025, 1, 1), 4_4200000000),
    ("USD", date(2026, 1, 1), 4_1500000000),
    ("SGD", date(2025, 1, 1), 3_2700000000),
    ("SGD", date(2026, 1, 1), 3_2200000000),
    ("IDR", date(2025, 1, 1), 2_700_000),
    ("IDR", date(2026, 1, 1), 2_650_000),
    ("EUR", date(2025, 1, 1), 4_8000000000),
    ("THB", date(2025, 1, 1), 1_290_000_000),
    ("PHP", date(2025, 1, 1), 750_000_000),
    ("VND", date(2025, 1, 1), 1_700_000),
)

# Points for every so many minor units: 20 points are worth RM 1, and the same at the rates above elsewhere.
POINT_VALUES: tuple[tuple[str, int, int], ...] = (
    ("MYR", 20, 100),
    ("IDR", 54, 1_000_000),
    ("SGD", 65, 100),
    ("USD", 83, 100),
)


def seed_reference(actor: Actor) -> None:
    """Add the rates and values that are missing; what a vendor has set stays."""
    with transaction():
        known = {(row.currency, row.effective_on) for row in db.session.scalars(select(ExchangeRate))}
        for currency, day, rate in RATES:
            if (currency, day) not in known:
                db.session.add(ExchangeRate(currency=currency, effective_on=day, rate_e10=rate))
        for currency, points, per_minor in POINT_VALUES:
            if db.session.get(PointValue, currency) is None:
                set_point_value(currency, points, per_minor, actor=actor)
