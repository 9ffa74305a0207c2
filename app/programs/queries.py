"""What a partner sees of programs: which are for them, what each has given, what is left, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.core.clock import today
from app.core.db import dialect, execute_sql
from app.core.errors import NotFound
from app.core.types import bind
from app.identity.actor import Actor
from app.programs import catalogue
from app.programs.catalogue import Catalogue, Published, Version
from app.programs.engine import Level
from app.programs.estimates import Estimate, Trial, estimate, try_out, who
from app.programs.explaining import Explanation, explain
from app.programs.hints import next_useful, times_said
from app.programs.rules import PAYEES, PER_UNIT, Reward, Rule
from app.programs.sentences import Names, Sentence, names_for, sentence_of

__all__ = [
    "Card", "Estimate", "Explanation", "PartnerPrograms", "RecognitionRoom", "Trial", "count_running", "estimate",
    "explain", "find_program", "list_programs", "recognition_room", "running_now", "try_out",
]  # fmt: skip

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
    say: Callable[[], Sentence]
    starts_on: date | None
    last_day: date | None
    days_left: int | None
    points: int
    pending: int
    cap: int | None
    left: int | None
    next_useful: str
    hold_days: int
    times: str = ""  # what the company's level does to the points now

    @property
    def sentence(self) -> Sentence:
        """The rule as it reads; made when a page shows it."""
        return self.say()

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

    points: dict[tuple[int, str], int] = field(default_factory=dict)
    pending: dict[tuple[int, str], int] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)
    families: dict[int, str] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    level: Level | None = None


def list_programs(actor: Actor, programs: Catalogue | None = None) -> PartnerPrograms:
    """Everything published that is for this person's organisation. Two statements, however many programs, and one each
    if a rule names courses or asks for tiers.

    `programs`, read before in the same transaction, saves one.
    """
    found = PartnerPrograms()
    for program, version, state, figures in _visible(actor, programs=programs):
        for payee_kind in PAYEES:
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


def running_now(actor: Actor, limit: int = 2, programs: Catalogue | None = None) -> list[Card]:
    """What runs for the person now, the one that ends first before the others; for home.

    What pays for awards is nobody's to earn by themselves, so it is not offered there.
    """
    page = list_programs(actor, programs)
    cards = [
        card
        for card in (*page.mine, *page.company)
        if card.state == RUNNING and card.trigger != "recognition"
    ]
    return cards[:limit]


def count_running(actor: Actor) -> int:
    """How many programs run for the person or the company now."""
    page = list_programs(actor)
    return sum(card.state == RUNNING for card in (*page.mine, *page.company))


@dataclass(frozen=True, slots=True)
class RecognitionRoom:
    """The program that pays for recognition: what its budget still holds (None: it has none), and whom it pays."""

    name: str
    slug: str
    left: int | None
    payees: tuple[str, ...]


def recognition_room() -> RecognitionRoom | None:
    """The live program that gives the points offered with an award, or None; two statements.

    With several, the first that has points left.
    """
    rooms = []
    lefts: dict[int, int] | None = None
    for program in catalogue.load_catalogue().programs:
        version = program.version_on(today())
        payees = _offered_payees(version) if version is not None else ()
        if not payees:
            continue
        if lefts is None:
            lefts = dict(
                execute_sql("SELECT program_id, budget_points - spent_points FROM program_budgets").all()
            )
        rooms.append(RecognitionRoom(program.name, program.slug, lefts.get(program.id), payees))
    return next((room for room in rooms if room.left is None or room.left > 0), rooms[0] if rooms else None)


def _offered_payees(version: Version) -> tuple[str, ...]:
    """Whom a version gives, point for point, what is offered with an award."""
    rewards = [
        reward
        for rule in version.definition.rules
        if rule.trigger == "recognition"
        for reward in rule.rewards
        if reward.kind == PER_UNIT
    ]
    return tuple(payee for payee in PAYEES if any(reward.payee == payee for reward in rewards))


@dataclass(frozen=True, slots=True)
class ProgramPage:
    """One program as a person sees it: a card for each payee, the member first; `names` are what its words name."""

    cards: list[Card]
    program: Published
    version: Version
    names: Names

    @property
    def can_try(self) -> bool:
        return self.cards[0].state != ENDED


def find_program(slug: str, actor: Actor) -> ProgramPage:
    """One program in this person's scope. Raises NotFound."""
    for program, version, state, figures in _visible(actor, slug):
        cards = []
        for payee_kind in PAYEES:
            reward = _reward_to(version, payee_kind)
            if reward is not None:
                sees = _sees(actor, payee_kind)
                cards.append(_card(program, version, state, payee_kind, reward, figures, sees_points=sees))
        return ProgramPage(cards, program, version, figures.names)
    raise NotFound()


