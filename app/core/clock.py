"""One clock. `travel` sets it back for the demo and for tests; rows are never back-dated by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FIRST_YEAR, LAST_YEAR = 1990, 2100  # days that people may choose

# Where the zone database has no letters.
_LETTERS = {"Asia/Kuala_Lumpur": "MYT", "Asia/Kuching": "MYT", "Asia/Singapore": "SGT", "Asia/Brunei": "BNT"}

_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta())
_fixed: ContextVar[datetime | None] = ContextVar("clock_fixed", default=None)


def utc_now() -> datetime:
    """The present instant, aware, UTC."""
    fixed = _fixed.get()
    return fixed if fixed is not None else datetime.now(UTC) + _offset.get()


@lru_cache(maxsize=256)
def zone(name: str | None) -> ZoneInfo:
    """A time zone by IANA name; unknown names fall back to UTC."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local(instant: datetime, zone_name: str | None) -> datetime:
    """An instant as a clock on the wall of that zone shows it."""
    return instant.astimezone(zone(zone_name))


def zone_letters(zone_name: str | None) -> str:
    """What the clock on the wall of a zone is called, as `MYT` or `WIB`; empty where it has no letters."""
    named = _LETTERS.get(zone_name or "") or local(utc_now(), zone_name).tzname() or ""
    return named if named.isalpha() else ""


def today(zone_name: str | None = None) -> date:
    """The date now, in the vendor's zone unless another is named."""
    if zone_name is None:
        from app.core.settings import current_settings

        zone_name = current_settings().time_zone
    return local(utc_now(), zone_name).date()


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Let the clock run on from another instant inside the block."""
    token = _offset.set(to - datetime.now(UTC))
    fixed = _fixed.set(None)
    try:
        yield
    finally:
        _fixed.reset(fixed)
        _offset.reset(token)


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Stop the clock at an instant inside the block."""
    token = _fixed.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
