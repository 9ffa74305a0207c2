"""What hangs on one deal, in one statement: lines, timeline, comments and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, literal, null, select, union_all

from app.core.db import db
from app.core.filters import initials
from app.core.types import BigInt
from app.deals.models import DealComment, DealEvent, DealFile, DealLine
from app.deals.states import DealState, EventKind
from app.identity.models import Person
from app.partners.models import Membership
from app.products.models import ProductFamily


@dataclass(frozen=True, slots=True)
class LineView:
    """A product line with the family's words."""

    family_id: int | None
    slug: str | None
    name: str | None
    value_minor: int | None


@dataclass(frozen=True, slots=True)
class EventView:
    """A line of the timeline. `author_id` is None for what happened by itself; `is_vendor` says whose act it was."""

    id: int
    kind: EventKind
    to_state: DealState
    note: str | None
    author_id: int | None
    author: str | None
    is_vendor: bool
    at: datetime
    undoes_id: int | None
    from_state: DealState
    data: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class CommentView:
    """What somebody said; a question of the vendor stands here too."""

    id: int
    author: str
    is_vendor: bool
    body: str
    at: datetime
    is_question: bool = False

    @property
    def initials(self) -> str:
        return initials(self.author)


@dataclass(frozen=True, slots=True)
class FileView:
    public_id: str
    name: str
    size_bytes: int
    author: str
    at: datetime
    storage_key: str


@dataclass(slots=True)
class Parts:
    """Everything that hangs on a deal, oldest first. `events` includes those taken back; `standing` leaves them out."""

    lines: list[LineView] = field(default_factory=list)
    events: list[EventView] = field(default_factory=list)
    comments: list[CommentView] = field(default_factory=list)
    files: list[FileView] = field(default_factory=list)

    @property
    def standing(self) -> list[EventView]:
        undone = {event.undoes_id for event in self.events if event.undoes_id is not None}
        return [event for event in self.events if event.id not in undone and event.undoes_id is None]

    @property
    def conversation(self) -> list[CommentView]:
        """Comments and the questions that still stand, in order of time."""
        asked = [
            CommentView(event.id, event.author or "", True, event.note or "", event.at, True)
            for event in self.standing
            if event.kind is EventKind.ASKED
        ]
        return sorted([*self.comments, *asked], key=lambda one: (one.at, one.id))


_TEXT, _BIG = Text(), BigInt


def _row(what: str, *columns: Any) -> Any:
    """One branch of the union: what, id, key, word, text, number, author id, author, at, other id, from, data."""
    types = (_BIG, _TEXT, _TEXT, _TEXT, _BIG, _BIG, _TEXT, None, _BIG, _TEXT, DealEvent.data.type)
    names = (
        "id",
        "key",
        "word",
        "text",
        "number",
        "author_id",
        "author",
        "at",
        "other_id",
        "from_word",
        "data",
    )
    cells: list[Any] = [literal(what).label("what")]
    for column, kind, name in zip(columns, types, names, strict=True):
        cells.append((cast(null(), kind) if column is None and kind is not None else column).label(name))
    return select(*cells)


def load_parts(deal_id: int) -> Parts:
    """Lines, timeline, comments and files of a deal. One statement."""
    none_at = cast(null(), DealEvent.occurred_at.type)
    lines = (
        _row(
            "line", DealLine.position, ProductFamily.slug, ProductFamily.name, None, DealLine.value_minor,
            None, None, none_at, DealLine.family_id, None, None,
        )
        .outerjoin_from(DealLine, ProductFamily, ProductFamily.id == DealLine.family_id)
        .where(DealLine.deal_id == deal_id)
    )  # fmt: skip
    events = (
        _row(
            "event", DealEvent.id, cast(DealEvent.kind, _TEXT), cast(DealEvent.to_state, _TEXT), DealEvent.note, None,
            DealEvent.actor_id, Person.name, DealEvent.occurred_at, DealEvent.undoes_id,
            cast(DealEvent.from_state, _TEXT), DealEvent.data,
        )
        .outerjoin_from(DealEvent, Person, Person.id == DealEvent.actor_id)
        .where(DealEvent.deal_id == deal_id)
    )  # fmt: skip
    comments = (
        _row(
            "comment", DealComment.id, None, None, DealComment.body, None, DealComment.author_id, Person.name,
            DealComment.created_at, None, None, None,
        )
        .join_from(DealComment, Person, Person.id == DealComment.author_id)
        .where(DealComment.deal_id == deal_id)
    )  # fmt: skip
    files = (
        _row(
            "file", DealFile.id, DealFile.public_id, DealFile.name, DealFile.storage_key,
            DealFile.size_bytes, DealFile.author_id, Person.name, DealFile.created_at, None, None, None,
        )
        .join_from(DealFile, Person, Person.id == DealFile.author_id)
        .where(DealFile.deal_id == deal_id)
    )  # fmt: skip
    every = union_all(lines, events, comments, files).subquery()
    latest = (
        select(Membership.organisation_id)
        .where(Membership.person_id == every.c.author_id)
        .order_by(Membership.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(every, latest.is_(None).label("from_vendor")).order_by(every.c.id)
    parts = Parts()
    for row in db.session.execute(query):
        _sort_in(parts, row)
    return parts


def _sort_in(parts: Parts, row: Any) -> None:
    vendor = row.author_id is not None and bool(row.from_vendor)
    if row.what == "line":
        parts.lines.append(LineView(row.other_id, row.key, row.word, row.number))
    elif row.what == "event":
        kind, state = EventKind(row.key), DealState(row.word)
        parts.events.append(
            EventView(
                row.id,
                kind,
                state,
                row.text,
                row.author_id,
                row.author,
                vendor,
                row.at,
                row.other_id,
                DealState(row.from_word),
                row.data,
            )
        )
    elif row.what == "comment":
        parts.comments.append(CommentView(row.id, row.author, vendor, row.text, row.at))
    else:
        parts.files.append(FileView(row.key, row.word, row.number, row.author, row.at, row.text))


__all__ = ["CommentView", "EventView", "FileView", "LineView", "Parts", "load_parts"]
