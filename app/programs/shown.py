"""Figures, days and lists as sentences of programs show them, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal
from flask_babel import format_date

from app.core.clock import today
from app.core.i18n import current_locale
from app.core.money import format_money, format_points


def shown_points(value: int) -> str:
    return format_points(value, current_locale())


def shown_money(minor: int, currency: str) -> str:
    return format_money(minor, currency, current_locale())


def shown_times(bps: int) -> str:
    """A multiplier in basis points as a number: 1.25, in Indonesian 1,25."""
    return str(format_decimal(Decimal(bps) / 10_000, "#,##0.####", locale=_babel_locale()))


def shown_day(day: date) -> str:
    """15 December; with the year when it is not this one."""
    pattern = "d MMMM" if day.year == today().year else "d MMMM y"
    return str(format_date(day, pattern, rebase=False))


def any_of(names: Iterable[str]) -> str:
    """A, B or C in the reader's language."""
    return str(format_list(list(names), style="or", locale=_babel_locale()))


def all_of(names: Iterable[str]) -> str:
    """A, B and C in the reader's language."""
    return str(format_list(list(names), style="standard", locale=_babel_locale()))


def _babel_locale() -> Locale:
    return Locale.parse(current_locale())
