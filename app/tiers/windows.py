"""The period a plan looks at: the calendar year, a fiscal year, or the last twelve months. Dates of the vendor's zone.

`month` is a version's `year_starts_month`: 1 to 12 is the month a year begins with, 0 the last twelve months.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

ROLLING, CALENDAR = 0, 1
DAY = timedelta(days=1)


class Window(NamedTuple):
    """From a day to a day, both included."""

    start: date
    end: date


def months_on(day: date, count: int) -> date:
    """The same day so many months later (or earlier), at the latest that month's last."""
    at = day.year * 12 + day.month - 1 + count
    year, month = divmod(at, 12)
    year = min(max(year, date.min.year), date.max.year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def window_on(month: int, on: date) -> Window:
    """The window that a day lies in. A rolling one runs to the next day, since a partner further east may be there."""
    if month == ROLLING:
        return Window(months_on(on, -12) + DAY, on + DAY)
    start = date(on.year if on.month >= month else max(on.year - 1, 1), month, 1)
    return Window(start, months_on(start, 12) - DAY)


def reviewed_on(month: int, on: date) -> Window:
    """The window that a review of this day judges: the year before it."""
    return Window(months_on(on, -12), on - DAY)


def next_review(month: int, after: date) -> date:
    """The next day of review: the first of the new year; with a rolling window the first of the next month."""
    if month == ROLLING:
        return months_on(after.replace(day=1), 1)
    return months_on(window_on(month, after).start, 12)
