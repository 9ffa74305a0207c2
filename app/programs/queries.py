"""What a partner sees of programs: which are for them, what each has given, what is left, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Text, cast, func, literal, select, union_all

from app.core.clock import today
from app.core.db import db
from app.core.errors import NotFound
from app.identity.actor import Actor
from app.partners.models import Organisation
from app.products.models import ProductFamily
from app.programs import catalogue
from app.programs.catalogue import Catalogue, Published, Version
from app.programs.estimates import Estimate, Trial, estimate, try_out
from app.programs.explaining import Explanation, explain
from app.programs.hints import next_useful
from app.programs.models import ProgramAward, ProgramBudget, ProgramUse
from app.programs.rules import Reward, Rule
from app.programs.sentences import Sentence, sentence_of

__all__ = [
    "Card", "Estimate", "Explanation", "PartnerPrograms", "Trial", "count_running", "estimate", "explain", "find_program",
    "list_programs", "running_now", "try_out",
]  # fmt: skip

AWARDS: Any = ProgramAward.__table__
RUNNING, COMING, SPENT, ENDED = "running", "coming", "spent", "ended"


@dataclass(frozen=True, slots=True)
class Card:
    """One program as one payee sees it. `points` given so far, `pending` of them on the way; `left` under the cap."""

    slug: str
    name: str
    version: int
    state: str
    payee_kind: str
    trigger: str
    sentence: Sentence
    starts_on: date | None
    last_day: date | None
    days_left: int | None
    points: int
    pending: int
    cap: int | None
    left: int | None
    next_useful: str
    hold_days: int

    @property
    def yours(self) -> int:
        return max(self.points - self.pending, 0)


@dataclass(frozen=True, slots=True)
class PartnerPrograms:
    """The programs of a person: `mine` pay the person, `company` the organisation, `ended` keep their result."""

    mine: list[Card] = field(default_factory=list)
    company: list[Card] = field(default_factory=list)
    ended: list[Card] = field(default_factory=list)

    @property
    def earned(self) -> int:
        """What the person has from all that run."""
        return sum(card.points for card in self.mine)


@dataclass(slots=True)
class _Figures:
    """All that a page needs beside the catalogue, read in one statement."""

    kind: str = ""
    points: dict[tuple[int, str], int] = field(default_factory=dict)
    pending: dict[tuple[int, str], int] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)
    families: dict[int, str] = field(default_factory=dict)


def list_programs(actor: Actor) -> PartnerPrograms:
    """Everything published that is for this person's organisation. Two statements, however many programs."""
    found = PartnerPrograms()
    for program, version, state, figures in _visible(actor):
        for payee_kind in ("member", "organisation"):
            reward = _reward_to(version, payee_kind)
            if reward is None:
                continue
            card = _card(
                program, version, state, payee_kind, reward, figures, sees_points=_sees(actor, payee_kind)
            )
            if state == ENDED:
                found.ended.append(card)
            else:
                (found.mine if payee_kind == "member" else found.company).append(card)
    for cards in (found.mine, found.company):
        cards.sort(
            key=lambda card: (card.state != RUNNING, card.days_left is None, card.days_left or 0, card.name)
        )
    found.ended.sort(key=lambda card: card.last_day or date.min, reverse=True)
    return found


def running_now(actor: Actor, limit: int = 2) -> list[Card]:
    """What runs for the person now, the one that ends first before the others; for home."""
    page = list_programs(actor)
    cards = [card for card in (*page.mine, *page.company) if card.state == RUNNING]
    return cards[:limit]


def count_running(actor: Actor) -> int:
    """How many programs run for the person or the company now."""
    page = list_programs(actor)
    return sum(card.state == RUNNING for card in (*page.mine, *page.company))


@dataclass(frozen=True, slots=True)
class ProgramPage:
    """One program as a person sees it: a card for each payee, the member first; `families` are names by id."""

    cards: list[Card]
    program: Published
    version: Version
    families: Mapping[int, str]

    @property
    def can_try(self) -> bool:
        return self.cards[0].state != ENDED


def find_program(slug: str, actor: Actor) -> ProgramPage:
    """One program in this person's scope. Raises NotFound."""
    for program, version, state, figures in _visible(actor, slug):
        cards = []
        for payee_kind in ("member", "organisation"):
            reward = _reward_to(version, payee_kind)
            if reward is not None:
                sees = _sees(actor, payee_kind)
                cards.append(_card(program, version, state, payee_kind, reward, figures, sees_points=sees))
        return ProgramPage(cards, program, version, figures.families)
    raise NotFound()


def _sees(actor: Actor, payee_kind: str) -> bool:
    """A member sees the company's programs, and its points only with the right to its wallet."""
    return payee_kind == "member" or actor.can("wallet.organisation")