def _sees(actor: Actor, payee_kind: str) -> bool:
    """A member sees the company's programs, and its points only with the right to its wallet."""
    return payee_kind == "member" or actor.can("wallet.organisation")


def _visible(
    actor: Actor, slug: str | None = None, programs: Catalogue | None = None
) -> list[tuple[Published, Version, str, _Figures]]:
    """The one scope of this area: published programs whose audience the person's organisation belongs to."""
    if actor.organisation_id is None:
        return []
    programs = programs or catalogue.load_catalogue()
    chosen = [program for program in programs.programs if slug is None or program.slug == slug]
    if not chosen:
        return []
    figures = _figures(actor, chosen)
    asker = who(actor)
    found = []
    for program in chosen:
        version, state = state_on(program, today())
        if state == RUNNING and figures.left.get(program.id) == 0:
            state = SPENT
        audience = version.definition.audience
        if audience.matches(actor.organisation_id, asker.country, asker.kind, asker.tier):
            found.append((program, version, state, figures))
    figures.names = names_for([version.definition for _program, version, *_rest in found], figures.families)
    figures.level = next((level for level in figures.names.levels if level.slug == asker.tier), None)
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


_FIGURES = """
    SELECT 'left' AS what, program_id AS id, '' AS name, budget_points - spent_points AS number FROM program_budgets
"""
# Each payee's part stands alone, so that each finds its own index.
_POINTS = """
    UNION ALL SELECT 'points', program_id, '{kind}', sum(points) FROM program_uses
    WHERE payee_kind = '{kind}' AND payee_id = :{kind} GROUP BY program_id
    UNION ALL SELECT 'pending', w.program_id, '{kind}', sum(w.points) FROM program_awards w
    WHERE w.payee_kind = '{kind}' AND w.payee_id = :{kind} AND w.held_until > :today
    AND NOT EXISTS (SELECT 1 FROM program_awards r WHERE r.reverses_award_id = w.id) GROUP BY w.program_id
"""
_FAMILIES = " UNION ALL SELECT 'family', id, name, 0 FROM product_families WHERE id IN ({ids})"


def _figures(actor: Actor, programs: Sequence[Published]) -> _Figures:
    params: dict[str, Any] = {"member": actor.person_id, "organisation": actor.organisation_id}
    params["today"] = bind(today(), dialect())
    query = _FIGURES + "".join(_POINTS.format(kind=kind) for kind in PAYEES)
    families = {f"f{number}": family_id for number, family_id in enumerate(sorted(_families_of(programs)))}
    if families:
        query += _FAMILIES.format(ids=", ".join(":" + name for name in families))
    figures = _Figures()
    for what, key, name, number in execute_sql(query, {**params, **families}):
        if what == "left":
            figures.left[key] = int(number)
        elif what == "family":
            figures.families[key] = name
        else:
            (figures.points if what == "points" else figures.pending)[key, name] = int(number)
    return figures


def _families_of(programs: Sequence[Published]) -> set[int]:
    return {
        family_id
        for program in programs
        for version in program.versions
        for rule in version.definition.rules
        for family_id in rule.family_ids
    }


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
        say=lambda: sentence_of(version, names=figures.names),
        starts_on=version.definition.starts_on,
        last_day=ends,
        days_left=(ends - today()).days if ends is not None and running else None,
        points=points,
        pending=min(pending, points),
        cap=reward.cap_points,
        left=left,
        next_useful=next_useful(rule, reward, left, figures.level) if running and left else "",
        times=times_said(figures.level) if reward.by_tier and figures.level is not None and running else "",
        hold_days=reward.hold_days,
    )
