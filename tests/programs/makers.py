"""Short ways to make programs and facts in tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.activities import services as activities
from app.activities.facts import Recorded
from app.programs import services
from app.programs.models import ProgramVersion
from app.programs.rules import Audience, Definition, Reward, Rule

DAY = date(2026, 11, 10)


def reward(kind: str = "per_money", points: int = 4, **more: Any) -> Reward:
    """4 points per RM 100 to the member at once, unless said otherwise."""
    values: dict[str, Any] = {"number": 1, "hold_days": 0}
    if kind == "per_money":
        values |= {"per_minor": 100_00, "currency": "MYR"}
    return Reward(kind=kind, points=points, **(values | more))


def definition(
    *rewards: Reward, trigger: str = "deal_won", audience: Audience | None = None, **more: Any
) -> Definition:
    """One rule over all time; conditions by keyword, `starts_on` and `ends_on` go to the window."""
    window = {name: more.pop(name) for name in ("starts_on", "ends_on") if name in more}
    rule = Rule("main", trigger, rewards or (reward(),), **more)
    return Definition((rule,), audience or Audience(), **window)


def live(
    cast: Any, made: Definition | None = None, *, name: str = "Deal won", budget: int | None = None
) -> ProgramVersion:
    """A published program, written by the marketer and signed off by finance."""
    draft = services.create_program(name, made or definition(), budget_points=budget, actor=cast.marketer)
    return services.publish(draft.id, actor=cast.finance)


def win(cast: Any, ref: str, minor: int, *, on: date = DAY, who: Any = None, **more: Any) -> Recorded:
    """A won deal of Aisyah, or of somebody else."""
    who = who or cast.aisyah
    return activities.record(
        "deal_won", source="deals", source_ref=ref, organisation_id=who.organisation_id, member_id=who.person_id,
        occurred_on=on, amount_minor=minor, currency=more.pop("currency", "MYR"), actor=more.pop("actor", cast.manager),
        **more,
    )  # fmt: skip
