"""What boards say: scores, ranks, movements, names of partners. Whole sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import format_date, gettext, ngettext
from flask_babel import lazy_gettext as _l

from app.boards.models import Metric, NameMode, Participants, Period
from app.boards.standings import Standing
from app.core.i18n import current_locale
from app.core.money import exponent, format_money, format_points
from app.core.settings import current_settings
from app.partners.audience import Audience
from app.partners.audience_form import list_tiers
from app.partners.words import country_name, kind_name

METRIC_NAMES: dict[Metric, Any] = {
    Metric.POINTS: _l("Points earned"),
    Metric.REVENUE: _l("Revenue"),
    Metric.DEALS: _l("Deals won"),
    Metric.COURSES: _l("Courses passed"),
}
PARTICIPANT_NAMES: dict[Participants, Any] = {
    Participants.PEOPLE: _l("People"),
    Participants.COMPANIES: _l("Companies"),
}
PERIOD_NAMES: dict[Period, Any] = {
    Period.MONTH: _l("Month"),
    Period.QUARTER: _l("Quarter"),
    Period.YEAR: _l("Year"),
    Period.ALL: _l("All time"),
}
SOURCE_NAMES: dict[str, Any] = {"deal_won": _l("Deals won"), "sale": _l("Sale lines")}


def said(words: Mapping[str, str] | None) -> str:
    """A text of the vendor's in the reader's language; English stands in."""
    found = words or {}
    return found.get(current_locale()) or found.get("en", "")


def score_text(metric: Metric, score: int) -> str:
    """A score as a figure; what it counts stands at the head of the board."""
    if metric is Metric.REVENUE:
        unit = 10 ** exponent(current_settings().reporting_currency)
        return format_money(score // unit * unit, current_settings().reporting_currency, current_locale())
    return format_points(score, current_locale())


def spoken_score(metric: Metric, score: int) -> str:
    """A score with its unit, for who cannot see the head of the board."""
    if metric is Metric.POINTS:
        return ngettext("%(n)s point", "%(n)s points", score, n=format_points(score, current_locale()))
    if metric is Metric.DEALS:
        return ngettext("%(n)s deal", "%(n)s deals", score, n=format_points(score, current_locale()))
    if metric is Metric.COURSES:
        return ngettext("%(n)s course", "%(n)s courses", score, n=format_points(score, current_locale()))
    return score_text(metric, score)


def gap_to(metric: Metric, mine: int, theirs: int) -> int:
    """How much more it takes to pass somebody; money is rounded up to the whole unit that does it."""
    gap = theirs - mine
    if metric is not Metric.REVENUE:
        return gap + 1
    unit = 10 ** exponent(current_settings().reporting_currency)
    return (gap // unit + 1) * unit


def pass_sentence(metric: Metric, mine: int, theirs: int, name: str | None, region: str) -> str:
    """What it takes to pass the next one; without a name they are a partner of a region."""
    gap = score_text(metric, gap_to(metric, mine, theirs))
    if name is not None:
        return gettext("%(gap)s more to pass %(name)s", gap=gap, name=name)
    return gettext("%(gap)s more to pass a partner in %(region)s", gap=gap, region=region)


def pass_ranked(metric: Metric, mine: int, theirs: int, name: str | None, region: str, rank: int) -> str:
    """The same with the unit and the place that they have."""
    gap, place = spoken_score(metric, gap_to(metric, mine, theirs)), ordinal(rank)
    if name is not None:
        return gettext("%(gap)s to pass %(name)s in %(place)s", gap=gap, name=name, place=place)
    return gettext(
        "%(gap)s to pass a partner in %(region)s, in %(place)s", gap=gap, region=region, place=place
    )


def first_sentence(of: Participants, shares: bool) -> str:
    """What stands where nobody is above."""
    if of is Participants.COMPANIES:
        return gettext("Your company shares first place") if shares else gettext("Your company stands first")
    return gettext("You share first place") if shares else gettext("You stand first")


def ordinal_parts(rank: int) -> tuple[str, str, str]:
    """(before, figure, after): 7th, ke-7."""
    number = format_points(rank, current_locale())
    if current_locale() != "en":
        return "ke-", number, ""
    tail = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return "", number, tail


def ordinal(rank: int) -> str:
    return "".join(ordinal_parts(rank))


def region_of(line: Standing) -> str:
    """Where a partner is from, as far as it may be said: the region, else the country."""
    return line.region or (country_name(line.country) if line.country else gettext("another country"))


def person_name(line: Standing) -> str | None:
    """A person's name or alias; None for who stands as a partner of their region."""
    if line.mode is NameMode.REGION:
        return None
    return line.alias if line.mode is NameMode.ALIAS else line.person or None


