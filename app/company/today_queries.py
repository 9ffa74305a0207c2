"""What the vendor's people see first: work of any kind by how long it waits, how quick the answers are, budgets."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.codes.queries import waiting_rows as code_rows
from app.company.figures import active_people
from app.company.seen import AWAY_DAYS
from app.core.clock import utc_now
from app.core.db import db
from app.core.feed import FeedRow, feed_row, gather
from app.deals.models import Deal, DealEvent
from app.deals.review import waiting_rows as deal_rows
from app.deals.scope import visible_deals
from app.deals.states import EventKind
from app.identity.actor import Actor
from app.identity.models import Person
from app.partners.models import Organisation
from app.partners.queries import visible_organisation_ids
from app.programs.admin_queries import budget_rows
from app.programs.admin_queries import waiting_rows as program_rows
from app.recognition.queries import waiting_rows as award_rows
from app.tiers.queries import waiting_rows as tier_rows
from app.wallet.vendor import waiting_rows as adjustment_rows

SHOWN = 8
ANSWERS_DAYS = 30
WORK = (deal_rows, program_rows, tier_rows, code_rows, award_rows, adjustment_rows)
ASKS = (EventKind.SUBMITTED, EventKind.REVISED, EventKind.ANSWERED)
ANSWERS = (EventKind.APPROVED, EventKind.REJECTED, EventKind.ASKED)


@dataclass(frozen=True, slots=True)
class Work:
    """One thing that waits: its row, and since when."""

    row: FeedRow
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Today:
    """`answer_hours`: the usual (median) time to an answer in the last 30 days, None without one."""

    work: Sequence[Work]
    waiting_count: int
    oldest: datetime | None
    answer_hours: int | None
    answer_count: int
    budgets: Sequence[FeedRow]
    quiet: Sequence[FeedRow]


def load_today(actor: Actor) -> Today:
    """At most three statements: the work of all areas, the answers given, budgets and partners gone quiet."""
    query = gather(rows(actor) for rows in WORK)
    found = [FeedRow(*row) for row in db.session.execute(query)] if query is not None else []
    work = sorted(
        (Work(row, _instant(row.at)) for row in found),
        key=lambda item: item.since or datetime.max.replace(tzinfo=UTC),
    )
    hours = _answer_hours(actor) if actor.can("deal.review") else []
    aside = _aside(actor)
    return Today(
        work=work[:SHOWN],
        waiting_count=len(work),
        oldest=work[0].since if work else None,
        answer_hours=round(statistics.median(hours)) if hours else None,
        answer_count=len(hours),
        budgets=[row for row in aside if row.part == "budget"],
        quiet=[row for row in aside if row.part == "quiet"],
    )


def _instant(text: str | None) -> datetime | None:
    """An instant as either database casts it to text."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _answer_hours(actor: Actor) -> list[float]:
    """Hours from each question of a partner to the vendor's first answer, for the answers of the last 30 days."""
    asked, since = aliased(DealEvent), utc_now() - timedelta(days=ANSWERS_DAYS)
    last_ask = (
        select(func.max(asked.occurred_at))
        .where(asked.deal_id == DealEvent.deal_id, asked.kind.in_(ASKS), asked.id < DealEvent.id)
        .scalar_subquery()
    )
    mine = visible_deals(actor).with_only_columns(Deal.id, maintain_column_froms=True)
    query = select(DealEvent.occurred_at, last_ask).where(
        DealEvent.kind.in_(ANSWERS), DealEvent.occurred_at >= since, DealEvent.deal_id.in_(mine)
    )
    return [
        (answered - put).total_seconds() / 3600
        for answered, put in db.session.execute(query.order_by(DealEvent.id.desc()).limit(500))
        if put is not None
    ]


def _aside(actor: Actor) -> list[FeedRow]:
    """The budgets that are furthest used, and companies of which nobody has come lately."""
    since = utc_now() - timedelta(days=AWAY_DAYS)
    seen = select(func.max(Person.last_seen_at)).where(Person.id.in_(active_people())).scalar_subquery()
    quiet = (
        select(*feed_row("quiet", ref=Organisation.public_id, title=Organisation.name, at=seen))
        .where(Organisation.id.in_(visible_organisation_ids(actor)), seen < since)
        .order_by(seen)
        .limit(3)
    )
    query = gather([
        budget_rows() if actor.can("program.admin_view") else None,
        quiet if actor.can("partner.view") else None,
    ])  # fmt: skip
    return [FeedRow(*row) for row in db.session.execute(query)] if query is not None else []
