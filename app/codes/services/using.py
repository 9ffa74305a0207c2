"""Codes used by whoever holds them: into the wallet, as part of a payment, and back when an order falls through.

Each verb first locks the batches of its codes, in id order, then reads what the codes hold, then moves it: two people
with the same code meet at the batch, and the second finds what the first left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from app.codes.errors import CodeTaken
from app.codes.models import GiftCode, GiftCodeBatch
from app.codes.queries.holding import Held, find_by_ids, sources_of_posting
from app.core import audit
from app.core.db import db, transaction
from app.ledger import services as ledger
from app.ledger.services import CodePart, Owner, Posted

if TYPE_CHECKING:
    from app.identity.actor import Actor


def _hold(code_ids: Sequence[int]) -> list[Held]:
    """The codes as they stand, their batches locked; the earliest expiry first. Raises CodeTaken if one is gone."""
    wanted = sorted(set(code_ids))
    batches = select(GiftCode.batch_id).where(GiftCode.id.in_(wanted))
    lock_batches(db.session.scalars(batches))
    held = find_by_ids(wanted)
    if len(held) != len(wanted):
        raise CodeTaken()
    return held


def lock_batches(batch_ids: Iterable[int]) -> None:
    """Take the rows of these batches, in id order, before any account of their codes."""
    wanted = sorted(set(batch_ids))
    if wanted:
        rows = select(GiftCodeBatch.id).where(GiftCodeBatch.id.in_(wanted)).order_by(GiftCodeBatch.id)
        db.session.execute(rows.with_for_update()).all()


def _count_used(parts: Iterable[tuple[int, int]]) -> None:
    """Add to the batches what was used (negative: what came back)."""
    by_batch: dict[int, int] = defaultdict(int)
    for batch_id, points in parts:
        by_batch[batch_id] += points
    for batch_id, points in sorted(by_batch.items()):
        db.session.execute(
            update(GiftCodeBatch)
            .where(GiftCodeBatch.id == batch_id)
            .values(used_points=GiftCodeBatch.used_points + points),
            execution_options={"synchronize_session": False},
        )


def claim(key: str, code_ids: Sequence[int], *, actor: Actor) -> list[Posted]:
    """Put all that these codes hold into the actor's wallet; returns one posting a code.

    Raises CodeTaken; nothing has moved then.
    """
    assert actor.person_id is not None
    with transaction():
        held = _hold(code_ids)
        owner = Owner("member", actor.person_id)
        found = []
        for code in held:
            part = CodePart(code.code_id, code.account_id, code.points)
            posted = ledger.claim_code(
                f"code_claim:{actor.person_id}:{key}:{code.code_id}", part, owner, actor=actor,
                organisation_id=actor.organisation_id,
            )  # fmt: skip
            found.append(posted)
            audit.record(
                "code.claimed", actor=actor, subject="gift_code", subject_id=code.code_id,
                organisation_id=actor.organisation_id,
                after={"points": code.points, "posting_id": posted.posting_id},
            )  # fmt: skip
        fresh = [code for code, posted in zip(held, found, strict=True) if not posted.replayed]
        _count_used((code.batch_id, code.points) for code in fresh)
        return found


def share_out(held: Sequence[Held], points: int) -> list[tuple[Held, int]]:
    """What each code gives to a price: the earliest expiry first, each as far as it goes; the wallet pays the rest."""
    found = []
    for code in held:
        part = min(code.points, points)
        if part:
            found.append((code, part))
            points -= part
    return found


def pay(
    key: str, code_ids: Sequence[int], points: int, *, actor: Actor, order_id: int, wallet_at_most: int | None
) -> Posted:
    """Pay an order from codes and, for the rest, from the actor's wallet: one posting, one transfer per source.

    `wallet_at_most` is what the page said the wallet would pay. Raises CodeTaken, InsufficientPoints.
    """
    assert actor.person_id is not None
    with transaction():
        parts = share_out(_hold(code_ids), points)
        rest = points - sum(part for _code, part in parts)
        if wallet_at_most is not None and rest > wallet_at_most:
            raise CodeTaken()
        posted = ledger.spend(
            key, Owner("member", actor.person_id), points, order_id=order_id, actor=actor,
            codes=[CodePart(code.code_id, code.account_id, part) for code, part in parts],
        )  # fmt: skip
        _count_used((code.batch_id, part) for code, part in parts)
        return posted


def refund(key: str, payment_posting_id: int, *, actor: Actor, reason: str) -> Posted:
    """Give back what an order was paid with, each part where it came from.

    A code that has passed its last day, was voided or ended does not come back to life: its part goes to the wallet of
    who redeemed, for thirty days.
    """
    with transaction():
        sources = sources_of_posting(payment_posting_id)
        if sources:
            lock_batches(source.batch_id for source in sources)
            sources = sources_of_posting(payment_posting_id)
        back = [source for source in sources if source.is_open]
        posted = ledger.refund(
            key, payment_posting_id, actor=actor, reason=reason,
            open_codes={source.code_id for source in back},
        )  # fmt: skip
        if not posted.replayed:
            _count_used((source.batch_id, -source.points) for source in back)
        return posted
