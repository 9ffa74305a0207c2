"""What comes by itself: going out in time, ending in time, telling readers."""

from __future__ import annotations

from typing import Any

from app.core.jobs import handler, periodic
from app.messages.services.publishing import TELL, end_due, publish_due
from app.messages.services.telling import tell


@handler(TELL, max_attempts=6, lease=120)
def tell_readers(payload: dict[str, Any]) -> None:
    """One batch of readers; the batch after it is a job of its own."""
    tell(int(payload["revision_id"]), int(payload.get("after", 0)))


@periodic("messages.schedule", every_minutes=1)
def schedule() -> object:
    """Let go out and end what has reached its time."""
    return publish_due() + end_due()
