"""What a batch would cost, before it is made: now, as expected from past use, and what it leaves of the budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.codes.models import GiftCampaign
from app.codes.queries import checkers, expected_share
from app.codes.services.alone import made_alone_today
from app.core.i18n import _, current_locale
from app.core.money import exponent, format_money, mul_div_ceil
from app.core.settings import current_settings
from app.identity.actor import Actor
from app.ledger.worth import asks_second_person, needs_second_person, reporting_worth, second_person_over


@dataclass(frozen=True, slots=True)
class Cost:
    """Points and worth in minor units of the reporting currency; worth is None while points have no value set.

    `percent` is the share of points that past codes were used for, None without a past; `expected` is rounded up to a
    whole unit, since it is an estimate; `why` says why a second person is asked, None if nobody is.
    """

    points: int
    worth: int | None
    percent: int | None
    expected: int | None
    left_points: int
    left_worth: int | None
    before_points: int
    currency: str
    why: str | None
    checker: str | None
    campaign: str
    last_day: date

    @property
    def is_over(self) -> bool:
        return self.left_points < 0


def why_it_waits(points: int, maker_id: int | None) -> str | None:
    """Why a batch of so many points would wait for a second person, to the one who makes it. None if it would not."""
    before = made_alone_today(maker_id)
    if not needs_second_person(points, before):
        return None
    currency, locale, worth = current_settings().reporting_currency, current_locale(), reporting_worth(points)
    if worth is None:
        return _("Points have no value in money yet, so a second person approves every batch.")
    limit = format_money(second_person_over(), currency, locale)
    if asks_second_person(worth):
        return _("Over %(money)s needs a second person.", money=limit)
    made = format_money(reporting_worth(before) or 0, currency, locale)
    return _("With the codes worth %(made)s that you made today it is over %(limit)s. A second person approves.",
             made=made, limit=limit)  # fmt: skip


def cost_of(
    points: int, code_count: int, campaign: GiftCampaign, actor: Actor, until: date | None = None
) -> Cost:
    """The cost of a batch of a campaign, good to a day or to the campaign's last. Five statements at most."""
    total = points * code_count
    worth = reporting_worth(total)
    share = expected_share()
    left = campaign.left_points - total
    whole = 10 ** exponent(current_settings().reporting_currency)
    why = why_it_waits(total, actor.person_id)
    asked = checkers(actor.person_id) if why else []
    return Cost(
        points=total,
        worth=worth,
        percent=round(100 * share[0] / share[1]) if share else None,
        expected=mul_div_ceil(worth, share[0], share[1] * whole) * whole
        if share and worth is not None
        else worth,
        left_points=left,
        left_worth=reporting_worth(left) if left > 0 else 0,
        before_points=campaign.left_points,
        currency=current_settings().reporting_currency,
        why=why,
        checker=asked[0][1] if asked else None,
        campaign=campaign.name,
        last_day=until or campaign.valid_until,
    )
