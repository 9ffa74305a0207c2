"""A board that begins reads the log before anybody waits, and misses nothing that happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.activities.bulk import record_many
from app.activities.services import void
from app.boards import filling, services
from app.boards.models import Board, Metric, Period
from app.core import jobs
from app.core.clock import utc_now
from app.core.db import db, dialect, end_read, transaction
from app.core.jobs import SCHEDULE, Job
from app.programs.parking import replay_parked
from tests.boards.makers import COMPANIES, PEOPLE, assert_proven, scores
from tests.programs.makers import DAY, live, sale, set_rate, win

Meanwhile = Callable[[], object]


@pytest.fixture
def filled(ctx: Flask, cast: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Board, list[int]]]:
    """Begins a board; things happen after each reading, before the lock. Says from which id the lock's readings went."""

    def fill(metric: Metric, participants: Any, *meanwhile: Meanwhile) -> tuple[Board, list[int]]:
        made = services.create_board(
            services.Words({"en": "New"}, {}), services.Rule(metric, participants, Period.YEAR), closes_on=None,
            actor=cast.marketer,
        )  # fmt: skip
        services.start_board(made.id, actor=cast.marketer)
        finish, totals, waiting, read_from = filling._finish, filling.totals, list(meanwhile), []

        def finish_later(board_id: int, ahead: Any) -> bool:
            if waiting:
                waiting.pop(0)()
                end_read()
            return finish(board_id, ahead)

        def count_totals(*given: Any, **more: Any) -> Any:
            if more["decides"]:
                read_from.append(more["after"])
            return totals(*given, **more)

        monkeypatch.setattr(filling, "_finish", finish_later)
        monkeypatch.setattr(filling, "totals", count_totals)
        filling.fill(made.id)
        assert waiting == []
        assert_proven()
        return made, read_from

    return fill


def test_facts_that_come_meanwhile_are_all_that_is_read_under_the_lock(filled: Any, cast: Any) -> None:
    last = [win(cast, f"D-{number}", 100_00) for number in range(3)][-1].activity_id
    made, read_from = filled(Metric.DEALS, PEOPLE, lambda: win(cast, "D-9", 100_00, who=cast.budi))
    assert scores(made) == {cast.aisyah.person_id: 3, cast.budi.person_id: 1}
    assert read_from == [last]
    win(cast, "D-10", 100_00)
    assert scores(made)[cast.aisyah.person_id] == 4
    assert_proven()


def test_what_is_taken_back_meanwhile_is_read_again_and_in_the_end_under_the_lock(
    filled: Any, cast: Any
) -> None:
    ids = [win(cast, f"D-{number}", 100_00).activity_id for number in range(5)]
    made, read_from = filled(Metric.DEALS, PEOPLE, lambda: void(ids[0], "mistake", cast.manager))
    assert (scores(made), read_from) == ({cast.aisyah.person_id: 4}, [ids[-1]])
    gone = [lambda n=number: void(ids[n], "mistake", cast.manager) for number in (1, 2, 3)]
    made, read_from = filled(Metric.DEALS, PEOPLE, *gone)
    assert (scores(made), read_from) == ({cast.aisyah.person_id: 1}, [0])


def test_points_that_come_late_and_rates_that_come_late_are_not_missed(filled: Any, cast: Any) -> None:
    live(cast)
    win(cast, "D-1", 1_000_00)
    win(cast, "D-2", 500_00, currency="SGD")

    def rate_comes() -> None:
        set_rate("SGD", DAY, 300)
        assert replay_parked() == 1

    made, _read_from = filled(Metric.POINTS, PEOPLE, rate_comes)
    assert scores(made) == {cast.aisyah.person_id: 100}
    record_many([sale(cast, "S-1", 100_00)], actor=cast.owner)

    def dollars_come() -> None:
        set_rate("USD", DAY, 400)
        services.count_waiting_money()

    made, _read_from = filled(Metric.REVENUE, COMPANIES, dollars_come)
    assert scores(made) == {cast.kinabalu.id: 1_000_00 + 1_500_00 + 400_00}


def test_facts_that_come_after_worths_were_decided_are_counted_under_the_lock(
    filled: Any, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_rate("SGD", DAY, 300)
    win(cast, "D-1", 100_00, currency="SGD")
    win(cast, "D-2", 50_00)
    monkeypatch.setattr(filling, "_decide", lambda _rule, _until: None)  # always too early
    made, read_from = filled(Metric.REVENUE, COMPANIES)
    assert (scores(made), read_from) == ({cast.kinabalu.id: 350_00}, [0])


def test_a_fact_that_another_connection_was_still_recording_is_read_again(
    filled: Any, app: Flask, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_rate("SGD", DAY, 300)
    recorded, may_end, decide = Event(), Event(), filling._decide
    is_alone = dialect() == "sqlite"  # one writer at a time: there it comes before worths are decided

    def record_slowly() -> None:
        with app.app_context():
            with transaction():
                win(cast, "D-1", 100_00, currency="SGD")
                recorded.set()
                assert is_alone or may_end.wait(20)
            db.session.remove()

    writer = Thread(target=record_slowly)
    writer.start()
    assert recorded.wait(20)
    if is_alone:
        writer.join(20)
    last = win(cast, "D-2", 50_00, who=cast.budi).activity_id

    def decide_early(rule: Any, until: int) -> None:
        decide(rule, until)
        end_read()
        may_end.set()
        writer.join(20)

    monkeypatch.setattr(filling, "_decide", decide_early)
    made, read_from = filled(Metric.REVENUE, COMPANIES)
    assert not writer.is_alive()
    assert (scores(made), read_from) == ({cast.kinabalu.id: 300_00, cast.merapi.id: 50_00}, [last])


def test_a_board_whose_promise_was_given_up_is_counted_all_the_same(
    ctx: Flask, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away for longer than the job tries."""
    win(cast, "D-1", 100_00)
    rule = services.Rule(Metric.DEALS, PEOPLE, Period.YEAR)
    made = services.create_board(services.Words({"en": "New"}, {}), rule, closes_on=None, actor=cast.marketer)
    services.start_board(made.id, actor=cast.marketer)
    with transaction():
        db.session.execute(update(Job).where(Job.kind == services.FILL).values(state="dead"))
    late = SCHEDULE["boards.fill"].run
    assert late() == 0 and jobs.run_due() == 0  # its own promise may still be at work
    now = utc_now()
    monkeypatch.setattr(filling, "utc_now", lambda: now + filling.LATE + timedelta(seconds=1))
    assert (late(), late()) == (1, 0)
    assert scores(made) == {cast.aisyah.person_id: 1}
    assert_proven()
