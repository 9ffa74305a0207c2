"""The one place where a company's level changes: up at once, with its history row, its place on the company, a notice.

The standing's row is the lock: two facts at once are added up by whoever comes second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from app.core.clock import today, utc_now
from app.core.db import db, dialect, transaction
from app.partners.services import keep_tier
from app.tiers import figures, notices
from app.tiers.catalogue import Catalogue, Version, load_catalogue
from app.tiers.models import Cause
from app.tiers.reviewing import is_pinned
from app.tiers.standings import (
    CHANGES,
    ORGANISATIONS,
    STANDINGS,
    Change,
    Standing,
    standing_of,
    standings_query,
)
from app.tiers.windows import next_review, window_on


def lock_standings(organisation_ids: Iterable[int], catalogue: Catalogue, on: date) -> list[Standing]:
    """Standings of these companies, locked in id order; those without one get one on their plan's lowest level.

    A company that no plan is for has none.
    """
    ids = sorted(set(organisation_ids))
    found = _locked(ids)
    missing = sorted(set(ids) - {standing.organisation_id for standing in found})
    if missing and _begin(missing, catalogue, on):
        found = _locked(ids)
    return found


def _locked(ids: Sequence[int]) -> list[Standing]:
    """Lock first, then read: who has waited reads only the locked row anew, not the pin that came meanwhile."""
    these = STANDINGS.c.organisation_id.in_(ids)
    if dialect() == "postgresql":
        rows = select(STANDINGS.c.organisation_id).where(these).order_by(STANDINGS.c.organisation_id)
        db.session.execute(rows.with_for_update()).all()
    return [standing_of(row) for row in db.session.execute(standings_query().where(these))]


def _begin(ids: Sequence[int], catalogue: Catalogue, on: date) -> bool:
    """See to first standings, on the lowest level, for companies that a plan is for; False if there are none of them.

    Somebody else may be first, and may have lifted the company since: then its level is theirs.
    """
    if dialect() == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as insert_new
    else:
        from sqlalchemy.dialects.postgresql import insert as insert_new  # type: ignore[assignment]
    rows, levels = [], dict[int, str | None]()
    query = select(ORGANISATIONS.c.id, ORGANISATIONS.c.country, ORGANISATIONS.c.kind)
    for row in db.session.execute(query.where(ORGANISATIONS.c.id.in_(ids)).order_by(ORGANISATIONS.c.id)):
        version = catalogue.version_for(row.id, row.country, str(row.kind), on)
        if version is not None:
            level = version.levels[0].slug
            levels[row.id] = level
            rows.append({
                "organisation_id": row.id, "plan_id": version.plan_id, "level": level, "since_on": on,
                "next_review_on": next_review(version.month, on), "changes": 0,
            })  # fmt: skip
    if rows:
        statement = insert_new(STANDINGS).on_conflict_do_nothing().returning(STANDINGS.c.organisation_id)
        begun = db.session.scalars(statement, rows).all()
        keep_tier({organisation_id: levels[organisation_id] for organisation_id in begun})
    return bool(rows)


def lift(
    organisation_ids: Iterable[int],
    *,
    cause: Cause,
    activities: Mapping[int, int] | None = None,
    actor: Any = None,
) -> list[Change]:
    """Move up whoever has enough in the present window; nobody moves down here, and a pinned level stays. A pin holds
    through its last day, whether or not the review has ended it since.

    `activities` names the fact that did it, by company. Runs inside the recording transaction.
    """
    on, catalogue = today(), load_catalogue()
    if not catalogue.plans:
        return []
    with transaction():
        changes = []
        for standing, version, have in _with_figures(
            lock_standings(organisation_ids, catalogue, on), catalogue, on
        ):
            definition = version.definition
            reached = definition.reached(have)
            known = {level.slug for level in version.levels}
            moved_plan = standing.level is not None and standing.level not in known
            if is_pinned(standing, on) or (reached <= definition.index(standing.level) and not moved_plan):
                continue
            changes.append(
                Change(
                    standing,
                    version,
                    definition.levels[reached].slug,
                    Cause.PLAN if moved_plan and cause is Cause.REVIEW else cause,
                    activity_id=(activities or {}).get(standing.organisation_id),
                    actor_id=getattr(actor, "person_id", None),
                )
            )
        apply_changes(changes, on)
        return changes


def _with_figures(
    standings: Sequence[Standing], catalogue: Catalogue, on: date
) -> list[tuple[Standing, Version, dict[str, int]]]:
    """Standings with their version and what they have in its present window. One statement a kind of window."""
    grouped: dict[int, list[tuple[Standing, Version]]] = {}
    for standing in standings:
        version = catalogue.version_for(standing.organisation_id, standing.country, standing.kind, on)
        if version is not None:
            grouped.setdefault(version.month, []).append((standing, version))
    found = []
    for month, pairs in grouped.items():
        totals = figures.sums([standing.organisation_id for standing, _v in pairs], window_on(month, on))
        for standing, version in pairs:
            have = figures.have(version.definition.metrics, totals.get(standing.organisation_id, {}))
            found.append((standing, version, have))
    return found


def apply_changes(changes: Sequence[Change], on: date) -> None:
    """Write changes of level: history, standing, the company's own row, and one notice a person."""
    if not changes:
        return
    now = utc_now()
    db.session.execute(
        insert(CHANGES),
        [
            {"organisation_id": change.standing.organisation_id, "number": change.standing.changes + 1,
             "from_level": change.from_level, "to_level": change.to_level, "from_on": on, "cause": change.cause,
             "version_id": change.version.id, "activity_id": change.activity_id, "pin_id": change.pin_id,
             "actor_id": change.actor_id, "created_at": now}
            for change in changes
        ],
    )  # fmt: skip
    for change in changes:
        standing = change.standing
        db.session.execute(
            update(STANDINGS)
            .where(STANDINGS.c.organisation_id == standing.organisation_id)
            .values(
                level=change.to_level, since_on=on, plan_id=change.version.plan_id, changes=standing.changes + 1,
                grace_from=None, grace_until=None, warned_days=None,
            )
        )  # fmt: skip
    keep_tier({change.standing.organisation_id: change.to_level for change in changes})
    notices.tell_changes(changes)
