"""What the vendor's people see first: work of any kind by how long it waits, how quick the answers are, budgets."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from app.codes.queries import waiting_rows as code_rows
from app.company.today_asked import asked_rows
from app.company.today_since import Since, instant, read_since, since_rows
from app.core.clock import local, today, utc_now
from app.core.db import db
from app.core.feed import FeedRow, feed_row, gather
from app.core.settings import current_settings
from app.deals.models import Deal, DealEvent
from app.deals.review import QueueItem, queue
from app.deals.scope import visible_deals
from app.deals.states import EventKind
from app.home.queries import by_part
from app.identity.actor import Actor
from app.programs.admin_queries import budget_rows
from app.programs.admin_queries import waiting_rows as program_rows
from app.programs.catalogue import Published, load_catalogue
from app.programs.queries import RUNNING, last_day, state_on
from app.recognition.queries import waiting_rows as award_rows
from app.tiers.queries import waiting_rows as tier_rows
from app.wallet.vendor import waiting_rows as adjustment_rows

SHOWN, SHOWN_WITHOUT_QUEUE = 5, 12
BUDGETS_READ, BUDGETS_SHOWN = 30, 3
ANSWERS_DAYS = 30
FAR_DAYS = 60  # a budget without an end is said to run out when it does so within these
PACE_DAYS = 3  # no pace is judged on less
ASKED_SHOWN = 5
PARTS = ("program", "tier", "codes", "award", "adjustment")
WORK = (program_rows, tier_rows, code_rows, award_rows, adjustment_rows)
ASKS = (EventKind.SUBMITTED, EventKind.REVISED, EventKind.ANSWERED)
ANSWERS = (EventKind.APPROVED, EventKind.REJECTED, EventKind.ASKED)


@dataclass(frozen=True, slots=True)
class Work:
    """One thing that waits, and since when: a deal of the queue, or a row of another area."""

    since: datetime | None
    deal: QueueItem | None = None
    row: FeedRow | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Points of a program given and allowed. `runs_out_on`: at its pace so far, None if that is not before its end."""

    slug: str
    name: str
    spent: int
    allowed: int
    ends_on: date | None
    runs_out_on: date | None

    @property
    def share(self) -> float:
        """How much of it is given, 0 to 1."""
        return self.spent / self.allowed


@dataclass(frozen=True, slots=True)
class Today:
    """`answer_hours`: the usual (median) time to an answer in the last 30 days, None without one.

    `clean_count` of the `looked_at` oldest deals pass every check.
    """

    work: Sequence[Work]
    waiting_count: int
    deal_count: int
    looked_at: int
    clean_count: int
    answer_hours: int | None
    answer_count: int
    budgets: Sequence[Budget]
    since: Since
    asked: Sequence[FeedRow]
    asked_count: int

    @property
    def oldest(self) -> datetime | None:
        """Since when the first waits."""
        return self.work[0].since if self.work else None


def load_today(actor: Actor, deal_count: int) -> Today:
    """At most five statements: the deals, the rows of all areas, the state of programs, and companies near a level.

    `deal_count`: how many deals wait for this person; the menu has counted them.
    """
    decides = actor.can("deal.decide")
    deals = queue(actor) if decides else []
    feed = _read_feed(actor)
    work = [
        *(Work(item.queued_at, deal=item) for item in deals),
        *(Work(instant(row.at), row=row) for part in PARTS for row in feed.get(part, ())),
    ]
    work.sort(key=lambda item: item.since or datetime.max.replace(tzinfo=UTC))
    hours = _answer_hours(feed.get("answer", ()))
    asked = sorted(feed.get("asked", ()), key=lambda row: row.at or "")
    return Today(
        work=work[: SHOWN if decides else SHOWN_WITHOUT_QUEUE],
        waiting_count=(deal_count if decides else 0) + sum(row.n1 or 0 for row in feed.get("count", ())),
        deal_count=deal_count if decides else 0,
        looked_at=len(deals),
        clean_count=sum(item.facts.is_clean for item in deals),
        answer_hours=round(statistics.median(hours)) if hours else None,
        answer_count=len(hours),
        budgets=_budgets(feed.get("budget", ())),
        since=read_since(actor, feed),
        asked=asked[:ASKED_SHOWN],
        asked_count=sum({row.text: row.n2 or 0 for row in asked}.values()),
    )


