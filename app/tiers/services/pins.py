"""A level held by a person's decision, with a reason and an end. While it holds, nothing moves the company."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from app.core import audit
from app.core.clock import today, utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.i18n import _, _l
from app.identity.actor import Actor
from app.tiers.catalogue import load_catalogue
from app.tiers.models import Cause, TierPin
from app.tiers.services.levels import apply_changes, lock_standings
from app.tiers.services.reviews import review_companies
from app.tiers.standings import PINS, STANDINGS, Change
from app.tiers.windows import months_on

LONGEST_MONTHS = 24


class AlreadyPinned(Conflict):
    """A company has one pin at a time."""

    code = "already_pinned"
    default = _l("This company’s tier is pinned already. End that pin first.")


def pin_level(organisation_id: int, level: str, reason: str, ends_on: date, *, actor: Actor) -> TierPin:
    """Hold a company's level until a day, included. Raises InvalidInput, AlreadyPinned, NotFound (no plan for it)."""
    on, catalogue = today(), load_catalogue()
    reason = reason.strip()
    wrong: dict[str, object] = {}
    if not 1 <= len(reason) <= 500:
        wrong["reason"] = _("Say why, in up to 500 characters.")
    if not on <= ends_on <= months_on(on, LONGEST_MONTHS):
        wrong["ends_on"] = _("Choose a last day from today to two years from now.")
    with transaction():
        found = lock_standings([organisation_id], catalogue, on)
        if not found:
            raise NotFound()
        standing = found[0]
        version = catalogue.version_for(organisation_id, standing.country, standing.kind, on)
        if version is None:
            raise NotFound()
        if level not in {each.slug for each in version.levels}:
            wrong["level"] = _("Choose a tier from the list.")
        if wrong:
            raise InvalidInput(fields=wrong)
        if standing.pin_id is not None:
            raise AlreadyPinned()
        pin = TierPin(
            organisation_id=organisation_id, level=level, reason=reason, starts_on=on, ends_on=ends_on,
            made_by_id=actor.person_id,
        )  # fmt: skip
        db.session.add(pin)
        db.session.flush()
        if standing.level != level:
            change = Change(standing, version, level, Cause.PIN, pin_id=pin.id, actor_id=actor.person_id)
            apply_changes([change], on)
        else:
            db.session.execute(
                update(STANDINGS)
                .where(STANDINGS.c.organisation_id == organisation_id)
                .values(grace_from=None, grace_until=None, warned_days=None)
            )
        audit.record(
            "tier.pinned", actor=actor, subject="organisation", subject_id=organisation_id,
            organisation_id=organisation_id, note=reason,
            after={"level": level, "ends_on": ends_on.isoformat()},
        )  # fmt: skip
        return pin


def end_pin(pin_id: int, *, actor: Actor) -> None:
    """Let the rules decide again, from now on. A second call does nothing. Raises NotFound."""
    with transaction():
        organisation_id = db.session.scalar(select(PINS.c.organisation_id).where(PINS.c.id == pin_id))
        if organisation_id is None:
            raise NotFound()
        lock_standings([organisation_id], load_catalogue(), today())  # before the pin, as a review does
        pin = lock(TierPin, pin_id)
        if pin.ended_at is not None:
            return
        db.session.execute(
            update(PINS).where(PINS.c.id == pin_id).values(ended_at=utc_now(), ended_by_id=actor.person_id)
        )
        db.session.execute(
            update(STANDINGS)
            .where(STANDINGS.c.organisation_id == pin.organisation_id)
            .values(next_review_on=today())
        )
        audit.record(
            "tier.unpinned", actor=actor, subject="organisation", subject_id=pin.organisation_id,
            organisation_id=pin.organisation_id, before={"level": pin.level},
        )  # fmt: skip
        review_companies([pin.organisation_id], actor=actor)
