"""Housekeeping of the ground floor."""

from __future__ import annotations

from datetime import timedelta

from app.core import jobs, limits
from app.core.clock import utc_now
from app.core.db import dialect, execute_sql, transaction
from app.core.types import bind


@jobs.periodic("core.purge", every_minutes=60)
def purge() -> None:
    """Drop what only had to live for a while: ended rate windows, stored form answers and finished jobs after 30 days."""
    limits.purge()
    before = bind(utc_now() - timedelta(days=30), dialect())
    with transaction():
        execute_sql("DELETE FROM idempotent_forms WHERE created_at < :before", {"before": before})
        execute_sql(
            "DELETE FROM jobs WHERE state IN ('done', 'cancelled') AND finished_at < :before",
            {"before": before},
        )
