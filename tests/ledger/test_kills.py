"""kill -9 of a process that spends: the ledger is whole, and the retry with the same key gives one posting."""

import pytest
from flask import Flask

from app.core.clock import utc_now
from app.core.db import end_read, execute_sql
from app.ledger.services import earn, spend
from tests.cast import Cast
from tests.kills import kill_cycles
from tests.ledger.support import clean, member, wallet

START = 10**9


@pytest.mark.kill
def test_a_killed_spender_leaves_a_whole_ledger_and_one_posting_a_key(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    owner = member(cast.aisyah)
    with app.app_context():
        for number in range(3):
            earn(f"grant:{number}", owner, START, occurred_at=utc_now())

    def pay(key: str) -> int:
        return spend(key, owner, 7, actor=cast.aisyah).posting_id

    begun = done_before_retry = 0
    for keys in kill_cycles(app, pay, rounds["kill"]):
        with app.app_context():
            clean()
            done_before_retry += count_of(keys)
            for key in keys:
                pay(key)
            assert count_of(keys) == len(keys)
            begun += len(keys)
            assert wallet(owner)["available"] == 3 * START - 7 * begun
            clean()
    assert begun >= rounds["kill"]
    assert done_before_retry < begun, "no kill ever hit the middle: the test proves nothing"


def count_of(keys: list[str]) -> int:
    found = sum(
        execute_sql("SELECT count(*) FROM postings WHERE idempotency_key = :key", {"key": key}).scalar_one()
        for key in keys
    )
    end_read()
    return int(found)
