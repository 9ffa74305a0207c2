"""Check before you type: is somebody already there? Never who, which deal or until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.core import limits
from app.core.clock import local, utc_now
from app.core.i18n import _
from app.core.settings import current_settings
from app.deals.conflicts import customer_of, judge, list_candidates
from app.deals.errors import TooManyChecks
from app.identity.actor import Actor

HOUR, DAY = 3_600, 86_400


class Answer(StrEnum):
    CLEAR = "clear"
    MAYBE = "maybe"
    YOURS = "yours"


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer; `public_id` names the person's own deal, only if they may open it."""

    answer: Answer
    public_id: str | None = None


def check_customer(
    *, name: str, country: str | None, domain: str = "", registration_no: str = "", actor: Actor
) -> Checked:
    """Say whether a customer may already be protected. The same work whatever the answer.

    20 an hour a person, 60 a day a company (settings). Raises TooManyChecks.
    """
    _count(actor)
    customer = customer_of(name, country or actor.organisation_country, domain, registration_no)
    own: str | None = None
    ours = theirs = False
    for row in list_candidates(customer):
        found = judge(customer, row)
        mine = row.organisation_id == actor.organisation_id
        ours = ours or (found is not None and mine and found[0] != "near")
        theirs = theirs or (found is not None and not mine)
        if found is not None and mine and (row.member_id == actor.person_id or actor.can("deal.manage")):
            own = own or row.public_id
    if ours:
        return Checked(Answer.YOURS, own)
    return Checked(Answer.MAYBE if theirs else Answer.CLEAR)


def _count(actor: Actor) -> None:
    settings = current_settings()
    person = ("deal-check-person", str(actor.person_id), settings.deal_check_person_hourly, HOUR)
    company = ("deal-check-company", str(actor.organisation_id), settings.deal_check_company_daily, DAY)
    for rule in (person, company):
        if not limits.hit(*rule):
            seconds = limits.wait_seconds(*rule)
            raise TooManyChecks(too_many(seconds, actor.zone), retry_after=seconds)


def too_many(seconds: int, zone: str) -> str:
    """When one can check again."""
    at = local(utc_now() + timedelta(seconds=seconds + 59), zone)
    return _(
        "You have checked many customers. You can check again at %(time)s. Sending works as always.",
        time=f"{at:%H:%M}",
    )