def _visible(actor: Actor, slug: str | None = None) -> list[tuple[Published, Version, str, _Figures]]:
    """The one scope of this area: published programs whose audience the person's organisation belongs to."""
    if actor.organisation_id is None:
        return []
    programs = catalogue.load_catalogue()
    chosen = [program for program in programs.programs if slug is None or program.slug == slug]
    if not chosen:
        return []
    figures = _figures(actor, Catalogue(programs.serial, programs.stamp, tuple(chosen)))
    found = []
    for program in chosen:
        version, state = state_on(program, today())
        if state == RUNNING and figures.left.get(program.id) == 0:
            state = SPENT
        country = actor.organisation_country or ""
        if version.definition.audience.matches(actor.organisation_id, country, figures.kind):
            found.append((program, version, state, figures))
    return found


def state_on(program: Published, on: date) -> tuple[Version, str]:
    """The version to show on a day, and whether the program runs, comes or has ended."""
    version = program.version_on(on)
    if version is not None:
        return version, RUNNING
    latest = program.latest
    starts = latest.definition.starts_on
    is_over = program.ended_on is not None and program.ended_on < on
    if starts is not None and starts > on and not is_over:
        return latest, COMING
    return latest, ENDED


def last_day(program: Published, version: Version) -> date | None:
    """The last day on which facts count, None while it is open."""
    days = [day for day in (program.ended_on, version.definition.ends_on) if day is not None]
    return min(days, default=None)


def _figures(actor: Actor, programs: Catalogue) -> _Figures:
    ids = [program.id for program in programs.programs]
    family_ids = {
        family_id
        for program in programs.programs
        for version in program.versions
        for rule in version.definition.rules
        for family_id in rule.family_ids
    }
    uses: Any = ProgramUse.__table__
    text = lambda value: cast(literal(value), Text)  # noqa: E731
    w = AWARDS.alias("w")
    taken = select(AWARDS.c.id).where(AWARDS.c.reverses_award_id == w.c.id).exists()
    payees = [("member", actor.person_id), ("organisation", actor.organisation_id)]
    parts = [
        select(text("kind"), literal(0), cast(Organisation.kind, Text), literal(0)).where(
            Organisation.id == actor.organisation_id
        ),
        select(
            text("left"),
            ProgramBudget.program_id,
            text(""),
            ProgramBudget.budget_points - ProgramBudget.spent_points,
        ).where(ProgramBudget.program_id.in_(ids)),
    ]
    for kind, payee_id in payees:
        parts.append(
            select(text("points"), uses.c.program_id, text(kind), func.sum(uses.c.points))
            .where(uses.c.payee_kind == kind, uses.c.payee_id == payee_id, uses.c.program_id.in_(ids))
            .group_by(uses.c.program_id)
        )
        parts.append(
            select(text("pending"), w.c.program_id, text(kind), func.sum(w.c.points))
            .where(
                w.c.payee_kind == kind,
                w.c.payee_id == payee_id,
                w.c.held_until > today(),
                w.c.program_id.in_(ids),
                ~taken,
            )
            .group_by(w.c.program_id)
        )
    if family_ids:
        parts.append(
            select(text("family"), ProductFamily.id, ProductFamily.name, literal(0)).where(
                ProductFamily.id.in_(family_ids)
            )
        )
    figures = _Figures()
    for what, key, name, number in db.session.execute(union_all(*parts)):
        if what == "kind":
            figures.kind = name
        elif what == "left":
            figures.left[key] = int(number)
        elif what == "family":
            figures.families[key] = name
        else:
            (figures.points if what == "points" else figures.pending)[key, name] = int(number)
    return figures


def _reward_to(version: Version, payee_kind: str) -> tuple[Rule, Reward] | None:
    for rule in version.definition.rules:
        for reward in rule.rewards:
            if reward.payee == payee_kind:
                return rule, reward
    return None


def _card(
    program: Published,
    version: Version,
    state: str,
    payee_kind: str,
    found: tuple[Rule, Reward],
    figures: _Figures,
    *,
    sees_points: bool,
) -> Card:
    rule, reward = found
    points = figures.points.get((program.id, payee_kind), 0) if sees_points else 0
    pending = figures.pending.get((program.id, payee_kind), 0) if sees_points else 0
    ends = last_day(program, version)
    left = None if reward.cap_points is None or not sees_points else max(reward.cap_points - points, 0)
    running = state == RUNNING
    return Card(
        slug=program.slug,
        name=version.name,
        version=version.number,
        state=state,
        payee_kind=payee_kind,
        trigger=rule.trigger,
        sentence=_sentence(version, rule, figures.families),
        starts_on=version.definition.starts_on,
        last_day=ends,
        days_left=(ends - today()).days if ends is not None and running else None,
        points=points,
        pending=min(pending, points),
        cap=reward.cap_points,
        left=left,
        next_useful=next_useful(rule, reward, left) if running and left else "",
        hold_days=reward.hold_days,
    )


def _sentence(version: Version, rule: Rule, families: Mapping[int, str]) -> Sentence:
    return sentence_of(version, rule, families=families)
