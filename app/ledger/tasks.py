"""What the ledger does by itself."""

from __future__ import annotations

from app.core.jobs import periodic
from app.ledger.services import expire_due, release_due


@periodic("ledger.release", every_minutes=10)
def release() -> int:
    """Make held points spendable on their day."""
    return release_due()


@periodic("ledger.expire", every_minutes=60)
def expire() -> int:
    """Expire points past their grace."""
    return expire_due()
