"""What happens to an award afterwards: a second person agrees or not, a minute to take it back, withdrawal later."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.activities.bulk import void_many
from app.core import jobs
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Forbidden, InvalidInput
from app.core.i18n import _
from app.core.undo import UNDO_SECONDS
from app.identity.actor import Actor
from app.recognition.errors import AwardDecided, ReceiversGone, SamePerson, UndoTooLate
from app.recognition.models import (
    Award,
    AwardCategory,
    AwardEvent,
    AwardEventKind,
    AwardRecipient,
    AwardState,
)
from app.recognition.scope import find_award_id, list_gone
from app.recognition.services.giving import note_event, notice_key, post, promise_notice

REASON_MAX = 500


def approve(public_id: str, *, actor: Actor) -> Award:
    """Agree to an award that waits: now it is posted and public. A second tap changes nothing.

    Raises NotFound, Forbidden, AwardDecided, SamePerson; BudgetTooSmall, ReceiversGone (it waits on).
    """
    with transaction():
        award = lock(Award, find_award_id(public_id, actor))
        if _was_done(award, AwardEventKind.APPROVED, actor):
            return award
        _must_wait(award, actor)
        _check_receivers(award)
        category = db.session.get_one(AwardCategory, award.category_id)
        award.approved_by_id = actor.person_id
        post(award, category.slug, actor=actor)
        note_event(award, AwardEventKind.APPROVED, actor)
        promise_notice(award, "given")
        return award


def _check_receivers(award: Award) -> None:
    """An award may wait for days: whoever left the company meanwhile, or is shut out, has no wallet to be paid into."""
    gone = list(db.session.scalars(list_gone(award.id)))
    if gone:
        raise ReceiversGone(
            _(
                "%(names)s cannot get an award now: not with the company any more, or shut out. Do not approve it, "
                "and say why.",
                names=", ".join(gone),
            )
        )


def decline(public_id: str, reason: str, *, actor: Actor) -> Award:
    """Refuse an award that waits; whoever asked reads why. A second tap changes nothing.

    Raises as `approve`, and InvalidInput without a reason.
    """
    text = _reason(reason)
    with transaction():
        award = lock(Award, find_award_id(public_id, actor))
        if _was_done(award, AwardEventKind.DECLINED, actor, text):
            return award
        _must_wait(award, actor)
        award.state = AwardState.DECLINED
        note_event(award, AwardEventKind.DECLINED, actor, text)
        promise_notice(award, "declined", 0)
        return award


def _was_done(award: Award, kind: AwardEventKind, actor: Actor, note: str | None = None) -> bool:
    """Whether this person did just this, with the same words, and nothing has happened since."""
    query = select(AwardEvent.kind, AwardEvent.actor_id, AwardEvent.note)
    query = query.where(AwardEvent.award_id == award.id).order_by(AwardEvent.id.desc())
    last = db.session.execute(query.limit(1)).first()
    return last is not None and tuple(last) == (kind, actor.person_id, note)


def _must_wait(award: Award, actor: Actor) -> None:
    if not actor.can("recognition.approve"):
        raise Forbidden()
    if award.state is not AwardState.WAITING:
        raise AwardDecided()
    if award.giver_id == actor.person_id:
        raise SamePerson()


def undo(public_id: str, *, actor: Actor) -> Award:
    """Take an award back: within 60 seconds of its giving by who gave or approved it; while it waits, by who asked.

    A new line, nothing is erased: the activities are voided, and whatever they earned is clawed back.
    Raises NotFound, Forbidden, UndoTooLate.
    """
    with transaction():
        award = lock(Award, find_award_id(public_id, actor))
        if not (actor.can("recognition.award") or actor.can("recognition.approve")):
            raise Forbidden()
        if not can_undo(award, actor):
            raise UndoTooLate()
        for what in ("asked", "given"):
            jobs.cancel(notice_key(award.id, what))
        _void(award, "undone", actor)
        award.state = AwardState.TAKEN_BACK
        note_event(award, AwardEventKind.TAKEN_BACK, actor)
        return award


def can_undo(award: Award, actor: Actor) -> bool:
    """Whether this person may still take the award back."""
    if award.state is AwardState.WAITING:
        return award.giver_id == actor.person_id
    young = award.given_at is not None and utc_now() - award.given_at <= timedelta(seconds=UNDO_SECONDS)
    mine = actor.person_id is not None and actor.person_id in (award.giver_id, award.approved_by_id)
    return award.state is AwardState.GIVEN and young and mine


def withdraw(public_id: str, reason: str, *, actor: Actor) -> Award:
    """Withdraw a given award with a reason that whoever got it reads: it leaves the wall, its points are clawed back. A
    second tap changes nothing.

    Raises NotFound, Forbidden, InvalidInput (no reason), AwardDecided.
    """
    text = _reason(reason)
    with transaction():
        award = lock(Award, find_award_id(public_id, actor))
        if not actor.can("recognition.award"):
            raise Forbidden()
        if _was_done(award, AwardEventKind.WITHDRAWN, actor, text):
            return award
        if award.state is not AwardState.GIVEN:
            raise AwardDecided()
        is_known = not jobs.cancel(notice_key(award.id, "given"))
        _void(award, "withdrawn", actor)
        award.state = AwardState.WITHDRAWN
        note_event(award, AwardEventKind.WITHDRAWN, actor, text)
        if is_known:
            promise_notice(award, "withdrawn", 0)
        return award


def _void(award: Award, why: str, actor: Actor) -> None:
    query = select(AwardRecipient.activity_id).where(
        AwardRecipient.award_id == award.id, AwardRecipient.activity_id.is_not(None)
    )
    void_many([each for each in db.session.scalars(query) if each is not None], why, actor)


def _reason(reason: str) -> str:
    text = reason.replace("\x00", "").strip()
    if not text:
        raise InvalidInput(fields={"reason": _("Say why.")})
    if len(text) > REASON_MAX:
        raise InvalidInput(fields={"reason": _("Use at most %(count)s characters.", count=REASON_MAX)})
    return text
