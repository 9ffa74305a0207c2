"""What the vendor sees of programs: the list, one program with its versions, and what the editor offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, Text, cast, func, literal, select, union_all

from app.core.clock import today
from app.core.db import db
from app.core.errors import InvalidInput, NotFound
from app.core.feed import feed_row
from app.core.i18n import _
from app.identity.actor import Actor
from app.identity.models import Person
from app.identity.queries import names_of
from app.partners.models import Organisation
from app.partners.queries import visible_organisation_ids
from app.products.queries import list_families
from app.programs.catalogue import Published, Version, parse
from app.programs.courses import course_titles, titles_of
from app.programs.editor import Offered
from app.programs.levels import levels_now
from app.programs.models import Program, ProgramBudget, ProgramUse, ProgramVersion, VersionState
from app.programs.queries import COMING, ENDED, RUNNING, SPENT, last_day, state_on
from app.programs.rules import Definition
from app.programs.sentences import Names, Sentence, names_for, sentence_of
from app.programs.words import COUNTRIES

DRAFT, WAITING = "draft", "waiting"
VIEWS = {
    "running": (RUNNING, COMING, SPENT),
    "drafts": (DRAFT, WAITING),
    "ended": (ENDED,),
}
PAGE = 30
BASIC_KINDS = ("reseller", "distributor")


@dataclass(frozen=True, slots=True)
class AdminRow:
    """One program of the vendor's list. `open_state` says whether a next version is being written or waits."""

    slug: str
    name: str
    state: str
    open_state: str
    sentence: Sentence
    starts_on: date | None
    last_day: date | None
    given: int
    budget: int | None
    spent: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One line of a program's history."""

    id: int
    number: int
    state: str
    sentence: Sentence
    applies_from: date | None
    starts_on: date | None
    made_by: str
    published_by: str
    published_at: Any
    sent_at: Any


@dataclass(frozen=True, slots=True)
class AdminProgram:
    """One program for the vendor: its row, its versions newest first, and the one that is still open."""

    id: int
    row: AdminRow
    ended_on: date | None
    versions: list[VersionRow]
    open_version: ProgramVersion | None
    payees: int


@dataclass(slots=True)
class _Numbers:
    given: dict[int, int] = field(default_factory=dict)
    payees: dict[int, int] = field(default_factory=dict)
    budget: dict[int, int] = field(default_factory=dict)
    spent: dict[int, int] = field(default_factory=dict)


def list_admin(view: str, page: int) -> tuple[list[AdminRow], dict[str, int], bool]:
    """Programs of a view, newest first: a page of rows, how many each view has, and whether more follow."""
    programs = list(db.session.scalars(select(Program).order_by(Program.id.desc())))
    versions: dict[int, list[ProgramVersion]] = defaultdict(list)
    for version in db.session.scalars(select(ProgramVersion).order_by(ProgramVersion.number)):
        versions[version.program_id].append(version)
    numbers = _numbers(None)
    states = {program.id: _state(program, versions[program.id], numbers) for program in programs}
    shown = {
        name: [
            program
            for program in programs
            if states[program.id][0] in wanted or (name == "drafts" and states[program.id][1])
        ]
        for name, wanted in VIEWS.items()
    }
    chosen = shown[view]
    part = chosen[PAGE * (page - 1) : PAGE * page]
    names = _names([version for program in part for version in versions[program.id]])
    rows = [_row(program, versions[program.id], numbers, names, states[program.id]) for program in part]
    return rows, {name: len(found) for name, found in shown.items()}, len(chosen) > PAGE * page


