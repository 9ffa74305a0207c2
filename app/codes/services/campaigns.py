"""Campaigns: what codes are given for, by whom, until when, and how much they may cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.codes.models import GiftCampaign, Occasion
from app.core import audit
from app.core.clock import LAST_YEAR, today
from app.core.db import db, lock, transaction
from app.core.errors import InvalidInput
from app.core.i18n import _
from app.core.slugs import free_slug, slugify

if TYPE_CHECKING:
    from app.identity.actor import Actor

LIFE_MONTHS = 12
MOST_BUDGET = 10**12


@dataclass(frozen=True, slots=True)
class CampaignDetails:
    """What the vendor fills in."""

    name: str
    giver: str
    budget_points: int
    valid_from: date
    valid_until: date
    occasion: Occasion = Occasion.THANKS
    message: str = ""
    palette: str = "plain"


def default_last_day(first: date) -> date:
    """Twelve months after a day; 29 February becomes the 28th."""
    day = 28 if (first.month, first.day) == (2, 29) else first.day
    return first.replace(year=first.year + LIFE_MONTHS // 12, day=day)


def _check(details: CampaignDetails) -> None:
    fields: dict[str, object] = {}
    if not details.name.strip():
        fields["name"] = _("Enter the name that partners see.")
    if not details.giver.strip():
        fields["giver"] = _("Enter who gives.")
    if not 1 <= details.budget_points <= MOST_BUDGET:
        fields["budget_points"] = _("Enter a budget above zero.")
    if details.valid_until < details.valid_from:
        fields["valid_until"] = _("The last day comes after the first.")
    elif details.valid_until < today():
        fields["valid_until"] = _("The last day has passed already.")
    elif details.valid_until.year > LAST_YEAR:
        fields["valid_until"] = _("Choose a date between 1990 and 2100.")
    if fields:
        raise InvalidInput(fields=fields)


def add_campaign(details: CampaignDetails, *, actor: Actor | None, slug: str | None = None) -> GiftCampaign:
    """Make a campaign; nothing is issued yet. Raises InvalidInput."""
    _check(details)
    with transaction():
        wanted = slugify(slug or details.name, fallback="gift")
        row = GiftCampaign(
            slug=free_slug(GiftCampaign.slug, wanted), name=details.name.strip(), giver=details.giver.strip(),
            occasion=details.occasion, message=details.message.strip(), palette=details.palette,
            valid_from=details.valid_from, valid_until=details.valid_until,
            budget_points=details.budget_points, committed_points=0,
            made_by_id=actor.person_id if actor else None,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        audit.record(
            "code_campaign.added", actor=actor, subject="gift_campaign", subject_id=row.id, after=_record(row)
        )
        return row


def edit_campaign(campaign_id: int, details: CampaignDetails, *, actor: Actor) -> GiftCampaign:
    """Change a campaign's words, days and budget. Codes that were made keep their own last day.

    Raises NotFound, InvalidInput (also for a budget below what is committed).
    """
    _check(details)
    with transaction():
        row = lock(GiftCampaign, campaign_id)
        if details.budget_points < row.committed_points:
            sentence = _("More than this is committed already. The budget cannot go below it.")
            raise InvalidInput(fields={"budget_points": sentence})
        before = _record(row)
        row.name, row.giver, row.message = (
            details.name.strip(),
            details.giver.strip(),
            details.message.strip(),
        )
        row.occasion, row.palette, row.budget_points = (
            details.occasion, details.palette, details.budget_points,
        )  # fmt: skip
        row.valid_from, row.valid_until = details.valid_from, details.valid_until
        audit.record(
            "code_campaign.edited", actor=actor, subject="gift_campaign", subject_id=row.id, before=before,
            after=_record(row),
        )  # fmt: skip
        return row


def _record(row: GiftCampaign) -> dict[str, object]:
    return {
        "name": row.name, "giver": row.giver, "occasion": row.occasion.value, "message": row.message,
        "valid_from": row.valid_from.isoformat(), "valid_until": row.valid_until.isoformat(),
        "budget_points": row.budget_points,
    }  # fmt: skip
