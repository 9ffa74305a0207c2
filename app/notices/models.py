"""Notices: one line for one person, in every language of the site, with the place it leads to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model
from app.core.types import PK, BigInt, JSONText, UTCDateTime, public_id_column


class Notice(Model):
    """One thing told to one person. `dedupe` names what is told, so that it is told once.

    `locale` is the language of `title` and `body`; `translations` holds the others as {locale: [title, body]}.
    Where title or body is in yet another language, `translations` has the reader's all the same (English too), with
    the language of each behind: {"ms": ["Partner Day", "Perlu pengesahan anda", "en", "ms"]}.
    What was told before there were others has none: it stays in the language it was written in.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("locale IN ('en', 'ms', 'id')", name="locale_known"),
        CheckConstraint("substr(href, 1, 1) = '/' AND substr(href, 1, 2) <> '//'", name="href_local"),
        UniqueConstraint("person_id", "dedupe"),
        Index(None, "person_id", "id"),
        Index(
            "ix_notices_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index(None, "created_at"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(Text)
    icon: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    translations: Mapped[dict[str, Any] | None] = mapped_column(JSONText)
    href: Mapped[str] = mapped_column(Text)
    dedupe: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
