"""Housekeeping of sign-in: what only had to live for a while."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from app.core import jobs
from app.core.clock import utc_now
from app.core.db import db, transaction
from app.identity.models import SignInSecret
from app.identity.sessions import purge_sessions

KEPT_DAYS = 30


@jobs.periodic("identity.purge", every_minutes=60)
def purge() -> None:
    """Drop sessions and sign-in secrets a month after their last use."""
    before = utc_now() - timedelta(days=KEPT_DAYS)
    purge_sessions(before)
    with transaction():
        db.session.execute(delete(SignInSecret).where(SignInSecret.expires_at < before))
