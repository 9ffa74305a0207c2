"""Where companies stand, as values that reviews, notices and the verbs share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from app.partners.models import Organisation
from app.tiers.catalogue import Version
from app.tiers.models import Cause, TierChange, TierPin, TierStanding

STANDINGS: Any = TierStanding.__table__
CHANGES: Any = TierChange.__table__
ORGANISATIONS: Any = Organisation.__table__
PINS: Any = TierPin.__table__


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a company stands, with what decides its plan and what holds its level."""

    organisation_id: int
    country: str
    kind: str
    plan_id: int | None
    level: str | None
    since_on: date
    next_review_on: date
    grace_from: date | None
    grace_until: date | None
    warned_days: int | None
    changes: int
    pin_id: int | None
    pin_ends_on: date | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of level to be written, with its cause."""

    standing: Standing
    version: Version
    to_level: str
    cause: Cause
    activity_id: int | None = None
    pin_id: int | None = None
    actor_id: int | None = None

    @property
    def from_level(self) -> str:
        """The level before; a company new to a plan comes from its lowest."""
        return self.standing.level or self.version.levels[0].slug

    @property
    def is_up(self) -> bool:
        definition = self.version.definition
        return definition.index(self.to_level) > definition.index(self.from_level)


def holds(on: date) -> ColumnElement[bool]:
    """Whether a pin holds on a day: not ended by hand, and through its last day, whether or not the review has run."""
    return and_(TierPin.ended_at.is_(None), TierPin.ends_on >= on)


def standings_query() -> Any:
    """Standings with their company's country and kind and their open pin."""
    return (
        select(
            STANDINGS,
            ORGANISATIONS.c.country,
            ORGANISATIONS.c.kind,
            PINS.c.id.label("pin_id"),
            PINS.c.ends_on.label("pin_ends_on"),
        )
        .join(ORGANISATIONS, ORGANISATIONS.c.id == STANDINGS.c.organisation_id)
        .outerjoin(
            PINS, and_(PINS.c.organisation_id == STANDINGS.c.organisation_id, PINS.c.ended_at.is_(None))
        )
        .order_by(STANDINGS.c.organisation_id)
    )


def standing_of(row: Any) -> Standing:
    """A row of `standings_query` as a value."""
    return Standing(
        row.organisation_id, row.country, str(row.kind), row.plan_id, row.level, row.since_on, row.next_review_on,
        row.grace_from, row.grace_until, row.warned_days, row.changes, row.pin_id, row.pin_ends_on,
    )  # fmt: skip
