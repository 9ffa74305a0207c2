"""Years of service: recorded by themselves, once, on the day or as soon as the job runs again.

The rule: service is the unbroken time at one company, through changes of role; another company begins anew. The
anniversary is the same day of the same month in the vendor's zone; of a time that began on 29 February it is 28
February in the years that have no 29th. A milestone counts if the person was still there on that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.activities.services import record
from app.core.clock import local, today, utc_now, zone
from app.core.db import db, dialect, end_read, execute_sql, transaction
from app.core.settings import current_settings
from app.core.types import bind
from app.identity.actor import SYSTEM
from app.partners.models import Membership
from app.recognition.models import Award, AwardEventKind, AwardRecipient, AwardState, ServiceMilestone
from app.recognition.services.categories import service_category
from app.recognition.services.giving import note_event, promise_notice

YEARS = (1, 3, 5, 10)
CHUNK = 500
LEFT_WITHIN_DAYS = 90  # how long after somebody left a missed milestone is still looked for
NEWS_DAYS = 30  # an older milestone is put on the wall at its date, without telling anybody

_ONCE = (
    "INSERT INTO service_milestones (membership_id, years, reached_on, created_at) "
    "VALUES (:membership, :years, :on, :now) ON CONFLICT (membership_id, years) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Service:
    """An unbroken time at one company. `ended_on` is None while it lasts."""

    membership_id: int
    person_id: int
    organisation_id: int
    started_on: date
    ended_on: date | None


def anniversary(start: date, years: int) -> date:
    """The day on which so many years are full."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:  # 29 February in a year that has none
        return date(start.year + years, 2, 28)


def record_service() -> int:
    """Record the milestones that were reached and are not recorded yet; how many were. Safe to run at any time."""
    count = 0
    on = today()
    for years in YEARS:
        for services in _candidates(years, on):
            for one in services:
                reached = anniversary(one.started_on, years)
                if reached <= on and (one.ended_on is None or one.ended_on >= reached):
                    count += _record(one, years, reached)
    return count


def _record(one: Service, years: int, reached: date) -> bool:
    """One milestone: its row is the lock, so that of two runs at once one does it."""
    with transaction():
        name = dialect()
        values = {
            "membership": one.membership_id,
            "years": years,
            "on": bind(reached, name),
            "now": bind(utc_now(), name),
        }
        if not execute_sql(_ONCE, values).rowcount:
            return False
        at = datetime(reached.year, reached.month, reached.day, tzinfo=zone(current_settings().time_zone))
        award = Award(
            category_id=service_category().id,
            state=AwardState.GIVEN,
            service_years=years,
            happened_at=at.astimezone(UTC),
            year=reached.year,
            given_at=utc_now(),
        )
        db.session.add(award)
        db.session.flush()
        recorded = record(
            "service_milestone",
            source="service",
            source_ref=f"{one.membership_id}:{years}",
            organisation_id=one.organisation_id,
            member_id=one.person_id,
            occurred_on=reached,
            quantity=years,
            attributes={"award": award.public_id, "years": years},
            actor=SYSTEM,
        )
        db.session.add(
            AwardRecipient(
                award_id=award.id,
                person_id=one.person_id,
                organisation_id=one.organisation_id,
                activity_id=recorded.activity_id,
            )
        )
        milestone = db.session.get_one(ServiceMilestone, (one.membership_id, years))
        milestone.award_id = award.id
        note_event(award, AwardEventKind.GIVEN, None)
        if today() - reached <= timedelta(days=NEWS_DAYS):
            promise_notice(award, "given", 0)
        return True


def _candidates(years: int, on: date) -> Iterator[list[Service]]:
    """Times at a company that began long enough ago and lack this milestone, in chunks by id."""
    before = Membership.__table__.alias("before")
    zone_name = current_settings().time_zone
    latest = datetime(on.year, on.month, on.day, tzinfo=zone(zone_name)) + timedelta(days=2)
    began = latest.replace(year=latest.year - years, day=min(latest.day, 28)) + timedelta(days=3)
    lately = utc_now() - timedelta(days=LEFT_WITHIN_DAYS)
    query = (
        select(Membership.id, Membership.person_id, Membership.organisation_id, Membership.started_at)
        .where(
            Membership.organisation_id.is_not(None),
            Membership.started_at <= began.astimezone(UTC),
            ~exists().where(
                before.c.person_id == Membership.person_id,
                before.c.organisation_id == Membership.organisation_id,
                before.c.ended_at == Membership.started_at,
                before.c.id < Membership.id,
            ),
            ~exists().where(ServiceMilestone.membership_id == Membership.id, ServiceMilestone.years == years),
            _still_there_or_lately(lately),
        )
        .order_by(Membership.id)
        .limit(CHUNK)
    )
    last = 0
    while rows := db.session.execute(query.where(Membership.id > last)).all():
        last = rows[-1].id
        found = _with_ends(rows, zone_name)
        end_read()
        yield found
        if len(rows) < CHUNK:
            return


def _still_there_or_lately(lately: datetime) -> Any:
    """The person has, or had until lately, a place at the company: what was missed longer ago stays missed."""
    later = aliased(Membership)
    return exists().where(
        later.person_id == Membership.person_id,
        later.organisation_id == Membership.organisation_id,
        or_(later.ended_at.is_(None), later.ended_at >= lately),
    )


def _with_ends(rows: Sequence[Any], zone_name: str) -> list[Service]:
    """Follow each first place through the changes of role to where the time at the company ends."""
    pairs = {(row.person_id, row.organisation_id) for row in rows}
    places = db.session.execute(
        select(Membership.person_id, Membership.organisation_id, Membership.started_at, Membership.ended_at)
        .where(tuple_(Membership.person_id, Membership.organisation_id).in_(sorted(pairs)))
        .order_by(Membership.id)
    ).all()
    ends = {(each.person_id, each.organisation_id, each.started_at): each.ended_at for each in places}
    found = []
    for row in rows:
        end, seen = ends[row.person_id, row.organisation_id, row.started_at], {row.started_at}
        while end is not None and end not in seen and (row.person_id, row.organisation_id, end) in ends:
            seen.add(end)
            end = ends[row.person_id, row.organisation_id, end]
        found.append(
            Service(
                row.id,
                row.person_id,
                row.organisation_id,
                local(row.started_at, zone_name).date(),
                local(end, zone_name).date() if end else None,
            )
        )
    return found
