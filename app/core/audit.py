"""The audit trail: one row per act, in the act's own transaction. Before and after lie apart, so that they can be erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import has_request_context
from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.db import Model, db, dialect, execute_sql, in_transaction
from app.core.logs import request_id
from app.core.types import PK, BigInt, JSONText, UTCDateTime, bind


class AuditEvent(Model):
    """Who did what to which thing, when. Append-only."""

    __tablename__ = "audit_events"

    id: Mapped[PK]
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    code: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    actor_role: Mapped[str] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    subject_id: Mapped[int | None] = mapped_column(BigInt)
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"))
    request_id: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("ix_audit_events_subject", "subject", "subject_id"),
        Index("ix_audit_events_occurred_at", "occurred_at"),
    )


class AuditDetail(Model):
    """What changed, apart from the event so that a person's data can be erased without touching the trail."""

    __tablename__ = "audit_details"

    event_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("audit_events.id"), primary_key=True, autoincrement=False
    )
    before: Mapped[Any | None] = mapped_column(JSONText)
    after: Mapped[Any | None] = mapped_column(JSONText)
    note: Mapped[str | None] = mapped_column(Text)


_EVENT = """
INSERT INTO audit_events (occurred_at, code, actor_id, actor_role, subject, subject_id, organisation_id, request_id)
VALUES (:now, :code, :actor_id, :actor_role, :subject, :subject_id, :organisation_id, :request_id) RETURNING id
"""


def record(
    code: str,
    *,
    actor: Any,
    subject: str | None = None,
    subject_id: int | None = None,
    organisation_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str | None = None,
) -> None:
    """Write one audit row. `code` is dotted past tense (`deal.approved`); `actor` an Actor, or None for the system."""
    if not in_transaction():
        raise RuntimeError("audit.record() outside transaction()")
    event = execute_sql(
        _EVENT,
        {
            "now": bind(utc_now(), dialect()),
            "code": code,
            "actor_id": getattr(actor, "person_id", None),
            "actor_role": str(actor.role) if getattr(actor, "person_id", None) is not None else "system",
            "subject": subject,
            "subject_id": subject_id,
            "organisation_id": organisation_id,
            "request_id": request_id() if has_request_context() else None,
        },
    ).scalar_one()
    if before or after or note:
        db.session.add(AuditDetail(event_id=int(event), before=before, after=after, note=note))
