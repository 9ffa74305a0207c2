"""What a feature says happened, and the same fact once it stands in the log."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from app.activities.models import ActivityKind
from app.core.errors import InvalidInput
from app.core.i18n import _
from app.core.money import MAX_AMOUNT
from app.core.types import dump_json, instant_text

MAX_QUANTITY = 10**9
_KINDS = frozenset(kind.value for kind in ActivityKind)


@dataclass(frozen=True, slots=True)
class Fact:
    """One revision's content. `amount_minor` is in minor units of `currency`; both or neither."""

    kind: str
    source: str
    source_ref: str
    organisation_id: int
    occurred_on: date
    member_id: int | None = None
    occurred_at: datetime | None = None
    amount_minor: int | None = None
    currency: str | None = None
    quantity: int | None = None
    product_id: int | None = None
    family_id: int | None = None
    attributes: dict[str, Any] | None = None

    def check(self) -> None:
        """Raises InvalidInput for what the log may not hold."""
        if self.kind not in _KINDS or not self.source or not self.source_ref:
            raise InvalidInput(_("This is not something that can be recorded."))
        if (self.amount_minor is None) != (self.currency is None):
            raise InvalidInput(_("An amount needs its currency."))
        if self.amount_minor is not None and not 0 <= self.amount_minor <= MAX_AMOUNT:
            raise InvalidInput(_("This amount is outside what can be recorded."))
        if self.quantity is not None and not 0 <= self.quantity <= MAX_QUANTITY:
            raise InvalidInput(_("This quantity is outside what can be recorded."))

    def digest(self) -> str:
        """One text per content: two facts say the same exactly when their digests are equal."""
        at = instant_text(self.occurred_at) if self.occurred_at else ""
        parts = (
            self.organisation_id, self.member_id, self.occurred_on.isoformat(), at, self.amount_minor, self.currency,
            self.quantity, self.product_id, self.family_id, dump_json(self.attributes) if self.attributes else "",
        )  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:40]

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.source, self.kind, self.source_ref)

    @property
    def order(self) -> tuple[date, str]:
        """Facts of one batch are judged, and caps cut, in this order."""
        return (self.occurred_on, self.source_ref)


class Entry(NamedTuple):
    """A revision as it stands in the log: what a reactor is given."""

    id: int
    public_id: str
    revision: int
    fact: Fact
    organisation_country: str
    organisation_kind: str
    ruleset: int
    organisation_tier: str | None = None


class Gain(NamedTuple):
    """Points of one fact to one payee: `payee_kind` is `member` or `organisation`."""

    payee_kind: str
    payee_id: int
    points: int


@dataclass(frozen=True, slots=True)
class Award:
    """What a program gave for a fact. `payee` is `member` or `organisation`; `points` may be 0 when a limit cut it."""

    points: int
    program_name: str
    program_slug: str
    payee: str
    posting_public_id: str | None
    pending_until: date | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer of `record`. `status`: `new`, `unchanged` (the same content again) or `revised`."""

    activity_id: int
    public_id: str
    revision: int
    status: str
    awards: list[Award]
