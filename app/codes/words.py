"""What a gift says: the occasion with its giver, and the names of states."""

from __future__ import annotations

from typing import Any

from app.codes.models import BatchState, Occasion
from app.core.i18n import _, _l, pgettext

OCCASIONS: dict[Occasion, Any] = {
    Occasion.THANKS: _l("Thank you"),
    Occasion.CELEBRATION: _l("Celebration"),
    Occasion.PRIZE: _l("Prize"),
    Occasion.EVENT: _l("Event"),
    Occasion.WELCOME: _l("Welcome"),
    Occasion.FESTIVE: _l("Festive season"),
}


def gift_words(occasion: str, giver: str) -> str:
    """What the gift is called on the holder's page."""
    sentences = {
        Occasion.THANKS: _("Thank-you gift from %(giver)s", giver=giver),
        Occasion.CELEBRATION: _("Celebration gift from %(giver)s", giver=giver),
        Occasion.PRIZE: _("Prize from %(giver)s", giver=giver),
        Occasion.EVENT: _("Event gift from %(giver)s", giver=giver),
        Occasion.WELCOME: _("Welcome gift from %(giver)s", giver=giver),
        Occasion.FESTIVE: _("Festive gift from %(giver)s", giver=giver),
    }
    return sentences[Occasion(occasion)]


def line_words(last_four: str, giver: str) -> str:
    """What a line of a wallet or a receipt calls a code."""
    return _("Gift code ending %(last_four)s from %(giver)s", last_four=last_four, giver=giver)


def state_words(state: BatchState) -> tuple[str, str]:
    """(words, tone) of a batch's badge."""
    found = {
        BatchState.WAITING: (_("Waiting for a second person"), "warn"),
        BatchState.LIVE: (pgettext("gift codes", "Live"), "ok"),
        BatchState.DECLINED: (_("Declined"), "neutral"),
        BatchState.VOID: (_("Void"), "neutral"),
        BatchState.ENDED: (_("Ended"), "neutral"),
    }
    return found[state]
