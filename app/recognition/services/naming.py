"""Consent to be named in public: each answer is a dated row, the newest counts, and it counts at once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, or_, select

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Forbidden, NotFound
from app.identity.actor import Actor
from app.recognition.models import Award, AwardRecipient, AwardState, HallConsent
from app.recognition.scope import find_award_id


def speaks_for(actor: Actor) -> ColumnElement[bool]:
    """The recipients that a person may answer for: themselves, and their company if they manage it."""
    own = AwardRecipient.person_id == actor.person_id
    if not actor.can("team.manage"):
        return own
    company = and_(
        AwardRecipient.person_id.is_(None), AwardRecipient.organisation_id == actor.organisation_id
    )
    return or_(own, company)


def answer_consent(
    public_id: str, is_given: bool, *, actor: Actor, recipient_id: str | None = None
) -> AwardRecipient:
    """Say whether a name may stand in the Hall of Fame for this award; the recipient that was answered for.

    An award may be for a person and for the company they manage: each is asked, and an answer is for that one alone.
    Without `recipient_id` it is for the person. Raises NotFound for what is not theirs to answer for. The same answer
    again writes nothing.
    """
    query = (
        select(AwardRecipient)
        .join(Award, Award.id == AwardRecipient.award_id)
        .where(Award.public_id == public_id, Award.state == AwardState.GIVEN, speaks_for(actor))
    )
    if recipient_id is not None:
        query = query.where(AwardRecipient.public_id == recipient_id)
    with transaction():
        found = db.session.scalar(
            query.order_by(AwardRecipient.person_id.is_(None), AwardRecipient.id).limit(1)
        )
        if found is None:
            raise NotFound()
        _write([found.id], is_given, actor)
        return found


def withdraw_all_consents(*, actor: Actor) -> int:
    """Take one's own name off the Hall of Fame altogether; how many awards that were. A company's name stays."""
    said = select(HallConsent.recipient_id).where(HallConsent.is_given)
    own = AwardRecipient.person_id == actor.person_id
    query = select(AwardRecipient.id).where(own, AwardRecipient.id.in_(said))
    with transaction():
        return _write(list(db.session.scalars(query.order_by(AwardRecipient.id))), False, actor)


def take_off_hall(public_id: str, recipient_id: str, *, actor: Actor) -> None:
    """The vendor takes a name off, for somebody who cannot do it any more. Raises NotFound, Forbidden."""
    with transaction():
        award_id = find_award_id(public_id, actor)
        if not actor.can("recognition.award"):
            raise Forbidden()
        query = select(AwardRecipient.id).where(
            AwardRecipient.award_id == award_id, AwardRecipient.public_id == recipient_id
        )
        found = db.session.scalar(query)
        if found is None:
            raise NotFound()
        _write([found], False, actor)


def _write(recipient_ids: Iterable[int], is_given: bool, actor: Actor) -> int:
    count = 0
    for recipient_id in recipient_ids:
        lock(AwardRecipient, recipient_id)
        latest = db.session.scalar(
            select(HallConsent.is_given)
            .where(HallConsent.recipient_id == recipient_id)
            .order_by(HallConsent.id.desc())
            .limit(1)
        )
        if latest == is_given or (latest is None and not is_given and actor.is_vendor):
            continue
        db.session.add(
            HallConsent(
                recipient_id=recipient_id,
                is_given=is_given,
                person_id=actor.person_id,
                occurred_at=utc_now(),
            )
        )
        count += 1
        audit.record(
            "award.consent_given" if is_given else "award.consent_withdrawn",
            actor=actor,
            subject="award_recipient",
            subject_id=recipient_id,
        )
    db.session.flush()
    return count
