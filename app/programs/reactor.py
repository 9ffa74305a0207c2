"""Programs as a reactor of the pipeline: judge facts, cut to limits, post awards, and take them back.

One path for one fact and for thousands, so that an import gives the same ledger as one by one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, select, update

from app.activities.facts import Award, Entry, Gain
from app.activities.pipeline import Gains
from app.core.bulk import insert_rows, reserve_ids
from app.core.clock import today, utc_now, zone
from app.core.db import db
from app.core.settings import current_settings
from app.ledger.models import Posting
from app.ledger.services import EarnRow, Owner, claw_back, earn_many, hold_payees
from app.programs import catalogue
from app.programs.catalogue import Catalogue, Published, Version
from app.programs.engine import POINTS, Offer, Rates, judge, line
from app.programs.levels import Levels
from app.programs.limits import Counters, Cut, UseKey
from app.programs.models import ParkedFact, ProgramAward
from app.programs.rules import Rule

AWARDS: Any = ProgramAward.__table__
PARKED: Any = ParkedFact.__table__
COLUMNS = (
    "id", "program_id", "version_id", "rule_key", "reward_no", "payee_kind", "payee_id",
    "activity_id", "gross_points", "points", "used_points", "calculation", "held_until", "posting_id",
    "reverses_award_id", "created_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owed:
    """A reward that a fact has earned, before limits."""

    entry: Entry
    version: Version
    rule: Rule
    offer: Offer

    @property
    def key(self) -> UseKey:
        reward = self.offer.reward
        return UseKey(
            self.version.program_id, self.rule.key, reward.number, reward.payee, self.offer.payee_id
        )

    def posting_key(self, key: UseKey) -> str:
        """Unique by program, rule key, reward number, payee, activity and revision."""
        entry = self.entry
        return (
            f"award:{key.program_id}:{key.rule_key}:{key.reward_no}:{key.payee_kind}:{key.payee_id}"
            f":{entry.id}:{entry.revision}"
        )


@dataclass(frozen=True, slots=True)
class Parked:
    """A rule that waits for an exchange rate before it can judge a fact."""

    entry: Entry
    program_id: int
    rule_key: str
    missing: tuple[str, str]


def ruleset() -> int:
    """The serial of the catalogue of programs."""
    return catalogue.current_state()[0]


def judge_all(entries: Sequence[Entry], programs: Catalogue, rates: Rates) -> tuple[list[Owed], list[Parked]]:
    """What programs owe for these entries, in their order, each judged by the versions of its date and ruleset."""
    owed: list[Owed] = []
    parked: list[Parked] = []
    in_force: dict[tuple[date, int], list[Version]] = {}
    levels = Levels()
    for entry in entries:
        fact, moment = entry.fact, (entry.fact.occurred_on, entry.ruleset)
        versions = in_force.get(moment)
        if versions is None:
            found = (program.version_on(*moment) for program in programs.programs)
            versions = in_force[moment] = [version for version in found if version is not None]
        for version in versions:
            audience = version.definition.audience
            if not audience.matches(
                fact.organisation_id,
                entry.organisation_country,
                entry.organisation_kind,
                entry.organisation_tier,
            ):
                continue
            for rule in version.definition.rules:
                verdict = judge(rule, fact, rates, levels.of(rule, entry))
                if verdict.missing_rate is not None:
                    parked.append(Parked(entry, version.program_id, rule.key, verdict.missing_rate))
                for offer in verdict.offers:
                    owed.append(Owed(entry, version, rule, offer))
    return owed, parked


def asks_tier(kind: str) -> bool:
    """Whether a program judges facts of this kind by the company's level. Ended ones count too: facts come late."""
    return any(
        version.definition.asks_tier(kind)
        for program in catalogue.load_catalogue().programs
        for version in program.versions
    )


