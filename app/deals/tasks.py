"""What comes by itself: telling people, ending protections, reminding before they end."""

from __future__ import annotations

from typing import Any

from app.core.jobs import handler, periodic
from app.deals import notices
from app.deals.services import expire_due
from app.deals.services.moves import NOTIFY
from app.deals.services.tidying import blank_old_contacts, forget_old_drafts


@handler(NOTIFY, max_attempts=5, lease=60)
def notify(payload: dict[str, Any]) -> None:
    """Tell the other side of an event or a comment. A decision taken back meanwhile is not told."""
    if "event_id" in payload:
        notices.tell_event(int(payload["event_id"]))
    else:
        notices.tell_comment(int(payload["comment_id"]))


@periodic("deals.expire", every_minutes=10)
def expire() -> object:
    """End protections whose last day is over."""
    return expire_due()


@periodic("deals.remind", every_minutes=60)
def remind() -> object:
    """Remind partners 30, 14, 7 and 1 days before a protection ends."""
    return notices.remind_due()


@periodic("deals.tidy", every_minutes=24 * 60)
def tidy() -> object:
    """Blank what is not kept for ever."""
    return forget_old_drafts() + blank_old_contacts()
