"""Reads for the partner's pages: the list with its chips and totals, one deal, what to do next."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, case, func, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from app.core.clock import today
from app.core.db import db, dialect, read
from app.core.errors import NotFound
from app.core.feed import feed_row
from app.core.rates import SCALE, convert_by
from app.core.settings import current_settings
from app.deals import matching
from app.deals.checks import latest_rate
from app.deals.models import REFERENCE_BASE, Deal, DealLine
from app.deals.parts import Parts, load_parts
from app.deals.review import count_queue, duplicates, find_review, queue
from app.deals.rows import (
    SOON_DAYS,
    TODAY,
    DealRow,
    ends_soon,
    group_of,
    needs_you,
    protection_days,
    row_columns,
    to_mark,
)
from app.deals.scope import find_deal_id, one_deal, visible_deals
from app.deals.states import CLOSED, DealState
from app.identity.actor import Actor, anyone
from app.identity.models import Person
from app.partners.models import Organisation, Role
from app.products.models import ProductFamily

__all__ = [
    "SOON_DAYS", "DealRow",
    "count_needs_you", "count_queue", "do_next", "duplicates", "find_deal", "find_deal_id", "find_review", "find_waiting",
    "list_deals", "overview", "queue", "visible_deals",
]  # fmt: skip

PAGE = 20
CHIPS = ("all", "needs_you", "draft", "in_review", "protected", "won", "closed")
S = DealState


def _listed(actor: Actor) -> Select[Any]:
    """Deals in scope without drafts that were thrown away."""
    return visible_deals(actor).where(or_(Deal.state != S.WITHDRAWN, Deal.submitted_at.is_not(None)))


def _of_chip(chip: str) -> ColumnElement[bool]:
    conditions: dict[str, ColumnElement[bool]] = {
        "needs_you": needs_you(),
        "draft": Deal.state == S.DRAFT,
        "in_review": Deal.state.in_((S.SUBMITTED, S.IN_REVIEW, S.INFORMATION_NEEDED)),
        "protected": Deal.state == S.APPROVED,
        "won": Deal.state == S.WON,
        "closed": Deal.state.in_((S.REJECTED, S.LOST, S.EXPIRED, S.WITHDRAWN)),
    }
    return conditions.get(chip, literal(True))


@dataclass(slots=True)
class Overview:
    """Counts per chip and three totals in the company's currency; amounts without an exchange rate are left out."""

    currency: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHIPS, 0))
    open_minor: int = 0
    won_quarter_minor: int = 0
    to_mark_minor: int = 0


def quarter_start(on: date) -> date:
    """First day of the calendar quarter."""
    return date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)


def overview(actor: Actor) -> Overview:
    """Counts and totals of all deals in scope. One statement."""
    currency = actor.organisation_currency or current_settings().reporting_currency
    won_now = and_(Deal.state == S.WON, Deal.won_on >= quarter_start(today()))
    flags = [
        case((flag, 1), else_=0).label(name)
        for name, flag in (("needs", needs_you()), ("mark", to_mark()), ("won_now", won_now))
    ]
    flat = (
        _listed(actor)
        .with_only_columns(Deal.state, Deal.currency, Deal.value_minor, Deal.invoice_minor, *flags)
        .subquery()
    )
    key = (flat.c.state, flat.c.currency, flat.c.needs, flat.c.mark, flat.c.won_now)
    query = select(
        *key,
        func.count().label("n"),
        func.sum(flat.c.value_minor).label("value"),
        func.sum(flat.c.invoice_minor).label("invoice"),
        latest_rate(flat.c.currency).label("rate"),
        latest_rate(literal(currency)).label("own_rate"),
    ).group_by(*key)
    found = Overview(currency)
    for row in db.session.execute(query):
        _add(found, row)
    return found


