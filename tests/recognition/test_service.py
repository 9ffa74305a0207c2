"""Years of service: on the day, once, caught up, right across 29 February."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.activities.models import Activity
from app.core import jobs
from app.core.clock import freeze
from app.core.db import db, transaction
from app.notices.models import Notice
from app.partners.models import Membership, Role
from app.partners.services import change_membership_role
from app.recognition import services
from app.recognition.models import Award, ServiceMilestone
from app.recognition.services.years import anniversary
from tests.cast import Cast
from tests.ledger.support import clean


def at(year: int, month: int, day: int, hour: int = 4) -> datetime:
    """Noon in Kuala Lumpur, by default."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def starts(person_id: int | None, when: datetime) -> Membership:
    """Let a person's place have begun then; nobody else's counts in this test."""
    with transaction():
        for row in db.session.scalars(select(Membership)):
            row.started_at = when if row.person_id == person_id else at(2090, 1, 1)
    return db.session.scalars(select(Membership).where(Membership.person_id == person_id)).one()


def recorded() -> list[tuple[int, date]]:
    query = select(ServiceMilestone.years, ServiceMilestone.reached_on).order_by(ServiceMilestone.years)
    return [(row.years, row.reached_on) for row in db.session.execute(query)]


@pytest.mark.parametrize(
    ("start", "years", "expected"),
    [
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 3, date(2027, 2, 28)),
        (date(2020, 2, 29), 5, date(2025, 2, 28)),
        (date(2020, 2, 29), 4, date(2024, 2, 29)),
        (date(2023, 2, 28), 1, date(2024, 2, 28)),
        (date(2023, 3, 1), 1, date(2024, 3, 1)),
        (date(2096, 2, 29), 4, date(2100, 2, 28)),
        (date(2025, 12, 31), 1, date(2026, 12, 31)),
    ],
)
def test_an_anniversary_is_the_same_day_and_28_february_where_there_is_no_29th(
    start: date, years: int, expected: date
) -> None:
    assert anniversary(start, years) == expected


def test_a_year_is_recorded_on_its_day_once_however_often_the_job_runs(app: Flask, cast: Cast) -> None:
    with app.app_context():
        starts(cast.aisyah.person_id, at(2024, 2, 29))
        for day, expected in ((27, 0), (28, 1), (28, 0)):
            with freeze(at(2025, 2, day)):
                assert services.record_service() == expected
        with freeze(at(2025, 3, 1)):
            assert services.record_service() == 0
            jobs.run_due()
        assert recorded() == [(1, date(2025, 2, 28))]
        activity = db.session.scalars(select(Activity)).one()
        membership = db.session.scalars(select(ServiceMilestone.membership_id)).one()
        assert (activity.kind, activity.source_ref) == ("service_milestone", f"{membership}:1")
        assert (activity.quantity, activity.occurred_on) == (1, date(2025, 2, 28))
        award = db.session.scalars(select(Award)).one()
        assert award.service_years == 1 and award.is_on_wall
        notice = db.session.scalars(select(Notice)).one()
        assert notice.person_id == cast.aisyah.person_id and "1 year of service" in notice.title
        clean()


def test_the_day_is_the_vendors_not_that_of_greenwich(app: Flask, cast: Cast) -> None:
    with app.app_context():
        starts(cast.aisyah.person_id, datetime(2025, 5, 9, 17, tzinfo=UTC))  # 10 May, 01:00 in Kuala Lumpur
        with freeze(datetime(2026, 5, 9, 15, 59, tzinfo=UTC)):
            assert services.record_service() == 0
        with freeze(datetime(2026, 5, 9, 16, 1, tzinfo=UTC)):
            assert services.record_service() == 1


def test_days_that_were_missed_are_caught_up_at_their_date_without_old_news(app: Flask, cast: Cast) -> None:
    with app.app_context():
        starts(cast.aisyah.person_id, at(2015, 6, 1))
        with freeze(at(2025, 6, 20)):
            assert services.record_service() == 4
            jobs.run_due()
        assert recorded() == [
            (1, date(2016, 6, 1)),
            (3, date(2018, 6, 1)),
            (5, date(2020, 6, 1)),
            (10, date(2025, 6, 1)),
        ]
        happened = [row.date() for row in db.session.scalars(select(Award.happened_at).order_by(Award.id))]
        assert happened == [date(2016, 5, 31), date(2018, 5, 31), date(2020, 5, 31), date(2025, 5, 31)]
        assert db.session.scalar(select(func.count()).select_from(Notice)) == 1


def test_another_role_carries_on_and_another_company_begins_anew(app: Flask, cast: Cast) -> None:
    with app.app_context():
        first = starts(cast.aisyah.person_id, at(2024, 1, 10))
        with freeze(at(2024, 9, 1)), transaction():
            change_membership_role(cast.aisyah.person_id or 0, Role.PARTNER_ADMIN)
        with freeze(at(2025, 1, 10)):
            assert services.record_service() == 1
        assert db.session.scalars(select(ServiceMilestone.membership_id)).one() == first.id
        with freeze(at(2025, 9, 2)):  # a year in the new role is not a year at the company
            assert services.record_service() == 0
        with transaction():
            own = Membership.person_id == cast.aisyah.person_id
            now = db.session.scalars(select(Membership).where(own, Membership.ended_at.is_(None))).one()
            now.ended_at = at(2025, 10, 1)
            db.session.flush()
            db.session.add(
                Membership(person_id=cast.aisyah.person_id, organisation_id=cast.merapi.id, role=Role.MEMBER,
                           started_at=at(2025, 10, 1))
            )  # fmt: skip
        for day, expected in ((at(2026, 9, 30), 0), (at(2026, 10, 1), 1), (at(2027, 1, 10), 0)):
            with freeze(day):
                assert services.record_service() == expected


def test_who_left_before_the_day_gets_nothing_and_who_left_after_it_gets_theirs(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        place = starts(cast.aisyah.person_id, at(2024, 6, 1))
        for end, expected in ((at(2025, 5, 31), 0), (at(2025, 6, 2), 1)):
            with transaction():
                place.ended_at = end
                db.session.add(place)
            with freeze(at(2025, 6, 10)):
                assert services.record_service() == expected


def test_people_of_the_vendor_are_not_on_the_partners_wall(app: Flask, cast: Cast) -> None:
    with app.app_context():
        starts(cast.manager.person_id, at(2020, 1, 1))
        with freeze(at(2025, 6, 1)):
            assert services.record_service() == 0


def test_the_job_stands_in_the_table_of_periodic_work(app: Flask) -> None:
    with app.app_context():
        assert jobs.SCHEDULE["recognition.service"].every_minutes <= 24 * 60
        assert jobs.SCHEDULE["recognition.service"].run() == 0
        assert timedelta(minutes=jobs.SCHEDULE["recognition.service"].every_minutes) <= timedelta(days=1)
