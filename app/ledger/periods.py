"""Months on the wall calendar of a zone, as spans of instants."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from app.core.clock import zone


def month_of(instant: datetime, zone_name: str) -> date:
    """First day of the month in which an instant falls."""
    return instant.astimezone(zone(zone_name)).date().replace(day=1)


def next_month(first: date) -> date:
    """First day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def span_of(first: date, stop: date, zone_name: str) -> tuple[datetime, datetime]:
    """The instants from the start of one day until before the start of another."""
    where = zone(zone_name)
    begin = datetime(first.year, first.month, first.day, tzinfo=where)
    end = datetime(stop.year, stop.month, stop.day, tzinfo=where)
    return begin.astimezone(UTC), end.astimezone(UTC)


def parse_month(text: str) -> date | None:
    """`2026-11` as its first day; None for anything else."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    return date(int(found[1]), int(found[2]), 1) if found else None


def months_between(first: date, last: date) -> list[date]:
    """First days of all months from `first` to `last`, the latest first."""
    found: list[date] = []
    month = first
    while month <= last and len(found) < 240:
        found.append(month)
        month = next_month(month)
    return found[::-1]
