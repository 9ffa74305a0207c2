"""Months, quarters and years of a board. Plain dates; every one of them includes its last day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from app.boards.models import Period

FIRST_DAY, LAST_DAY = date(1, 1, 1), date(9999, 12, 31)
ALL_TIME = "all"


@lru_cache(maxsize=4096)
def bounds(period: Period, on: date) -> tuple[date, date]:
    """First and last day of the period in which a date lies."""
    if period is Period.ALL:
        return FIRST_DAY, LAST_DAY
    if period is Period.YEAR:
        return date(on.year, 1, 1), date(on.year, 12, 31)
    months = 1 if period is Period.MONTH else 3
    first = (on.month - 1) // months * months + 1
    last = first + months - 1
    ends = LAST_DAY if (on.year, last) == (9999, 12) else _month_after(on.year, last) - timedelta(days=1)
    return date(on.year, first, 1), ends


def _month_after(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def key_of(period: Period, starts_on: date) -> str:
    """How an address names a period: `2026-11`, `2026-Q4`, `2026` or `all`."""
    if period is Period.ALL:
        return ALL_TIME
    if period is Period.YEAR:
        return f"{starts_on.year:04d}"
    if period is Period.QUARTER:
        return f"{starts_on.year:04d}-Q{(starts_on.month + 2) // 3}"
    return f"{starts_on.year:04d}-{starts_on.month:02d}"


_SHAPES = {
    Period.MONTH: re.compile(r"([0-9]{4})-([0-9]{2})"),
    Period.QUARTER: re.compile(r"([0-9]{4})-Q([1-4])"),
    Period.YEAR: re.compile(r"([0-9]{4})"),
}


def read_key(period: Period, key: str) -> date | None:
    """The first day of the period that an address names; None if it names none of this kind."""
    if period is Period.ALL:
        return FIRST_DAY if key == ALL_TIME else None
    found = _SHAPES[period].fullmatch(key)
    if found is None:
        return None
    year = int(found[1])
    month = {Period.MONTH: lambda: int(found[2]), Period.QUARTER: lambda: int(found[2]) * 3 - 2}
    try:
        return date(year, month[period]() if period in month else 1, 1)
    except ValueError:
        return None
