"""What a thing costs in points, and what points are worth. Integers only."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.money import mul_div_ceil, mul_div_floor


@dataclass(frozen=True, slots=True)
class Rate:
    """`points` for every `per_minor` minor units of a currency: 20 per 100 means 20 points per RM 1."""

    currency: str
    points: int
    per_minor: int


def price_points(face_value_minor: int, rate: Rate) -> int:
    """Price of a face value, rounded up to the next point."""
    return max(1, mul_div_ceil(face_value_minor, rate.points, rate.per_minor))


def worth_minor(points: int, rate: Rate) -> int:
    """What points are worth, rounded down to the minor unit."""
    return mul_div_floor(points, rate.per_minor, rate.points)
