"""What the vendor's pages of boards read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.activities import pipeline
from app.activities.queries import list_in_force
from app.boards import standings, words, worths
from app.boards.models import Board, BoardStatus, Metric, Participants
from app.boards.periods import bounds
from app.boards.queries import PeriodView, periods_of
from app.boards.rules import Rule, asks_worth, sum_up
from app.boards.standings import Standing
from app.core.clock import today
from app.core.db import db
from app.core.errors import NotFound
from app.identity.models import Person
from app.partners.models import Organisation
from app.programs.engine import Rates

VIEWS = {"running": BoardStatus.RUNNING, "drafts": BoardStatus.DRAFT, "ended": BoardStatus.ENDED}
PAGE = 50
SHOWN = 10
MOST_FACTS = 5000


@dataclass(frozen=True, slots=True)
class Line:
    """A board in the list."""

    slug: str
    name: str
    rule: Rule
    status: BoardStatus
    is_filled: bool

    @property
    def for_words(self) -> str:
        return words.audience_words(self.rule.audience)


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would stand on a draft now: (rank, name, company, score). `is_cut`: only the newest facts were looked at."""

    lines: Sequence[tuple[int, str, str, int]]
    participants: int
    waiting: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class AdminBoard:
    """One board for the vendor."""

    row: Board
    rule: Rule
    name: str
    periods: Sequence[PeriodView]
    period: PeriodView | None
    lines: Sequence[Standing]
    participants: int
    preview: Preview | None

    @property
    def for_words(self) -> str:
        return words.audience_words(self.rule.audience)


def list_admin(view: str, page: int) -> tuple[list[Line], dict[str, int], bool]:
    """(boards of a view, how many each view has, whether there are more)."""
    counted = db.session.execute(select(Board.status, func.count()).group_by(Board.status))
    by_status = {row[0]: row[1] for row in counted}
    rows = db.session.scalars(
        select(Board)
        .where(Board.status == VIEWS[view])
        .order_by(Board.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    ).all()
    lines = [
        Line(row.slug, words.said(row.names), Rule.of(row), row.status, row.filled_at is not None)
        for row in rows[:PAGE]
    ]
    return lines, {name: by_status.get(status, 0) for name, status in VIEWS.items()}, len(rows) > PAGE


def find_row(slug: str) -> Board:
    """A board whatever its state. Raises NotFound."""
    row = db.session.scalars(select(Board).where(Board.slug == slug)).first()
    if row is None:
        raise NotFound()
    return row


def find_admin(slug: str) -> AdminBoard:
    """A board with its standing, or with what a draft would show. Raises NotFound."""
    row = find_row(slug)
    rule = Rule.of(row)
    if row.status is BoardStatus.DRAFT:
        return AdminBoard(row, rule, words.said(row.names), [], None, [], 0, preview(rule))
    periods = periods_of(row.id, rule.period)
    period = periods[0] if periods else None
    lines = standings.list_top(period.id, rule.participants, limit=SHOWN) if period else []
    count = standings.ranks(period.id, [0])[0] - 1 if period else 0
    return AdminBoard(row, rule, words.said(row.names), periods, period, lines, count, None)


def preview(rule: Rule) -> Preview:
    """What a rule makes of the newest facts of the present period. Writes nothing."""
    first, last = bounds(rule.period, today())
    entries = list_in_force(first, last, kinds=rule.kinds, limit=MOST_FACTS)
    gains = pipeline.gains([entry.id for entry in entries]) if rule.metric is Metric.POINTS else {}
    money: dict[int, int | None] = {}
    if rule.metric is Metric.REVENUE:
        rates, kept = Rates(), worths.stored(entries)
        money = {
            entry.id: kept[entry.id] if entry.id in kept else worths.worth_of(entry, rates)
            for entry in entries
            if asks_worth([rule], entry)
        }
    sums = sum_up([rule], entries, gains, money).get((rule.board_id, first), {})
    inorder = sorted(sums, key=lambda who: (-sums[who].score, sums[who].newest))
    names = _names(
        rule.participants, inorder[:SHOWN], {who: sums[who].organisation_id for who in inorder[:SHOWN]}
    )
    scores = [sums[who].score for who in inorder]
    lines = [(1 + scores.index(sums[who].score), *names[who], sums[who].score) for who in inorder[:SHOWN]]
    waiting = sum(worth is None for worth in money.values())
    return Preview(lines, len(inorder), waiting, len(entries) == MOST_FACTS)


def _names(of: Participants, ids: Sequence[int], companies: dict[int, int]) -> dict[int, tuple[str, str]]:
    if not ids:
        return {}
    found = select(Organisation.id, Organisation.name).where(Organisation.id.in_(companies.values()))
    known = {row.id: row.name for row in db.session.execute(found)}
    if of is Participants.COMPANIES:
        return {who: (known[who], "") for who in ids}
    people = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: (row.name or "", known[companies[row.id]]) for row in people}
