"""The whole sentences that bound a program's sentence: for whom, when, from how many on, up to how much, how soon."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext, ngettext

from app.core.clock import today
from app.programs.engine import ONCE_BPS, Level
from app.programs.rules import Audience, Definition, Reward, Rule
from app.programs.shown import all_of, any_of, shown_day, shown_points, shown_times
from app.programs.words import country_name, kind_name


def details(
    definition: Definition, rule: Rule, budget_points: int | None, levels: Sequence[Level] = ()
) -> list[str]:
    """Whole sentences, those that apply. `levels` are the present ones, lowest first."""
    audience = definition.audience
    found = [_audience(audience), _tiers(audience, levels), _window(definition), _least(rule)]
    found.append(_times(rule, levels))
    found += [_cap(reward) for reward in rule.rewards]
    found += _holds(rule)
    if budget_points is not None:
        found.append(
            gettext(
                "It stops when %(points)s points have been given in all.", points=shown_points(budget_points)
            )
        )
    return [text for text in found if text]


def _least(rule: Rule) -> str:
    if rule.min_quantity is None or rule.min_quantity < 2:
        return ""
    count = shown_points(rule.min_quantity)
    if rule.trigger == "service_milestone":
        return ngettext(
            "Only from %(count)s year on.", "Only from %(count)s years on.", rule.min_quantity, count=count
        )
    return ngettext(
        "Only from %(count)s unit on.", "Only from %(count)s units on.", rule.min_quantity, count=count
    )


def _tiers(audience: Audience, levels: Sequence[Level]) -> str:
    if not audience.tiers:
        return ""
    names = {level.slug: level.name for level in levels}
    ordered = [slug for slug in names if slug in audience.tiers]
    ordered += [slug for slug in audience.tiers if slug not in names]
    said = any_of(names.get(slug, slug.capitalize()) for slug in ordered)
    return gettext("Only while the company is %(tiers)s.", tiers=said)


def _times(rule: Rule, levels: Sequence[Level]) -> str:
    """What levels do to the points, said once if it is alike for all rewards of the rule."""
    payees = {reward.payee for reward in rule.rewards if reward.by_tier}
    if not payees:
        return ""
    more = all_of(
        gettext("%(times)s for %(level)s", times=shown_times(level.bps), level=level.name)
        for level in levels
        if level.bps != ONCE_BPS
    )
    if payees == {reward.payee for reward in rule.rewards}:
        if not more:
            return gettext("The points grow with the company’s tier.")
        return gettext("The points are multiplied by the company’s tier: %(levels)s.", levels=more)
    if payees == {"member"}:
        if not more:
            return gettext("Your own points grow with the company’s tier.")
        return gettext("Your own points are multiplied by the company’s tier: %(levels)s.", levels=more)
    if not more:
        return gettext("The company’s points grow with its tier.")
    return gettext("The company’s points are multiplied by its tier: %(levels)s.", levels=more)


def _window(definition: Definition) -> str:
    starts, ends = definition.starts_on, definition.ends_on
    if starts and ends:
        return gettext("From %(start)s to %(end)s.", start=shown_day(starts), end=shown_day(ends))
    if ends:
        return gettext("Until %(end)s.", end=shown_day(ends))
    if starts and starts > today():
        return gettext("From %(start)s on.", start=shown_day(starts))
    return ""


def _audience(audience: Audience) -> str:
    if audience.organisation_ids:
        return ngettext(
            "For %(num)s chosen company.", "For %(num)s chosen companies.", len(audience.organisation_ids)
        )
    countries = all_of(country_name(code) for code in audience.countries)
    kinds = any_of(kind_name(kind) for kind in audience.kinds)
    if countries and kinds:
        return gettext("For companies of type %(kinds)s in %(countries)s.", kinds=kinds, countries=countries)
    if countries:
        return gettext("For companies in %(countries)s.", countries=countries)
    if kinds:
        return gettext("For companies of type %(kinds)s.", kinds=kinds)
    return ""


def _cap(reward: Reward) -> str:
    if reward.cap_points is None:
        return ""
    cap = shown_points(reward.cap_points)
    if reward.payee == "member":
        return ngettext(
            "At most %(cap)s point for each person.",
            "At most %(cap)s points for each person.",
            reward.cap_points,
            cap=cap,
        )
    return ngettext(
        "At most %(cap)s point for each company.",
        "At most %(cap)s points for each company.",
        reward.cap_points,
        cap=cap,
    )


def _holds(rule: Rule) -> list[str]:
    days = {reward.hold_days for reward in rule.rewards}
    longest = max(days)
    if longest == 0:
        return []
    if rule.trigger == "deal_won":
        return [
            ngettext(
                "The points clear %(num)s day after the win.",
                "The points clear %(num)s days after the win.",
                longest,
            )
        ]
    if rule.trigger == "sale":
        return [
            ngettext(
                "The points clear %(num)s day after the sale.",
                "The points clear %(num)s days after the sale.",
                longest,
            )
        ]
    return [ngettext("The points clear %(num)s day later.", "The points clear %(num)s days later.", longest)]
