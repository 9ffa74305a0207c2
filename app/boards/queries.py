"""What the pages of boards read: which boards somebody sees, one board's page, and where they stand on home."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, and_, select

from app.boards import standings, words
from app.boards.models import (
    Board,
    BoardPeriod,
    BoardScore,
    BoardStatus,
    Metric,
    NameMode,
    Participants,
    Period,
)
from app.boards.periods import key_of, read_key
from app.boards.rules import Rule
from app.boards.stand_sql import ALSO_ALL, ALSO_OWN, stand_of
from app.boards.standings import Key, Standing
from app.core.clock import today
from app.core.db import db, dialect, read
from app.core.errors import NotFound
from app.core.feed import FeedRow, feed_row
from app.identity.actor import Actor
from app.partners.audience import Audience
from app.partners.models import Organisation
from app.partners.words import country_name

BOARDS: Any = Board.__table__
PERIODS: Any = BoardPeriod.__table__
SCORES: Any = BoardScore.__table__
MOST_BOARDS = 40
MOST_PERIODS = 400


@dataclass(frozen=True, slots=True)
class BoardView:
    """A board as its page needs it."""

    id: int
    slug: str
    name: str
    prize: str
    rule: Rule
    status: BoardStatus
    closes_on: date | None
    is_filled: bool
    specificity: int

    @property
    def of(self) -> Participants:
        return self.rule.participants

    @property
    def metric(self) -> Metric:
        return self.rule.metric

    @property
    def for_words(self) -> str:
        return words.audience_words(self.rule.audience)


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One period of a board."""

    id: int
    key: str
    label: str
    starts_on: date
    ends_on: date
    is_closed: bool
    is_noted: bool
    mine: Key | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a board: its lines, one's own place, and those around it if they are not among the lines."""

    board: BoardView
    period: PeriodView | None
    periods: Sequence[PeriodView]
    others: Sequence[BoardView]
    lines: Sequence[Standing]
    after: Key | None
    mine: Standing | None
    next_up: Standing | None
    around: Sequence[Standing]
    participants: int
    is_first: bool
    subject_id: int | None

    @property
    def of(self) -> Participants:
        return self.board.of

    @property
    def is_final(self) -> bool:
        return self.period is not None and self.period.is_closed

    @property
    def shares_first(self) -> bool:
        """Whether more than one stands first."""
        return len(self.lines) > 1 and self.lines[1].rank == 1


def _view(row: Any) -> BoardView:
    return BoardView(
        row.id, row.slug, words.said(row.names), words.said(row.prizes), Rule.of(row), BoardStatus(row.status),
        row.closes_on, row.filled_at is not None, row.specificity,
    )  # fmt: skip


def subject_of(of: Participants, actor: Actor) -> int | None:
    """Whom of an actor a board ranks: the person or the company; None for the vendor's people."""
    if actor.is_vendor:
        return None
    return actor.person_id if of is Participants.PEOPLE else actor.organisation_id


def _matches(view: BoardView, actor: Actor) -> bool:
    return actor.is_vendor or view.rule.audience.matches(
        actor.organisation_id or 0,
        actor.organisation_country or "",
        actor.organisation_kind or "",
        actor.organisation_tier,
    )


def started_boards(actor: Actor) -> tuple[list[BoardView], list[BoardView]]:
    """(boards whose audience fits the actor, the other ones) that have begun; running ones first. The area's scope."""
    rows = db.session.execute(
        select(BOARDS)
        .where(BOARDS.c.status != BoardStatus.DRAFT)
        .order_by(BOARDS.c.status.desc(), BOARDS.c.specificity.desc(), BOARDS.c.id)
    )
    seen: tuple[list[BoardView], list[BoardView]] = ([], [])
    for row in rows:
        view = _view(row)
        seen[not _matches(view, actor)].append(view)
    return seen


def find_page(slug: str, actor: Actor, *, period_key: str | None = None, after: Key | None = None) -> Page:
    """A board's page. Raises NotFound for a board that is not for the actor, unless they stand on it."""
    fitting, others = started_boards(actor)
    found = next((view for view in (*fitting, *others) if view.slug == slug), None)
    if found is None:
        raise NotFound()
    subject = subject_of(found.of, actor)
    periods = periods_of(found.id, found.rule.period, subject)
    period = _choose(found, periods, period_key)
    page = Page(
        found, period, periods, _siblings(found, fitting), [], None, None, None, [], 0, after is None, subject
    )
    page = _with_lines(page, after) if period is not None else page
    if found not in fitting and page.mine is None:
        raise NotFound()
    return page


