"""One ledger line explained: the fact, the rule in the version of its date, the arithmetic, and why not yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.codes.queries import sources_of_posting
from app.core.clock import today
from app.core.errors import NotFound
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_points
from app.identity.actor import Actor
from app.ledger.queries import statement
from app.ledger.services.lives import vendor_date
from app.ledger.traces import Part, parts_of
from app.programs.explaining import Explanation, explain
from app.wallet.lines import Told, tell
from app.wallet.queries import visible_wallets

BY_A_PROGRAM = ("award", "clawback")


@dataclass(frozen=True, slots=True)
class Wait:
    """Why an amount is not there yet: the day it clears, and how far the waiting is."""

    clears_on: date
    day: int
    days: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything a receipt page says. `gift_points` is what gift codes gave to the same order."""

    told: Told
    wait: Wait | None
    story: Explanation | None
    parts: list[tuple[int, date]]
    is_company: bool
    gift_points: int = 0

    @property
    def state(self) -> tuple[str, str, str]:
        """(words, tone, icon) of the badge."""
        line = self.told.line
        if self.wait is not None:
            return _("On the way"), "neutral", "clock"
        if line.reversed_by:
            if line.kind == "redemption":
                return _("Refunded"), "ok", "undo-2"
            return _("Taken back"), "bad", "rotate-ccw"
        states = {
            "award": (_("Added"), "ok", "circle-check"),
            "redemption": (_("Spent"), "neutral", "gift"),
            "refund": (_("Back in the wallet"), "ok", "undo-2"),
            "clawback": (_("Taken back"), "bad", "rotate-ccw"),
            "collection": (_("Taken back"), "bad", "rotate-ccw"),
            "expiry": (_("Expired"), "warn", "hourglass"),
            "adjustment": (_("Adjusted"), "info", "scale"),
            "share": (_("Shared"), "brand", "users"),
            "reversal": (_("Taken back"), "info", "rotate-ccw"),
            "code_claim": (_("Added"), "ok", "circle-check"),
        }
        return states[line.kind]


def find_receipt(public_id: str, actor: Actor) -> Receipt:
    """The receipt of a line in one of the wallets that this person may see. Raises NotFound."""
    lines = statement(visible_wallets(actor), posting=public_id, limit=2)
    if not lines:
        raise NotFound()
    own = [line for line in lines if line.owner.kind == "member"]
    line = (own or lines)[0]
    told = tell([line])[0]
    story = None
    if line.kind in BY_A_PROGRAM and line.program_version_id:
        story = explain(line.posting_id, told.entry)
    parts = [] if line.kind == "award" else _by_date(parts_of(line.posting_id), line.points)
    gifts = sources_of_posting(line.posting_id) if line.kind == "redemption" else []
    gift_points = sum(gift.points for gift in gifts)
    return Receipt(told, _wait(told, story), story, parts, line.owner.kind == "organisation", gift_points)


def _wait(told: Told, story: Explanation | None) -> Wait | None:
    clears_on = told.line.releases_on
    if clears_on is None:
        return None
    started = vendor_date(told.line.occurred_at)
    days = max(1, (clears_on - started).days)
    day = min(max(1, (today() - started).days + 1), days)
    if story is not None and story.activity.fact.kind == "sale":
        sentence = ngettext(
            "New sales wait %(num)s day in case goods come back.",
            "New sales wait %(num)s days in case goods come back.",
            days,
        )
    elif story is not None and story.activity.fact.kind != "deal_won":
        sentence = ngettext("New points wait %(num)s day.", "New points wait %(num)s days.", days)
    else:
        sentence = ngettext(
            "New wins wait %(num)s day in case the customer cancels.",
            "New wins wait %(num)s days in case the customer cancels.",
            days,
        )
    return Wait(clears_on, day, days, sentence)


def _by_date(parts: list[Part], points: int) -> list[tuple[int, date]]:
    """Points by the date on their lots, those that went the way of the line."""
    found: dict[date, int] = {}
    for part in parts:
        if (part.points > 0) == (points > 0):
            found[part.expires_on] = found.get(part.expires_on, 0) + abs(part.points)
    return [(amount, expires_on) for expires_on, amount in sorted(found.items())]


def cap_words(receipt: Receipt) -> tuple[str, str] | None:
    """How much of a payee's limit is used, and what is left."""
    if receipt.story is None or receipt.story.cap is None:
        return None
    cap, locale = receipt.story.cap, current_locale()
    used = _(
        "%(used)s of your %(cap)s limit used in this incentive.",
        used=format_points(cap.used, locale),
        cap=format_points(cap.cap, locale),
    )
    return used, _("%(left)s left.", left=format_points(cap.left, locale))
