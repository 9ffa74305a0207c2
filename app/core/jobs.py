"""Outbox: a row is the promise, a task only fulfils it.

`enqueue` writes a row in the business transaction; a worker claims it in a short transaction of its own, runs the
handler without any lock held, and marks it. A worker killed in between leaves a lease that runs out, so a job runs at
least once; handlers are idempotent. Periodic work stands in one table, `SCHEDULE`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import bulk
from app.core.clock import utc_now
from app.core.db import Model, after_commit, db, dialect, execute_sql, in_transaction, lock, transaction
from app.core.logs import get_logger
from app.core.types import PK, BigInt, JSONText, UTCDateTime, bind, dump_json


class Job(Model):
    """One promised piece of work. `state`: ready, done, dead, cancelled."""

    __tablename__ = "jobs"

    id: Mapped[PK]
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[Any] = mapped_column(JSONText)
    dedupe: Mapped[str | None] = mapped_column(Text, unique=True)
    run_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(BigInt, default=0)
    state: Mapped[str] = mapped_column(Text, default="ready")
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        CheckConstraint("state IN ('ready', 'done', 'dead', 'cancelled')", name="state_known"),
        Index("ix_jobs_due", "state", "run_at"),
    )


@dataclass(frozen=True, slots=True)
class Handler:
    """How a kind of job runs: function, tries, lease and first pause in seconds."""

    run: Callable[[dict[str, Any]], None]
    max_attempts: int
    lease_seconds: int
    pause_seconds: int


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work that comes by itself every so many minutes; the function is idempotent."""

    name: str
    every_minutes: int
    run: Callable[[], object]


_ENQUEUE = """
INSERT INTO jobs (kind, payload, dedupe, run_at, attempts, state, created_at)
VALUES (:kind, :payload, :dedupe, :run_at, 0, 'ready', :now)
ON CONFLICT (dedupe) DO NOTHING RETURNING id
"""

HANDLERS: dict[str, Handler] = {}
SCHEDULE: dict[str, Periodic] = {}
_wakers: list[Callable[[], None]] = []


def handler(
    kind: str, *, max_attempts: int = 5, lease: int = 60, pause: int = 10
) -> Callable[[Callable[[dict[str, Any]], None]], Callable[[dict[str, Any]], None]]:
    """Declare the function that fulfils jobs of a kind; it gets the payload."""

    def register(function: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
        HANDLERS[kind] = Handler(function, max_attempts, lease, pause)
        return function

    return register


def periodic(name: str, *, every_minutes: int) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Declare periodic work in the one table."""

    def register(function: Callable[[], object]) -> Callable[[], object]:
        SCHEDULE[name] = Periodic(name, every_minutes, function)
        return function

    return register


def on_enqueue(waker: Callable[[], None]) -> None:
    """Call `waker` after each commit that promised work (the queue library wakes a worker)."""
    _wakers.append(waker)


def _wake() -> None:
    for waker in _wakers:
        waker()


def enqueue(
    kind: str,
    payload: dict[str, Any],
    *,
    dedupe: str | None = None,
    delay_seconds: int = 0,
    run_at: datetime | None = None,
) -> int | None:
    """Promise a job inside the present transaction. With a `dedupe` key that exists already, nothing is added.

    Returns the job's id, or None for a duplicate.
    """
    if not in_transaction():
        raise RuntimeError("enqueue() outside transaction()")
    if kind not in HANDLERS:
        raise KeyError(f"no handler for jobs of kind {kind}")
    now = utc_now()
    due = run_at or now + timedelta(seconds=delay_seconds)
    name = dialect()
    found = execute_sql(
        _ENQUEUE,
        {
            "kind": kind,
            "payload": dump_json(payload),
            "dedupe": dedupe,
            "run_at": bind(due, name),
            "now": bind(now, name),
        },
    ).scalar()
    after_commit(_wake)
    return found


def enqueue_many(kind: str, payloads: Sequence[dict[str, Any]]) -> list[int]:
    """Promise many jobs of one kind, due now, inside the present transaction. Returns their ids in order."""
    if not in_transaction():
        raise RuntimeError("enqueue_many() outside transaction()")
    if kind not in HANDLERS:
        raise KeyError(f"no handler for jobs of kind {kind}")
    now = utc_now()
    ids = bulk.reserve_ids("jobs", len(payloads))
    columns = ("id", "kind", "payload", "run_at", "attempts", "state", "created_at")
    rows = [
        (job_id, kind, payload, now, 0, "ready", now) for job_id, payload in zip(ids, payloads, strict=True)
    ]
    bulk.insert_rows("jobs", columns, rows)
    after_commit(_wake)
    return ids


def cancel(dedupe: str) -> bool:
    """Take back a promise that has not begun. True if it was still waiting."""
    from sqlalchemy import update

    statement = (
        update(Job)
        .where(Job.dedupe == dedupe, Job.state == "ready", Job.attempts == 0)
        .values(state="cancelled", finished_at=utc_now(), dedupe=None)
    )
    return bool(db.session.execute(statement).rowcount)  # type: ignore[attr-defined]


def is_promised(dedupe: str) -> bool:
    """Whether a job of this name still waits, or is at work."""
    return db.session.scalar(select(Job.id).where(Job.dedupe == dedupe, Job.state == "ready")) is not None


def promised(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The payloads of those of these jobs that still wait, or are at work, by their names. One statement."""
    query = select(Job.dedupe, Job.payload).where(Job.dedupe.in_(names), Job.state == "ready")
    return {str(row.dedupe): dict(row.payload) for row in db.session.execute(query)} if names else {}


def _claim() -> tuple[int, str, dict[str, Any], int] | None:
    now = utc_now()
    query = (
        select(Job)
        .where(Job.state == "ready", Job.run_at <= now)
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if (
        db.session.execute(select(Job.id).where(Job.state == "ready", Job.run_at <= now).limit(1)).first()
        is None
    ):
        return None  # most looks find nothing: do not take the write lock for them
    with transaction():
        job = db.session.scalars(query).first()
        if job is None:
            return None
        rule = HANDLERS.get(job.kind)
        job.attempts += 1
        if rule is None or job.attempts > rule.max_attempts:
            job.state, job.finished_at = "dead", now
            job.error = job.error or ("no handler" if rule is None else "lease ran out")
            return (job.id, "", {}, 0)
        job.run_at = now + timedelta(seconds=rule.lease_seconds)
        return (job.id, job.kind, dict(job.payload), job.attempts)


def run_one() -> bool:
    """Claim and run one due job. False if none is due."""
    claimed = _claim()
    if claimed is None:
        return False
    job_id, kind, payload, attempt = claimed
    if not kind:
        return True
    rule = HANDLERS[kind]
    error: str | None = None
    try:
        rule.run(payload)
    except Exception as problem:  # noqa: BLE001 - the row keeps what happened and is tried again
        error = f"{type(problem).__name__}: {problem}"[:500]
        get_logger().warning("job failed", kind=kind, job=job_id, attempt=attempt, error=error)
    with transaction():
        job = lock(Job, job_id)
        if job.state != "ready":
            return True
        job.error = error
        if error is None:
            job.state, job.finished_at = "done", utc_now()
        elif attempt >= rule.max_attempts:
            job.state, job.finished_at = "dead", utc_now()
        else:
            seconds = rule.pause_seconds * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # spreads retries
            job.run_at = utc_now() + timedelta(seconds=seconds)
    return True


def run_due(limit: int = 1000) -> int:
    """Run due jobs until none is left; returns how many."""
    count = 0
    while count < limit and run_one():
        count += 1
    return count