def react(
    entries: Sequence[Entry], actor: Any, _given: Gains = MappingProxyType({})
) -> dict[int, list[Gain]]:
    """Judge new entries and give what they earned; points by payee, per entry id."""
    programs = catalogue.load_catalogue()
    if not programs.programs:
        return {}
    owed, parked = judge_all(entries, programs, Rates())
    if parked:
        now = utc_now()
        db.session.execute(
            insert(PARKED),
            [
                {"activity_id": each.entry.id, "program_id": each.program_id, "rule_key": each.rule_key,
                 "from_currency": each.missing[0], "to_currency": each.missing[1], "parked_at": now}
                for each in parked
            ],
        )  # fmt: skip
    return give(owed, actor)


def gained(_entries: Sequence[Entry], _gains: Gains, _actor: Any) -> None:
    """Nothing: the points are its own."""


def give(owed: Sequence[Owed], actor: Any) -> dict[int, list[Gain]]:
    """Cut to the limits, in the order given, then post and store; points by payee, per entry id."""
    if not owed:
        return {}
    keys = [each.key for each in owed]
    counters = Counters(keys)
    cuts = [
        counters.take(key, each.offer.gross_points, each.offer.reward.cap_points)
        for key, each in zip(keys, owed, strict=True)
    ]
    counters.save()
    held = [_held_until(each.entry.fact.occurred_on, each.offer.reward.hold_days) for each in owed]
    whole = list(zip(keys, owed, cuts, held, strict=True))
    instants = _Instants()
    rows = [_earn_row(*each, instants, actor) for each in whole if each[2].points]
    posting_ids = iter(earn_many(rows))
    now, gains = utc_now(), dict[int, list[Gain]]()
    stored = []
    for award_id, (key, each, cut, until) in zip(
        reserve_ids("program_awards", len(owed)), whole, strict=True
    ):
        entry_id = each.entry.id
        stored.append((
            award_id, key.program_id, each.version.id, key.rule_key, key.reward_no, key.payee_kind, key.payee_id,
            entry_id, each.offer.gross_points, cut.points, cut.used, _calculation(each.offer, cut),
            until if cut.points else None, next(posting_ids) if cut.points else None, None, now,
        ))  # fmt: skip
        if cut.points:
            gains.setdefault(entry_id, []).append(Gain(key.payee_kind, key.payee_id, cut.points))
    insert_rows("program_awards", COLUMNS, stored)
    return gains


# A calculation holds texts and integers only, so it is written without another look at each value.
_as_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _calculation(offer: Offer, cut: Cut) -> str:
    lines = list(offer.lines)
    if cut.by_cap:
        left, cap = offer.gross_points - cut.by_cap, offer.reward.cap_points
        lines.append(line("−", "cap", POINTS, left, cap=cap, used=cut.used))
    if cut.by_budget:
        lines.append(line("−", "budget", POINTS, cut.points))
    return _as_text(lines)


def _held_until(occurred_on: date, hold_days: int) -> date | None:
    """The day an award clears, counted from the fact; None if that day has come already."""
    until = occurred_on + timedelta(days=hold_days)
    return until if hold_days and until > today() else None


class _Instants(dict[date, datetime]):
    """The instant of a day without a clock time: its start in the vendor's zone, worked out once a day."""

    def __missing__(self, day: date) -> datetime:
        found = datetime(day.year, day.month, day.day, tzinfo=zone(current_settings().time_zone)).astimezone(
            UTC
        )
        self[day] = found
        return found


def _earn_row(
    key: UseKey, each: Owed, cut: Cut, until: date | None, instants: _Instants, actor: Any
) -> EarnRow:
    fact = each.entry.fact
    return EarnRow(
        key=each.posting_key(key),
        owner=Owner(key.payee_kind, key.payee_id),
        points=cut.points,
        occurred_at=fact.occurred_at or instants[fact.occurred_on],
        hold_days=each.offer.reward.hold_days if until else 0,
        actor=actor,
        organisation_id=fact.organisation_id,
        activity_id=each.entry.id,
        program_version_id=each.version.id,
        rule_key=key.rule_key,
    )


