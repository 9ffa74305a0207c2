"""What a batch would cost, before it is made: now, as expected from past use, and what it leaves of the budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.codes.models import GiftCampaign
from app.codes.queries import checkers, expected_share
from app.codes.services import needs_second_person
from app.core.money import exponent, mul_div_ceil
from app.core.settings import current_settings
from app.identity.actor import Actor
from app.ledger.worth import reporting_worth, second_person_over


@dataclass(frozen=True, slots=True)
class Cost:
    """Points and worth in minor units of the reporting currency; worth is None while points have no value set.

    `percent` is the share of points that past codes were used for, None without a past; `expected` is rounded up to a
    whole unit, since it is an estimate; `limit` is the worth above which a second person approves.
    """

    points: int
    worth: int | None
    percent: int | None
    expected: int | None
    left_points: int
    left_worth: int | None
    before_points: int
    currency: str
    needs_checker: bool
    checker: str | None
    limit: int
    campaign: str
    last_day: date

    @property
    def is_over(self) -> bool:
        return self.left_points < 0


def cost_of(
    points: int, code_count: int, campaign: GiftCampaign, actor: Actor, until: date | None = None
) -> Cost:
    """The cost of a batch of a campaign, good to a day or to the campaign's last. Four statements at most."""
    total = points * code_count
    worth = reporting_worth(total)
    share = expected_share()
    left = campaign.left_points - total
    whole = 10 ** exponent(current_settings().reporting_currency)
    is_large = needs_second_person(total)
    asked = checkers(actor.person_id) if is_large else []
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
        needs_checker=is_large,
        checker=asked[0][1] if asked else None,
        limit=second_person_over(),
        campaign=campaign.name,
        last_day=until or campaign.valid_until,
    )
