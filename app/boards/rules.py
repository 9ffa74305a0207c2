"""What a fact counts on a board. Plain values: the pipeline, the rebuild and the preview all use this.

A fact counts when its company's country, type and level as the fact stored them (those of the fact's own date) fit the
board's audience. So a score is a sum of facts, whatever becomes of the company later, and can always be rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.activities.facts import Entry, Gain
from app.activities.models import ActivityKind
from app.boards.models import Board, Metric, Participants, Period
from app.boards.periods import bounds
from app.core.settings import current_settings
from app.partners.audience import Audience

REVENUE_KINDS = (ActivityKind.DEAL_WON.value, ActivityKind.SALE.value)
_KINDS = {Metric.DEALS: (ActivityKind.DEAL_WON.value,), Metric.COURSES: (ActivityKind.COURSE_PASSED.value,)}
Worths = Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """The part of a board that decides what counts. Without `sources` all money counts as revenue."""

    metric: Metric
    participants: Participants
    period: Period
    audience: Audience = field(default_factory=Audience)
    sources: tuple[str, ...] = ()
    board_id: int = 0

    @classmethod
    def of(cls, row: Board | Any) -> Rule:
        """The rule of a stored board."""
        return cls(
            Metric(row.metric), Participants(row.participants), Period(row.period),
            Audience.from_record(row.audience), tuple(row.sources or ()), row.id,
        )  # fmt: skip

    @property
    def kinds(self) -> tuple[str, ...] | None:
        """The kinds of fact that may count; None for all of them (points come for any)."""
        if self.metric is Metric.REVENUE:
            return self.sources or REVENUE_KINDS
        return _KINDS.get(self.metric)

    def fits(self, entry: Entry) -> bool:
        """Whether a fact counts at all, as far as its kind and company decide."""
        kinds = self.kinds
        return (kinds is None or entry.fact.kind in kinds) and self.audience.matches(
            entry.fact.organisation_id,
            entry.organisation_country,
            entry.organisation_kind,
            entry.organisation_tier,
        )

    def participant(self, entry: Entry) -> int | None:
        """Whom a fact counts for; None for a fact without a person on a board of people."""
        return (
            entry.fact.member_id if self.participants is Participants.PEOPLE else entry.fact.organisation_id
        )

    def starts_on(self, on: date) -> date:
        """First day of the period of a date."""
        return bounds(self.period, on)[0]

    def value(self, entry: Entry, gains: Sequence[Gain], worths: Worths) -> int:
        """How much a fitting fact counts. `worths` has the worth of facts in foreign currencies; without one it waits.

        A person's points are those paid to them. A company's are all that its facts earned, for itself and its people.
        """
        if self.metric is Metric.POINTS:
            if self.participants is Participants.PEOPLE:
                return sum(gain.points for gain in gains if gain.payee_kind == Participants.PEOPLE)
            return sum(gain.points for gain in gains)
        if self.metric is Metric.REVENUE:
            return money_of(entry, worths)
        return 1


def is_foreign(entry: Entry) -> bool:
    """Whether a fact's amount has to be converted."""
    currency = entry.fact.currency
    return currency is not None and currency != current_settings().reporting_currency


def money_of(entry: Entry, worths: Worths) -> int:
    """A fact's amount in the reporting currency, 0 while it has no worth."""
    if is_foreign(entry):
        return worths.get(entry.id) or 0
    return entry.fact.amount_minor or 0


def asks_worth(rules: Iterable[Rule], entry: Entry) -> bool:
    """Whether some board counts this fact's foreign money."""
    return is_foreign(entry) and any(
        rule.metric is Metric.REVENUE and rule.participant(entry) is not None and rule.fits(entry)
        for rule in rules
    )


@dataclass(slots=True)
class Sum:
    """What facts add to one participant's score; `newest` and its company decide among equals."""

    score: int = 0
    newest: int = 0
    organisation_id: int = 0

    def add(self, value: int, entry_id: int, organisation_id: int) -> None:
        self.score += value
        if entry_id > self.newest:
            self.newest, self.organisation_id = entry_id, organisation_id


Place = tuple[int, date]  # board id, first day of the period
Sums = dict[Place, dict[int, Sum]]


def sum_up(
    rules: Sequence[Rule],
    entries: Sequence[Entry],
    gains: Mapping[int, Sequence[Gain]],
    worths: Worths,
    into: Sums | None = None,
) -> Sums:
    """What these facts add, per board's period and participant."""
    sums: Sums = {} if into is None else into
    fitting: dict[tuple[Any, ...], list[tuple[Rule, dict[int, Sum], bool]]] = {}
    for entry in entries:
        fact = entry.fact
        key = (
            fact.kind, fact.organisation_id, entry.organisation_country, entry.organisation_kind,
            entry.organisation_tier, fact.occurred_on,
        )  # fmt: skip
        targets = fitting.get(key)
        if targets is None:
            targets = fitting[key] = [
                (
                    rule,
                    sums.setdefault((rule.board_id, rule.starts_on(fact.occurred_on)), {}),
                    rule.participants is Participants.PEOPLE,
                )
                for rule in rules
                if rule.fits(entry)
            ]
        for rule, found, of_people in targets:
            who = fact.member_id if of_people else fact.organisation_id
            if who is None:
                continue
            value = rule.value(entry, gains.get(entry.id, ()), worths)
            if value:
                total = found.get(who)
                if total is None:
                    total = found[who] = Sum()
                total.add(value, entry.id, fact.organisation_id)
    return sums
