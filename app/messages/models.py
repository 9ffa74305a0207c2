"""Announcements, their wordings, and who read or confirmed which wording.

A revision is one wording in up to three languages. Once published it can no longer change: the database refuses. A
correction is the next revision, with a note of its own; what was confirmed stays with the revision it was said of.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import triggers
from app.core.clock import utc_now
from app.core.db import Model
from app.core.types import PK, BigInt, JSONText, StrEnumType, UTCDateTime, check_in, public_id_column


class Kind(StrEnum):
    NEWS = "news"
    CAMPAIGN = "campaign"
    MUST_CONFIRM = "must_confirm"


class State(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED = "ended"
    TAKEN_DOWN = "taken_down"


class Announcement(Model):
    """One thing that the vendor tells an audience, from a time on.

    `audience` is the record of `partners.audience`; the `for_*` columns say the same as lists between bars (`|MY|ID|`,
    empty for everybody), so that a reader's page asks the database in one statement. With `manager_id` only companies
    that this person looks after, or that nobody looks after, belong to it.
    """

    __tablename__ = "announcements"
    __table_args__ = (
        check_in("kind", Kind),
        check_in("state", State),
        CheckConstraint(
            "ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at", name="ends_after_start"
        ),
        CheckConstraint("state <> 'scheduled' OR starts_at IS NOT NULL", name="scheduled_has_start"),
        CheckConstraint(
            "(state IN ('draft', 'scheduled')) = (published_at IS NULL)", name="published_is_dated"
        ),
        CheckConstraint("(state = 'taken_down') = (taken_down_at IS NOT NULL)", name="taken_down_is_dated"),
        Index(None, "state", "starts_at"),
        Index(None, "created_by_id"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    kind: Mapped[Kind] = mapped_column(StrEnumType(Kind), default=Kind.NEWS)
    state: Mapped[State] = mapped_column(StrEnumType(State), default=State.DRAFT)
    audience: Mapped[Any] = mapped_column(JSONText)
    for_countries: Mapped[str] = mapped_column(Text, default="")
    for_kinds: Mapped[str] = mapped_column(Text, default="")
    for_tiers: Mapped[str] = mapped_column(Text, default="")
    for_organisations: Mapped[str] = mapped_column(Text, default="")
    manager_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    with_mail: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pinned_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    taken_down_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class Revision(Model):
    """One wording. `is_live`: the one that is read now. `told_through`: the last person told of it so far.

    `note` says what a correction changed; the first revision has none. `tells_again`: a correction that rings the
    bell and mails once more.
    """

    __tablename__ = "announcement_revisions"
    __table_args__ = (
        UniqueConstraint("announcement_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("NOT is_live OR published_at IS NOT NULL", name="live_is_published"),
        CheckConstraint("number = 1 OR published_at IS NULL OR note <> ''", name="correction_is_explained"),
        Index(
            "uq_announcement_revisions_live",
            "announcement_id",
            unique=True,
            sqlite_where=text("is_live"),
            postgresql_where=text("is_live"),
        ),
        Index(
            "uq_announcement_revisions_open",
            "announcement_id",
            unique=True,
            sqlite_where=text("published_at IS NULL"),
            postgresql_where=text("published_at IS NULL"),
        ),
    )

    id: Mapped[PK]
    announcement_id: Mapped[int] = mapped_column(BigInt, ForeignKey("announcements.id"))
    number: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text, default="")
    href: Mapped[str] = mapped_column(Text, default="")
    tells_again: Mapped[bool] = mapped_column(default=True)
    is_live: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told_through: Mapped[int] = mapped_column(BigInt, default=0)
    told_count: Mapped[int] = mapped_column(BigInt, default=0)
    made_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


class Wording(Model):
    """A revision in one language: every revision has a row for each. Read only where title and body are there."""

    __tablename__ = "announcement_texts"
    __table_args__ = (CheckConstraint("locale IN ('en', 'ms', 'id')", name="locale_known"),)

    revision_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("announcement_revisions.id"), primary_key=True, autoincrement=False
    )
    locale: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    button: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int] = mapped_column(Integer, default=1)
    is_final: Mapped[bool] = mapped_column(default=False)

    @property
    def is_ready(self) -> bool:
        """Whether readers may be given it."""
        return bool(self.title and self.body)


class Receipt(Model):
    """A person read a revision, and confirmed it where that was asked. The company is that of the day."""

    __tablename__ = "announcement_receipts"
    __table_args__ = (
        UniqueConstraint("revision_id", "person_id"),
        Index(None, "person_id", "revision_id"),
        CheckConstraint("confirmed_at IS NULL OR confirmed_at >= read_at", name="confirmed_after_read"),
    )

    id: Mapped[PK]
    revision_id: Mapped[int] = mapped_column(BigInt, ForeignKey("announcement_revisions.id"))
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("people.id"))
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    read_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MailRefusal(Model):
    """A person wants no e-mail copies of announcements, but for those that must be confirmed."""

    __tablename__ = "announcement_mail_refusals"

    person_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("people.id"), primary_key=True, autoincrement=False
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)


def _freeze(table: str, final: str, columns: str = "") -> None:
    """Where `final` holds of the old row, neither `columns` of it (or any) may change nor may it go."""
    message = "a published announcement is final"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    function = (
        "CREATE OR REPLACE FUNCTION tangga_told() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for event, of in (("UPDATE", columns), ("DELETE", "")):
        name = f"{table}_no_{event.lower()}"
        head = f"CREATE TRIGGER {name} BEFORE {event}{of} ON {table}"
        triggers.register(
            name,
            table,
            f"{head} WHEN {final} {refuse}",
            (
                function,
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"{head} FOR EACH ROW WHEN ({final}) EXECUTE FUNCTION tangga_told()",
            ),
        )


_freeze("announcement_texts", "OLD.is_final")
_freeze(
    "announcement_revisions",
    "OLD.published_at IS NOT NULL",
    " OF announcement_id, number, note, href, published_at",
)
