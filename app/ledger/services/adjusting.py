"""Adjustments by hand, under maker-checker: small ones at once, large ones when a second person approves."""

from __future__ import annotations

from typing import Any

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Conflict
from app.core.i18n import _
from app.identity.queries import get_actor_of
from app.ledger.errors import CheckerNeeded
from app.ledger.models import Adjustment, AdjustmentState, Owner, OwnerKind
from app.ledger.services.earning import check_points
from app.ledger.services.moving import ADJUSTMENT_LIMIT, adjust
from app.ledger.services.post import Posted


def adjust_or_propose(
    key: str, owner: Owner, points: int, *, organisation_id: int, actor: Any, reason: str
) -> Posted | Adjustment:
    """Adjust at once up to the limit; above it, keep the proposal for a second person.

    Raises InsufficientPoints for what would be taken now.
    """
    check_points(abs(points))
    if abs(points) <= ADJUSTMENT_LIMIT:
        return adjust(key, owner, points, actor=actor, reason=reason, organisation_id=organisation_id)
    with transaction():
        row = Adjustment(
            owner_kind=OwnerKind(owner.kind),
            owner_id=owner.id,
            organisation_id=organisation_id,
            points=points,
            reason=reason,
            made_by_id=actor.person_id,
        )
        db.session.add(row)
        db.session.flush()
        _note("ledger.adjustment_proposed", row, actor)
        return row


def approve_adjustment(adjustment_id: int, *, actor: Any) -> Posted:
    """Post a proposal as the second person. A second tap returns the first posting.

    Raises CheckerNeeded for the one who made it, Conflict if it was declined, InsufficientPoints.
    """
    with transaction():
        row = lock(Adjustment, adjustment_id)
        if row.made_by_id == actor.person_id:
            raise CheckerNeeded(_("The person who prepared an adjustment cannot approve it."))
        if row.state is AdjustmentState.DECLINED:
            raise Conflict(_("This adjustment was declined. Nothing was changed."))
        maker = get_actor_of(row.made_by_id)
        if maker is None:
            raise Conflict(_("The person who prepared this has left. Prepare it again."))
        posted = adjust(
            f"adjustment:{row.public_id}",
            Owner(row.owner_kind.value, row.owner_id),
            row.points,
            actor=maker,
            checker=actor,
            reason=row.reason,
            organisation_id=row.organisation_id,
        )
        if row.state is AdjustmentState.WAITING:
            row.state, row.posting_id = AdjustmentState.APPROVED, posted.posting_id
            row.decided_by_id, row.decided_at = actor.person_id, utc_now()
            _note("ledger.adjustment_approved", row, actor)
        return posted


def decline_adjustment(adjustment_id: int, *, actor: Any) -> None:
    """Say no to a proposal, also to one's own. Raises Conflict once it was posted."""
    with transaction():
        row = lock(Adjustment, adjustment_id)
        if row.state is AdjustmentState.APPROVED:
            raise Conflict(_("This adjustment was approved. Nothing was changed."))
        if row.state is AdjustmentState.WAITING:
            row.state = AdjustmentState.DECLINED
            row.decided_by_id, row.decided_at = actor.person_id, utc_now()
            _note("ledger.adjustment_declined", row, actor)


def _note(code: str, row: Adjustment, actor: Any) -> None:
    audit.record(
        code,
        actor=actor,
        subject="adjustment",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        after={"points": row.points},
        note=row.reason,
    )
