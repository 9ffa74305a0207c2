"""The demo: a year of a channel, made through the real services with the clock set back. Never in production."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from sqlalchemy import select, update

from app.core import jobs
from app.core.clock import travel, utc_now
from app.core.db import db, end_read, transaction
from app.core.errors import AppError
from app.core.settings import current_settings
from app.identity.models import Person
from app.ledger.services import release_due
from seeds.people import seed_people
from seeds.programs import seed_programs
from seeds.reference import seed_reference
from seeds.rewards import seed_rewards
from seeds.story import deal_events, purchase_events, redemption_events, visit_events

STARTED_DAYS_AGO = 400
# Areas that begin with something of their own, `seed_<area>(demo)`, and those to which things happen in the year,
# `<area>_events(demo)`: pairs of (days ago, what is done).
AREAS = ("tiers", "boards", "training", "news", "recognition", "codes")


class DemoRefused(AppError):
    """The demo may not be loaded here."""


def is_empty() -> bool:
    """True if nobody has an account yet."""
    found = db.session.scalar(select(Person.id).limit(1))
    end_read()
    return found is None


def load_if_empty() -> str:
    """Load the demo into an empty, non-production database; answers with one line."""
    if not is_empty():
        return "The database has people in it: nothing was loaded."
    return load()


def load() -> str:
    """Load the demo. Raises DemoRefused in production or where there are people already."""
    if current_settings().is_production:
        raise DemoRefused("the demo is never loaded in production (TANGGA_ENV=production)")
    if not is_empty():
        raise DemoRefused("the database has people in it; the demo needs an empty one")
    now = datetime.now(UTC)
    with travel(now - timedelta(days=STARTED_DAYS_AGO)):
        demo = seed_people()
        seed_reference(demo.actors["owner"])
        seed_programs(demo.actors["owner"])
        seed_rewards(demo.actors["marketer"])
        for area in AREAS:
            begin = _of(area, "seed_{}")
            if begin is not None:
                begin(demo)
    events = [*deal_events(demo), *purchase_events(demo), *redemption_events(demo), *visit_events(demo)]
    events += [(days, release_due) for days in range(STARTED_DAYS_AGO, 0, -3)]  # as the worker does meanwhile
    for area in AREAS:
        story = _of(area, "{}_events")
        events += list(story(demo)) if story is not None else []
    for days, act in sorted(events, key=lambda event: -event[0]):
        with travel(now - timedelta(days=days)):
            act()
    _settle()
    return f"The demo is loaded: {len(demo.companies)} companies, {len(demo.actors)} people, {len(events)} events."


def _of(area: str, name: str) -> Any:
    """What an area brings to the demo under this name, if it does."""
    try:
        module = import_module(f"seeds.{area}")
    except ModuleNotFoundError:
        return None
    return getattr(module, name.format(area), None)


def _settle() -> None:
    """Do what the worker would have done meanwhile, so that a first start finds nothing left over."""
    for item in jobs.SCHEDULE.values():
        item.run()
    if current_settings().smtp_host:
        with transaction():  # nobody at example.com waits for these
            db.session.execute(
                update(jobs.Job)
                .where(jobs.Job.state == "ready")
                .values(state="cancelled", finished_at=utc_now())
            )
        return
    while jobs.run_due():
        pass
