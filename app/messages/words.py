"""What screens call kinds and states of announcements."""

from __future__ import annotations

from app.core.i18n import _l
from app.messages.models import Kind, State

KINDS = {Kind.NEWS: _l("News"), Kind.CAMPAIGN: _l("Campaign"), Kind.MUST_CONFIRM: _l("Must confirm")}
STATES = {
    State.DRAFT: (_l("Draft"), "neutral", "pencil"),
    State.SCHEDULED: (_l("Scheduled"), "info", "clock"),
    State.LIVE: (_l("Live"), "ok", "circle-check"),
    State.ENDED: (_l("Ended"), "neutral", "hourglass"),
    State.TAKEN_DOWN: (_l("Taken down"), "bad", "circle-slash"),
}
FIELDS = {"title": _l("headline"), "body": _l("message"), "button": _l("button")}


def kind_words(kind: str) -> str:
    return str(KINDS[Kind(kind)])


def lacking(names: list[str]) -> str:
    """What a language lacks, as a list in words."""
    return ", ".join(str(FIELDS[name]) for name in names)
