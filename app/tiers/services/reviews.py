"""The review: once a day for every company, each step exactly once, however often it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, update

from app.activities.pipeline import take_turn
from app.core.clock import today, utc_now
from app.core.db import db, end_read, transaction
from app.partners.models import Organisation
from app.tiers import figures, notices
from app.tiers.catalogue import Catalogue, Version, load_catalogue
from app.tiers.models import Cause
from app.tiers.plans import GRACE_DAYS
from app.tiers.reviewing import (
    LOWERED,
    RAISED,
    UNPINNED,
    WARNED,
    Figures,
    Step,
    Verdict,
    foresee,
    look,
    version_of,
    windows_of,
)  # fmt: skip
from app.tiers.services.levels import apply_changes, lock_standings
from app.tiers.services.plans import walk_companies
from app.tiers.standings import PINS, STANDINGS, Change, Standing, standing_of, standings_query
from app.tiers.windows import Window

Progress = Callable[[int, int], None]  # how many companies were looked at, and of how many

NOTICED = ("next_review_on", "grace_from", "grace_until", "warned_days")


def run_review(*, actor: Any = None, progress: Progress | None = None) -> list[Step]:
    """Do what is due today for every company: count amounts whose rate has come, lift, warn, lower. Safe to repeat."""
    on = today()
    with transaction():
        take_turn()
        figures.revalue_waiting()
    total = _count_companies() if progress else 0
    steps: list[Step] = []
    done = 0
    for ids in walk_companies():
        steps += review_companies(ids, actor=actor, on=on)
        done += len(ids)
        if progress:
            progress(done, max(done, total))
    return sorted(steps, key=lambda step: (step.on, step.organisation_id))


def _count_companies() -> int:
    found = db.session.scalar(select(func.count(Organisation.id))) or 0
    end_read()
    return int(found)


def review_companies(ids: Iterable[int], *, actor: Any = None, on: date | None = None) -> list[Step]:
    """Do what is due for some companies, in one transaction."""
    on, catalogue = on or today(), load_catalogue()
    if not catalogue.plans:
        return []
    ids = list(ids)
    with transaction():
        if len(ids) > 1:
            take_turn()
        standings = lock_standings(ids, catalogue, on)
        figures_of = gather(standings, catalogue, [on], on)
        verdicts = [look(standing, catalogue, on, figures_of, ups=True) for standing in standings]
        for verdict in verdicts:
            if verdict.before != verdict.after:
                _write(verdict, catalogue, on)
        return [step for verdict in verdicts for step in verdict.steps]


def preview(
    until: date | None = None, *, on: date | None = None, progress: Progress | None = None
) -> list[Step]:
    """The steps that reviews from today until a day (today) will take if nothing more is recorded; writes nothing."""
    on = on or today()
    until = max(until or on, on)
    catalogue = load_catalogue()
    if not catalogue.plans:
        return []
    standings = [standing_of(row) for row in db.session.execute(standings_query())]
    starts = [
        version.applies_from
        for plan in catalogue.plans
        for version in plan.versions
        if on < version.applies_from <= until
    ]
    figures_of = gather(standings, catalogue, [on, *starts], until)
    return foresee(standings, catalogue, on, until, figures_of, progress)


def gather(standings: Sequence[Standing], catalogue: Catalogue, days: Sequence[date], until: date) -> Figures:
    """What these companies have in every window that will be asked for, in one statement."""
    asked: dict[Window, list[int]] = {}
    for standing in standings:
        for window in windows_of(standing, catalogue, days, until):
            asked.setdefault(window, []).append(standing.organisation_id)
    found = figures.sums_of(asked)

    def figures_of(standing: Standing, version: Version, window: Window) -> Mapping[str, int]:
        if window not in found:  # a rare turn, such as a plan whose year begins in another month
            found[window] = figures.sums([each.organisation_id for each in standings], window)
        return figures.have(version.definition.metrics, found[window].get(standing.organisation_id, {}))

    return figures_of


def horizon() -> date:
    """How far a preview looks: the next day on which companies are reviewed, or the length of a grace."""
    query = select(STANDINGS.c.next_review_on).where(STANDINGS.c.next_review_on > today())
    found = db.session.scalar(query.order_by(STANDINGS.c.next_review_on).limit(1))
    return found or today() + timedelta(days=GRACE_DAYS)


def _write(verdict: Verdict, catalogue: Catalogue, on: date) -> None:
    """Write how a company stands after a look at it, with history and notices of what happened."""
    standing = verdict.before
    version = version_of(standing, catalogue, on)
    assert version is not None
    for step in verdict.steps:
        if step.kind == UNPINNED:
            db.session.execute(update(PINS).where(PINS.c.id == standing.pin_id).values(ended_at=utc_now()))
        elif step.kind in (LOWERED, RAISED):
            change = Change(standing, version, step.to_level, Cause.REVIEW)
            apply_changes([change], on)
            standing = replace(standing, level=step.to_level, since_on=on, changes=standing.changes + 1)
        elif step.kind == WARNED and step.until is not None:
            level = version.definition.level(step.level)
            notices.tell_warning(
                standing.organisation_id, version.definition, level, step.until, step.days or 0
            )
    values = {name: getattr(verdict.after, name) for name in NOTICED}
    db.session.execute(
        update(STANDINGS).where(STANDINGS.c.organisation_id == standing.organisation_id).values(**values)
    )