def company_label(line: Standing) -> str | None:
    """A company's name or alias; None for one that stands as a partner of its region."""
    if line.company_mode is NameMode.REGION:
        return None
    return line.company_alias if line.company_mode is NameMode.ALIAS else line.company or None


def shown_name(of: Participants, line: Standing) -> str | None:
    """Who a line is, as they wish to appear; None for a partner of their region."""
    return person_name(line) if of is Participants.PEOPLE else company_label(line)


def gap_sentence(
    of: Participants, metric: Metric, mine: Standing | None, higher: Standing | None, *, shares: bool
) -> str:
    """What stands under one's own name: how much more it takes to pass the next one, or that nobody is above."""
    if mine is None:
        return ""
    if higher is None:
        return first_sentence(of, shares)
    return pass_sentence(metric, mine.score, higher.score, shown_name(of, higher), region_of(higher))


def partner_in(region: str) -> str:
    """Somebody who wishes not to be named."""
    return gettext("A partner in %(region)s", region=region)


def _tier_names(audience: Audience) -> dict[str, str]:
    """Names of levels by slug; asked for only where an audience names some."""
    return dict(list_tiers()) if audience.tiers else {}


def audience_words(audience: Audience) -> str:
    """An audience for the head of a board and its chip: `Silver, Malaysia`, or *Everyone*."""
    tiers = _tier_names(audience)
    parts = [
        ", ".join(tiers.get(slug, slug.capitalize()) for slug in audience.tiers),
        ", ".join(kind_name(kind) for kind in audience.kinds),
        ", ".join(country_name(code) for code in audience.countries),
    ]
    if audience.organisation_ids:
        count = len(audience.organisation_ids)
        parts.append(ngettext("%(num)s company", "%(num)s companies", count))
    return ", ".join(part for part in parts if part) or gettext("Everyone")


def among_words(of: Participants, audience: Audience, count: int) -> str:
    """*of 64 Silver partners in Malaysia*: after a rank."""
    n = format_points(count, current_locale())
    names = _tier_names(audience)
    tiers = ", ".join(names.get(slug, slug.capitalize()) for slug in audience.tiers)
    countries = ", ".join(country_name(code) for code in audience.countries)
    if audience.kinds or audience.organisation_ids:
        return ngettext("of %(n)s on this board", "of %(n)s on this board", count, n=n)
    if of is Participants.COMPANIES:
        return _among_companies(count, n, tiers, countries)
    if tiers and countries:
        return ngettext(
            "of %(n)s %(tiers)s partner in %(countries)s", "of %(n)s %(tiers)s partners in %(countries)s", count,
            n=n, tiers=tiers, countries=countries,
        )  # fmt: skip
    if tiers:
        return ngettext("of %(n)s %(tiers)s partner", "of %(n)s %(tiers)s partners", count, n=n, tiers=tiers)
    if countries:
        return ngettext(
            "of %(n)s partner in %(countries)s", "of %(n)s partners in %(countries)s", count, n=n, countries=countries
        )  # fmt: skip
    return ngettext("of %(n)s partner", "of %(n)s partners", count, n=n)


def _among_companies(count: int, n: str, tiers: str, countries: str) -> str:
    if tiers and countries:
        return ngettext(
            "of %(n)s %(tiers)s company in %(countries)s", "of %(n)s %(tiers)s companies in %(countries)s", count,
            n=n, tiers=tiers, countries=countries,
        )  # fmt: skip
    if tiers:
        return ngettext("of %(n)s %(tiers)s company", "of %(n)s %(tiers)s companies", count, n=n, tiers=tiers)
    if countries:
        return ngettext(
            "of %(n)s company in %(countries)s", "of %(n)s companies in %(countries)s", count, n=n, countries=countries
        )  # fmt: skip
    return ngettext("of %(n)s company", "of %(n)s companies", count, n=n)


def period_label(period: Period, starts_on: date) -> str:
    """A period by name: `November 2026`, `Q4 2026`, `2026`, *All time*."""
    if period is Period.ALL:
        return gettext("All time")
    if period is Period.YEAR:
        return f"{starts_on.year}"
    if period is Period.QUARTER:
        return gettext("Q%(quarter)s %(year)s", quarter=(starts_on.month + 2) // 3, year=starts_on.year)
    return str(format_date(starts_on, "LLLL y", rebase=False))


def moved(rank: int, was: int) -> tuple[str, int, str]:
    """(direction, by how many, what is said): since the day began. `was` of 0: new today."""
    if not was:
        return "new", 0, gettext("new today")
    steps = was - rank
    if steps > 0:
        return "up", steps, ngettext("up %(num)s since yesterday", "up %(num)s since yesterday", steps)
    if steps < 0:
        return (
            "down",
            -steps,
            ngettext("down %(num)s since yesterday", "down %(num)s since yesterday", -steps),
        )
    return "same", 0, gettext("same as yesterday")