def _siblings(found: BoardView, fitting: Sequence[BoardView]) -> list[BoardView]:
    running = [view for view in fitting if view.status is BoardStatus.RUNNING or view.id == found.id]
    return running if found in running else [found, *running]


def periods_of(board_id: int, kind: Period, subject_id: int | None = None) -> list[PeriodView]:
    """The periods of a board that have begun, newest first, and where somebody stands in each."""
    own = and_(SCORES.c.period_id == PERIODS.c.id, SCORES.c.participant_id == (subject_id or 0))
    rows = db.session.execute(
        select(PERIODS, SCORES.c.score, SCORES.c.lead)
        .select_from(PERIODS.outerjoin(SCORES, own))
        .where(PERIODS.c.board_id == board_id, PERIODS.c.starts_on <= today())
        .order_by(PERIODS.c.starts_on.desc())
        .limit(MOST_PERIODS)
    )
    now = today()
    return [
        PeriodView(
            row.id, key_of(kind, row.starts_on), words.period_label(kind, row.starts_on), row.starts_on, row.ends_on,
            row.closed_at is not None, row.day_on == now, Key(row.score, row.lead) if row.score else None,
        )
        for row in rows
    ]  # fmt: skip


def _choose(board: BoardView, periods: Sequence[PeriodView], key: str | None) -> PeriodView | None:
    if key is None:
        return periods[0] if periods else None
    starts_on = read_key(board.rule.period, key)
    found = next((each for each in periods if each.starts_on == starts_on), None)
    if found is None:
        raise NotFound()
    return found


def _with_lines(page: Page, after: Key | None) -> Page:
    """Lines, one's own place, ranks and movements: three statements, four after a key."""
    board, period, subject = page.board, page.period, page.subject_id
    assert period is not None
    of = board.of
    lines = standings.list_top(period.id, of, after=after, limit=standings.PAGE + 1)
    has_more, lines = len(lines) > standings.PAGE, lines[: standings.PAGE]
    around = standings.list_around(period.id, of, period.mine) if period.mine is not None else []
    shown = [*lines, *around]
    days = [line.day_score for line in shown if line.day_score] if period.is_noted else []
    now, day = standings.both_ranks(period.id, [0, *(line.score for line in around)], days)

    def ranked(line: Standing) -> Standing:
        was = day.get(line.day_score, 0) if period.is_noted else None
        return replace(line, rank=line.rank or now[line.score], was=was)

    around = [ranked(line) for line in around]
    mine = next((line for line in around if line.participant_id == subject), None)
    higher = [line for line in around if mine is not None and line.score > mine.score]
    if (
        higher
        and len([line for line in around if mine is not None and line.key > mine.key]) > standings.AROUND
    ):
        around = around[1:]  # the nearest greater score stands further up than the two above
    among = {line.participant_id for line in lines}
    return replace(
        page,
        lines=[ranked(line) for line in lines],
        after=lines[-1].key if has_more else None,
        mine=mine,
        next_up=higher[-1] if higher else None,
        around=around if mine is not None and mine.participant_id not in among else [],
        participants=now[0] - 1,
    )


# -- home and the list of boards --


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody stands on one board. `rank` is 0 for who is not on it; `was` None without a yesterday."""

    slug: str
    name: str
    prize: str
    metric: Metric
    of: Participants
    period: Period
    audience: Audience
    rank: int
    participants: int
    was: int | None
    sentence: str
    last_day: date | None

    @property
    def among(self) -> str:
        return words.among_words(self.of, self.audience, self.participants)


def home_values(actor: Actor) -> dict[str, Any]:
    """What the statements about one's standing ask of the actor."""
    return {
        "actor_person": actor.person_id,
        "actor_organisation": actor.organisation_id,
        "actor_country": actor.organisation_country or "",
        "actor_kind": actor.organisation_kind or "",
        "actor_tier": actor.organisation_tier or "",
        "actor_company": str(actor.organisation_id or ""),
        "board_today": today(),
    }


def home_rows(actor: Actor) -> Select[Any] | None:
    """The board that fits the actor best, as a feed row: ref slug, n1 rank (0: not on it), n2 participants."""
    return None if actor.is_vendor else home_select().params(**home_values(actor))


