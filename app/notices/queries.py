"""Whose notices: one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from app.core.db import db
from app.core.i18n import current_locale
from app.identity.actor import Actor
from app.notices.models import Notice

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as the list shows it. `title_in` and `body_in` are their languages, empty where it is the page's."""

    public_id: str
    icon: str
    title: str
    body: str
    title_in: str
    body_in: str
    created_at: datetime
    is_read: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some notices, newest first; `next` is the key of the page that follows."""

    lines: list[Line]
    next: str | None


def own_notices(actor: Actor) -> Select[Notice]:
    """The notices of a person. The one scope of this area."""
    return select(Notice).where(Notice.person_id == actor.person_id)


def unread_count(actor: Actor) -> Select[int]:
    """How many notices the actor has not opened; for the bell."""
    return (
        select(func.count())
        .select_from(Notice)
        .where(Notice.person_id == actor.person_id, Notice.read_at.is_(None))
    )


def list_notices(actor: Actor, *, after: str = "") -> Page:
    """A page of one's notices, in the language of the moment. An unknown key begins at the start."""
    query = own_notices(actor).order_by(Notice.id.desc()).limit(PAGE_SIZE + 1)
    if after:
        last = own_notices(actor).where(Notice.public_id == after).with_only_columns(Notice.id)
        query = query.where(Notice.id < func.coalesce(last.scalar_subquery(), 2**62))
    rows = list(db.session.scalars(query))
    lines = [_line(row, current_locale()) for row in rows[:PAGE_SIZE]]
    return Page(lines, lines[-1].public_id if len(rows) > PAGE_SIZE else None)


def _line(row: Notice, locale: str) -> Line:
    """A row in a language, or in the one it was written in if it has no other."""
    said = (row.translations or {}).get(locale) or [row.title, row.body, row.locale, row.locale]
    title, body, *languages = said
    title_in, body_in = ("" if one == locale else one for one in languages or (locale, locale))
    return Line(
        row.public_id, row.icon, title, body, title_in, body_in, row.created_at, row.read_at is not None
    )
