"""How figures of tiers are said: amounts short, gaps never understated, whole sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from babel.lists import format_list
from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from app.core.clock import today
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_gap, format_money, format_points
from app.core.settings import current_settings
from app.tiers.plans import CERTIFIED, DEALS, PASS_SCORE, POINTS, REVENUE, SCORE, Definition, Level
from app.tiers.windows import CALENDAR, ROLLING

METRIC_NAMES = {
    REVENUE: _l("Sales"),
    DEALS: _l("Deals won"),
    CERTIFIED: _l("Certified people"),
    POINTS: _l("Points earned"),
    SCORE: _l("Score"),
}
METRIC_ICONS = {REVENUE: "chart-column-increasing", DEALS: "handshake", CERTIFIED: "award", POINTS: "coins"}
CAUSES = {
    "deal_won": _l("A won deal carried you over the border"),
    "sale": _l("A sale carried you over the border"),
    "course_passed": _l("A course passed carried you over the border"),
    "certified": _l("A certificate carried you over the border"),
    "activity": _l("What your company did carried you over the border"),
    "review": _l("The review"),
    "pin": _l("Set by the vendor"),
    "plan": _l("The plan began"),
}


def metric_name(key: str, month: int) -> str:
    """What a metric is called on a page; sales name their period."""
    if key == REVENUE:
        return _("Sales in twelve months") if month == ROLLING else _("Sales this year")
    return str(METRIC_NAMES[key])


def amount(key: str, value: int) -> str:
    """A figure of a metric: RM 84k, 5."""
    if key == REVENUE:
        return format_money(value, current_settings().reporting_currency, current_locale(), short=True)
    return format_points(value, current_locale())


def gap(key: str, value: int) -> str:
    """What is missing: never less than it is, so RM 35,600 is RM 36k."""
    if key != REVENUE:
        return format_points(value, current_locale())
    return format_gap(value, current_settings().reporting_currency, current_locale())


def counted(key: str, value: int, *, missing: bool = False) -> str:
    """A figure with what it counts: RM 120k, 8 deals, 3 people."""
    if key == REVENUE:
        return gap(key, value) if missing else amount(key, value)
    number = format_points(value, current_locale())
    if key == DEALS:
        return ngettext("%(number)s deal", "%(number)s deals", value, number=number)
    if key == CERTIFIED:
        return ngettext("%(number)s person", "%(number)s people", value, number=number)
    if key == SCORE:
        return ngettext("%(number)s mark", "%(number)s marks", value, number=number)
    return ngettext("%(number)s point", "%(number)s points", value, number=number)


def joined(parts: Iterable[str]) -> str:
    """A list as people say it: a, b and c."""
    locale = current_locale()
    return str(format_list(list(parts), locale="en_GB" if locale == "en" else locale))


def needs_line(definition: Definition, level: Level) -> str:
    """What a level asks for: RM 300k a year, 20 deals. With a score, what it has to come to."""
    if definition.join == SCORE and level.needs:
        return _("%(score)d of 100", score=PASS_SCORE)
    parts = []
    for metric in definition.metrics:
        need = level.needs.get(metric.key)
        if need:
            text = counted(metric.key, need)
            parts.append(_("%(amount)s a year", amount=text) if metric.key == REVENUE else text)
    return ", ".join(parts)


def long_day(day: date) -> str:
    return str(format_date(day, "d MMMM y", rebase=False))


def day_of_year(day: date) -> str:
    """1 January; with the year when it is not this one."""
    return long_day(day) if day.year != today().year else str(format_date(day, "d MMMM", rebase=False))


def period_name(month: int) -> str:
    """What a plan looks at, in the middle of a sentence."""
    if month == ROLLING:
        return _("the last twelve months")
    if month == CALENDAR:
        return _("the calendar year")
    begins = str(format_date(date(2000, month, 1), "MMMM", rebase=False))
    return _("the year from %(month)s", month=begins)


SOURCE_NAMES = {"deal_won": _l("Won deals"), "sale": _l("Sale lines")}
METRIC_NOTES = {
    DEALS: _l("with an invoice"),
    CERTIFIED: _l("who hold a certificate in the period"),
    POINTS: _l("whatever is spent later"),
}


def metric_note(key: str) -> str:
    """What exactly counts, under a metric's name."""
    if key == REVENUE:
        return _("in %(currency)s, at the rate of the day", currency=current_settings().reporting_currency)
    return str(METRIC_NOTES[key])


ICON_NAMES = {
    "ticket": _l("Ticket"),
    "headphones": _l("Support"),
    "graduation-cap": _l("Training"),
    "gift": _l("Gift"),
    "sparkles": _l("Sparkle"),
    "megaphone": _l("Announcement"),
    "users": _l("People"),
    "medal": _l("Medal"),
}
