"""The ledger's verbs. Everybody else calls these; nobody else writes the ledger's tables.

Each runs inside `transaction()` (its own, or the caller's) and takes an idempotency key: a second call with the same
key returns the first posting.
"""

from app.ledger.errors import (
    AlreadyReversed,
    CheckerNeeded,
    InsufficientPoints,
    KeyReused,
    LedgerBroken,
    NotReversible,
)
from app.ledger.models import HOUSE, Owner
from app.ledger.services.adjusting import adjust_or_propose, approve_adjustment, decline_adjustment
from app.ledger.services.bulk import EarnRow, earn_many
from app.ledger.services.codes import CodePart, claim_code, expire_codes, issue_codes, void_codes
from app.ledger.services.due import expire_due, release_due
from app.ledger.services.earning import earn
from app.ledger.services.moving import adjust, share_out
from app.ledger.services.post import Fact, Grant, Leg, Posted, Side, post
from app.ledger.services.spending import refund, spend
from app.ledger.services.taking_back import claw_back, hold_payees, reverse

__all__ = [
    "HOUSE",
    "AlreadyReversed",
    "CheckerNeeded",
    "CodePart",
    "EarnRow",
    "Fact",
    "Grant",
    "InsufficientPoints",
    "KeyReused",
    "LedgerBroken",
    "Leg",
    "NotReversible",
    "Owner",
    "Posted",
    "Side",
    "adjust",
    "adjust_or_propose",
    "approve_adjustment",
    "claim_code",
    "claw_back",
    "decline_adjustment",
    "earn",
    "earn_many",
    "expire_codes",
    "expire_due",
    "hold_payees",
    "issue_codes",
    "post",
    "refund",
    "release_due",
    "reverse",
    "share_out",
    "spend",
    "void_codes",
]
