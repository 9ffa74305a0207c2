"""What comes by itself: telling people about awards, and years of service."""

from __future__ import annotations

from typing import Any

from app.core.jobs import handler, periodic
from app.recognition import notices
from app.recognition.services.giving import TELL
from app.recognition.services.years import record_service


@handler(TELL, max_attempts=5, lease=60)
def tell(payload: dict[str, Any]) -> None:
    """Tell people about an award. One that was taken back meanwhile is not told."""
    notices.tell(int(payload["award_id"]), str(payload["what"]))


@periodic("recognition.service", every_minutes=6 * 60)
def service() -> object:
    """Record years of service that were reached; days that were missed are caught up."""
    return record_service()
