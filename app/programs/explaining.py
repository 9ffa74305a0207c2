"""Why an amount is what it is: the receipt of an award, read from what was stored with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.activities.facts import Entry
from app.activities.models import Activity
from app.activities.queries import entry_of
from app.core.db import db
from app.core.i18n import current_locale
from app.programs.calculations import worded_lines
from app.programs.catalogue import parse
from app.programs.models import Program, ProgramAward, ProgramUse, ProgramVersion
from app.programs.sentences import Sentence, sentence_of


@dataclass(frozen=True, slots=True)
class CapUse:
    """How much of a payee's cap is used now, over all facts."""

    used: int
    cap: int

    @property
    def left(self) -> int:
        return max(self.cap - self.used, 0)


@dataclass(frozen=True, slots=True)
class Explanation:
    """An award's whole story: the fact, the program's words in the version that judged it, the calculation line by
    line (operator, label, result), the cap, and until when it waits."""

    activity: Entry
    program_name: str
    slug: str
    version: int
    sentence: Sentence
    lines: list[tuple[str, str, str]]
    points: int
    payee_kind: str
    payee_id: int
    cap: CapUse | None
    held_until: date | None
    hold_days: int
    is_reversed: bool


def explain(posting_id: int, known: Entry | None = None) -> Explanation | None:
    """The story of the award behind a posting, also of a clawback's; None if no program made it.

    `known` is the fact, if the caller has read it already.
    """
    reversal = aliased(ProgramAward)
    use = ProgramUse
    row = db.session.execute(
        select(
            ProgramAward,
            Program,
            ProgramVersion,
            Activity,
            use.points,
            select(reversal.id).where(reversal.reverses_award_id == ProgramAward.id).exists(),
        )
        .join(Program, Program.id == ProgramAward.program_id)
        .join(ProgramVersion, ProgramVersion.id == ProgramAward.version_id)
        .join(Activity, Activity.id == ProgramAward.activity_id)
        .outerjoin(
            use,
            (use.program_id == ProgramAward.program_id)
            & (use.rule_key == ProgramAward.rule_key)
            & (use.reward_no == ProgramAward.reward_no)
            & (use.payee_kind == ProgramAward.payee_kind)
            & (use.payee_id == ProgramAward.payee_id),
        )
        .where(ProgramAward.posting_id == posting_id)
    ).first()
    if row is None:
        return None
    award, program, stored, activity, used, is_reversed = row
    if award.reverses_award_id is not None:
        origin = db.session.get(ProgramAward, award.reverses_award_id)
        assert origin is not None
        award, is_reversed = origin, True
    version = parse(stored)
    rule = version.rule(award.rule_key)
    assert rule is not None
    reward = next(reward for reward in rule.rewards if reward.number == award.reward_no)
    cap = CapUse(used or 0, reward.cap_points) if reward.cap_points is not None else None
    return Explanation(
        activity=known or entry_of(vars(activity)),
        program_name=version.name,
        slug=program.slug,
        version=version.number,
        sentence=sentence_of(version, rule, locale=current_locale()),
        lines=worded_lines(award.calculation),
        points=award.points,
        payee_kind=award.payee_kind.value,
        payee_id=award.payee_id,
        cap=cap,
        held_until=award.held_until,
        hold_days=reward.hold_days,
        is_reversed=bool(is_reversed),
    )
