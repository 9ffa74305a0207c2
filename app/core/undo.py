"""A decision that can be taken back for a minute: what the toast says on every page until the time is up."""

from __future__ import annotations

from dataclasses import dataclass

from flask import session

from app.core.clock import utc_now

UNDO_SECONDS = 60
_KEY = "undo"


@dataclass(frozen=True, slots=True)
class Undo:
    """`action` takes the POST that takes the decision back; `seconds` are left. `back`: where it was decided, if told."""

    text: str
    sub: str
    action: str
    seconds: int
    back: str = ""


def offer_undo(
    text: object, sub: object, action: str, seconds: int = UNDO_SECONDS, *, back: str | None = None
) -> None:
    """Show the toast on this and the following pages of this person while the time lasts."""
    until = int(utc_now().timestamp()) + seconds
    session[_KEY] = {"text": str(text), "sub": str(sub), "action": action, "until": until, "back": back or ""}


def withdraw_undo(action: str | None = None) -> None:
    """Stop offering, whatever is offered or only `action`."""
    offered = session.get(_KEY)
    if offered and action in (None, offered["action"]):
        session.pop(_KEY, None)


def offered_undo() -> Undo | None:
    """What can still be taken back, or None. Reads only; an old offer is simply not shown."""
    offered = session.get(_KEY)
    if not offered:
        return None
    left = int(offered["until"] - utc_now().timestamp())
    if left <= 0:
        return None
    return Undo(offered["text"], offered["sub"], offered["action"], left, offered.get("back", ""))
