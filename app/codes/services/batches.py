"""Batches of codes: made and locked, approved by a second person above the limit, voided, ended.

Codes of a batch that waits exist and open nothing: their accounts come with the approval. A campaign's budget is taken
when a batch is made and given back by what is declined, voided or expires.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.codes.alphabet import bare, digest_of, is_whole
from app.codes.errors import BatchMoved, SecondPersonNeeded
from app.codes.models import MOST_CODES, MOST_POINTS, BatchState, GiftCampaign, GiftCode, GiftCodeBatch
from app.codes.services.alone import made_alone_today, queue_maker
from app.codes.services.making import Sink, ids_of, make_codes
from app.codes.services.telling import tell_decided, tell_waiting
from app.core import audit
from app.core.clock import LAST_YEAR, today, utc_now
from app.core.db import db, end_read, lock, transaction
from app.core.errors import InvalidInput
from app.core.filters import long_day
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_points
from app.core.settings import current_settings
from app.ledger import services as ledger
from app.ledger.services.lives import GRACE_DAYS
from app.ledger.worth import needs_second_person, reporting_worth

if TYPE_CHECKING:
    from app.identity.actor import Actor

REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch is to be: points on each code, how many, and the last day if not the campaign's."""

    points: int
    code_count: int
    valid_until: date | None = None


def issue_batch(campaign_id: int, wanted: Wanted, sink: Sink, *, actor: Actor | None) -> GiftCodeBatch:
    """Make a batch: live at once, or waiting for a second person where it is worth over 5,000 in the reporting currency,
    by itself or with what its maker made alone on the same day. `sink` encrypts the clear codes.

    Raises NotFound, InvalidInput.
    """
    total, maker_id = wanted.points * wanted.code_count, actor.person_id if actor else None
    with transaction():
        queue_maker(maker_id)
        campaign = lock(GiftCampaign, campaign_id)
        _check(campaign, wanted)
        campaign.committed_points += total
        is_large = needs_second_person(total, made_alone_today(maker_id))
        batch = GiftCodeBatch(
            campaign_id=campaign.id, points=wanted.points, code_count=wanted.code_count,
            valid_until=wanted.valid_until or campaign.valid_until, state=BatchState.WAITING,
            needs_checker=is_large, worth_minor=reporting_worth(total),
            currency=current_settings().reporting_currency, made_by_id=maker_id,
        )  # fmt: skip
        db.session.add(batch)
        db.session.flush()
        made = make_codes(batch, sink)
        if is_large:
            for _ids in made:
                pass
            tell_waiting(batch, campaign)
        else:
            _go_live(batch, made, maker=actor)
        _note("code_batch.issued", batch, actor, {"points": batch.points, "codes": batch.code_count})
        return batch


def _check(campaign: GiftCampaign, wanted: Wanted) -> None:
    fields: dict[str, object] = {}
    if not 1 <= wanted.points <= MOST_POINTS:
        fields["points"] = _("A code holds from 1 to %(most)s points.", most=_number(MOST_POINTS))
    if not 1 <= wanted.code_count <= MOST_CODES:
        fields["code_count"] = _("Make from 1 to %(most)s codes at a time.", most=_number(MOST_CODES))
    last = wanted.valid_until or campaign.valid_until
    if last < max(today(), campaign.valid_from):
        fields["valid_until"] = _("The last day has passed already.")
    elif last.year > LAST_YEAR:
        fields["valid_until"] = _("Choose a date between 1990 and 2100.")
    elif last > campaign.valid_until:
        fields["valid_until"] = _(
            "Choose %(day)s or earlier: the campaign ends then.", day=long_day(campaign.valid_until)
        )
    if not fields and wanted.points * wanted.code_count > campaign.left_points:
        left = campaign.left_points
        fields["code_count"] = ngettext(
            "This campaign has %(points)s point left. Make fewer codes, or raise its budget.",
            "This campaign has %(points)s points left. Make fewer codes, or raise its budget.",
            left,
            points=_number(left),
        )
    if fields:
        raise InvalidInput(fields=fields)


def _number(value: int) -> str:
    return format_points(value, current_locale())


def _go_live(
    batch: GiftCodeBatch, chunks: Iterator[list[int]], *, maker: Actor | None, checker: Actor | None = None
) -> None:
    posted = ledger.issue_codes(
        f"code_issue:{batch.public_id}", chunks, batch.points, actor=maker, checker=checker
    )
    batch.state, batch.posting_id = BatchState.LIVE, posted.posting_id


def approve_batch(batch_id: int, *, actor: Actor) -> GiftCodeBatch:
    """Let a waiting batch go live, as the second person. A second tap changes nothing.

    Raises SecondPersonNeeded for the one who made it, BatchMoved if it was declined or its last day has passed.
    """
    from app.identity.queries import get_actor_of

    with transaction():
        batch = lock(GiftCodeBatch, batch_id)
        if batch.made_by_id is not None and batch.made_by_id == actor.person_id:
            raise SecondPersonNeeded()
        if batch.state is BatchState.LIVE:
            return batch
        if batch.state is not BatchState.WAITING:
            raise BatchMoved()
        if batch.valid_until < today():  # nobody could use them: it can still be declined
            raise BatchMoved(_("The last day has passed already."))
        batch.decided_by_id, batch.decided_at = actor.person_id, utc_now()
        maker = get_actor_of(batch.made_by_id) if batch.made_by_id is not None else None
        _go_live(batch, ids_of(batch.id), maker=maker, checker=actor)
        tell_decided(batch, is_approved=True)
        _note("code_batch.approved", batch, actor)
        return batch


