"""Everything that `/tier` shows of one company, in three statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from app.activities.models import Activity
from app.core.clock import today
from app.core.db import db
from app.core.i18n import _
from app.identity.actor import Actor
from app.partners.models import Organisation
from app.tiers import benefits, figures, words
from app.tiers.benefits import Line
from app.tiers.catalogue import Version, load_catalogue
from app.tiers.models import TierChange, TierPin
from app.tiers.plans import Definition
from app.tiers.progress import Progress, Rung, gap_line, join_line, ladder, progress, share_of
from app.tiers.reviewing import grace_window
from app.tiers.standings import STANDINGS
from app.tiers.windows import Window, next_review, window_on

HISTORY = 12


@dataclass(frozen=True, slots=True)
class Past:
    """One line of history."""

    level: str
    is_up: bool
    on: date
    words: str


@dataclass(frozen=True, slots=True)
class Page:
    """One company's tier. `rows` are the metrics of the next level, `kept` those of its own; in a grace `kept` counts the
    reviewed year and all that came after it. `is_safe`: what `kept` counts is enough for the level."""

    version: Version
    own: int
    since_on: date | None
    window: Window
    next_review_on: date
    grace_until: date | None
    pin_until: date | None
    pin_reason: str | None
    have: dict[str, int]
    kept_have: dict[str, int]
    waiting: int
    rows: list[Progress]
    kept: list[Progress]
    is_safe: bool
    history: list[Past]

    @property
    def definition(self) -> Any:
        return self.version.definition

    @property
    def level(self) -> Any:
        return self.definition.levels[self.own]

    @property
    def next_level(self) -> Any:
        levels = self.definition.levels
        return levels[self.own + 1] if self.own + 1 < len(levels) else None

    @property
    def below(self) -> Any:
        return self.definition.levels[max(self.own - 1, 0)]

    @property
    def heading(self) -> str:
        return join_line(self.definition, self.next_level, len(self.rows))

    @property
    def met_count(self) -> int:
        return sum(row.is_met for row in self.rows)

    @property
    def score(self) -> int:
        """Of 100, for the next level."""
        return int(self.definition.score(self.have, self.next_level))

    @property
    def kept_score(self) -> int:
        """Of 100, for the present level."""
        return int(self.definition.score(self.kept_have, self.level))

    @property
    def kept_needs(self) -> str:
        """What keeps the present level: RM 50k and 3 deals."""
        return words.joined(words.counted(row.key, row.need) for row in self.kept)

    @property
    def kept_gap(self) -> str:
        return gap_line(self.definition, self.level, self.kept_have, self.version.month)

    @property
    def rungs(self) -> list[Rung]:
        share = (
            share_of(self.definition, self.next_level, self.have, self.version.month)
            if self.next_level
            else Fraction(0)
        )
        since = _("since %(day)s", day=words.long_day(self.since_on)) if self.since_on else ""
        gaps = (
            gap_line(self.definition, self.next_level, self.have, self.version.month)
            if self.next_level
            else ""
        )
        return ladder(self.definition, self.own, gaps, share, since)

    @property
    def benefits(self) -> list[Line]:
        """Yours, of each kind only the best, then what the next level opens."""
        lines = benefits.listed(self.definition)
        mine = {line.title if line.icon != "coins" else "": line for line in lines if line.place <= self.own}
        return [*mine.values(), *(line for line in lines if line.place == self.own + 1)]

    @property
    def later(self) -> list[tuple[str, list[Line]]]:
        """What the levels above the next one open, by name."""
        levels = self.definition.levels[self.own + 2 :]
        found = [
            (level.name, benefits.lines_of(self.definition, place))
            for place, level in enumerate(levels, start=self.own + 2)
        ]
        return [(name, lines) for name, lines in found if lines]


def find_page(actor: Actor) -> Page | None:
    """The tier of the actor's company; None while no plan is for it."""
    return read_page(actor.organisation_id) if actor.organisation_id is not None else None


def read_page(organisation_id: int) -> Page | None:
    """The tier of a company; None while no plan is for it."""
    catalogue, on = load_catalogue(), today()
    rows = _standing(organisation_id)
    row = rows[0]
    version = catalogue.version_for(organisation_id, row.country, str(row.kind), on)
    if version is None:
        return None
    definition, window = version.definition, window_on(version.month, on)
    # what keeps the level, in a grace: the reviewed year stays open
    counts = window if row.grace_from is None else grace_window(row.grace_from)
    sums = figures.sums_of({each: [organisation_id] for each in (window, counts)})
    found = sums[window].get(organisation_id, {})
    have = figures.have(definition.metrics, found)
    kept = figures.have(definition.metrics, sums[counts].get(organisation_id, {}))
    own = definition.index(row.level)
    is_pinned = row.pin_until is not None and on <= row.pin_until
    above = definition.levels[min(own + 1, len(definition.levels) - 1)]
    return Page(
        version=version,
        own=own,
        since_on=row.since_on,
        window=window,
        next_review_on=row.next_review_on or next_review(version.month, on),
        grace_until=row.grace_until,
        pin_until=row.pin_until if is_pinned else None,
        pin_reason=row.pin_reason if is_pinned else None,
        have=have,
        kept_have=kept,
        waiting=found.get("waiting", 0),
        rows=progress(definition, above, have, version.month) if own + 1 < len(definition.levels) else [],
        kept=progress(definition, definition.levels[own], kept, version.month),
        is_safe=definition.meets(kept, definition.levels[own]),
        history=_history(rows, definition),
    )


def _standing(organisation_id: int) -> list[Any]:
    """Where a company stands, once for each of its last changes, newest first; at least one row. One statement."""
    query = (
        select(
            Organisation.country,
            Organisation.kind,
            STANDINGS.c.level,
            STANDINGS.c.since_on,
            STANDINGS.c.next_review_on,
            STANDINGS.c.grace_from,
            STANDINGS.c.grace_until,
            TierPin.ends_on.label("pin_until"),
            TierPin.reason.label("pin_reason"),
            TierChange.from_level,
            TierChange.to_level,
            TierChange.from_on,
            TierChange.cause,
            Activity.kind.label("fact"),
        )
        .outerjoin(STANDINGS, STANDINGS.c.organisation_id == Organisation.id)
        .outerjoin(TierPin, (TierPin.organisation_id == Organisation.id) & TierPin.ended_at.is_(None))
        .outerjoin(TierChange, TierChange.organisation_id == Organisation.id)
        .outerjoin(Activity, Activity.id == TierChange.activity_id)
        .where(Organisation.id == organisation_id)
        .order_by(TierChange.number.desc())
        .limit(HISTORY)
    )
    return list(db.session.execute(query))


def _history(rows: list[Any], definition: Definition) -> list[Past]:
    """The last changes, newest first."""
    return [
        Past(
            definition.level(row.to_level).name,
            definition.index(row.to_level) >= definition.index(row.from_level),
            row.from_on,
            str(words.CAUSES.get(str(row.fact or row.cause), words.CAUSES["activity"])),
        )
        for row in rows
        if row.to_level is not None
    ]
