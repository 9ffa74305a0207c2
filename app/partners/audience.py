"""Whom something is for: one record and one `matches` for programs, boards, training and news."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, true

from app.partners.models import Organisation


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom something is for. Empty parts let everybody through; all parts must agree.

    `countries` are ISO 3166 alpha-2, `kinds` types of company, `organisation_ids` our own ids, `tiers` slugs of levels.
    """

    countries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    organisation_ids: tuple[int, ...] = ()
    tiers: tuple[str, ...] = ()

    @property
    def is_everybody(self) -> bool:
        """True if nothing is asked for."""
        return not (self.countries or self.kinds or self.organisation_ids or self.tiers)

    def matches(self, organisation_id: int, country: str, kind: str, tier: str | None = None) -> bool:
        """True if an organisation of this country, type and level belongs to it."""
        return (
            (not self.countries or country in self.countries)
            and (not self.kinds or kind in self.kinds)
            and (not self.organisation_ids or organisation_id in self.organisation_ids)
            and (not self.tiers or tier in self.tiers)
        )

    def condition(self) -> ColumnElement[bool]:
        """The same rule on the rows of `organisations`, by what they are now."""
        parts: list[ColumnElement[bool]] = []
        if self.countries:
            parts.append(Organisation.country.in_(self.countries))
        if self.kinds:
            parts.append(Organisation.kind.in_(self.kinds))
        if self.organisation_ids:
            parts.append(Organisation.id.in_(self.organisation_ids))
        if self.tiers:
            parts.append(Organisation.tier.in_(self.tiers))
        return and_(true(), *parts)

    def to_record(self) -> dict[str, Any]:
        """As it is stored; a part that came later is left out while it is empty, so that old records stay equal."""
        record: dict[str, Any] = {
            "countries": list(self.countries),
            "kinds": list(self.kinds),
            "organisation_ids": list(self.organisation_ids),
        }
        return {**record, "tiers": list(self.tiers)} if self.tiers else record

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Audience:
        """A stored record, also one written before a part existed."""
        return cls(
            tuple(record.get("countries", ())),
            tuple(record.get("kinds", ())),
            tuple(record.get("organisation_ids", ())),
            tuple(record.get("tiers", ())),
        )
