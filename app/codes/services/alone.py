"""What one maker may make without a second person: up to the limit in a day of the vendor's calendar, all campaigns
together.

Two batches under the limit, one after the other or from two tabs at once, would be the large one that nobody looked
at. So those who make codes queue at their own row, and what they made on the same day is added.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from app.codes.models import BatchState, GiftCampaign, GiftCodeBatch
from app.core.clock import today
from app.core.db import db, queue_up
from app.core.settings import current_settings
from app.identity.models import Person
from app.ledger.periods import span_of


def queue_maker(maker_id: int | None) -> None:
    """Let what one maker makes be made one after the other. Whoever gives no name (the command line) is one maker too."""
    if maker_id is not None:
        queue_up(Person, maker_id)
    else:  # nobody's row: they queue at the first campaign, without which there are no codes
        queue_up(GiftCampaign, db.session.scalar(select(func.min(GiftCampaign.id))))


def made_alone_today(maker_id: int | None) -> int:
    """The points that this maker put on codes today and that no second person has decided on.

    What waits is counted: while a batch waits, those after it do too. What was approved had its second person, what was
    declined never opens, and what was voided is back in the budget.
    """
    begin, end = span_of(today(), today() + timedelta(days=1), current_settings().time_zone)
    query = select(
        func.sum(GiftCodeBatch.points * GiftCodeBatch.code_count - GiftCodeBatch.voided_points)
    ).where(
        GiftCodeBatch.made_by_id == maker_id if maker_id is not None else GiftCodeBatch.made_by_id.is_(None),
        GiftCodeBatch.made_at >= begin,
        GiftCodeBatch.made_at < end,
        GiftCodeBatch.decided_by_id.is_(None),
        GiftCodeBatch.state != BatchState.DECLINED,
    )
    return int(db.session.scalar(query) or 0)
