"""Jinja filters and globals: points, money, dates by locale and zone. Templates format nothing by hand."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from flask import Flask, g
from flask_babel import format_date, format_datetime, gettext, ngettext

from app.core.clock import local, today, utc_now
from app.core.i18n import current_locale
from app.core.money import format_money, format_points
from app.core.settings import current_settings


def zone_name() -> str:
    """Zone of the person looking, else the vendor's."""
    actor: Any = getattr(g, "actor", None)
    return str(getattr(actor, "zone", None) or current_settings().time_zone)


def points(value: int) -> str:
    return format_points(int(value), current_locale())


def signed(value: int) -> str:
    return format_points(int(value), current_locale(), signed=True)


def money(minor: int, currency: str, short: bool = False) -> str:
    return format_money(int(minor), currency, current_locale(), short=short)


def _date(value: date | datetime) -> date:
    return local(value, zone_name()).date() if isinstance(value, datetime) else value


def day(value: date | datetime) -> str:
    """30 Jan 2027"""
    return str(format_date(_date(value), "d MMM y", rebase=False))


def long_day(value: date | datetime) -> str:
    """30 January 2027"""
    return str(format_date(_date(value), "d MMMM y", rebase=False))


def short_day(value: date | datetime) -> str:
    """30 Jan; with the year when it is not this one."""
    found = _date(value)
    return (
        day(found)
        if found.year != today(zone_name()).year
        else str(format_date(found, "d MMM", rebase=False))
    )


def day_month(value: date | datetime) -> str:
    """31 December"""
    found = _date(value)
    return (
        long_day(found)
        if found.year != today(zone_name()).year
        else str(format_date(found, "d MMMM", rebase=False))
    )


def month(value: date | datetime) -> str:
    """November, or November 2025 when it is not this year."""
    found = _date(value)
    pattern = "LLLL" if found.year == today(zone_name()).year else "LLLL y"
    return str(format_date(found, pattern, rebase=False))


def clock_time(value: datetime) -> str:
    """16:12"""
    return str(format_datetime(local(value, zone_name()).replace(tzinfo=None), "HH:mm", rebase=False))


def when(value: datetime) -> str:
    """30 Oct, 16:12"""
    return f"{short_day(value)}, {clock_time(value)}"


def ago(value: datetime) -> str:
    """Relative under seven days (*3 h ago*), then the date."""
    minutes = max(0, int((utc_now() - value).total_seconds() // 60))
    if minutes < 1:
        return gettext("now")
    if minutes < 60:
        return ngettext("%(num)s min ago", "%(num)s min ago", minutes)
    if minutes < 24 * 60:
        return ngettext("%(num)s h ago", "%(num)s h ago", minutes // 60)
    if minutes < 7 * 24 * 60:
        return ngettext("%(num)s day ago", "%(num)s days ago", minutes // (24 * 60))
    return short_day(value)


def days_until(value: date) -> int:
    """Whole days from today (the person's zone) to a date; negative when past."""
    return (value - today(zone_name())).days


def new_key() -> str:
    """A fresh idempotency key for a form."""
    return secrets.token_urlsafe(18)


def initials(name: str) -> str:
    """Two letters for a round picture: of the first and last word, or the first two of one word; `?` without any."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]
    return letters.upper()


def init_filters(app: Flask) -> None:
    """Register filters and globals on the app's Jinja environment."""
    for function in (
        points,
        signed,
        money,
        day,
        long_day,
        short_day,
        day_month,
        month,
        when,
        ago,
        days_until,
        initials,
    ):
        app.add_template_filter(function)
    app.add_template_filter(clock_time, "clock")
    app.add_template_global(new_key)
    app.jinja_env.globals["current_locale"] = current_locale
    app.jinja_env.globals["today"] = lambda: today(zone_name())
    app.jinja_env.globals["now"] = utc_now
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.newstyle_gettext = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
