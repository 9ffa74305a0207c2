"""What one maker may make without a second person: up to the limit in a day of the vendor's calendar, all campaigns
together.

Two batches under the limit, one after the other or from two tabs at once, would be the large one that nobody looked
at. So what one maker makes is made one after the other, and what was made on the same day is added.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from app.codes.models import BatchState, GiftCodeBatch
from app.core.clock import today
from app.core.db import db, queue_under
from app.core.settings import current_settings
from app.ledger.periods import span_of


def queue_maker(maker_id: int | None) -> None:
    """Let what one maker makes be made one after the other. Whoever gives no name (the command line) is one maker too.

    Under a name and not at a row of theirs: a million codes take a while, and their session must not wait for it.
    """
    queue_under(f"codes:{maker_id}")


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
