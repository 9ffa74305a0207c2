"""The outbox: promised with the business change, kept at least once, tried again, given up with a reason."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import jobs
from app.core.clock import freeze, utc_now
from app.core.db import db, transaction
from app.core.jobs import Job
from app.core.queue import run_periodic

SEEN: list[int] = []


@jobs.handler("test.note", max_attempts=3, lease=30, pause=10)
def note(payload: dict[str, int]) -> None:
    if payload.get("fail"):
        raise ValueError("no luck")
    SEEN.append(payload["n"])


@pytest.fixture(autouse=True)
def _empty() -> None:
    SEEN.clear()


def states() -> list[tuple[str, int]]:
    query = select(Job).order_by(Job.id).execution_options(populate_existing=True)
    found = [(row.state, row.attempts) for row in db.session.scalars(query)]
    db.session.expunge_all()
    return found


def test_a_promise_lives_and_dies_with_its_transaction(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ValueError), transaction():
            jobs.enqueue("test.note", {"n": 1})
            raise ValueError
        assert jobs.run_due() == 0
        with transaction():
            jobs.enqueue("test.note", {"n": 2})
        assert jobs.run_due() == 1
        assert SEEN == [2]
        assert jobs.run_due() == 0


def test_the_same_dedupe_key_promises_once(app: Flask) -> None:
    with app.app_context():
        with transaction():
            assert jobs.enqueue("test.note", {"n": 1}, dedupe="once")
            assert jobs.enqueue("test.note", {"n": 2}, dedupe="once") is None
        jobs.run_due()
        assert SEEN == [1]


def test_delayed_work_waits_and_can_be_taken_back(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.enqueue("test.note", {"n": 1}, dedupe="a", delay_seconds=60)
            jobs.enqueue("test.note", {"n": 2}, dedupe="b", delay_seconds=60)
        assert jobs.run_due() == 0
        with transaction():
            assert jobs.cancel("a")
            assert not jobs.cancel("a")
        with freeze(utc_now() + timedelta(seconds=61)):
            jobs.run_due()
        assert SEEN == [2]


def test_failures_are_tried_again_later_and_given_up_with_a_reason(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.enqueue("test.note", {"n": 1, "fail": 1})
        now = utc_now()
        for later in (0, 60, 120):
            with freeze(now + timedelta(minutes=later)):
                jobs.run_due()
        assert states() == [("dead", 3)]
        error = db.session.scalars(select(Job.error)).one()
        assert error == "ValueError: no luck"


def test_a_killed_worker_gives_its_job_back_when_the_lease_runs_out(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.enqueue("test.note", {"n": 1})
        assert jobs._claim() is not None  # and the worker dies here
        assert jobs.run_due() == 0
        with freeze(utc_now() + timedelta(seconds=31)):
            assert jobs.run_due() == 1
        assert SEEN == [1]


def test_work_without_a_handler_is_refused_when_promised(app: Flask) -> None:
    with app.app_context(), pytest.raises(KeyError), transaction():
        jobs.enqueue("nobody.knows", {})


def test_what_comes_once_a_day_comes_also_where_its_minute_was_slept_through(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one worker may be busy at midnight, and the machine off."""
    ran: list[str] = []
    monkeypatch.setattr(
        jobs,
        "SCHEDULE",
        {
            name: jobs.Periodic(name, minutes, lambda name=name: ran.append(name))  # type: ignore[misc]
            for name, minutes in (("minute", 1), ("quarter", 15), ("day", 24 * 60))
        },
    )
    app.extensions.pop("tangga_swept", None)
    expected = {
        "2026-11-22T23:58": ["minute", "quarter", "day"],  # the worker has just begun
        "2026-11-22T23:59": ["minute"],
        "2026-11-23T00:02": ["minute", "quarter", "day"],  # it was busy until now
        "2026-11-23T00:03": ["minute"],
        "2026-11-23T00:15": ["minute", "quarter"],
    }
    for at, wanted in expected.items():
        ran.clear()
        with app.app_context(), freeze(datetime.fromisoformat(at).replace(tzinfo=UTC)):
            run_periodic()
        assert ran == wanted, at
    app.extensions.pop("tangga_swept")
