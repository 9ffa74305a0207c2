"""What a level opens, as lines that people read: yours, or locked with the tier that opens them."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.i18n import _, current_locale
from app.core.money import format_money, separators
from app.core.settings import current_settings
from app.tiers.plans import ONE_TIMES_BPS, Definition


@dataclass(frozen=True, slots=True)
class Line:
    """One benefit, from the level that opens it. `place` is the level's place from the bottom."""

    icon: str
    title: str
    text: str
    level: str
    place: int


def times(bps: int, locale: str | None = None) -> str:
    """`1.25`, or `1,25` where a comma parts decimals: how many times, without needless zeros."""
    whole, rest = divmod(bps, ONE_TIMES_BPS)
    digits = f"{rest:04d}".rstrip("0")
    return f"{whole}{separators(locale or current_locale())[1]}{digits}" if digits else str(whole)


def lines_of(definition: Definition, place: int) -> list[Line]:
    """What a level opens beyond the one below it, in the language in force."""
    level = definition.levels[place]
    below = definition.levels[place - 1] if place else None
    locale = current_locale()
    found = []
    if level.multiplier_bps > (below.multiplier_bps if below else ONE_TIMES_BPS):
        title = _("%(times)s times the points", times=times(level.multiplier_bps))
        found.append(Line("coins", title, _("where a program counts your tier"), level.name, place))
    if level.fund_limit_minor and level.fund_limit_minor != (below.fund_limit_minor if below else None):
        amount = format_money(level.fund_limit_minor, current_settings().reporting_currency, locale)
        text = _("up to %(amount)s a year", amount=amount)
        found.append(Line("hand-coins", _("Marketing fund"), text, level.name, place))
    for benefit in level.benefits:
        found.append(Line(benefit.icon, benefit.title_in(locale), benefit.text_in(locale), level.name, place))
    return found


def gained(definition: Definition, before: str | None, after: str) -> list[Line]:
    """Every benefit that a climb brings, highest last: of what several levels give under one name, the highest's."""
    start, end = definition.index(before), definition.index(after)
    lines = [line for place in range(start + 1, end + 1) for line in lines_of(definition, place)]
    best = {_name(line): line.place for line in lines}
    return [line for line in lines if line.place == best[_name(line)]]


def _name(line: Line) -> str:
    """What makes two lines one benefit in two sizes: the title, and for the multiplier that it is one."""
    return line.icon if line.icon == "coins" else line.title


def listed(definition: Definition) -> list[Line]:
    """Every benefit of the ladder, lowest level first."""
    return [line for place in range(len(definition.levels)) for line in lines_of(definition, place)]
