"""What points are worth in a currency: the price of rewards, the liability, and when a second person is needed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model, db
from app.core.money import exponent, mul_div_ceil
from app.core.settings import current_settings
from app.core.types import BigInt, UTCDateTime

ALONE_UP_TO = 5_000  # whole units of the reporting currency: over this worth a second person looks


class PointValue(Model):
    """What points are worth in a currency: `points` for every `per_minor` minor units. Prices round up."""

    __tablename__ = "point_values"
    __table_args__ = (
        CheckConstraint("length(currency) = 3", name="currency_iso"),
        CheckConstraint("points > 0 AND points <= 1000000000", name="points_range"),
        CheckConstraint("per_minor > 0 AND per_minor <= 1000000000000", name="per_minor_range"),
    )

    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    points: Mapped[int] = mapped_column(BigInt)
    per_minor: Mapped[int] = mapped_column(BigInt)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


def reporting_rate() -> PointValue | None:
    """What points are worth in the reporting currency. While it is held, the session does not ask for it again."""
    return db.session.get(PointValue, current_settings().reporting_currency)


def reporting_worth(points: int) -> int | None:
    """Worth of points in minor units of the reporting currency, rounded up; None while the vendor has set no value."""
    found = reporting_rate()
    return None if found is None else mul_div_ceil(points, found.per_minor, found.points)


def second_person_over() -> int:
    """The worth, in minor units of the reporting currency, over which no one person decides alone."""
    return int(ALONE_UP_TO * 10 ** exponent(current_settings().reporting_currency))


def asks_second_person(worth_minor: int | None) -> bool:
    """Whether what is worth so much needs a second person; None (open, or points without a value) always does."""
    return worth_minor is None or worth_minor > second_person_over()


def needs_second_person(points: int, before: int = 0) -> bool:
    """Whether so many points, by themselves or with `before` that the same hands gave alone already, are worth more
    than one person may give.

    Without a value of points nobody can say that they are not, so a second person looks.
    """
    return points > 0 and asks_second_person(reporting_worth(points + before))
