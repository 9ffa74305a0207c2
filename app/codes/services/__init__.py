"""Verbs on gift codes: campaigns, batches, exports, and codes used."""

from app.codes.services.batches import (
    Wanted,
    approve_batch,
    decline_batch,
    expire_batches,
    issue_batch,
    void_batch,
    void_code,
)
from app.codes.services.campaigns import CampaignDetails, add_campaign, default_last_day, edit_campaign
from app.codes.services.entering import Visitor, enter
from app.codes.services.exporting import check_password, keep_sealed, note_export, take_export, writing_to
from app.codes.services.using import claim, pay, refund, share_out

__all__ = [
    "CampaignDetails",
    "Visitor",
    "Wanted",
    "add_campaign",
    "approve_batch",
    "check_password",
    "claim",
    "decline_batch",
    "default_last_day",
    "edit_campaign",
    "enter",
    "expire_batches",
    "issue_batch",
    "keep_sealed",
    "note_export",
    "pay",
    "refund",
    "share_out",
    "take_export",
    "void_batch",
    "void_code",
    "writing_to",
]
