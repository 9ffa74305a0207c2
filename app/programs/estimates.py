"""What a fact would earn, computed by the very engine that awards, and nothing written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Text, cast, literal, select, union_all

from app.activities.facts import Entry, Fact
from app.core.clock import today
from app.core.db import db
from app.partners.models import Organisation
from app.programs import catalogue
from app.programs.catalogue import Published
from app.programs.engine import POINTS, Line, Rates, line
from app.programs.limits import UseKey
from app.programs.models import ProgramBudget, ProgramUse
from app.programs.reactor import Owed, judge_all
from app.programs.sentences import Sentence, sentence_of

FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class Estimate:
    """Points that one reward would give, after cap and budget as they stand, with the calculation."""

    program_name: str
    slug: str
    points: int
    payee_kind: str
    sentence: Sentence
    lines: list[Line]
    hold_days: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """The fact that was tried, what it would earn, and the exchange rate (from, to) that is missing, if one is."""

    fact: Fact
    estimates: list[Estimate]
    missing_rate: tuple[str, str] | None = None

    @property
    def points(self) -> int:
        return sum(estimate.points for estimate in self.estimates)


def estimate(kind: str, *, actor_or_org: Any, **values: Any) -> list[Estimate]:
    """What a fact would earn: the estimates of `try_out`, same arguments."""
    trial = try_out(kind, actor_or_org=actor_or_org, **values)
    return trial.estimates if trial is not None else []


def try_out(
    kind: str,
    *,
    actor_or_org: Any,
    amount_minor: int | None = None,
    currency: str | None = None,
    quantity: int | None = None,
    family_id: int | None = None,
    on: date | None = None,
    slug: str | None = None,
    families: Mapping[int, str] | None = None,
) -> Trial | None:
    """What a fact of this kind would earn on a date (today), and nothing written.

    For an Actor as member and company, or for an organisation (anything with `id`, `country` and `kind`) alone. `slug`
    limits it to one program; `families` (names by id) saves a look-up. None for the vendor's people.
    """
    organisation_id, member_id, country, org_kind = who(actor_or_org)
    if organisation_id is None:
        return None
    fact = Fact(
        kind=str(kind), source="estimate", source_ref="1", organisation_id=organisation_id,
        occurred_on=on or today(), member_id=member_id, amount_minor=amount_minor,
        currency=currency if amount_minor is not None else None, quantity=quantity, family_id=family_id,
    )  # fmt: skip
    programs = catalogue.load_catalogue()
    if slug is not None:
        kept = tuple(program for program in programs.programs if program.slug == slug)
        programs = catalogue.Catalogue(programs.serial, programs.stamp, kept)
    owed, parked = judge_all([Entry(0, "", 1, fact, country, org_kind, FOREVER)], programs, Rates())
    missing = parked[0].missing if parked else None
    if not owed:
        return Trial(fact, [], missing)
    used, left = _limits(owed)
    found = [_estimate(each, programs.find(each.version.program_id), used, left, families) for each in owed]
    return Trial(fact, found, missing)


def points_of_wins(
    actor: Any, wins: Sequence[tuple[int, str]], programs: catalogue.Catalogue | None = None
) -> list[int]:
    """Points to the member for deals of these (amount in minor units, currency) if each were won today, before caps.

    Families are left out of account. Three statements at most, however many deals; `programs` saves one.
    """
    if not wins or actor.organisation_id is None:
        return [0] * len(wins)
    _organisation_id, member_id, country, org_kind = who(actor)
    facts = [
        Fact(
            kind="deal_won", source="estimate", source_ref=str(number), organisation_id=actor.organisation_id,
            occurred_on=today(), member_id=member_id, amount_minor=amount, currency=currency,
        )
        for number, (amount, currency) in enumerate(wins)
    ]  # fmt: skip
    entries = [Entry(number, "", 1, fact, country, org_kind, FOREVER) for number, fact in enumerate(facts)]
    owed, _parked = judge_all(entries, programs or catalogue.load_catalogue(), Rates())
    points = [0] * len(wins)
    for each in owed:
        if each.offer.reward.payee == "member":
            points[each.entry.id] += each.offer.gross_points
    return points


def who(given: Any) -> tuple[int | None, int | None, str, str]:
    """Company, member, country and kind of company of an Actor or an organisation."""
    if hasattr(given, "organisation_id"):
        if given.organisation_id is None:
            return None, None, "", ""
        if getattr(given, "organisation_kind", None):  # it is known already: a statement less
            return given.organisation_id, given.person_id, given.organisation_country, given.organisation_kind
        row = db.session.execute(
            select(Organisation.country, Organisation.kind).where(Organisation.id == given.organisation_id)
        ).one()
        return given.organisation_id, given.person_id, row.country, str(row.kind)
    return given.id, None, given.country, str(given.kind)


def _limits(owed: list[Owed]) -> tuple[dict[UseKey, int], dict[int, int]]:
    """Counters of these payees and what is left in the budgets."""
    program_ids = {each.version.program_id for each in owed}
    payees = {each.offer.payee_id for each in owed}
    uses: Any = ProgramUse.__table__
    names = [
        uses.c.program_id,
        uses.c.rule_key,
        uses.c.reward_no,
        cast(uses.c.payee_kind, Text),
        uses.c.payee_id,
    ]
    counters = select(*names, uses.c.points).where(
        uses.c.program_id.in_(program_ids), uses.c.payee_id.in_(payees)
    )
    left_now = ProgramBudget.budget_points - ProgramBudget.spent_points
    budgets = select(
        ProgramBudget.program_id,
        literal("").cast(Text),
        literal(0),
        literal("").cast(Text),
        literal(0),
        left_now,
    ).where(ProgramBudget.program_id.in_(program_ids))
    used: dict[UseKey, int] = {}
    left: dict[int, int] = {}
    row: Any
    for row in db.session.execute(union_all(counters, budgets)):
        if row[1]:
            used[UseKey(row[0], row[1], row[2], row[3], row[4])] = row[5]
        else:
            left[row[0]] = row[5]
    return used, left


def _estimate(
    each: Owed,
    program: Published | None,
    used: dict[UseKey, int],
    left: dict[int, int],
    families: Mapping[int, str] | None,
) -> Estimate:
    assert program is not None
    reward, version = each.offer.reward, each.version
    points, lines = each.offer.gross_points, list(each.offer.lines)
    if reward.cap_points is not None:
        before = used.get(each.key, 0)
        room = max(reward.cap_points - before, 0)
        if room < points:
            points = room
            lines.append(line("−", "cap", POINTS, points, cap=reward.cap_points, used=before))
    if version.program_id in left:
        if left[version.program_id] < points:
            points = left[version.program_id]
            lines.append(line("−", "budget", POINTS, points))
        left[version.program_id] -= points
    return Estimate(
        program.name,
        program.slug,
        points,
        reward.payee,
        sentence_of(version, each.rule, families=families),
        lines,
        reward.hold_days,
        points < each.offer.gross_points,
    )
