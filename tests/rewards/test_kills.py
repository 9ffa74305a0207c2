"""kill -9 of a redeeming process: nothing is half done, and the retry with the same key gives one order."""

import pytest

from app.core.db import end_read, execute_sql
from app.rewards.services import redeem
from tests.kills import MOST, kill_cycles
from tests.ledger.support import clean
from tests.rewards.conftest import available, give_points
from tests.rewards.test_races import taken_twice

START = 10**9


@pytest.mark.kill
def test_a_killed_redeemer_leaves_whole_orders_and_one_order_a_key(app, cast, shop, rounds):
    give_points(app, cast.aisyah, START)
    stock = [f"CODE-{number:06}" for number in range(MOST * rounds["kill"])]
    shop.stock(shop.market, shop.market_50, *stock)

    def take(key: str) -> str:
        return redeem(shop.market, shop.market_50, 1, key, cast.aisyah)

    begun = done_before_retry = 0
    for keys in kill_cycles(app, take, rounds["kill"]):
        with app.app_context():
            whole(begun + orders_of(keys))
            done_before_retry += orders_of(keys)
            for key in keys:
                assert take(key) == take(key)
            assert orders_of(keys) == len(keys)
            begun += len(keys)
            whole(begun)
            assert available(cast.aisyah) == START - 1000 * begun
    assert begun >= rounds["kill"]
    assert done_before_retry < begun, "no kill ever hit the middle: the test proves nothing"


def whole(orders):
    """So many orders, each paid, with its code and its promised message; the ledger clean."""
    for table, where in (
        ("orders", "payment_posting_id IS NOT NULL"),
        ("voucher_codes", "state = 'allotted'"),
        ("jobs", "kind = 'rewards.order_placed'"),
        ("orders", "1 = 1"),
    ):
        assert execute_sql(f"SELECT count(*) FROM {table} WHERE {where}").scalar() == orders
    assert taken_twice() == []
    clean()


def orders_of(keys):
    found = sum(
        execute_sql("SELECT count(*) FROM orders WHERE idempotency_key = :key", {"key": key}).scalar_one()
        for key in keys
    )
    end_read()
    return int(found)
