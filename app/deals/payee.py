"""For whom a win is estimated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Payee:
    """Whoever registered the deal, in the deal's company: what programs judge a win by."""

    organisation_id: int
    person_id: int
    organisation_country: str
    organisation_kind: str
    organisation_tier: str | None
