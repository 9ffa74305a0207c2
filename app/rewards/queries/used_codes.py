"""Gift codes that a person has used, wherever their points went: into the wallet or into the price of a reward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, union_all

from app.codes.models import GiftCampaign, GiftCode, GiftCodeBatch
from app.core.clock import today
from app.core.db import db
from app.ledger.models import Account, Posting, PostingKind, Transfer
from app.ledger.services.lives import GRACE_DAYS
from app.rewards.models import Order, OrderLine, OrderState, Reward

USED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Used:
    """One use of a code: its points, and what they paid for. Without an order they are in the wallet.

    `left` is what the code still holds and may still give, said once a code, at the person's latest use of it.
    """

    transfer_id: int
    posting_id: str
    used_at: datetime
    points: int
    last_four: str
    name: str
    order_id: str | None
    reward: dict[str, str] | None
    order_state: OrderState | None
    left: int

    @property
    def is_back(self) -> bool:
        """The order fell through, and its points went back."""
        return self.order_state in (OrderState.CANCELLED, OrderState.FAILED)


def list_used(person_id: int, after: str = "") -> tuple[list[Used], int | None]:
    """A page of a person's uses, the latest first, and where the next begins. One statement."""
    uses = union_all(_into_wallet(person_id), _for_orders(person_id)).subquery()
    latest = func.max(uses.c.id).over(partition_by=uses.c.from_account_id)  # of all, whatever page it is on
    moved = select(uses, (latest == uses.c.id).label("is_latest")).subquery()
    query = (
        select(
            moved.c.id, Posting.public_id, Posting.created_at, moved.c.amount, GiftCode.last_four,
            GiftCampaign.name, Order.public_id, Reward.name, Order.state,
            moved.c.is_latest, Account.balance, GiftCodeBatch.valid_until,
        )
        .join(Posting, Posting.id == moved.c.posting_id)
        .join(Account, Account.id == moved.c.from_account_id)
        .join(GiftCode, GiftCode.id == Account.owner_id)
        .join(GiftCodeBatch, GiftCodeBatch.id == GiftCode.batch_id)
        .join(GiftCampaign, GiftCampaign.id == GiftCodeBatch.campaign_id)
        .outerjoin(Order, Order.id == Posting.order_id)
        .outerjoin(OrderLine, OrderLine.order_id == Order.id)
        .outerjoin(Reward, Reward.id == OrderLine.reward_id)
        .where(Account.owner_kind == "code")
        .order_by(moved.c.id.desc())
        .limit(USED_SHOWN + 1)
    )  # fmt: skip
    if after.isascii() and after.isdecimal() and len(after) < 19:
        query = query.where(moved.c.id < int(after))
    rows = db.session.execute(query).all()
    following = rows[USED_SHOWN - 1][0] if len(rows) > USED_SHOWN else None
    found = []
    for row in rows[:USED_SHOWN]:
        *shown, is_latest, balance, valid_until = row
        is_late = valid_until < today() - timedelta(days=GRACE_DAYS)  # until the job takes what is left
        shown.append(balance if is_latest and not is_late else 0)
        found.append(Used(*shown))
    return found, following


def _moves() -> Any:
    return select(Transfer.id, Transfer.posting_id, Transfer.from_account_id, Transfer.amount)


def _into_wallet(person_id: int) -> Any:
    """Transfers from codes into a person's wallet."""
    wallet = (
        select(Account.id)
        .where(
            Account.owner_kind == "member", Account.owner_id == person_id, Account.unit == "PTS",
            Account.kind == "available",
        )
        .scalar_subquery()
    )  # fmt: skip
    return (
        _moves()
        .join(Posting, Posting.id == Transfer.posting_id)
        .where(
            Transfer.to_account_id == wallet,
            Transfer.to_balance.is_not(None),
            Posting.kind == PostingKind.CODE_CLAIM,
        )
    )


def _for_orders(person_id: int) -> Any:
    """Transfers that paid a person's orders; those of the wallet among them fall away at the account's owner."""
    return (
        _moves()
        .join(Order, Order.payment_posting_id == Transfer.posting_id)
        .where(Order.person_id == person_id)
    )