def home_select() -> Select[Any]:
    """`home_rows` for anybody: its values are those of `home_values`, so that it is made once."""
    found = stand_of(dialect(), 1)
    columns = feed_row("board", ref=found.c.slug, n1=found.c.rank, n2=found.c.many, extra=found.c.extra)
    return select(*columns).select_from(found)


def read_stand(row: Any) -> Stand:
    """A row of `home_rows` in words."""
    extra = json.loads(row.extra or "{}")
    metric, of = Metric(extra["metric"]), Participants(extra["participants"])
    mine, theirs = int(extra["at"]), extra["next"]
    sentence = ""
    if mine and theirs is not None:
        line = Standing(
            0, 0, int(theirs), 0, 0, extra["person"], NameMode(extra["mode"] or "name"), extra["alias"],
            extra["company"], NameMode(extra["mode"] or "name"), extra["alias"], extra["region"], extra["country"],
        )  # fmt: skip
        name = words.shown_name(of, line)
        region, rank = words.region_of(line), int(extra["next_rank"])
        sentence = words.pass_ranked(metric, mine, int(theirs), name, region, rank)
    elif mine:
        sentence = words.first_sentence(of, int(extra["equals"] or 0) > 1)
    last = extra["closes_on"] or extra["ends_on"]
    period = Period(extra["period"])
    return Stand(
        row.ref or "", words.said(extra["names"]), words.said(extra["prizes"]), metric, of, period,
        Audience.from_record(extra["audience"]), row.n1 or 0 if mine else 0, row.n2 or 0,
        None if extra["was"] < 0 else int(extra["was"]), sentence,
        None if period is Period.ALL and not extra["closes_on"] else date.fromisoformat(last),
    )  # fmt: skip


def more_words(rows: Sequence[FeedRow]) -> str | None:
    """What the tile in the menu says, from the rows of `home_rows`."""
    row = next((row for row in rows if row.part == "board"), None)
    if row is None:
        return None
    stand = read_stand(row)
    if not stand.rank:
        return stand.name
    return gettext("You are %(place)s", place=words.ordinal(stand.rank))


def list_stands(actor: Actor) -> list[Stand]:
    """Where an actor stands on every running board that is for them, or that they are on. One statement.

    The vendor's people stand on none and see all.
    """
    found = stand_of(dialect(), MOST_BOARDS, also=ALSO_ALL if actor.is_vendor else ALSO_OWN)
    columns = feed_row("board", ref=found.c.slug, n1=found.c.rank, n2=found.c.many, extra=found.c.extra)
    rows = read(select(*columns).select_from(found), home_values(actor))
    return [read_stand(row) for row in rows]


def list_ended(actor: Actor, running: Sequence[Stand]) -> list[BoardView]:
    """Boards that have begun and are not in the list of running ones: ended, or being counted for the first time."""
    shown = {stand.slug for stand in running}
    return [view for view in started_boards(actor)[0] if view.slug not in shown]


def find_board(slug: str, actor: Actor) -> BoardView:
    """A board that is for the actor. Raises NotFound."""
    fitting, _others = started_boards(actor)
    found = next((view for view in fitting if view.slug == slug), None)
    return found if found is not None else find_page(slug, actor).board


def region_of(actor: Actor) -> str:
    """What a board says instead of an actor's name."""
    row = db.session.execute(
        select(Organisation.region, Organisation.country).where(Organisation.id == actor.organisation_id)
    ).one()
    return row.region or country_name(row.country)


def _alike(one: BoardView, other: BoardView) -> bool:
    """Whether two boards ask the same of the same partners, maybe over other periods."""
    return (one.metric, one.of, one.rule.audience, one.rule.sources) == (
        other.metric, other.of, other.rule.audience, other.rule.sources,
    )  # fmt: skip


def tabs(page: Page) -> list[BoardView]:
    """The boards that differ from this one in the period alone, shortest first; itself among them."""
    found = {view.rule.period: view for view in page.others if _alike(page.board, view)}
    found[page.board.rule.period] = page.board
    return [found[period] for period in Period if period in found]


def chips(page: Page) -> list[BoardView]:
    """This board, then the other ones, one for all that differ in the period alone."""
    found = [page.board]
    for view in page.others:
        if not any(_alike(view, other) for other in found):
            found.append(view)
    return found
