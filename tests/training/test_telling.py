"""Learners are told by mail too: in their language, with the way to the course, once."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from app.core.clock import today, travel, utc_now
from app.core.db import db, transaction
from app.core.errors import InvalidInput
from app.core.mail import Mail
from app.core.settings import current_settings
from app.identity.models import Person
from app.partners.audience import Audience
from app.partners.models import Membership
from app.partners.services import reinstate_organisation, suspend_organisation
from app.training.services import assigning, authoring
from tests.cast import Cast
from tests.training.authoring import published
from tests.training.test_assigning import certificate, passed


@pytest.fixture(autouse=True)
def _inside(app):
    with app.test_request_context():
        yield


def speaks(actor, locale: str, **more: str) -> None:
    with transaction():
        db.session.execute(update(Person).where(Person.id == actor.person_id).values(locale=locale, **more))


def subjects(to) -> list[str]:
    return list(db.session.scalars(select(Mail.subject).where(Mail.recipient == to.email).order_by(Mail.id)))


def last(to) -> Mail:
    return db.session.scalars(select(Mail).where(Mail.recipient == to.email).order_by(Mail.id.desc())).first()


def test_who_must_take_a_course_is_mailed_in_their_language(cast: Cast) -> None:
    course = published(cast)
    speaks(cast.aisyah, "ms")
    speaks(cast.budi, "id")
    passed(cast.merapi_admin, course)
    everybody = Audience()
    assigning.assign(
        "zero-trust", audience=everybody, due_on=today() + timedelta(days=30), note="For <clinics>", actor=cast.marketer
    )  # fmt: skip
    assert subjects(cast.aisyah) == ["Kursus untuk anda: Zero Trust (ms)"]
    assert subjects(cast.budi) == ["Kursus untuk Anda: Zero Trust (id)"]
    assert subjects(cast.kinabalu_admin) == ["A course for you: Zero Trust"]
    assert (
        subjects(cast.merapi_admin) == [] and subjects(cast.manager) == []
    )  # passed already; the vendor's own
    mail = last(cast.kinabalu_admin)
    assert f"{current_settings().external_url}/training/zero-trust" in mail.text
    assert "Take it by" in mail.text and "For <clinics>" in mail.text and "For &lt;clinics&gt;" in mail.html
    assert mail.person_id == cast.kinabalu_admin.person_id and mail.job_id is not None
    assert "Buka kursus" in last(cast.aisyah).text


def test_reminders_are_mailed_once_each_however_often_the_task_runs(cast: Cast) -> None:
    published(cast)
    due = today() + timedelta(days=30)
    assigning.assign("zero-trust", audience=Audience(("MY",)), due_on=due, actor=cast.marketer)
    speaks(cast.kinabalu_admin, "en", status="deactivated")
    now = utc_now()
    for day in (0, 23, 24, 29, 31, 40):
        with travel(now + timedelta(days=day)):
            for _again in range(3):
                assigning.remind()
                assigning.take_in_newcomers()
    found = subjects(cast.aisyah)
    assert [one.split(" ")[0] for one in found] == ["A", "Finish", "Finish", "Zero"]
    assert found[-1] == "Zero Trust is overdue"
    assert subjects(cast.kinabalu_admin) == [
        "A course for you: Zero Trust"
    ]  # nothing since the account was closed


def test_an_ending_certificate_is_mailed_with_the_way_to_renew_it(cast: Cast) -> None:
    course = published(cast)
    speaks(cast.aisyah, "id")
    certificate(cast, course, 25)
    revoked = certificate(cast, course, 26, revoked_at=utc_now(), revoked_reason="Wrong name")
    for _again in range(3):
        assigning.warn_of_expiry()
    assert len(subjects(cast.aisyah)) == 1 and subjects(cast.aisyah)[0].startswith("Zero Trust (id) berakhir")
    links = [word for word in last(cast.aisyah).text.split() if word.startswith("http")]
    assert urlsplit(links[0]).path == "/training/zero-trust" and revoked.reminded_days is None


def test_nobody_is_sent_to_renew_by_a_course_that_is_closed(cast: Cast) -> None:
    course = published(cast)
    certificate(cast, course, 25)
    authoring.set_retired("zero-trust", True, actor=cast.marketer)
    assigning.warn_of_expiry()
    text = last(cast.aisyah).text
    links = [word for word in text.split() if word.startswith("http")]
    assert urlsplit(links[0]).path.startswith("/certificates/")
    assert "Pass again" not in text and "This course is closed." in text


def test_who_is_kept_out_is_not_written_to_until_they_are_back(cast: Cast) -> None:
    course = published(cast)
    due, named = today() + timedelta(days=20), [cast.aisyah.person_id, cast.budi.person_id]
    assigning.assign("zero-trust", audience=None, person_ids=named, due_on=due, actor=cast.marketer)
    certificate(cast, course, 25)
    suspend_organisation(cast.kinabalu.id, actor=cast.owner, reason="Unpaid")
    with transaction():
        left = update(Membership).where(Membership.person_id == cast.budi.person_id)
        db.session.execute(left.values(ended_at=utc_now()))
    with pytest.raises(InvalidInput):
        assigning.assign("zero-trust", audience=None, person_ids=named, due_on=due, actor=cast.marketer)
    before = [subjects(cast.aisyah), subjects(cast.budi)]
    with travel(utc_now() + timedelta(days=14)):
        assert assigning.remind() == 0 and assigning.warn_of_expiry() == 0
        assert [subjects(cast.aisyah), subjects(cast.budi)] == before
        reinstate_organisation(cast.kinabalu.id, actor=cast.owner)
        for _again in range(2):
            assigning.remind()
            assigning.warn_of_expiry()
    assert [one.split(" ")[0] for one in subjects(cast.aisyah)] == ["A", "Finish", "Zero"]
    assert subjects(cast.budi) == before[1] and len(before[1]) == 1