def find_admin(slug: str) -> AdminProgram:
    """One program, whatever its state. Raises NotFound."""
    program = db.session.scalars(select(Program).where(Program.slug == slug)).first()
    if program is None:
        raise NotFound()
    versions = list(
        db.session.scalars(
            select(ProgramVersion)
            .where(ProgramVersion.program_id == program.id)
            .order_by(ProgramVersion.number)
        )
    )
    numbers = _numbers(program.id)
    names = _names(versions)
    people = names_of(
        {person for version in versions for person in (version.made_by_id, version.published_by_id)}
    )
    history = [_version_row(version, names, people) for version in reversed(versions)]
    unpublished = next((version for version in versions if version.state is not VersionState.PUBLISHED), None)
    return AdminProgram(
        id=program.id,
        row=_row(program, versions, numbers, names, _state(program, versions, numbers)),
        ended_on=program.ended_on,
        versions=history,
        open_version=unpublished,
        payees=numbers.payees.get(program.id, 0),
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """What the editor needs of a program: its slug and the version that is still open."""

    slug: str
    version: ProgramVersion


def find_draft(slug: str) -> Draft:
    """The version of a program that is still open, in one statement. Raises NotFound if all are published."""
    query = (
        select(ProgramVersion)
        .join(Program, Program.id == ProgramVersion.program_id)
        .where(Program.slug == slug, ProgramVersion.state != VersionState.PUBLISHED)
    )
    version = db.session.scalars(query).first()
    if version is None:
        raise NotFound()
    return Draft(slug, version)


def slug_of(program_id: int) -> str:
    """The slug of a program."""
    return db.session.scalars(select(Program.slug).where(Program.id == program_id)).one()


def waiting_count(actor: Actor) -> Select[Any] | None:
    """The query of how many versions wait for this person's sign-off; None for who signs nothing."""
    if not actor.can("program.publish"):
        return None
    return (
        select(func.count()).select_from(ProgramVersion).where(ProgramVersion.state == VersionState.WAITING)
    )


def waiting_rows(actor: Actor) -> Select[Any] | None:
    """Versions that wait for this person's sign-off, for the page that gathers all work."""
    if not actor.can("program.publish"):
        return None
    made_by = ProgramVersion.made_by_id != actor.person_id
    return (
        select(*feed_row("program", ref=Program.slug, title=ProgramVersion.name, text=Person.name,
                         n1=ProgramVersion.budget_points, at=ProgramVersion.sent_at))
        .select_from(ProgramVersion)
        .join(Program, Program.id == ProgramVersion.program_id)
        .outerjoin(Person, Person.id == ProgramVersion.made_by_id)
        .where(ProgramVersion.state == VersionState.WAITING, made_by)
        .order_by(ProgramVersion.sent_at)
        .limit(12)
    )  # fmt: skip


def budget_rows(limit: int = 3) -> Select[Any]:
    """Budgets that are furthest used, of programs that were not ended: `n1` spent of `n2` points, `at` since when."""
    share = ProgramBudget.spent_points * 1000 / ProgramBudget.budget_points
    return (
        select(*feed_row("budget", ref=Program.slug, title=Program.name, n1=ProgramBudget.spent_points,
                         n2=ProgramBudget.budget_points, at=Program.created_at))
        .join(Program, Program.id == ProgramBudget.program_id)
        .where(Program.ended_on.is_(None))
        .order_by(share.desc(), Program.id)
        .limit(limit)
    )  # fmt: skip


def offered(version: ProgramVersion | None = None) -> Offered:
    """What the editor's lists offer: what there is, what a version that stands names, and the usual. Two statements,
    and one each for courses and tiers."""
    families = {row.id: row.name for row in list_families()}
    both = union_all(
        select(literal("country").cast(Text), Organisation.country).distinct(),
        select(literal("kind").cast(Text), cast(Organisation.kind, Text)).distinct(),
    )
    stands = Definition.from_record(version.definition) if version is not None else Definition(())
    countries = {*COUNTRIES, *stands.audience.countries}
    kinds = {*BASIC_KINDS, *stands.audience.kinds}
    tiers, known = {level.slug: level.name for level in levels_now()}, course_titles()
    tiers |= {slug: slug.capitalize() for slug in stands.audience.tiers if slug not in tiers}
    named = titles_of(slug for rule in stands.rules for slug in rule.courses if slug not in known)
    row: Any
    for row in db.session.execute(both):
        (countries if row[0] == "country" else kinds).add(row[1])
    return Offered(families, sorted(countries), sorted(kinds), known | named, tiers)


def company_names(ids: Sequence[int]) -> list[str]:
    """Names of the companies an audience was limited to."""
    if not ids:
        return []
    query = select(Organisation.name).where(Organisation.id.in_(ids)).order_by(Organisation.name)
    return list(db.session.scalars(query))


def companies_by_name(text: str, actor: Actor) -> list[int]:
    """Ids of companies named one a line, among those the person may see. Raises InvalidInput for unknown names."""
    names = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not names:
        return []
    query = select(Organisation.id, Organisation.name).where(
        Organisation.id.in_(visible_organisation_ids(actor)),
        func.lower(Organisation.name).in_([n.lower() for n in names]),
    )
    found: dict[str, list[int]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.name.lower()].append(row.id)
    for name in names:
        if not found[name.lower()]:
            sentence = _("There is no company called %(name)s.", name=name)
            raise InvalidInput(fields={"companies": sentence})
        if len(found[name.lower()]) > 1:
            sentence = _(
                "Several companies are called %(name)s. Choose by country or type instead.", name=name
            )
            raise InvalidInput(fields={"companies": sentence})
    return [found[name.lower()][0] for name in names]


def _numbers(program_id: int | None) -> _Numbers:
    uses = select(
        literal("uses").cast(Text),
        ProgramUse.program_id,
        func.sum(ProgramUse.points),
        func.count(ProgramUse.payee_id),
    ).where(ProgramUse.points > 0)
    budgets = select(
        literal("budget").cast(Text),
        ProgramBudget.program_id,
        ProgramBudget.budget_points,
        ProgramBudget.spent_points,
    )
    if program_id is not None:
        uses = uses.where(ProgramUse.program_id == program_id)
        budgets = budgets.where(ProgramBudget.program_id == program_id)
    found = _Numbers()
    row: Any
    for row in db.session.execute(union_all(uses.group_by(ProgramUse.program_id), budgets)):
        first, second = (found.given, found.payees) if row[0] == "uses" else (found.budget, found.spent)
        first[row[1]], second[row[1]] = int(row[2]), int(row[3])
    return found


def _published(program: Program, versions: Sequence[ProgramVersion]) -> Published | None:
    parsed = [parse(version) for version in versions if version.state is VersionState.PUBLISHED]
    if not parsed:
        return None
    ordered = tuple(sorted(parsed, key=lambda version: (version.applies_from, version.number)))
    return Published(program.id, program.slug, program.name, program.ended_on, program.ended_serial, ordered)


def _state(program: Program, versions: Sequence[ProgramVersion], numbers: _Numbers) -> tuple[str, str]:
    """(state of the program, state of its open version or empty)."""
    last = versions[-1] if versions else None
    open_state = (
        str(last.state.value) if last is not None and last.state is not VersionState.PUBLISHED else ""
    )
    published = _published(program, versions)
    if published is None:
        return open_state or DRAFT, open_state
    _version, state = state_on(published, today())
    budget = numbers.budget.get(program.id)
    if state == RUNNING and budget is not None and numbers.spent[program.id] >= budget:
        state = SPENT
    return state, open_state


def _row(
    program: Program,
    versions: Sequence[ProgramVersion],
    numbers: _Numbers,
    names: Names,
    states: tuple[str, str],
) -> AdminRow:
    published = _published(program, versions)
    shown: Version = state_on(published, today())[0] if published is not None else parse(versions[-1])
    ends = last_day(published, shown) if published is not None else shown.definition.ends_on
    budget = numbers.budget.get(program.id)
    return AdminRow(
        slug=program.slug,
        name=shown.name if published is None else program.name,
        state=states[0],
        open_state=states[1],
        sentence=sentence_of(shown, names=names),
        starts_on=shown.definition.starts_on,
        last_day=ends,
        given=numbers.given.get(program.id, 0),
        budget=budget if published is not None else shown.budget_points,
        spent=numbers.spent.get(program.id, 0),
    )


def _version_row(version: ProgramVersion, names: Names, people: dict[int, str]) -> VersionRow:
    parsed = parse(version)
    return VersionRow(
        id=version.id,
        number=version.number,
        state=str(version.state.value),
        sentence=sentence_of(parsed, names=names),
        applies_from=version.applies_from,
        starts_on=parsed.definition.starts_on,
        made_by=people.get(version.made_by_id or 0, ""),
        published_by=people.get(version.published_by_id or 0, ""),
        published_at=version.published_at,
        sent_at=version.sent_at,
    )


def _names(versions: Sequence[ProgramVersion]) -> Names:
    return names_for(Definition.from_record(version.definition) for version in versions)
