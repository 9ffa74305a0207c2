"""What a fact would earn, computed by the very engine that awards, and nothing written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.activities.facts import Entry, Fact
from app.core.clock import today
from app.core.db import db, execute_sql
from app.partners.models import Organisation
from app.programs import catalogue
from app.programs.catalogue import Published
from app.programs.engine import POINTS, Line, Rates, line
from app.programs.limits import UseKey
from app.programs.reactor import Owed, judge_all
from app.programs.sentences import Names, Sentence, sentence_of
from app.tiers.whatif import estimate_from

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
    attributes: Mapping[str, Any] | None = None,
    on: date | None = None,
    slug: str | None = None,
    names: Names | None = None,
) -> Trial | None:
    """What a fact of this kind would earn on a date (today) at the company's present level, and nothing written.

    For an Actor as member and company, or for an organisation (anything with `id`, `country`, `kind` and `tier`) alone.
    `attributes` as the fact would have them, `{"course": slug}` for a course. `slug` limits it to one program;
    `names` (of families, courses and levels) saves look-ups. None for the vendor's people.
    """
    asker = who(actor_or_org)
    organisation_id, member_id = asker.organisation_id, asker.member_id
    if organisation_id is None:
        return None
    fact = Fact(
        kind=str(kind), source="estimate", source_ref="1", organisation_id=organisation_id,
        occurred_on=on or today(), member_id=member_id, amount_minor=amount_minor,
        currency=currency if amount_minor is not None else None, quantity=quantity, family_id=family_id,
        attributes=dict(attributes) if attributes else None,
    )  # fmt: skip
    programs = catalogue.load_catalogue()
    if slug is not None:
        kept = tuple(program for program in programs.programs if program.slug == slug)
        programs = catalogue.Catalogue(programs.serial, programs.stamp, kept)
    owed, parked = judge_all([asker.entry(0, fact)], programs, Rates())
    missing = parked[0].missing if parked else None
    if not owed:
        return Trial(fact, [], missing)
    used, left = _limits(owed)
    found = [_estimate(each, programs.find(each.version.program_id), used, left, names) for each in owed]
    return Trial(fact, found, missing)


def points_of_wins(
    actor: Any, wins: Sequence[tuple[int, str, int | None]], programs: catalogue.Catalogue | None = None
) -> list[int]:
    """Points to the member for deals of these (amount in minor units, currency, family), each if it were won today.

    As `estimate` says it of each alone. Four statements at most, however many deals; `programs` saves one.
    """
    return points_of_both(actor, wins, (), programs)[0]


def points_of_courses(
    actor: Any, slugs: Sequence[str], programs: catalogue.Catalogue | None = None
) -> dict[str, int]:
    """Points to the member for passing each of these courses today, each alone. Four statements at most."""
    return dict(zip(slugs, points_of_both(actor, (), slugs, programs)[1], strict=True))


def points_of_both(
    actor: Any,
    wins: Sequence[tuple[int, str, int | None]],
    slugs: Sequence[str],
    programs: catalogue.Catalogue | None = None,
) -> tuple[list[int], list[int]]:
    """`points_of_wins` and `points_of_courses` with the statements of one of them."""
    facts: list[dict[str, Any]] = [
        {"kind": "deal_won", "amount_minor": amount, "currency": currency, "family_id": family_id}
        for amount, currency, family_id in wins
    ]
    facts += [{"kind": "course_passed", "attributes": {"course": slug}} for slug in slugs]
    points = _points_of(actor, facts, programs)
    return points[: len(wins)], points[len(wins) :]


def _points_of(
    actor: Any, values: Sequence[dict[str, Any]], programs: catalogue.Catalogue | None
) -> list[int]:
    """Points to the member for each of these facts, if it happened today and alone."""
    if not values or actor.organisation_id is None:
        return [0] * len(values)
    asker = who(actor)
    entries = [
        asker.entry(
            number,
            Fact(
                source="estimate", source_ref=str(number), organisation_id=actor.organisation_id,
                occurred_on=today(), member_id=asker.member_id, **value,
            ),
        )
        for number, value in enumerate(values)
    ]  # fmt: skip
    owed, _parked = judge_all(entries, programs or catalogue.load_catalogue(), Rates())
    mine = [each for each in owed if each.offer.reward.payee == "member"]
    used, left = _limits(mine) if mine else ({}, {})
    points = [0] * len(values)
    for each in mine:
        gives = each.offer.gross_points
        if each.offer.reward.cap_points is not None:
            gives = min(gives, max(each.offer.reward.cap_points - used.get(each.key, 0), 0))
        points[each.entry.id] += min(gives, left.get(each.version.program_id, gives))
    return points


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom a question is asked: company, member, and what an audience looks at."""

    organisation_id: int | None
    member_id: int | None = None
    country: str = ""
    kind: str = ""
    tier: str | None = None

    def entry(self, number: int, fact: Fact) -> Entry:
        """A fact of theirs as the engine is given it, met by the rules of now."""
        return Entry(number, "", 1, fact, self.country, self.kind, FOREVER, self.tier)


def who(given: Any) -> Asker:
    """An Actor or an organisation as the engine sees them."""
    if not hasattr(given, "organisation_id"):
        return Asker(given.id, None, given.country, str(given.kind), given.tier)
    if given.organisation_id is None:
        return Asker(None)
    if getattr(given, "organisation_kind", None):  # it is known already: a statement less
        return Asker(
            given.organisation_id, given.person_id, given.organisation_country, given.organisation_kind,
            given.organisation_tier,
        )  # fmt: skip
    row = db.session.execute(
        select(Organisation.country, Organisation.kind, Organisation.tier).where(
            Organisation.id == given.organisation_id
        )
    ).one()
    return Asker(given.organisation_id, given.person_id, row.country, str(row.kind), row.tier)


_LEFT = "SELECT program_id, '', 0, '', 0, budget_points - spent_points FROM program_budgets"
_USED = """ UNION ALL SELECT program_id, rule_key, reward_no, payee_kind, payee_id, points FROM program_uses
    WHERE payee_kind = :{0} AND payee_id = :{0}_id"""


def _limits(owed: Sequence[Owed]) -> tuple[dict[UseKey, int], dict[int, int]]:
    """Counters of these payees and what is left in the budgets."""
    query, params = _LEFT, dict[str, Any]()
    for number, (kind, payee_id) in enumerate(
        sorted({(each.offer.reward.payee, each.offer.payee_id) for each in owed})
    ):
        name = f"payee{number}"
        query += _USED.format(name)
        params |= {name: kind, f"{name}_id": payee_id}
    used: dict[UseKey, int] = {}
    left: dict[int, int] = {}
    for program_id, *key, points in execute_sql(query, params):
        if key[0]:
            used[UseKey(program_id, *key)] = points
        else:
            left[program_id] = points
    return used, left


def _estimate(
    each: Owed,
    program: Published | None,
    used: dict[UseKey, int],
    left: dict[int, int],
    names: Names | None,
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
        sentence_of(version, each.rule, names=names),
        lines,
        reward.hold_days,
        points < each.offer.gross_points,
    )


def _for_tiers(
    actor: Any, amount_minor: int, currency: str, family_id: int | None, on: date
) -> list[tuple[int, str]]:
    """What a won deal would earn, as the tier page asks it: points and who gets them."""
    found = estimate(
        "deal_won",
        actor_or_org=actor,
        amount_minor=amount_minor,
        currency=currency,
        family_id=family_id,
        on=on,
    )
    return [(each.points, each.payee_kind) for each in found]


estimate_from(_for_tiers)
