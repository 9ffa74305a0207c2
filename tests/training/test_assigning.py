"""Assigned courses: who is asked, who is reminded, each reminder once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.clock import today, travel, utc_now
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.core.i18n import force_locale
from app.notices.models import Notice
from app.notices.queries import list_notices
from app.partners.audience import Audience
from app.partners.models import Role
from app.training.models import AssignmentPerson, Certificate, CoursePass, Enrolment
from app.training.services import assigning
from tests.cast import Cast, add_person
from tests.training.authoring import draft, published, words

MALAYSIA = Audience(countries=("MY",))


@pytest.fixture(autouse=True)
def _inside(app):
    with app.test_request_context():
        yield


def told(kind: str) -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(Notice.person_id, Notice.title).where(Notice.kind == kind).order_by(Notice.person_id)
    )
    return [tuple(row) for row in rows]


def passed(actor, course) -> None:
    """The row that says that somebody passed, without going through the quiz."""
    with transaction():
        enrolment = Enrolment(
            course_id=course.id, version_id=course.current_version_id, person_id=actor.person_id, passed_at=utc_now(),
            organisation_id=actor.organisation_id,
        )  # fmt: skip
        db.session.add(enrolment)
        db.session.flush()
        db.session.add(
            CoursePass(
                course_id=course.id, person_id=actor.person_id, organisation_id=actor.organisation_id,
                enrolment_id=enrolment.id, passed_on=today(),
            )
        )  # fmt: skip


def test_an_audience_is_asked_at_once_and_newcomers_later(cast: Cast) -> None:
    course = published(cast)
    passed(cast.kinabalu_admin, course)
    made = assigning.assign(
        "zero-trust", audience=MALAYSIA, due_on=today() + timedelta(days=30), actor=cast.marketer
    )
    on_it = select(AssignmentPerson.person_id).where(AssignmentPerson.assignment_id == made.id)
    assert set(db.session.scalars(on_it)) == {cast.aisyah.person_id, cast.kinabalu_admin.person_id}
    assert told("training.assigned") == [(cast.aisyah.person_id, "A course for you: Zero Trust")]
    new = add_person("new@kinabalu.example.com", "New Person", Role.MEMBER, cast.kinabalu, "ms")
    assert [assigning.take_in_newcomers(), assigning.take_in_newcomers()] == [1, 0]
    with force_locale("ms"):
        titles = [line.title for line in list_notices(new).lines]
    assert titles == ["Kursus untuk anda: Zero Trust (ms)"]


def test_people_named_are_asked_and_nobody_joins_them(cast: Cast) -> None:
    published(cast)
    ids = [cast.budi.person_id, cast.manager.person_id]
    made = assigning.assign("zero-trust", audience=None, person_ids=ids, actor=cast.marketer)
    on_it = select(AssignmentPerson.person_id).where(AssignmentPerson.assignment_id == made.id)
    assert list(db.session.scalars(on_it)) == [cast.budi.person_id]  # the vendor's own people do not learn
    assert assigning.take_in_newcomers() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"audience": None}, "people"),
        ({"audience": None, "person_ids": [10**12]}, "people"),
        ({"due_days": -1}, "due_on"),
        ({"due_days": 366 * 4}, "due_on"),
        ({"remind_days": (5000,)}, "remind_days"),
        ({"note": "x" * 5000}, "note"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(cast: Cast, changes: dict, field: str) -> None:
    published(cast)
    given = dict(changes)
    if "due_days" in given:
        given["due_on"] = today() + timedelta(days=given.pop("due_days"))
    with pytest.raises(InvalidInput) as refused:
        assigning.assign("zero-trust", **{"audience": MALAYSIA, **given}, actor=cast.marketer)
    assert list(refused.value.fields) == [field]
    assert db.session.scalar(select(func.count(AssignmentPerson.person_id))) == 0


def test_only_published_courses_are_assigned_and_only_by_their_writers(cast: Cast) -> None:
    draft(cast)
    with pytest.raises(Conflict):
        assigning.assign("zero-trust", audience=MALAYSIA, actor=cast.marketer)
    with pytest.raises(Forbidden):
        assigning.assign("zero-trust", audience=MALAYSIA, actor=cast.manager)
    with pytest.raises(NotFound):
        assigning.cancel_assignment("nothing", actor=cast.marketer)


def test_each_reminder_goes_out_once_however_often_the_task_runs(cast: Cast) -> None:
    course = published(cast)
    passed(cast.kinabalu_admin, course)
    due = today() + timedelta(days=30)
    assigning.assign("zero-trust", audience=MALAYSIA, due_on=due, remind_days=(7, 1), actor=cast.marketer)
    now, seen = utc_now(), []
    for day in (0, 22, 23, 24, 29, 30, 31, 40):
        with travel(now + timedelta(days=day)):
            for _again in range(3):
                assigning.remind()
        seen.append(len(told("training.reminder")) * 10 + len(told("training.overdue")))
    assert seen == [0, 0, 10, 10, 20, 20, 21, 21]
    assert {person for person, _title in told("training.reminder")} == {cast.aisyah.person_id}
    assert told("training.overdue") == [(cast.aisyah.person_id, "Zero Trust is overdue")]


def test_a_reminder_missed_while_the_worker_slept_is_not_sent_twice_over(cast: Cast) -> None:
    published(cast)
    assigning.assign(
        "zero-trust", audience=MALAYSIA, due_on=today() + timedelta(days=30), actor=cast.marketer
    )
    with travel(utc_now() + timedelta(days=29)):
        assigning.remind()
        assigning.remind()
    assert len(told("training.reminder")) == 2  # one each, the nearest


def test_assigned_late_is_not_reminded_in_the_same_hour(cast: Cast) -> None:
    published(cast)
    assigning.assign("zero-trust", audience=MALAYSIA, due_on=today() + timedelta(days=5), actor=cast.marketer)
    assert assigning.remind() == 0
    with travel(utc_now() + timedelta(days=4)):
        assert assigning.remind() == 1


def test_a_cancelled_assignment_is_silent(cast: Cast) -> None:
    published(cast)
    made = assigning.assign(
        "zero-trust", audience=MALAYSIA, due_on=today() + timedelta(days=10), actor=cast.marketer
    )
    assert assigning.cancel_assignment(made.public_id, actor=cast.marketer) == "zero-trust"
    add_person("new@kinabalu.example.com", "New Person", Role.MEMBER, cast.kinabalu)
    with travel(utc_now() + timedelta(days=9)):
        assert (assigning.remind(), assigning.take_in_newcomers()) == (0, 0)


def certificate(cast: Cast, course, days: int, **more) -> Certificate:
    with transaction():
        row = Certificate(
            serial=f"ZT-26-{days:08}", cause=f"course:{days}", course_id=course.id, person_id=cast.aisyah.person_id,
            person_name="Aisyah Rahman", title=words("Zero Trust"), issued_on=today() - timedelta(days=300),
            valid_until=today() + timedelta(days=days), **more,
        )  # fmt: skip
        db.session.add(row)
    return row


def test_an_ending_certificate_is_told_at_60_30_and_7_days_once_each(cast: Cast) -> None:
    course = published(cast)
    certificate(cast, course, 70)
    now, seen = utc_now(), []
    for day in (0, 9, 10, 11, 40, 41, 63, 70, 71):
        with travel(now + timedelta(days=day)):
            for _again in range(3):
                assigning.warn_of_expiry()
        seen.append(len(told("training.expiring")))
    assert seen == [0, 0, 1, 1, 2, 2, 3, 3, 3]
    assert told("training.expiring")[0][1].startswith("Zero Trust ends on ")


def test_a_renewed_or_revoked_certificate_is_not_warned_of(cast: Cast) -> None:
    course = published(cast)
    old = certificate(cast, course, 20)
    certificate(cast, course, 380, renews_id=old.id)
    certificate(cast, course, 25, revoked_at=utc_now(), revoked_reason="Wrong name")
    assert assigning.warn_of_expiry() == 0
