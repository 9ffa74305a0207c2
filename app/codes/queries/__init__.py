"""Reads of gift codes: what a holder may use, and what the vendor's people see."""

from app.codes.queries.holding import (
    Held,
    Source,
    find_by_digests,
    find_by_ids,
    gift_titles,
    sources_of_posting,
)
from app.codes.queries.vendor import (
    BatchRow,
    CampaignRow,
    checkers,
    expected_share,
    find_batch,
    find_campaign,
    list_batches,
    list_campaigns,
    more_fact,
    waiting_count,
    waiting_rows,
)

__all__ = [
    "BatchRow",
    "CampaignRow",
    "Held",
    "Source",
    "checkers",
    "expected_share",
    "find_batch",
    "find_by_digests",
    "find_by_ids",
    "find_campaign",
    "gift_titles",
    "list_batches",
    "list_campaigns",
    "more_fact",
    "sources_of_posting",
    "waiting_count",
    "waiting_rows",
]
