"""The sentence of a program, made from the very record that the engine runs, in the reader's language.

One whole sentence per shape through gettext (`app.programs.shapes`), then whole sentences for what limits it. Cards,
receipts and the editor all use this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from flask_babel import ngettext
from sqlalchemy import select

from app.core.clock import today
from app.core.db import db
from app.core.i18n import current_locale, force_locale
from app.products.models import ProductFamily
from app.programs.courses import Titles
from app.programs.details import details
from app.programs.engine import Level
from app.programs.levels import levels_now
from app.programs.rules import ADDRESSED, PER_MONEY, PER_UNIT, Definition, Reward, Rule
from app.programs.shapes import ALSO, MAIN
from app.programs.shown import any_of, shown_money, shown_points

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


@dataclass(frozen=True, slots=True)
class Names:
    """What sentences name: families by id, courses by slug, the present levels. Read once for a page of sentences."""

    families: Mapping[int, str] = field(default_factory=dict)
    courses: Mapping[str, str] = field(default_factory=dict)
    levels: tuple[Level, ...] = ()


def names_for(definitions: Iterable[Definition], families: Mapping[int, str] | None = None) -> Names:
    """The names that these definitions need, a statement for each kind of name that one of them has. `families`, if
    they are known already, saves one."""
    given = list(definitions)
    rules = [rule for each in given for rule in each.rules]
    if families is None:
        families = family_names(key for rule in rules for key in rule.family_ids)
    by_tier = any(each.audience.tiers for each in given) or any(
        reward.by_tier for rule in rules for reward in rule.rewards
    )
    courses = Titles(dict.fromkeys(slug for rule in rules for slug in rule.courses))
    return Names(families, courses, levels_now() if by_tier else ())


def sentence_of(
    version: Worded, rule: Rule | None = None, *, locale: str | None = None, names: Names | None = None
) -> Sentence:
    """The sentence of one rule of a version, or of all its rules."""
    return sentence(
        version.definition,
        rule,
        budget_points=version.budget_points,
        locale=locale,
        names=names,
    )


def sentence(
    definition: Definition,
    rule: Rule | None = None,
    *,
    budget_points: int | None = None,
    locale: str | None = None,
    names: Names | None = None,
) -> Sentence:
    """The sentence of a definition in a language (the reader's, if none is named), of one rule or of all: then what
    bounds several stands there once. `names` saves look-ups."""
    names = names if names is not None else names_for([definition])
    if rule is None and len(definition.rules) > 1:
        said = [
            sentence(definition, each, budget_points=budget_points, locale=locale, names=names)
            for each in definition.rules
        ]
        parts = [part for each in said for part in (Part(" ", PLAIN), *each.parts)]
        return Sentence(
            tuple(parts[1:]), tuple(dict.fromkeys(text for each in said for text in each.details))
        )
    rule = rule or definition.rules[0]
    things = tuple(names.families.get(family_id, "…") for family_id in rule.family_ids) or tuple(
        names.courses.get(slug, slug) for slug in rule.courses
    )
    levels = tuple(names.levels)
    return _worded(definition, rule, things, levels, budget_points, locale or current_locale(), today())


@lru_cache(maxsize=1024)
def _worded(
    definition: Definition,
    rule: Rule,
    things: tuple[str, ...],
    levels: tuple[Level, ...],
    budget_points: int | None,
    locale: str,
    _on: date,
) -> Sentence:
    """Said once a day and language: the words of a sentence depend on nothing else."""
    with force_locale(locale):
        parts = _main(rule, things)
        for reward in rule.rewards[1:]:
            parts += [Part(" ", PLAIN), *_also(rule, reward)]
        return Sentence(tuple(parts), tuple(details(definition, rule, budget_points, levels)))


def family_names(ids: Iterable[int]) -> dict[int, str]:
    """Names of product families by id."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = db.session.execute(
        select(ProductFamily.id, ProductFamily.name).where(ProductFamily.id.in_(wanted))
    )
    return {row.id: row.name for row in rows}


def _main(rule: Rule, things: tuple[str, ...]) -> list[Part]:
    has_things, has_amount = bool(rule.family_ids or rule.courses), rule.min_amount_minor is not None
    named = "courses" if rule.trigger == "course_passed" else "family"
    conditions = {
        (False, False): "none",
        (True, False): named,
        (False, True): "amount",
        (True, True): "both",
    }
    reward = rule.rewards[0]
    shape = MAIN[rule.trigger, conditions[has_things, has_amount], _kind(rule, reward), reward.payee]
    values = {
        "families": any_of(things),
        "courses": any_of(things),
        "least": shown_money(rule.min_amount_minor or 0, rule.min_currency or ""),
        **_reward_values(reward),
    }
    return _say(shape, reward.points, values)


def _also(rule: Rule, reward: Reward) -> list[Part]:
    kind = _kind(rule, reward)
    if (
        rule.trigger in ADDRESSED and reward.payee == "organisation"
    ):  # it is another case, not more of the same
        shape = MAIN[rule.trigger, "none", kind, reward.payee]
    else:
        shape = ALSO[kind, reward.payee]
    return _say(shape, reward.points, _reward_values(reward))


def _kind(rule: Rule, reward: Reward) -> str:
    """How a shape calls what a reward counts: the units of a milestone are years, those of an award its points."""
    if reward.kind == PER_UNIT and rule.trigger == "service_milestone":
        return "per_year"
    if reward.kind == PER_UNIT and rule.trigger == "recognition":
        return "offered" if reward.points == 1 else "per_offered"
    return reward.kind


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