def _add(found: Overview, row: Any) -> None:
    counts, state = found.counts, row.state
    counts["all"] += row.n
    counts["needs_you"] += row.n if row.needs else 0
    for chip, states in (
        ("draft", (S.DRAFT,)),
        ("in_review", (S.SUBMITTED, S.IN_REVIEW, S.INFORMATION_NEEDED)),
        ("protected", (S.APPROVED,)),
        ("won", (S.WON,)),
        ("closed", (S.REJECTED, S.LOST, S.EXPIRED, S.WITHDRAWN)),
    ):
        counts[chip] += row.n if state in states else 0

    def own(minor: Any) -> int:
        return _converted(int(minor or 0), row.currency, row.rate, found.currency, row.own_rate)

    if state not in CLOSED:
        found.open_minor += own(row.value)
    if row.won_now:
        found.won_quarter_minor += own(row.invoice)
    if row.mark:
        found.to_mark_minor += own(row.value)


def _converted(minor: int, source: str, rate: int | None, target: str, target_rate: int | None) -> int:
    if source == target:
        return minor
    reporting = current_settings().reporting_currency
    from_rate = SCALE if source == reporting else rate
    to_rate = SCALE if target == reporting else target_rate
    return convert_by(minor, source, from_rate, target, to_rate) if from_rate and to_rate else 0


@dataclass(frozen=True, slots=True)
class Page:
    """Rows and where the next page begins, None at the end."""

    rows: list[DealRow]
    after: str | None


@functools.cache
def _list_query(_dialect: str, role: Role, chip: str) -> Select[Any]:
    return (
        _listed(anyone(role))
        .where(_of_chip(chip))
        .join(Person, Person.id == Deal.member_id)
        .with_only_columns(*row_columns())
        .order_by(group_of(), Deal.id.desc())
        .limit(bindparam("most", type_=Integer))
    )


def list_deals(
    actor: Actor, *, chip: str = "all", q: str = "", after: str | None = None, limit: int = PAGE
) -> Page:
    """Deals in scope: those that need the person first, then open ones, then closed ones, newest first. One statement.

    `q` matches customer, number and product.
    """
    query, values = (
        _list_query(dialect(), actor.role, chip if chip in CHIPS else "all"),
        {**actor.ids, "most": limit + 1},
    )
    q = q.replace("\x00", "\ufffd").strip()[:200]
    if q:
        query = query.where(_matches(q))
    seen = re.fullmatch(r"([012])-(\d{1,15})", after or "")
    if seen:
        group, last = int(seen[1]), int(seen[2])
        query = query.where(or_(group_of() > group, and_(group_of() == group, Deal.id < last)))
    rows = [DealRow(*row) for row in read(query, values)]
    more = rows[limit - 1].key if len(rows) > limit else None
    return Page(rows[:limit], more)


def _matches(q: str) -> ColumnElement[bool]:
    folded = matching.fold(q).strip()
    found = [
        func.lower(Deal.customer_name).contains(q.lower(), autoescape=True),
        select(DealLine.id)
        .join(ProductFamily, ProductFamily.id == DealLine.family_id)
        .where(
            DealLine.deal_id == Deal.id, func.lower(ProductFamily.name).contains(q.lower(), autoescape=True)
        )
        .exists(),
    ]
    if folded:
        found.append(Deal.name_key.contains(folded, autoescape=True))
    number = re.fullmatch(r"[dD]?-?(\d{1,15})", q)
    if number:
        found.append(Deal.id == int(number[1]) - REFERENCE_BASE)
    return or_(*found)


@dataclass(frozen=True, slots=True)
class DealView:
    """A deal with its company, its owner and everything that hangs on it."""

    deal: Deal
    organisation_id: int
    organisation_name: str
    organisation_country: str
    organisation_kind: str
    organisation_tier: str | None
    member_name: str
    parts: Parts

    @property
    def days_left(self) -> int | None:
        if self.deal.state is not S.APPROVED or self.deal.protected_until is None:
            return None
        return max((self.deal.protected_until - today()).days, 0)

    @property
    def protection_days(self) -> int:
        return protection_days(self.deal.approved_at, self.deal.protected_until)

    @property
    def products(self) -> str:
        return ", ".join(line.name for line in self.parts.lines if line.name)

    @property
    def main_family_id(self) -> int | None:
        """The family that is worth most: programs judge a win by it."""
        lines = [line for line in self.parts.lines if line.family_id is not None]
        return max(lines, key=lambda line: line.value_minor or 0).family_id if lines else None


