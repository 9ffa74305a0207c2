"""What was imported, when, by whom, and what waits."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model
from app.core.types import (
    PK,
    BigInt,
    JSONText,
    LocalDate,
    StrEnumType,
    UTCDateTime,
    check_in,
    public_id_column,
)


class ImportKind(StrEnum):
    """What a file holds."""

    PARTNERS = "partners"
    PRODUCTS = "products"
    SALES = "sales"


class BatchStatus(StrEnum):
    """A file on screen is uploaded, perhaps checked, then queued; a command starts at running."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"


class ImportBatch(Model):
    """One run of one file. `report` holds the figures; `mapping` says how columns were read."""

    __tablename__ = "import_batches"
    __table_args__ = (
        check_in("kind", ImportKind),
        check_in("status", BatchStatus),
        Index(None, "created_at", "id"),
        Index(None, "source", "sha256"),
    )

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    kind: Mapped[ImportKind] = mapped_column(StrEnumType(ImportKind))
    source: Mapped[str] = mapped_column(Text)
    status: Mapped[BatchStatus] = mapped_column(StrEnumType(BatchStatus))
    file_name: Mapped[str] = mapped_column(Text)
    file_key: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONText)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONText)
    errors_key: Mapped[str | None] = mapped_column(Text)
    sentence: Mapped[str | None] = mapped_column(Text)
    phase: Mapped[str | None] = mapped_column(Text)
    line_count: Mapped[int] = mapped_column(BigInt, default=0)
    done_count: Mapped[int] = mapped_column(BigInt, default=0)
    actor_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ImportShare(Model):
    """What a batch meant for one organisation: the source of the one notice that it gets."""

    __tablename__ = "import_shares"

    batch_id: Mapped[int] = mapped_column(BigInt, ForeignKey("import_batches.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id"), primary_key=True)
    line_count: Mapped[int] = mapped_column(BigInt)
    points: Mapped[int] = mapped_column(BigInt)
    recent_points: Mapped[int] = mapped_column(BigInt)


class ParkedLine(Model):
    """A sale line that names what is not known here yet. It is tried again once that is known.

    `reason` says what is missing: `partner`, `product`, `credited_line`; `wanted` is its key in the source.
    """

    __tablename__ = "import_parked_lines"
    __table_args__ = (
        UniqueConstraint("source", "document", "line"),
        Index(None, "source", "source_ref"),
        Index(
            "ix_import_parked_lines_waiting",
            "source",
            "reason",
            "wanted",
            sqlite_where=text("replayed_at IS NULL"),
            postgresql_where=text("replayed_at IS NULL"),
        ),
    )

    id: Mapped[PK]
    source: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    line: Mapped[str] = mapped_column(Text)
    source_ref: Mapped[str] = mapped_column(Text)
    sold_on: Mapped[date] = mapped_column(LocalDate)
    content: Mapped[dict[str, Any]] = mapped_column(JSONText)
    reason: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str] = mapped_column(Text)
    batch_id: Mapped[int] = mapped_column(BigInt, ForeignKey("import_batches.id"))
    line_no: Mapped[int] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    replayed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SavedMapping(Model):
    """How the columns of a source are read, kept for its next file."""

    __tablename__ = "import_mappings"
    __table_args__ = (check_in("kind", ImportKind), UniqueConstraint("kind", "source"))

    id: Mapped[PK]
    kind: Mapped[ImportKind] = mapped_column(StrEnumType(ImportKind))
    source: Mapped[str] = mapped_column(Text)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONText)
    actor_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