def _standing(entry_ids: Sequence[int], *columns: Any) -> list[Any]:
    """Awards of entries that were not taken back, in id order; whole, or these columns alone."""
    taken = select(AWARDS.c.reverses_award_id).where(AWARDS.c.reverses_award_id.is_not(None))
    taken = taken.where(AWARDS.c.activity_id.in_(entry_ids))
    return list(
        db.session.execute(
            select(*(columns or AWARDS.c))
            .where(
                AWARDS.c.activity_id.in_(entry_ids),
                AWARDS.c.reverses_award_id.is_(None),
                AWARDS.c.id.not_in(taken),
            )
            .order_by(AWARDS.c.id)
        )
    )


def _use_key(row: Any) -> UseKey:
    return UseKey(row.program_id, row.rule_key, row.reward_no, row.payee_kind.value, row.payee_id)


def hold(entries: Sequence[Entry]) -> None:
    """Lock the counters that taking back and judging these entries will touch, in their one order."""
    owed, _parked = judge_all(entries, catalogue.load_catalogue(), Rates())
    standing = _standing([entry.id for entry in entries])
    Counters([*(each.key for each in owed), *(_use_key(row) for row in standing)])


def undo(entries: Sequence[Entry], reason: str, actor: Any, _gains: Gains = MappingProxyType({})) -> None:
    """Take back every award of these entries: counters give way, the ledger posts the opposite, a row says so."""
    ids = [entry.id for entry in entries]
    now = utc_now()
    waiting = PARKED.c.activity_id.in_(ids) & PARKED.c.resolved_at.is_(None)
    db.session.execute(update(PARKED).where(waiting).values(resolved_at=now))
    standing = _standing(ids)
    if not standing:
        return
    counters = Counters(_use_key(row) for row in standing)
    stored = []
    for award_id, row in zip(reserve_ids("program_awards", len(standing)), reversed(standing), strict=True):
        used = counters.give_back(_use_key(row), row.points)
        stored.append((award_id, row, used))
    counters.save()
    if len(stored) > 1:
        hold_payees([row.posting_id for _id, row, _used in stored if row.posting_id is not None])
    rows: list[tuple[Any, ...]] = []
    for award_id, row, used in stored:
        posting_id = None
        if row.posting_id is not None:
            posted = claw_back(f"undo:{row.posting_id}", row.posting_id, actor=actor, reason=reason)
            posting_id = posted.posting_id
        rows.append((
            award_id, row.program_id, row.version_id, row.rule_key, row.reward_no, row.payee_kind.value, row.payee_id,
            row.activity_id, -row.gross_points, -row.points, used, [], None, posting_id, row.id, now,
        ))  # fmt: skip
    insert_rows("program_awards", COLUMNS, rows)


def _public_ids(posting_ids: Sequence[int]) -> dict[int | None, str]:
    if not posting_ids:
        return {}
    rows = db.session.execute(select(Posting.id, Posting.public_id).where(Posting.id.in_(posting_ids)))
    return {row.id: row.public_id for row in rows}


def gains(entry_ids: Sequence[int]) -> dict[int, list[Gain]]:
    """The points that entries still have, by payee, per entry id."""
    found: dict[int, list[Gain]] = {}
    wanted = (AWARDS.c.activity_id, AWARDS.c.payee_kind, AWARDS.c.payee_id, AWARDS.c.points)
    for row in _standing(entry_ids, *wanted):  # without the calculations, which are long
        if row.points:
            found.setdefault(row.activity_id, []).append(Gain(row.payee_kind.value, row.payee_id, row.points))
    return found


def awards(entry_ids: Sequence[int]) -> dict[int, list[Award]]:
    """What entries got and still have, per entry id."""
    standing = _standing(entry_ids)
    if not standing:
        return {}
    programs = catalogue.load_catalogue()
    public_ids = _public_ids([row.posting_id for row in standing if row.posting_id is not None])
    found: dict[int, list[Award]] = {}
    for row in standing:
        program: Published | None = programs.find(row.program_id)
        assert program is not None
        award = Award(
            row.points,
            program.name,
            program.slug,
            row.payee_kind.value,
            public_ids.get(row.posting_id),
            row.held_until,
        )
        found.setdefault(row.activity_id, []).append(award)
    return found
