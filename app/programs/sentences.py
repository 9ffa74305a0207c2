"""The sentence of a program, made from the very record that the engine runs, in the reader's language.

One whole sentence per shape through gettext (`app.programs.shapes`), then whole sentences for what limits it. Cards,
receipts and the editor all use this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from babel import Locale
from babel.lists import format_list
from flask_babel import format_date, gettext, ngettext
from sqlalchemy import select

from app.core.clock import today
from app.core.db import db
from app.core.i18n import current_locale, force_locale
from app.core.money import format_money, format_points
from app.products.models import ProductFamily
from app.programs.rules import PER_MONEY, Audience, Definition, Reward, Rule
from app.programs.shapes import ALSO, MAIN
from app.programs.words import country_name, kind_name

STRONG, REWARD, PLAIN = "strong", "reward", ""
_MARKED = re.compile(r"(\*\*.+?\*\*|__.+?__)")
_HELD = re.compile("\x01(\\w+)\x02")


class Part(NamedTuple):
    """A stretch of a sentence and how it stands out: `strong`, `reward` or not at all."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """What partners read: the sentence itself in parts, and the whole sentences that bound it."""

    parts: tuple[Part, ...]
    details: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)

    @property
    def full(self) -> str:
        return " ".join((self.text, *self.details))

    def __str__(self) -> str:
        return self.text


class Worded(Protocol):
    """A version, parsed or just typed: its definition and budget."""

    @property
    def definition(self) -> Definition: ...
    @property
    def budget_points(self) -> int | None: ...


def sentence_of(
    version: Worded,
    rule: Rule | None = None,
    *,
    locale: str | None = None,
    families: Mapping[int, str] | None = None,
) -> Sentence:
    """The sentence of one rule of a version (its first, if none is named)."""
    definition = version.definition
    return sentence(
        definition,
        rule or definition.rules[0],
        budget_points=version.budget_points,
        locale=locale,
        families=families,
    )


def sentence(
    definition: Definition,
    rule: Rule | None = None,
    *,
    budget_points: int | None = None,
    locale: str | None = None,
    families: Mapping[int, str] | None = None,
) -> Sentence:
    """The sentence of a definition in a language (the reader's, if none is named). `families` saves a look-up."""
    rule = rule or definition.rules[0]
    if families is None:
        families = family_names(rule.family_ids)
    names = tuple(families.get(family_id, "…") for family_id in rule.family_ids)
    return _worded(definition, rule, names, budget_points, locale or current_locale(), today())


@lru_cache(maxsize=1024)
def _worded(
    definition: Definition,
    rule: Rule,
    families: Sequence[str],
    budget_points: int | None,
    locale: str,
    _on: date,
) -> Sentence:
    """Said once a day and language: the words of a sentence depend on nothing else."""
    with force_locale(locale):
        parts = _main(rule, families)
        for reward in rule.rewards[1:]:
            parts += [Part(" ", PLAIN), *_also(reward)]
        return Sentence(tuple(parts), tuple(_details(definition, rule, budget_points)))


def family_names(ids: Iterable[int]) -> dict[int, str]:
    """Names of product families by id."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = db.session.execute(
        select(ProductFamily.id, ProductFamily.name).where(ProductFamily.id.in_(wanted))
    )
    return {row.id: row.name for row in rows}


def _main(rule: Rule, families: Sequence[str]) -> list[Part]:
    has_families, has_amount = bool(rule.family_ids), rule.min_amount_minor is not None
    conditions = {
        (False, False): "none",
        (True, False): "family",
        (False, True): "amount",
        (True, True): "both",
    }
    reward = rule.rewards[0]
    pair = MAIN[rule.trigger, conditions[has_families, has_amount], reward.kind, reward.payee]
    values = {
        "families": any_of(families),
        "least": shown_money(rule.min_amount_minor or 0, rule.min_currency or ""),
        **_reward_values(reward),
    }
    return _say(pair, reward.points, values)


def _also(reward: Reward) -> list[Part]:
    return _say(ALSO[reward.kind, reward.payee], reward.points, _reward_values(reward))


def _reward_values(reward: Reward) -> dict[str, str]:
    per = shown_money(reward.per_minor or 0, reward.currency or "") if reward.kind == PER_MONEY else ""
    return {"points": shown_points(reward.points), "per": per}


def _say(pair: tuple[str, str], number: int, values: Mapping[str, str]) -> list[Part]:
    """Translate a shape with its placeholders held back, so that marks are found before any name is filled in."""
    held: dict[str, Any] = {name: f"\x01{name}\x02" for name in values}
    shape = ngettext(pair[0], pair[1], number, **held)
    parts = []
    for piece in _MARKED.split(shape):
        style = STRONG if piece.startswith("**") else REWARD if piece.startswith("__") else PLAIN
        text = _HELD.sub(lambda found: values[found.group(1)], piece[2:-2] if style else piece)
        if text:
            parts.append(Part(text, style))
    return parts


def _details(definition: Definition, rule: Rule, budget_points: int | None) -> list[str]:
    found = [_audience(definition.audience), _window(definition)]
    if rule.min_quantity is not None and rule.min_quantity > 1:
        found.append(
            ngettext(
                "Only from %(count)s unit on.",
                "Only from %(count)s units on.",
                rule.min_quantity,
                count=shown_points(rule.min_quantity),
            )
        )
    found += [_cap(reward) for reward in rule.rewards]
    found += _holds(rule)
    if budget_points is not None:
        found.append(
            gettext(
                "It stops when %(points)s points have been given in all.", points=shown_points(budget_points)
            )
        )
    return [text for text in found if text]


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
    return [
        ngettext(
            "The points clear %(num)s day after the sale.",
            "The points clear %(num)s days after the sale.",
            longest,
        )
    ]


def line_label(line: Mapping[str, Any]) -> str:
    """What one step of a calculation says."""
    args = line["args"]
    label = line["label"]
    if label == "per_money":
        per = shown_money(args["per_minor"], args["currency"])
        return ngettext(
            "%(points)s point per %(amount)s",
            "%(points)s points per %(amount)s",
            args["points"],
            points=shown_points(args["points"]),
            amount=per,
        )
    if label == "per_unit":
        return ngettext(
            "%(points)s point per unit",
            "%(points)s points per unit",
            args["points"],
            points=shown_points(args["points"]),
        )
    if label == "converted":
        return gettext("At the exchange rate of %(date)s", date=shown_day(date.fromisoformat(args["on"])))
    if label == "cap":
        return gettext("Limit of %(cap)s points reached", cap=shown_points(args["cap"]))
    fixed = {
        "deal_won_amount": gettext("Deal value"),
        "sale_amount": gettext("Sale amount"),
        "quantity": gettext("Units"),
        "fixed": gettext("Fixed reward"),
        "budget": gettext("All that was left in the budget"),
    }
    return fixed[label]


def line_result(line: Mapping[str, Any]) -> str:
    """The running result of one step: points, a count, or money in its currency."""
    if line["unit"] in ("points", "count"):
        return shown_points(line["result"])
    return shown_money(line["result"], line["unit"])


def worded_lines(lines: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """A calculation as (operator, label, result) for the page."""
    return [(line["op"], line_label(line), line_result(line)) for line in lines]


def shown_points(value: int) -> str:
    return format_points(value, current_locale())


def shown_money(minor: int, currency: str) -> str:
    return format_money(minor, currency, current_locale())


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
