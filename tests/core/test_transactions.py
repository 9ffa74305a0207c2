"""One unit of work commits whole or not at all; locks see the row as it is now."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.clock import freeze, travel, utc_now
from app.core.db import after_commit, db, end_read, lock, transaction
from app.core.errors import NotFound
from app.core.rates import SCALE, ExchangeRate, convert


def rate(currency: str = "USD", value: int = 42_000_000_000, on: date = date(2026, 1, 1)) -> ExchangeRate:
    return ExchangeRate(currency=currency, effective_on=on, rate_e10=value)


def count() -> int:
    found = db.session.scalar(select(func.count()).select_from(ExchangeRate))
    end_read()
    return found or 0


def test_a_failure_at_any_depth_rolls_back_everything(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ValueError), transaction():
            db.session.add(rate())
            with transaction():
                db.session.add(rate("SGD"))
                raise ValueError
        assert count() == 0


def test_a_swallowed_inner_failure_cannot_commit_half(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError, match="swallowed"), transaction():
            db.session.add(rate())
            try:
                with transaction():
                    raise ValueError
            except ValueError:
                pass
        assert count() == 0


def test_only_the_outermost_commits_and_then_runs_what_waited(app: Flask) -> None:
    ran: list[int] = []
    with app.app_context():
        with transaction():
            with transaction():
                db.session.add(rate())
                after_commit(lambda: ran.append(count()))
            assert ran == []
        assert ran == [1]


def test_changes_outside_a_transaction_are_refused(app: Flask) -> None:
    with app.app_context():
        count()
        db.session.scalar(select(1))
        db.session.add(rate())
        with pytest.raises(RuntimeError, match="outside"), transaction():
            pass
        db.session.expunge_all()


def test_lock_reads_the_row_as_it_is_now_and_refuses_without_transaction(app: Flask) -> None:
    with app.app_context():
        with transaction():
            row = rate()
            db.session.add(row)
            db.session.flush()
            key = row.id
        with pytest.raises(RuntimeError):
            lock(ExchangeRate, key)
        with db.engine.begin() as other:
            other.execute(ExchangeRate.__table__.update().values(rate_e10=7))
        with transaction():
            assert lock(ExchangeRate, key).rate_e10 == 7
            with pytest.raises(NotFound):
                lock(ExchangeRate, key + 1)


def test_naive_instants_are_refused_and_aware_ones_come_back_in_utc(app: Flask) -> None:
    from app.core.http import IdempotentForm

    with app.app_context():
        moment = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
        with transaction():
            db.session.add(IdempotentForm(scope="s", key="k", fingerprint="f", created_at=moment))
        db.session.expunge_all()
        assert db.session.scalars(select(IdempotentForm)).one().created_at == moment
        end_read()
        with pytest.raises(Exception, match="naive"), transaction():
            db.session.add(
                IdempotentForm(scope="s", key="l", fingerprint="f", created_at=datetime(2026, 1, 1))
            )


def test_money_is_converted_at_the_rate_of_the_date_or_not_at_all(app: Flask) -> None:
    with app.app_context():
        with transaction():
            db.session.add_all(
                [rate("USD", 4 * SCALE), rate("USD", 5 * SCALE, date(2026, 6, 1)), rate("IDR", SCALE // 4000)]
            )
        assert convert(10_000, "USD", "MYR", date(2026, 5, 31)) == 40_000
        assert convert(10_000, "USD", "MYR", date(2026, 6, 1)) == 50_000
        assert convert(10_000, "USD", "MYR", date(2025, 12, 31)) is None
        assert convert(10_000, "THB", "MYR", date(2026, 6, 1)) is None
        assert convert(10_000, "USD", "IDR", date(2026, 5, 31)) == 160_000_000
        assert convert(123, "MYR", "MYR", date(1999, 1, 1)) == 123


def test_the_clock_can_be_set_back_and_stopped() -> None:
    then = datetime(2020, 6, 1, tzinfo=UTC)
    with travel(then):
        assert (utc_now() - then).total_seconds() < 5
    with freeze(then):
        assert utc_now() == then
    assert utc_now().year >= 2026


def test_a_sum_of_big_integers_is_a_whole_number(app: Flask) -> None:
    with app.app_context():
        with transaction():
            db.session.add_all([rate(value=SCALE), rate("SGD", -(-SCALE // 3))])
        total = db.session.scalar(select(func.sum(ExchangeRate.rate_e10)))
        assert total == SCALE + -(-SCALE // 3) and type(total) is int
        end_read()