def _read_feed(actor: Actor) -> dict[str, list[FeedRow]]:
    """The rows of all areas by their part, in one statement."""
    work = [query for rows in WORK if (query := rows(actor)) is not None]
    query = gather([
        *work,
        *(_counted(each) for each in work),
        *asked_rows(actor),
        *since_rows(actor),
        _answers(actor) if actor.can("deal.review") else None,
        budget_rows(BUDGETS_READ) if actor.can("program.admin_view") else None,
    ])  # fmt: skip
    assert query is not None
    return by_part(db.session.execute(query))


def _counted(query: Select[Any]) -> Select[Any]:
    """How many rows there are in all, shown or not."""
    rows = query.order_by(None).limit(None).subquery()
    return select(*feed_row("count", n1=select(func.count()).select_from(rows).scalar_subquery()))


def _answers(actor: Actor) -> Select[Any]:
    """The vendor's answers of the last 30 days (`at`) that stand, each with the partner's question before it (`extra`)."""
    asked, undoing, since = aliased(DealEvent), aliased(DealEvent), utc_now() - timedelta(days=ANSWERS_DAYS)
    last_ask = (
        select(func.max(asked.occurred_at))
        .where(asked.deal_id == DealEvent.deal_id, asked.kind.in_(ASKS), asked.id < DealEvent.id)
        .scalar_subquery()
    )
    mine = visible_deals(actor).with_only_columns(Deal.id, maintain_column_froms=True)
    return (
        select(*feed_row("answer", extra=last_ask, at=DealEvent.occurred_at))
        .where(
            DealEvent.kind.in_(ANSWERS),
            DealEvent.occurred_at >= since,
            DealEvent.deal_id.in_(mine),
            ~select(undoing.id).where(undoing.undoes_id == DealEvent.id).exists(),
        )
        .order_by(DealEvent.id.desc())
        .limit(500)
    )


def _answer_hours(rows: Sequence[FeedRow]) -> list[float]:
    """Hours from each question of a partner to the vendor's first answer."""
    pairs = ((instant(row.extra), instant(row.at)) for row in rows)
    return [(at - put).total_seconds() / 3600 for put, at in pairs if put is not None and at is not None]


def _budgets(rows: Sequence[FeedRow]) -> list[Budget]:
    """Budgets of what runs: those that run out before the end first, the soonest first, then the furthest used."""
    if not rows:
        return []
    programs = {program.slug: program for program in load_catalogue().programs}
    found = [
        budget_on(programs[row.ref or ""], row.n1 or 0, row.n2 or 0, _day(row.at), today())
        for row in rows
        if row.ref in programs
    ]
    running = [budget for budget in found if budget is not None]
    return sorted(running, key=lambda one: (one.runs_out_on or date.max, -one.share))[:BUDGETS_SHOWN]


def _day(text: str | None) -> date:
    found = instant(text)
    return local(found, current_settings().time_zone).date() if found else date.min


def budget_on(program: Published, spent: int, allowed: int, made_on: date, on: date) -> Budget | None:
    """A program's budget on a day, None if it does not run. Its pace is what was given a day since it began."""
    version, state = state_on(program, on)
    if state != RUNNING:
        return None
    ends_on = last_day(program, version)
    began = max(made_on, min(each.definition.starts_on or date.min for each in program.versions))
    days = (on - began).days + 1
    runs_out_on = None
    if spent and (days >= PACE_DAYS or spent >= allowed):
        left = -(-(allowed - spent) * days // spent)  # days, rounded up
        if left < (FAR_DAYS if ends_on is None else (ends_on - on).days):
            runs_out_on = on + timedelta(days=left)
    return Budget(program.slug, program.name, spent, allowed, ends_on, runs_out_on)
