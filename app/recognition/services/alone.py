"""What one person may give without a second one: up to the limit in an award, and to the same receiver in a day.

Two awards under the limit, one after the other or from two tabs at once, would be the large one that nobody looked at.
So those who give queue at their own row, and what they gave alone to a receiver in the last 24 hours is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, case, func, or_, select

from app.core.clock import utc_now
from app.core.db import db
from app.identity.actor import Actor
from app.recognition.models import Award, AwardRecipient, AwardState
from app.recognition.scope import Receiver

ADDED_UP = timedelta(hours=24)


def most_given_alone(receivers: Sequence[Receiver], actor: Actor) -> int:
    """The most points that one of these got from this person in the last 24 hours without a second person.

    What was taken back or withdrawn is not counted (its points went back), nor what somebody approved or has to.
    """
    people = [one.person_id for one in receivers if one.person_id is not None]
    companies = [one.organisation_id for one in receivers if one.person_id is None]
    company = case((AwardRecipient.person_id.is_(None), AwardRecipient.organisation_id))
    total = func.sum(Award.points)
    query = (
        select(total)
        .join(AwardRecipient, AwardRecipient.award_id == Award.id)
        .where(
            Award.giver_id == actor.person_id,
            Award.state == AwardState.GIVEN,
            Award.approved_by_id.is_(None),
            Award.given_at > utc_now() - ADDED_UP,
            or_(
                AwardRecipient.person_id.in_(people),
                and_(AwardRecipient.person_id.is_(None), AwardRecipient.organisation_id.in_(companies)),
            ),
        )
        .group_by(AwardRecipient.person_id, company)
        .order_by(total.desc())
    )
    return int(db.session.scalar(query.limit(1)) or 0)