def decline_batch(batch_id: int, *, actor: Actor, reason: str = "") -> GiftCodeBatch:
    """Say no to a waiting batch, also to one's own; its codes never open. Raises BatchMoved."""
    with transaction():
        batch = lock(GiftCodeBatch, batch_id)
        if batch.state is BatchState.DECLINED:
            return batch
        if batch.state is not BatchState.WAITING:
            raise BatchMoved()
        batch.state, batch.reason = BatchState.DECLINED, reason.strip()[:REASON_LENGTH] or None
        batch.decided_by_id, batch.decided_at = actor.person_id, utc_now()
        _give_back_budget(batch, batch.issued_points)
        tell_decided(batch, is_approved=False)
        _note("code_batch.declined", batch, actor)
        return batch


def void_batch(batch_id: int, *, actor: Actor | None, reason: str) -> int:
    """Take back all that the codes of a batch still hold; what was used stays used. Returns the points.

    Raises BatchMoved, InvalidInput without a reason.
    """
    reason = _reason(reason)
    with transaction():
        batch = lock(GiftCodeBatch, batch_id)
        if batch.state is not BatchState.LIVE:
            raise BatchMoved()
        key = f"code_void:{batch.public_id}"
        points, _count = ledger.void_codes(key, ids_of(batch.id), actor=actor, reason=reason)
        batch.state, batch.reason = BatchState.VOID, reason
        batch.voided_points += points
        _give_back_budget(batch, points)
        _note("code_batch.voided", batch, actor, {"points": points}, reason)
        return points


def void_code(batch_id: int, named: str, *, actor: Actor | None, reason: str) -> int:
    """Take back what one code still holds, named by its last four or whole. Returns the points.

    Raises BatchMoved, InvalidInput if no code or more than one fits.
    """
    reason = _reason(reason)
    with transaction():
        batch = lock(GiftCodeBatch, batch_id)
        if batch.state is not BatchState.LIVE:
            raise BatchMoved()
        code = _named(batch, bare(named))
        code.voided_at = utc_now()
        points, _count = ledger.void_codes(
            f"code_void:{batch.public_id}:{code.id}", [[code.id]], actor=actor, reason=reason
        )
        batch.voided_points += points
        _give_back_budget(batch, points)
        after = {"points": points, "last_four": code.last_four}
        _note("code_batch.code_voided", batch, actor, after, reason)
        return points


def _named(batch: GiftCodeBatch, named: str) -> GiftCode:
    query = select(GiftCode).where(GiftCode.batch_id == batch.id, GiftCode.voided_at.is_(None))
    if is_whole(named):
        query = query.where(GiftCode.digest == digest_of(named))
    else:
        query = query.where(GiftCode.last_four == named[:5])
    found = list(db.session.scalars(query.limit(2)))
    if not found:
        raise InvalidInput(fields={"named": _("No open code of this batch ends like that.")})
    if len(found) > 1:
        raise InvalidInput(
            fields={"named": _("Several codes of this batch end like that. Enter the whole code.")}
        )
    return found[0]


def _reason(text: str) -> str:
    reason = text.strip()[:REASON_LENGTH]
    if len(reason) < 3:
        raise InvalidInput(fields={"reason": _("Say why. It is kept with the batch.")})
    return reason


def expire_batches() -> int:
    """End every batch past its thirty days of grace; returns how many points expired. Safe to repeat and interrupt."""
    last_day = today() - timedelta(days=GRACE_DAYS)
    query = select(GiftCodeBatch.id).where(
        GiftCodeBatch.state == BatchState.LIVE, GiftCodeBatch.valid_until < last_day
    )
    ids = list(db.session.scalars(query.order_by(GiftCodeBatch.id)))
    end_read()
    points = 0
    for batch_id in ids:
        with transaction():
            batch = lock(GiftCodeBatch, batch_id)
            if batch.state is not BatchState.LIVE:
                continue
            expired, _count = ledger.expire_codes(f"code_expiry:{batch.public_id}", ids_of(batch.id))
            batch.state = BatchState.ENDED
            batch.expired_points += expired
            _give_back_budget(batch, expired)
            _note("code_batch.ended", batch, None, {"points": expired})
            points += expired
    return points


def _give_back_budget(batch: GiftCodeBatch, points: int) -> None:
    campaign = lock(GiftCampaign, batch.campaign_id)
    campaign.committed_points -= points


def _note(
    code: str,
    batch: GiftCodeBatch,
    actor: Actor | None,
    after: dict[str, object] | None = None,
    reason: str | None = None,
) -> None:
    audit.record(code, actor=actor, subject="gift_code_batch", subject_id=batch.id, after=after, note=reason)
