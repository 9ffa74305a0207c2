"""What is not kept for ever, and what passes on when somebody leaves."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select, update

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, transaction
from app.deals.models import Deal
from app.deals.states import OPEN, DealState
from app.identity.actor import Actor

CONTACT_DAYS = 731  # 24 months after a deal closed
DRAFT_DAYS = 180


def blank_old_contacts() -> int:
    """Blank the customer's contact 24 months after a deal closed, and of drafts thrown away. Returns how many."""
    never_sent = (Deal.submitted_at.is_(None)) & (Deal.state == DealState.WITHDRAWN)
    held = or_(Deal.contact_name != "", Deal.contact_email != "")
    with transaction():
        found = db.session.execute(
            update(Deal)
            .where(held, or_(Deal.closed_at < utc_now() - timedelta(days=CONTACT_DAYS), never_sent))
            .values(contact_name="", contact_email="")
        )
        return int(found.rowcount)  # type: ignore[attr-defined]


def forget_old_drafts() -> int:
    """Throw away drafts that nobody touched for half a year. Returns how many."""
    with transaction():
        found = db.session.execute(
            update(Deal)
            .where(Deal.state == DealState.DRAFT, Deal.saved_at < utc_now() - timedelta(days=DRAFT_DAYS))
            .values(
                state=DealState.WITHDRAWN, closed_at=utc_now(), notes="", contact_name="", contact_email=""
            )
        )
        return int(found.rowcount)  # type: ignore[attr-defined]


def hand_over(person_id: int, organisation_id: int, to_person_id: int, *, actor: Actor) -> int:
    """Pass a leaver's drafts and open deals in a company to one of its admins. Returns how many."""
    with transaction():
        query = select(Deal).where(
            Deal.member_id == person_id,
            Deal.organisation_id == organisation_id,
            Deal.state.in_((DealState.DRAFT, *OPEN)),
        )
        deals = list(db.session.scalars(query.order_by(Deal.id).with_for_update()))
        for deal in deals:
            deal.member_id, deal.draft_key = to_person_id, None
            audit.record(
                "deal.handed_over", actor=actor, subject="deal", subject_id=deal.id, organisation_id=organisation_id,
                before={"member_id": person_id}, after={"member_id": to_person_id},
            )  # fmt: skip
        return len(deals)
