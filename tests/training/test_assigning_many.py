"""A large audience: the request only records it, the worker takes the people in by batches, each once whatever happens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import jobs
from app.core.clock import travel, utc_now
from app.core.db import db, transaction
from app.core.mail import Mail
from app.notices.models import Notice
from app.partners.audience import Audience
from app.partners.models import Role
from app.training.models import Assignment, AssignmentPerson
from app.training.services import assigning
from tests.cast import Cast, add_person, sign_in
from tests.kills import kill_cycles
from tests.training.authoring import published

HERE = "/admin/training/zero-trust/assignments"
SO_FAR = "people are on it so far. The others are being taken in and told."


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assigning, "AT_ONCE", 5)
    monkeypatch.setattr(assigning, "BATCH", 3)


def crowd(cast: Cast, count: int) -> list[int]:
    """The partners' people: those of the cast, and more."""
    added = [
        add_person(f"p{number}@kinabalu.example.com", f"Person {number}", Role.MEMBER, cast.kinabalu)
        for number in range(count - 4)
    ]
    mine = (cast.aisyah, cast.kinabalu_admin, cast.budi, cast.merapi_admin)
    return sorted(one.person_id or 0 for one in (*mine, *added))


def on_it(assignment_id: int) -> list[int]:
    query = select(AssignmentPerson.person_id).where(AssignmentPerson.assignment_id == assignment_id)
    return list(db.session.scalars(query.order_by(AssignmentPerson.person_id)))


def told() -> list[int]:
    query = select(Notice.person_id).where(Notice.kind == "training.assigned").order_by(Notice.person_id)
    return list(db.session.scalars(query))


def mails() -> int:
    return db.session.scalar(select(func.count()).select_from(Mail)) or 0


def send(client: FlaskClient) -> str:
    answer = client.post(HERE, data={"who": "audience", "idempotency_key": "assign-0123456789abcdef"})
    assert answer.status_code == 303
    return client.get(HERE).text


def test_a_small_audience_is_on_it_when_the_request_is_answered(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        published(cast)
        people = crowd(cast, 5)
    page = send(sign_in(client, cast.marketer))
    assert "They are told now." in page and "0 of 5 passed" in page and SO_FAR not in page
    with app.app_context():
        assert told() == people


def test_a_large_audience_is_promised_by_the_request_and_taken_in_by_the_worker(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        published(cast)
        people = crowd(cast, 10)
    page = send(sign_in(client, cast.marketer))
    assert "Assigned. 10 people are taken in and told, one after another." in page
    assert f"0 of 10 {SO_FAR}" in page
    with app.app_context():
        made = db.session.scalars(select(Assignment.id)).one()
        assert on_it(made) == [] and told() == []
        assert assigning._take_in_batch(made) == 3
    assert f"3 of 10 {SO_FAR}" in client.get(HERE).text
    with app.app_context():
        jobs.run_due()
        assert on_it(made) == people == told()
        sent = mails()
        assert assigning.take_in(made) == 0 == assigning.take_in_newcomers()
        assert (on_it(made), told(), mails()) == (people, people, sent)
    page = client.get(HERE).text
    assert SO_FAR not in page and "0 of 10 passed" in page


def test_a_worker_that_died_in_the_middle_is_followed_by_the_next(app: Flask, cast: Cast) -> None:
    """The promise outlives the worker: once its lease has run out, the next one goes on with who is missing."""
    with app.app_context():
        published(cast)
        people = crowd(cast, 10)
        made = assigning.assign("zero-trust", audience=Audience(), actor=cast.marketer).id
        job = jobs._claim()  # a worker takes it, does two batches, and is gone
        while job is not None and job[1] != assigning.TAKE_IN:
            job = jobs._claim()
        assert assigning._take_in_batch(made) == assigning._take_in_batch(made) == 3
        jobs.run_due()
        assert len(on_it(made)) == 6
        with travel(utc_now() + timedelta(minutes=3)):
            jobs.run_due()
        assert on_it(made) == people == told()


def test_what_was_taken_back_takes_in_nobody_more(app: Flask, cast: Cast) -> None:
    with app.app_context():
        published(cast)
        crowd(cast, 10)
        made = assigning.assign("zero-trust", audience=Audience(), actor=cast.marketer)
        assert assigning._take_in_batch(made.id) == 3
        assigning.cancel_assignment(made.public_id, actor=cast.marketer)
        jobs.run_due()
        assert len(on_it(made.id)) == 3


@pytest.mark.kill
def test_killed_at_any_point_everybody_is_taken_in_and_told_once(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    with app.app_context():
        published(cast)
        people = crowd(cast, 10)

    def act(key: str) -> object:
        found = db.session.scalars(select(Assignment.id).where(Assignment.note == key)).first()
        made = found or assigning.assign("zero-trust", audience=Audience(), note=key, actor=cast.marketer).id
        return assigning.take_in(made)

    for keys in kill_cycles(app, act, rounds["kill"] // 3):
        with app.app_context():
            for key in keys:
                act(key)
                made = db.session.scalars(select(Assignment.id).where(Assignment.note == key)).one()
                assert on_it(made) == people
            count = db.session.scalar(select(func.count()).select_from(Assignment)) or 0
            assert sorted(told()) == sorted(people * count)
            assert mails() == len(people) * count
            db.session.remove()


def test_the_job_of_a_large_audience_is_named_once(app: Flask, cast: Cast) -> None:
    with app.app_context():
        published(cast)
        crowd(cast, 10)
        made = assigning.assign("zero-trust", audience=Audience(), actor=cast.marketer).id
        with transaction():
            name = assigning.promise_of(made)
            assert jobs.enqueue(assigning.TAKE_IN, {"assignment_id": made, "people": 1}, dedupe=name) is None
        assert jobs.promised([name, "no such job"]) == {name: {"assignment_id": made, "people": 10}}
        jobs.run_due()
        assert jobs.promised([name]) == {} == jobs.promised([])
