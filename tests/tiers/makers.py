"""Short ways to make plans, facts and companies in tests of tiers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select

from app.activities import services as activities
from app.activities.facts import Recorded
from app.core.db import db, end_read, transaction
from app.core.rates import SCALE, ExchangeRate
from app.notices.models import Notice
from app.partners.audience import Audience
from app.partners.models import Organisation
from app.tiers.models import TierChange, TierStanding, TierVersion
from app.tiers.plans import ALL, Benefit, Definition, Level, Metric
from app.tiers.rebuilding import check_figures
from app.tiers.services import plans

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY = date(2026, 11, 10)
RM = 100
REVENUE = Metric("revenue", sources=("deal_won",))
_numbers = count(1)


def definition(
    *metrics: Metric,
    silver: dict[str, int] | None = None,
    gold: dict[str, int] | None = None,
    join: str = ALL,
    grace_days: int = 90,
    audience: Audience | None = None,
) -> Definition:
    """Member, Silver from RM 48k, Gold from RM 120k of won deals, unless said otherwise."""
    support = Benefit("headphones", {"en": "A named engineer", "ms": "Jurutera khas", "id": "Teknisi khusus"})
    return Definition(
        metrics or (REVENUE,),
        (
            Level("member", "Member"),
            Level("silver", "Silver", silver or {"revenue": 48_000 * RM}, 12_500, directory_order=2),
            Level("gold", "Gold", gold or {"revenue": 120_000 * RM}, 15_000, 10_000 * RM, 1, (support,)),
        ),
        join,
        grace_days,
        audience or Audience(),
    )


def live(cast: Any, made: Definition | None = None, *, month: int = 1, name: str = "Plan") -> TierVersion:
    """A published plan, written by the marketer and signed off by finance."""
    draft = plans.create_plan(name, made or definition(), month=month, actor=cast.marketer)
    plans.send_for_sign_off(draft.id, actor=cast.marketer)
    return plans.publish(draft.id, actor=cast.finance)


def win(cast: Any, minor: int, *, on: date = DAY, who: Any = None, ref: str = "", **more: Any) -> Recorded:
    """A won deal of Aisyah, or of somebody else."""
    who = who or cast.aisyah
    return activities.record(
        "deal_won", source="deals", source_ref=ref or f"d{next(_numbers)}", organisation_id=who.organisation_id,
        member_id=who.person_id, occurred_on=on, amount_minor=minor, currency=more.pop("currency", "MYR"),
        actor=cast.manager, **more,
    )  # fmt: skip


def set_rate(currency: str, on: date, hundredths: int) -> None:
    """One unit of a currency is worth so many hundredths of a ringgit from a date on."""
    with transaction():
        db.session.add(ExchangeRate(currency=currency, effective_on=on, rate_e10=hundredths * SCALE // 100))


def level_of(organisation_id: int | None) -> str | None:
    """The level that is written on the company; the standing must say the same."""
    end_read()
    found = db.session.scalar(select(Organisation.tier).where(Organisation.id == organisation_id))
    stands = db.session.scalar(
        select(TierStanding.level).where(TierStanding.organisation_id == organisation_id)
    )
    assert found == stands
    return found


def standing_of(organisation_id: int | None) -> Any:
    end_read()
    table: Any = TierStanding.__table__
    return db.session.execute(select(table).where(table.c.organisation_id == organisation_id)).one()


def changes_of(organisation_id: int | None) -> list[tuple[str | None, str, str]]:
    """History: (from, to, cause), oldest first."""
    end_read()
    query = select(TierChange.from_level, TierChange.to_level, TierChange.cause)
    rows = db.session.execute(
        query.where(TierChange.organisation_id == organisation_id).order_by(TierChange.number)
    )
    return [(row.from_level, row.to_level, row.cause.value) for row in rows]


def told(person_ids: Iterable[int | None]) -> dict[int, list[str]]:
    """Titles of the tier notices that people have."""
    end_read()
    ids = list(person_ids)
    rows = db.session.execute(
        select(Notice.person_id, Notice.title)
        .where(Notice.person_id.in_(ids), Notice.kind == "tier")
        .order_by(Notice.id)
    )
    found: dict[int, list[str]] = {}
    for person_id, title in rows:
        found.setdefault(person_id, []).append(title)
    return found


def assert_proven() -> None:
    """The figures are what the log says."""
    assert check_figures().faults == []
