"""Short ways to make programs and facts in tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import text

from app.activities import services as activities
from app.activities.facts import Fact, Recorded
from app.core.db import db, transaction
from app.core.rates import SCALE, ExchangeRate
from app.ledger.verify import broken_invariants
from app.programs import services
from app.programs.checking import check_awards
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


def win(cast: Any, ref: str, minor: int | None, *, on: date = DAY, who: Any = None, **more: Any) -> Recorded:
    """A won deal of Aisyah, or of somebody else."""
    who = who or cast.aisyah
    currency = more.pop("currency", "MYR")
    return activities.record(
        "deal_won", source="deals", source_ref=ref, organisation_id=who.organisation_id,
        member_id=who.person_id, occurred_on=on, amount_minor=minor,
        currency=currency if minor is not None else None, actor=more.pop("actor", cast.manager), **more,
    )  # fmt: skip


def sale(cast: Any, ref: str, minor: int, *, on: date = DAY, **more: Any) -> Fact:
    """A sale line of Kinabalu in USD, not yet recorded."""
    values = {"organisation_id": cast.kinabalu.id, "currency": "USD", "quantity": 1} | more
    return Fact("sale", "import:test", ref, occurred_on=on, amount_minor=minor, **values)


def set_rate(currency: str, on: date, ringgit: int) -> None:
    """One unit of a currency is worth so many hundredths of a ringgit from a date on."""
    with transaction():
        db.session.add(ExchangeRate(currency=currency, effective_on=on, rate_e10=ringgit * SCALE // 100))


def balance(kind: str, owner_id: int | None, account: str = "available") -> int:
    """What an account holds."""
    query = text(
        "SELECT balance FROM accounts WHERE owner_kind = :kind AND owner_id = :id AND kind = :account"
    )
    return db.session.execute(query, {"kind": kind, "id": owner_id, "account": account}).scalar() or 0


def assert_proven() -> None:
    """Awards equal what the activities earn, and every invariant of the ledger holds."""
    report = check_awards()
    assert report.faults == []
    assert broken_invariants() == []
