"""What other areas ask of tiers: multipliers, levels on dates, what a fact raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, literal, select

from app.activities.models import Activity
from app.core.clock import today
from app.core.db import db, dialect, execute_sql
from app.core.feed import FeedRow, feed_row
from app.core.types import dump_json, read_date
from app.identity.actor import Actor
from app.identity.models import Person
from app.partners.audience_form import tiers_from
from app.partners.models import Organisation
from app.tiers.benefits import Line, gained
from app.tiers.catalogue import Catalogue, known_catalogue, load_catalogue
from app.tiers.home import company_card, home_rows, tier_card
from app.tiers.models import TierChange, TierPlan, TierVersion, VersionState
from app.tiers.overview import list_near

__all__ = [
    "Raised", "chip", "company_card", "home_rows", "level_names", "list_near", "more_words",
    "multiplier_bps", "opened_levels", "raise_record", "raised_by", "raised_of", "tier_on", "waiting_rows",
]  # fmt: skip

Place = tuple[int, date]


def multiplier_bps(slug: str | None, on: date | None = None) -> int:
    """How many times the points a level earns on a day, in basis points (12500 is 1.25 times); 10000 without a plan.

    The answer for a day never changes once the day has begun: a new version applies from a later day.
    """
    return load_catalogue().multiplier_bps(slug, on or today())


def level_names(on: date | None = None) -> dict[str, str]:
    """Name of each level by slug, lowest first; of the plans in force on a day."""
    return {level.slug: level.name for level in load_catalogue().levels_on(on or today())}


def tier_on(places: Iterable[Place]) -> Mapping[Place, str]:
    """The level that companies held on dates: the last change from that day or before, else their plan's lowest.

    Companies without a plan are left out. Two statements, three when plans have audiences.
    """
    wanted = set(places)
    catalogue = load_catalogue() if wanted else None
    if catalogue is None or not catalogue.plans:
        return {}
    changes = _changes_of({organisation_id for organisation_id, _on in wanted})
    found: dict[Place, str] = {}
    missing: list[Place] = []
    for place in wanted:
        level = None
        for from_on, to_level in changes.get(place[0], ()):
            if from_on > place[1]:
                break
            level = to_level
        if level is None:
            missing.append(place)
        else:
            found[place] = level
    return found | _lowest(catalogue, missing)


def _changes_of(organisation_ids: set[int]) -> dict[int, list[tuple[date, str]]]:
    query = "SELECT organisation_id, from_on, to_level FROM tier_changes WHERE organisation_id "
    order = " ORDER BY from_on, id"
    if dialect() == "sqlite":
        rows = execute_sql(
            query + "IN (SELECT value FROM json_each(:ids))" + order,
            {"ids": dump_json(sorted(organisation_ids))},
        )
    else:
        rows = execute_sql(query + "= ANY(:ids)" + order, {"ids": sorted(organisation_ids)})
    found: dict[int, list[tuple[date, str]]] = {}
    for organisation_id, from_on, to_level in rows:
        found.setdefault(organisation_id, []).append((read_date(from_on) or date.min, to_level))
    return found


def _lowest(catalogue: Catalogue, places: list[Place]) -> dict[Place, str]:
    """The lowest level of each company's plan on each date."""
    where: dict[int, tuple[str, str]] = {}
    if places and catalogue.asks_where:
        query = select(Organisation.id, Organisation.country, Organisation.kind)
        rows: Any = db.session.execute(query.where(Organisation.id.in_({place[0] for place in places})))
        where = {row.id: (row.country, str(row.kind)) for row in rows}
    found = {}
    for organisation_id, on in places:
        level = catalogue.lowest_for(organisation_id, *where.get(organisation_id, ("", "")), on)
        if level is not None:
            found[organisation_id, on] = level.slug
    return found


@dataclass(frozen=True, slots=True)
class Raised:
    """What a fact lifted its company to, by name, and every benefit that came with it."""

    level: str
    before: str
    benefits: list[Line]


def raised_by(activity_public_id: str | None) -> Raised | None:
    """The level that a fact lifted its company to, with all that was gained; None if it lifted nobody."""
    if not activity_public_id:
        return None
    return raised_of(_raise_record(Activity.public_id == activity_public_id))


def raise_record(activity_id: int) -> dict[str, Any] | None:
    """What a fact's raise can be kept as beside the fact, for `raised_of`; None if it lifted nobody. One statement."""
    return _raise_record(Activity.id == activity_id)


def _raise_record(which: Any) -> dict[str, Any] | None:
    query = (
        select(TierChange.from_level, TierChange.to_level, TierChange.version_id)
        .join(Activity, Activity.id == TierChange.activity_id)
        .where(which)
    )
    row = db.session.execute(query).first()
    return {"from": row.from_level, "to": row.to_level, "version": row.version_id} if row else None


def raised_of(record: Mapping[str, Any] | None) -> Raised | None:
    """A kept raise in the language in force; without a statement once the process knows the plans."""
    if not record:
        return None
    wanted = int(record["version"])
    version = known_catalogue().version(wanted) or load_catalogue().version(wanted)
    if version is None:
        return None
    definition = version.definition
    return Raised(
        definition.level(record["to"]).name,
        definition.level(record["from"]).name,
        gained(definition, record["from"], record["to"]),
    )


def opened_levels(own: str | None) -> list[str]:
    """Slugs of the levels that a company on a level holds: its own and those below, of every plan that has it."""
    catalogue, on = known_catalogue(), today()
    found: list[str] = []
    for plan in catalogue.plans:
        version = plan.version_on(on)
        if version is not None and (own is None or any(level.slug == own for level in version.levels)):
            place = version.definition.index(own)
            found += [level.slug for level in version.levels[: place + 1]]
    return list(dict.fromkeys(found))


def chip(actor: Actor) -> str | None:
    """Name of the level of the actor's company, without a statement."""
    return known_catalogue().name_of(actor.organisation_tier, today())


def more_words(rows: Sequence[FeedRow]) -> str | None:
    """The line on the tile of *More*, from the rows of home: what is missing for the next tier."""
    card = tier_card(rows)
    return card.short_words if card else None


def waiting_rows(actor: Actor) -> Select[Any] | None:
    """Plans that wait for the actor as the second person, for the vendor's day; None for who may not be it."""
    if not actor.can("tier.publish"):
        return None
    return (
        select(
            *feed_row(
                "tier",
                ref=literal("/admin/tiers/plans/") + TierPlan.public_id,
                title=TierVersion.name,
                text=Person.name,
                at=TierVersion.sent_at,
            )
        )
        .join(TierPlan, TierPlan.id == TierVersion.plan_id)
        .outerjoin(Person, Person.id == TierVersion.made_by_id)
        .where(TierVersion.state == VersionState.WAITING)
    )


def _offered() -> list[tuple[str, str]]:
    """Each level once, though several plans have it."""
    names: dict[str, str] = {}
    for level in known_catalogue().levels_on(today()):
        names.setdefault(level.slug, level.name)
    return list(names.items())


tiers_from(_offered)
