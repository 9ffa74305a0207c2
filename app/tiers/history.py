"""How a company came to its level, as the vendor reads it: every change, and the pins with who, why and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.activities.models import Activity
from app.core.db import db
from app.core.i18n import _, _l
from app.identity.models import Person
from app.tiers import words
from app.tiers.models import Cause, TierChange, TierPin
from app.tiers.plans import Definition

SHOWN = 12
# The company's own page says the same to its people.
CAUSES = words.CAUSES | {
    "deal_won": _l("A won deal carried the company over the border"),
    "sale": _l("A sale carried the company over the border"),
    "course_passed": _l("A course passed carried the company over the border"),
    "certified": _l("A certificate carried the company over the border"),
    "activity": _l("What the company did carried it over the border"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line, newest first: a level, what happened to it, and why where a person decided."""

    level: str
    words: str
    reason: str
    at: datetime


def read_history(organisation_id: int, pins: Sequence[Any], definition: Definition) -> list[Line]:
    """The last changes of a company's level and its last pins (of `read_pins`), newest first. One statement."""
    lines = _changes(organisation_id, definition) + _lines_of(pins, definition)
    return sorted(lines, key=lambda line: line.at, reverse=True)[:SHOWN]


def read_pins(organisation_id: int) -> Sequence[Any]:
    """The last pins of a company with who made and who ended each; the open one has no `ended_at`. One statement."""
    maker, ender = aliased(Person), aliased(Person)
    query = (
        select(
            TierPin.level, TierPin.reason, TierPin.starts_on, TierPin.ends_on, TierPin.made_at, TierPin.ended_at,
            maker.name.label("name"), ender.name.label("ended_by"),
        )
        .outerjoin(maker, maker.id == TierPin.made_by_id)
        .outerjoin(ender, ender.id == TierPin.ended_by_id)
        .where(TierPin.organisation_id == organisation_id)
        .order_by(TierPin.id.desc())
        .limit(SHOWN)
    )  # fmt: skip
    return db.session.execute(query).all()


def _changes(organisation_id: int, definition: Definition) -> list[Line]:
    """Changes that no pin made."""
    query = (
        select(TierChange.to_level, TierChange.cause, TierChange.created_at, Activity.kind.label("fact"))
        .outerjoin(Activity, Activity.id == TierChange.activity_id)
        .where(TierChange.organisation_id == organisation_id, TierChange.cause != Cause.PIN)
        .order_by(TierChange.number.desc())
        .limit(SHOWN)
    )
    return [
        Line(
            definition.level(row.to_level).name,
            str(CAUSES.get(str(row.fact or row.cause), CAUSES["activity"])),
            "",
            row.created_at,
        )
        for row in db.session.execute(query)
    ]


def _lines_of(pins: Sequence[Any], definition: Definition) -> list[Line]:
    """Each pin's beginning, and its end where it has ended."""
    lines = []
    for pin in pins:
        level, until = definition.level(pin.level).name, words.long_day(pin.ends_on)
        if pin.ended_at is not None:
            said = _("The pin ran out")
            if pin.ended_by is not None:
                said = _("%(person)s ended the pin", person=pin.ended_by)
            lines.append(Line(level, said, "", pin.ended_at))
        said = _("Pinned by %(person)s until %(day)s", person=pin.name or _("somebody"), day=until)
        lines.append(Line(level, said, pin.reason, pin.made_at))
    return lines
