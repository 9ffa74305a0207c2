"""What gift codes do by themselves: end past their grace, and tell the owners of guessing."""

from __future__ import annotations

from typing import Any

from app.codes.services.batches import expire_batches
from app.codes.services.exporting import purge_exports
from app.codes.services.telling import ALERT, tell_owners
from app.core.jobs import handler, periodic


@handler(ALERT)
def guessing(payload: dict[str, Any]) -> None:
    """Warn the owners."""
    tell_owners(payload)


@periodic("codes.expire", every_minutes=60)
def expire() -> int:
    """End batches past their grace."""
    return expire_batches()


@periodic("codes.purge_exports", every_minutes=24 * 60)
def purge() -> int:
    """Drop files that nobody may fetch any more."""
    return purge_exports()
