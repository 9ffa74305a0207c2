"""The next useful amount, and why an amount earns nothing: whole sentences, nothing left to compute."""

from __future__ import annotations

from flask_babel import gettext, ngettext

from app.activities.facts import Fact
from app.programs.courses import titles_of
from app.programs.engine import ONCE_BPS, Level, Rates, amount_for, before_tier, units_for
from app.programs.rules import FIXED, TRADES, Reward, Rule
from app.programs.sentences import family_names
from app.programs.shown import any_of, shown_money, shown_points, shown_times


def times_said(level: Level) -> str:
    """What the company's level does to points: *1.25 times for Silver*. Empty if it does nothing."""
    if level.bps == ONCE_BPS:
        return ""
    return gettext("%(times)s times for %(level)s", times=shown_times(level.bps), level=level.name)


def next_useful(rule: Rule, reward: Reward, left: int, level: Level | None = None) -> str:
    """What fills the rest of a cap at the company's level: *One RM 23,200 deal fills it*. Empty if nothing is left."""
    if left <= 0:
        return ""
    left = before_tier(reward, left, level)
    amount = amount_for(reward, left)
    if amount is not None:
        shown = shown_money(amount, reward.currency or "")
        if rule.trigger == "deal_won":
            return gettext("One %(amount)s deal fills it", amount=shown)
        return gettext("Sales of %(amount)s fill it", amount=shown)
    if rule.trigger not in TRADES:
        return ""
    units = units_for(reward, left)
    if units is not None:
        return ngettext(
            "%(count)s more unit fills it", "%(count)s more units fill it", units, count=shown_points(units)
        )
    times = -(-left // reward.points)
    if rule.trigger == "deal_won":
        return ngettext(
            "%(count)s more deal fills it", "%(count)s more deals fill it", times, count=shown_points(times)
        )
    return ngettext(
        "%(count)s more sale fills it", "%(count)s more sales fill it", times, count=shown_points(times)
    )


def why_nothing(rule: Rule, fact: Fact) -> str:
    """Why a fact of this kind earns nothing by a rule, in one sentence."""
    if rule.family_ids and fact.family_id not in rule.family_ids:
        names = family_names(rule.family_ids)
        return gettext(
            "Only %(families)s counts here.",
            families=any_of(names[key] for key in rule.family_ids if key in names),
        )
    if rule.courses and (fact.attributes or {}).get("course") not in rule.courses:
        return gettext("Only %(courses)s counts here.", courses=any_of(titles_of(rule.courses).values()))
    if rule.min_quantity is not None and (fact.quantity or 0) < rule.min_quantity:
        if rule.trigger == "service_milestone":
            return ngettext(
                "It takes %(count)s year or more.", "It takes %(count)s years or more.", rule.min_quantity,
                count=shown_points(rule.min_quantity),
            )  # fmt: skip
        return ngettext(
            "It takes %(count)s unit or more.", "It takes %(count)s units or more.", rule.min_quantity,
            count=shown_points(rule.min_quantity),
        )  # fmt: skip
    if rule.min_amount_minor is not None and rule.min_currency is not None:
        worth = None
        if fact.amount_minor is not None and fact.currency is not None:
            worth = Rates().convert(fact.amount_minor, fact.currency, rule.min_currency, fact.occurred_on)
        if worth is None or worth < rule.min_amount_minor:
            least = shown_money(rule.min_amount_minor, rule.min_currency)
            return gettext("It takes %(amount)s or more.", amount=least)
    if all(reward.kind != FIXED for reward in rule.rewards):
        return gettext("This is less than one point.")
    return gettext("This earns nothing in this program.")
