"""Redeeming: one transaction, the right price, exactly once."""

import pytest

from app.core.db import db, execute_sql
from app.core.errors import InvalidInput, NotFound
from app.ledger.errors import InsufficientPoints
from app.rewards import services
from app.rewards.errors import NoLongerOffered, OutOfStock, PriceChanged
from app.rewards.models import Order, OrderState, RewardStatus, VoucherCode
from app.rewards.queries.orders import find_order, list_vouchers
from app.rewards.services import redeem
from tests.rewards.conftest import available


def counts():
    tables = ("orders", "order_lines", "postings", "jobs", "audit_events")
    return {table: execute_sql(f"SELECT count(*) FROM {table}").scalar() for table in tables}


def test_a_redemption_takes_the_points_and_allots_a_code_that_expires_first(app, cast, shop, rich):
    from datetime import date

    shop.stock(shop.market, shop.market_50, "LATE-0001", expires_on=date(2031, 1, 1))
    shop.stock(shop.market, shop.market_50, "SOON-0001", expires_on=date(2030, 1, 1))
    rich(cast.aisyah, 1500)
    with app.app_context():
        public_id = redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah, session_key="7")
        order = find_order(public_id, cast.aisyah)
        assert order.state is OrderState.DELIVERED
        assert order.points == 1000
        assert available(cast.aisyah) == 500
        assert [voucher.code for voucher in list_vouchers(order)] == ["SOON-0001"]
        assert order.is_revealed_to("7") and not order.is_revealed_to("8")
        row = db.session.get(Order, order.id)
        assert row is not None and row.payment_posting_id is not None


def test_the_same_key_again_gives_the_first_order_and_takes_nothing(app, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "CODE-0001", "CODE-0002")
    rich(cast.aisyah, 5000)
    with app.app_context():
        first = redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah)
        before = counts()
        assert redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah) == first
        assert counts() == before
        with pytest.raises(InvalidInput):
            redeem(shop.market, shop.market_50, 2, "key-00001", cast.aisyah)
        assert counts() == before


def test_a_repeated_form_is_answered_even_when_the_reward_was_hidden_since(app, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    rich(cast.aisyah, 5000)
    with app.app_context():
        first = redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah, price=1000)
        services.set_status(shop.market, RewardStatus.HIDDEN, actor=shop.owner)
        assert redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah, price=1000) == first
        with pytest.raises(NoLongerOffered):
            redeem(shop.market, shop.market_50, 1, "key-00002", cast.aisyah)


def test_without_enough_points_nothing_is_left_behind(app, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    rich(cast.aisyah, 999)
    with app.app_context():
        before = counts()
        with pytest.raises(InsufficientPoints):
            redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah)
        assert counts() == before
        assert available(cast.aisyah) == 999


def test_stock_gone_between_look_and_tap_is_a_sentence_and_no_debit(app, cast, shop, rich):
    rich(cast.aisyah, 5000)
    with app.app_context():
        before = counts()
        with pytest.raises(OutOfStock) as refused:
            redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah)
        assert "Nothing was charged" in str(refused.value.message)
        assert counts() == before and available(cast.aisyah) == 5000


def test_several_are_allotted_together_or_not_at_all(app, cast, shop, rich):
    shop.stock(shop.market, shop.market_20, "CODE-0001", "CODE-0002")
    rich(cast.aisyah, 5000)
    with app.app_context():
        with pytest.raises(OutOfStock) as refused:
            redeem(shop.market, shop.market_20, 3, "key-00001", cast.aisyah)
        assert "Only 2 left" in str(refused.value.message)
        assert available(cast.aisyah) == 5000
        public_id = redeem(shop.market, shop.market_20, 2, "key-00002", cast.aisyah)
        order = find_order(public_id, cast.aisyah)
        assert {voucher.code for voucher in list_vouchers(order)} == {"CODE-0001", "CODE-0002"}
        assert available(cast.aisyah) == 5000 - 2 * 400


def test_an_expired_code_is_never_allotted(app, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    rich(cast.aisyah, 5000)
    with app.app_context():
        from app.core.db import transaction

        with transaction():
            execute_sql("UPDATE voucher_codes SET expires_on = '2020-01-01'")
        with pytest.raises(OutOfStock):
            redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah)


@pytest.mark.parametrize("quantity", [0, -1, 6, 1000])
def test_a_quantity_outside_the_limit_is_refused(app, cast, shop, rich, quantity):
    rich(cast.aisyah, 50000)
    with app.app_context(), pytest.raises(InvalidInput) as refused:
        redeem(shop.market, shop.market_50, quantity, "key-00001", cast.aisyah)
    assert "quantity" in refused.value.fields


def test_a_value_must_be_chosen_where_there_are_several(app, cast, shop, rich):
    shop.stock(shop.coffee, shop.coffee_40, "CODE-0001")
    rich(cast.aisyah, 50000)
    with app.app_context():
        with pytest.raises(InvalidInput):
            redeem(shop.market, None, 1, "key-00001", cast.aisyah)
        with pytest.raises(InvalidInput):
            redeem(shop.market, shop.coffee_40, 1, "key-00001", cast.aisyah)
        assert redeem(shop.coffee, None, 1, "key-00001", cast.aisyah)


def test_a_reward_of_another_country_does_not_exist(app, cast, shop, rich):
    rich(cast.aisyah, 50000)
    with app.app_context():
        for slug in (shop.wallet_id, "no-such-reward"):
            with pytest.raises(NotFound):
                redeem(slug, None, 1, "key-00001", cast.aisyah)


def test_a_price_that_changed_since_it_was_shown_is_refused(app, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    rich(cast.aisyah, 50000)
    with app.app_context():
        services.set_point_value("MYR", 30, 100, actor=shop.owner)
        with pytest.raises(PriceChanged):
            redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah, price=1000)
        redeem(shop.market, shop.market_50, 1, "key-00002", cast.aisyah, price=1500)


def test_a_reward_sent_by_hand_waits_for_the_vendor(app, cast, shop, rich):
    rich(cast.aisyah, 20000)
    with app.app_context():
        public_id = redeem(shop.earbuds, None, 1, "key-00001", cast.aisyah, session_key="7")
        order = find_order(public_id, cast.aisyah)
        assert order.state is OrderState.PLACED and order.points == 13200
        assert not order.is_revealed_to("7")


def test_a_voucher_can_never_move_to_another_order(app, cast, shop, rich):
    from sqlalchemy import select
    from sqlalchemy.exc import DBAPIError

    from app.core.db import transaction

    shop.stock(shop.market, shop.market_50, "CODE-0001", "CODE-0002")
    rich(cast.aisyah, 5000)
    with app.app_context():
        redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah)
        redeem(shop.market, shop.market_50, 1, "key-00002", cast.aisyah)
        lines = db.session.scalars(select(VoucherCode.order_line_id).order_by(VoucherCode.id)).all()
        for line in (lines[1], None):
            with pytest.raises(DBAPIError), transaction():
                execute_sql(
                    "UPDATE voucher_codes SET order_line_id = :line WHERE order_line_id = :first",
                    {"line": line, "first": lines[0]},
                )
