"""Everything that home shows, in at most ten statements however much there is."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Select

from app.boards.queries import home_select as board_select
from app.boards.queries import home_values as board_values
from app.core.clock import today
from app.core.db import dialect, read
from app.core.feed import FeedRow, gather
from app.core.i18n import current_locale
from app.core.money import exponent, shown_decimals
from app.deals.queries import DealRow, DoNext, find_waiting
from app.deals.queries import home_rows as deal_rows
from app.identity.actor import Actor, anyone
from app.ledger.queries import Balances, balances_of
from app.ledger.services import Owner
from app.messages.queries import home_rows as news_rows
from app.partners.models import Role
from app.programs.catalogue import Catalogue, load_catalogue
from app.programs.estimates import points_of_both
from app.programs.queries import Card, running_now
from app.recognition.queries import home_rows as award_rows
from app.rewards.prices import worth_minor
from app.rewards.queries.catalogue import find_point_rate
from app.tiers.home import HomePlan, home_plan
from app.tiers.home import home_select as tier_select
from app.training.queries import home_rows as course_rows

USE_SOON_DAYS = 60
DO_NEXT_LIMIT = 3
FEEDS = (deal_rows, news_rows, course_rows, award_rows)


@dataclass(frozen=True, slots=True)
class Task:
    """One row of *Do next*: a deal, and what it would bring if it is one's own (an admin sees the company's)."""

    kind: str
    deal: DealRow
    points: int
    is_own: bool

    @property
    def is_late(self) -> bool:
        """True if the expected day has passed."""
        return self.deal.expected_close_on is not None and self.deal.expected_close_on < today()


@dataclass(frozen=True, slots=True)
class Home:
    """The figures of one person's home. `feed`: rows of the areas by their part.

    `tasks` and `lessons` are the three rows of *Do next*; `waiting_count` is how many deals wait in all.
    """

    own: Balances
    company: Balances | None
    worth: tuple[int, str] | None
    expires_on: date | None
    expiring_points: int
    tasks: Sequence[Task]
    running: Sequence[Card]
    waiting_count: int
    lessons: Sequence[tuple[FeedRow, int]] = ()
    feed: dict[str, list[FeedRow]] = field(default_factory=dict)

    @property
    def is_expiring_soon(self) -> bool:
        """Soon enough to say *Use now*."""
        return self.expires_on is not None and (self.expires_on - today()).days <= USE_SOON_DAYS

    @property
    def left_count(self) -> int:
        """How many deals and courses wait in all, shown or not."""
        return self.waiting_count + next((row.n2 or 0 for row in self.rows("learn")), 0)

    @property
    def rest_path(self) -> str | None:
        """Where those stand that are not shown, None if all are."""
        if self.left_count <= len(self.tasks) + len(self.lessons):
            return None
        return "/deals?show=needs_you" if self.waiting_count > len(self.tasks) else "/training"

    def rows(self, *parts: str) -> list[FeedRow]:
        """What the areas sent under these parts, in their own order."""
        return [row for part in parts for row in self.feed.get(part, ())]

    @property
    def has_deals(self) -> bool:
        """False for somebody who has yet to register the first one."""
        return any(row.n1 for row in self.rows("deals"))


def load_home(actor: Actor) -> Home:
    """Read home for a partner's person. The company's points stand beside their own for an admin, never added."""
    own, company = _balances(actor)
    rate = find_point_rate(actor.organisation_currency)
    worth = None
    if rate is not None:
        unit = 10 ** exponent(rate.currency)
        if shown_decimals(rate.currency) < exponent(rate.currency):
            unit *= 1000  # rupiah: nobody counts single ones
        worth = (worth_minor(own.available, rate) // unit * unit, rate.currency)
    waiting = find_waiting(actor, DO_NEXT_LIMIT)
    programs, feed = load_catalogue(), read_feed(actor)
    tasks, lessons = _do_next(actor, waiting.first, feed.get("learn", []), programs)
    expiring = next(((on, points) for on, points in own.expiring if points), None)
    return Home(
        own=own,
        company=company,
        worth=worth,
        expires_on=expiring[0] if expiring else None,
        expiring_points=expiring[1] if expiring else 0,
        tasks=tasks,
        running=running_now(actor, programs=programs),
        waiting_count=waiting.count,
        lessons=lessons,
        feed=feed,
    )


Rows = Callable[[Actor], Select[Any] | None]


def read_feed(actor: Actor, *more: Rows) -> dict[str, list[FeedRow]]:
    """The rows of all areas, and what a page asks for more, in one statement; each part in its own order."""
    query = _feed_query(dialect(), actor.role, current_locale(), home_plan(actor), more)
    return by_part(read(query, {**actor.ids, **board_values(actor)}))


def by_part(rows: Iterable[Any]) -> dict[str, list[FeedRow]]:
    """Feed rows by their part, each in its own order."""
    found: dict[str, list[FeedRow]] = {}
    for row in sorted((FeedRow(*row) for row in rows), key=lambda row: row.rank):
        found.setdefault(row.part, []).append(row)
    return found


@functools.lru_cache(maxsize=256)
def _feed_query(
    _dialect: str, role: Role, locale: str, plan: HomePlan | None, more: tuple[Rows, ...]
) -> Select[Any]:
    """Made once for everybody of a role, a language and a plan: to make it costs many times what it takes to run."""
    anybody = replace(anyone(role), locale=locale)
    query = gather([
        *(rows(anybody) for rows in (*FEEDS, *more)),
        board_select(),
        tier_select(plan, anybody.organisation_id) if plan is not None else None,
    ])  # fmt: skip
    assert query is not None
    return query


def _balances(actor: Actor) -> tuple[Balances, Balances | None]:
    member = Owner("member", actor.person_id or 0)
    if not actor.can("wallet.organisation") or actor.organisation_id is None:
        return balances_of([member])[member], None
    company = Owner("organisation", actor.organisation_id)
    found = balances_of([member, company])
    return found[member], found[company]


def _do_next(
    actor: Actor, waiting: Sequence[DoNext], lessons: Sequence[FeedRow], programs: Catalogue
) -> tuple[list[Task], list[tuple[FeedRow, int]]]:
    """At most three rows: deals, and below them courses. One that can be finished has the last place at least."""
    waiting = waiting[: DO_NEXT_LIMIT - 1] if lessons else waiting[:DO_NEXT_LIMIT]
    own = [item for item in waiting if item.member_id == actor.person_id]
    wins = [(item.row.value_minor or 0, item.row.currency, item.family_id) for item in own]
    shown = lessons[: DO_NEXT_LIMIT - len(waiting)]
    won, passed = points_of_both(actor, wins, [row.ref or "" for row in shown], programs)
    points = dict(zip((item.row.id for item in own), won, strict=True))
    tasks = [Task(item.kind, item.row, points.get(item.row.id, 0), item.row.id in points) for item in waiting]
    return tasks, list(zip(shown, passed, strict=True))