def find_deal(public_id: str, actor: Actor) -> DealView:
    """One deal in scope with its parts. Two statements. Raises NotFound."""
    query: Select[Any] = (
        one_deal(public_id, actor)
        .add_columns(
            Organisation.name, Organisation.country, Organisation.kind, Organisation.tier, Person.name
        )
        .join(Organisation, Organisation.id == Deal.organisation_id)
        .join(Person, Person.id == Deal.member_id)
    )
    row = db.session.execute(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound()
    deal: Deal = row[0]
    return DealView(deal, deal.organisation_id, row[1], row[2], row[3], row[4], row[5], load_parts(deal.id))


@dataclass(frozen=True, slots=True)
class DoNext:
    """Something that waits for the partner. `kind`: question, ends_soon, to_mark. A win is judged by `family_id`."""

    kind: str
    row: DealRow
    member_id: int
    family_id: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The first of what waits for a partner, and how many there are in all."""

    first: list[DoNext] = field(default_factory=list)
    count: int = 0


@functools.cache
def _waiting_query(_dialect: str, role: Role) -> Select[Any]:
    kind = case((Deal.state == S.INFORMATION_NEEDED, 0), (to_mark(), 1), else_=2)
    is_today = and_(to_mark(), Deal.expected_close_on == TODAY)
    turn = case((ends_soon(), 0), (is_today, 1), (Deal.state == S.INFORMATION_NEEDED, 2), else_=3)
    family = (
        select(DealLine.family_id)
        .where(DealLine.deal_id == Deal.id, DealLine.family_id.is_not(None))
        .order_by(func.coalesce(DealLine.value_minor, 0).desc(), DealLine.position)
        .limit(1)
        .scalar_subquery()
    )
    more = (
        Deal.member_id,
        family.label("family_id"),
        kind.label("kind"),
        func.count().over().label("in_all"),
    )
    return (
        visible_deals(anyone(role))
        .where(needs_you())
        .join(Person, Person.id == Deal.member_id)
        .with_only_columns(*row_columns(), *more)
        .order_by(turn, Deal.protected_until, Deal.id)
        .limit(bindparam("most", type_=Integer))
    )


def find_waiting(actor: Actor, limit: int = 3) -> Waiting:
    """What waits for this partner: money at risk first, then money that waits.

    A protection that ends soon, then what closes today, then questions (one answer and the review goes on), then
    what should have closed before. One statement.
    """
    if actor.is_vendor:
        return Waiting()
    rows = read(_waiting_query(dialect(), actor.role), {**actor.ids, "most": limit}).all()
    kinds = ("question", "to_mark", "ends_soon")
    first = [DoNext(kinds[row.kind], DealRow(*row[:-4]), row.member_id, row.family_id) for row in rows]
    return Waiting(first, rows[0].in_all if rows else 0)


def home_rows(actor: Actor) -> Select[Any]:
    """Whether there is any deal to be seen: one row for home's feed, `n1` 1 or 0."""
    mine = visible_deals(actor).with_only_columns(Deal.id, maintain_column_froms=True)
    return select(*feed_row("deals", n1=case((mine.exists(), 1), else_=0)))


def do_next(actor: Actor, limit: int = 3) -> list[DoNext]:
    """The first of what waits for this partner. One statement."""
    return find_waiting(actor, limit).first


def needs_you_count(actor: Actor) -> Select[Any]:
    """The query of how many deals wait for this partner."""
    query = visible_deals(actor).where(needs_you())
    return query.with_only_columns(func.count(Deal.id), maintain_column_froms=True)


def count_needs_you(actor: Actor) -> int:
    """How many deals wait for this partner. One statement."""
    return int(db.session.scalar(needs_you_count(actor)) or 0)
