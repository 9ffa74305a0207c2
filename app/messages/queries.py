"""What partners read: the list, one announcement, what home and the bell's neighbours show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, literal_column, or_, select, tuple_

from app.core.db import db
from app.core.errors import NotFound
from app.core.feed import FeedRow, feed_row
from app.core.i18n import _, ngettext
from app.identity.actor import Actor
from app.messages.models import Announcement, Kind, MailRefusal, Receipt, Revision, State, Wording
from app.messages.scope import readable

PAGE_SIZE = 20
ON_HOME = 2
MUST = Announcement.kind == Kind.MUST_CONFIRM
TO_CONFIRM = and_(MUST, Receipt.confirmed_at.is_(None))
WAITS = or_(TO_CONFIRM, and_(~MUST, Receipt.read_at.is_(None)))
# What must be confirmed stands first, then what is pinned, then the newest.
RANK = case((TO_CONFIRM, 2), (Announcement.pinned_until.is_not(None), 1), else_=0)


@dataclass(frozen=True, slots=True)
class Line:
    """An announcement as the list shows it, in the reader's language or the next best (`locale`)."""

    public_id: str
    kind: Kind
    title: str
    summary: str
    locale: str
    minutes: int
    published_at: datetime
    is_pinned: bool
    is_read: bool
    is_to_confirm: bool
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some announcements; `next` is the key of the page that follows."""

    lines: list[Line]
    next: str | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a later wording changed, and when."""

    number: int
    note: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Article:
    """One announcement to be read. `number` is the revision shown: it is what a confirmation is said of."""

    line: Line
    number: int
    body: str
    button: str
    href: str
    ends_at: datetime | None
    has_ended: bool
    corrections: list[Correction]


_COLUMNS = (
    Announcement.public_id,
    Announcement.kind,
    Wording.title,
    Wording.summary,
    Wording.locale,
    Wording.minutes,
    Announcement.published_at,
    Announcement.pinned_until.is_not(None),
    Receipt.read_at.is_not(None),
    TO_CONFIRM,
    Receipt.confirmed_at,
)


def unread_count(actor: Actor) -> Select[int]:
    """How many announcements wait to be read or confirmed; for the navigation."""
    return readable(actor, func.count()).where(WAITS)


def list_news(actor: Actor, *, after: str = "") -> Page:
    """A page of what the actor may read. An unknown key begins at the start."""
    key = tuple_(RANK, Announcement.published_at, Announcement.id)
    query = readable(actor, *_COLUMNS).order_by(
        RANK.desc(), Announcement.published_at.desc(), Announcement.id.desc()
    )
    if after:
        last = db.session.execute(
            readable(actor, RANK, Announcement.published_at, Announcement.id).where(
                Announcement.public_id == after
            )
        ).first()
        if last is not None:
            query = query.where(key < tuple_(*last))
    rows = list(db.session.execute(query.limit(PAGE_SIZE + 1)))
    lines = [Line(*row) for row in rows[:PAGE_SIZE]]
    return Page(lines, lines[-1].public_id if len(rows) > PAGE_SIZE else None)


def find_article(public_id: str, actor: Actor) -> Article:
    """One announcement that the actor may read, also after its end. Raises NotFound."""
    more = (
        Revision.number,
        Wording.body,
        Wording.button,
        Revision.href,
        Announcement.ends_at,
        Announcement.state,
    )
    query = readable(actor, *_COLUMNS, *more, Revision.announcement_id, states=(State.LIVE, State.ENDED))
    row = db.session.execute(query.where(Announcement.public_id == public_id)).first()
    if row is None:
        raise NotFound()
    number, body, button, href, ends_at, state, announcement_id = row[len(_COLUMNS) :]
    return Article(
        line=Line(*row[: len(_COLUMNS)]),
        number=number,
        body=body,
        button=button,
        href=href,
        ends_at=ends_at,
        has_ended=state is State.ENDED,
        corrections=list_corrections(announcement_id) if number > 1 else [],
    )


def list_corrections(announcement_id: int) -> list[Correction]:
    """The corrections of an announcement that are out, newest first."""
    query = (
        select(Revision.number, Revision.note, Revision.published_at)
        .where(
            Revision.announcement_id == announcement_id,
            Revision.published_at.is_not(None),
            Revision.number > 1,
        )
        .order_by(Revision.number.desc())
    )
    return [Correction(row[0], row[1], row[2]) for row in db.session.execute(query) if row[2] is not None]


def wants_mail(actor: Actor) -> bool:
    """Whether a person gets e-mail copies of announcements."""
    return db.session.get(MailRefusal, actor.person_id) is None


def home_rows(actor: Actor) -> Select[Any] | None:
    """For home: `news` (the two latest, pinned first) and `confirm` (what waits for a confirmation).

    ref public id, title, text the line below it or null, extra the wording's language, n1 minutes to read, at when it
    came out; n2 0 if there is nothing to do, else how many of its part wait to be read or confirmed.
    """
    if not actor.can("news.view"):
        return None
    part = case((TO_CONFIRM, "confirm"), else_="news")
    place = func.row_number().over(
        partition_by=TO_CONFIRM,
        order_by=(RANK.desc(), Announcement.published_at.desc(), Announcement.id.desc()),
    )
    rows = readable(
        actor,
        part.label("part"),
        place.label("place"),
        Announcement.public_id,
        Wording.title,
        func.nullif(Wording.summary, "").label("summary"),
        Wording.locale,
        Wording.minutes,
        case((WAITS, func.sum(case((WAITS, 1), else_=0)).over(partition_by=TO_CONFIRM)), else_=0).label(
            "waiting"
        ),
        Announcement.published_at,
    ).subquery()
    columns = feed_row(
        part="news",
        rank=rows.c.place,
        ref=rows.c.public_id,
        title=rows.c.title,
        text=rows.c.summary,
        extra=rows.c.locale,
        n1=rows.c.minutes,
        n2=rows.c.waiting,
        at=rows.c.published_at,
    )
    named = [rows.c.part.label("part") if column.name == "part" else column for column in columns]
    limit = case((rows.c.part == "news", literal_column(str(ON_HOME))), else_=literal_column("3"))
    return select(*named).where(rows.c.place <= limit)


def more_words(rows: Sequence[FeedRow]) -> str | None:
    """The fact on the tile of /more, from the rows of home."""
    confirm = next((row.n2 for row in rows if row.part == "confirm" and row.n2), 0)
    if confirm:
        return ngettext("%(num)s to confirm", "%(num)s to confirm", confirm)
    unread = next((row.n2 for row in rows if row.part == "news" and row.n2), 0)
    if unread:
        return ngettext("%(num)s new", "%(num)s new", unread)
    return _("All read") if rows else None


def out_since(row: FeedRow) -> datetime:
    """When the announcement of a home row came out."""
    return datetime.fromisoformat(row.at or "").replace(tzinfo=UTC)
