"""How long points live: to the end of the month twelve months after the grant, and thirty days of grace."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from app.core.clock import local
from app.core.settings import current_settings

LIFE_MONTHS = 12
GRACE_DAYS = 30
LATE_REFUND_DAYS = 30


def expiry_of(granted_on: date) -> date:
    """The date shown for points granted on a day."""
    months = granted_on.month - 1 + LIFE_MONTHS
    year, month = granted_on.year + months // 12, months % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def vendor_date(instant: datetime) -> date:
    """The date of an instant in the vendor's zone, where holds and lives are counted."""
    return local(instant, current_settings().time_zone).date()


def release_date(occurred_at: datetime, hold_days: int) -> date:
    """The day on which held points become spendable, counted from the day of the fact."""
    return vendor_date(occurred_at) + timedelta(days=hold_days)


def refund_expiry(expires_on: date, today: date) -> date | None:
    """None while the lot still lives; a lot already expired gets thirty days."""
    return None if expires_on >= today else today + timedelta(days=LATE_REFUND_DAYS)
