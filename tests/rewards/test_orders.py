"""What becomes of an order: refunds once, forbidden steps, reveals, complaints, whose orders."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core.audit import AuditEvent
from app.core.clock import travel, utc_now
from app.core.db import db, execute_sql, transaction
from app.core.errors import Forbidden, InvalidInput, NotFound
from app.rewards import services
from app.rewards.errors import AlreadyAnswered, CannotBeReturned, OrderStateChanged
from app.rewards.models import OrderState
from app.rewards.queries.orders import find_order, list_complaints, list_orders
from app.rewards.services import redeem
from app.rewards.states import FORWARD, TRANSITIONS, may_go
from tests.rewards.conftest import available


@pytest.fixture
def voucher_order(app, cast, shop, rich):
    shop.stock(shop.market, shop.market_50, "CODE-0001")
    rich(cast.aisyah, 5000)
    with app.app_context():
        return redeem(shop.market, shop.market_50, 1, "key-00001", cast.aisyah, session_key="7")


@pytest.fixture
def hand_order(app, cast, shop, rich):
    rich(cast.aisyah, 20000)
    with app.app_context():
        return redeem(shop.earbuds, None, 1, "key-00002", cast.aisyah)


def audited(code):
    return db.session.scalar(select(func.count()).where(AuditEvent.code == code))


def test_an_order_sent_by_hand_is_cancelled_once_and_its_points_return(app, cast, hand_order):
    with app.app_context():
        assert available(cast.aisyah) == 6800
        services.cancel(hand_order, actor=cast.aisyah)
        assert available(cast.aisyah) == 20000
        assert find_order(hand_order, cast.aisyah).state is OrderState.CANCELLED
        for actor, reason in ((cast.aisyah, ""), (cast.manager, "again")):
            with pytest.raises(CannotBeReturned):
                services.cancel(hand_order, actor=actor, reason=reason)
        assert available(cast.aisyah) == 20000


def test_a_delivered_voucher_cannot_be_returned(app, cast, voucher_order):
    with app.app_context():
        for actor in (cast.aisyah, cast.manager):
            with pytest.raises(CannotBeReturned):
                services.cancel(voucher_order, actor=actor, reason="changed my mind")
        assert available(cast.aisyah) == 4000


def test_the_vendor_cancels_with_a_reason_that_the_partner_reads(app, cast, hand_order):
    with app.app_context():
        with pytest.raises(InvalidInput):
            services.cancel(hand_order, actor=cast.manager, reason="  ")
        services.cancel(hand_order, actor=cast.manager, reason="No longer made")
        assert find_order(hand_order, cast.aisyah).ended_reason == "No longer made"
        assert available(cast.aisyah) == 20000


def test_what_was_sent_out_can_no_longer_be_cancelled(app, cast, hand_order):
    with app.app_context():
        services.advance(hand_order, OrderState.PROCESSING, actor=cast.manager)
        services.advance(hand_order, OrderState.SHIPPED, actor=cast.manager, note="PosLaju 123")
        with pytest.raises(CannotBeReturned):
            services.cancel(hand_order, actor=cast.aisyah)
        services.advance(hand_order, OrderState.DELIVERED, actor=cast.manager)
        order = find_order(hand_order, cast.aisyah)
        assert order.state is OrderState.DELIVERED and order.note == "PosLaju 123"


def test_a_code_that_did_not_work_is_paid_back_once(app, cast, voucher_order):
    with app.app_context():
        services.fail(voucher_order, actor=cast.manager, reason="The shop refused the code")
        assert available(cast.aisyah) == 5000
        assert find_order(voucher_order, cast.aisyah).state is OrderState.FAILED
        with pytest.raises(CannotBeReturned):
            services.fail(voucher_order, actor=cast.manager, reason="again")
        assert available(cast.aisyah) == 5000


@pytest.mark.parametrize("now", list(OrderState))
def test_only_the_steps_of_the_table_are_taken(app, cast, shop, rich, now):
    rich(cast.aisyah, 13200 * len(OrderState))
    with app.app_context():
        for then in OrderState:
            order = redeem(shop.earbuds, None, 1, f"key-{then.value}", cast.aisyah)
            with transaction():
                execute_sql(
                    "UPDATE orders SET state = :state WHERE public_id = :order",
                    {"state": now.value, "order": order},
                )
            verb, allowed = verb_for(order, now, then, cast.manager)
            balance = available(cast.aisyah)
            if allowed:
                verb()
            else:
                with pytest.raises((CannotBeReturned, OrderStateChanged)):
                    verb()
                assert available(cast.aisyah) == balance
            assert find_order(order, cast.manager).state is (then if allowed else now)


def verb_for(order, now, then, actor):
    """How one would try to bring an order from one state to another, and whether it may work."""
    if then is OrderState.CANCELLED:
        return lambda: services.cancel(order, actor=actor, reason="because"), may_go(now, then)
    if then is OrderState.FAILED:
        return lambda: services.fail(order, actor=actor, reason="because"), may_go(now, then)
    allowed = FORWARD.get(now) is then
    assert not allowed or then in TRANSITIONS[now]
    return lambda: services.advance(order, then, actor=actor), allowed


def test_the_code_is_shown_for_ten_minutes_in_that_session_and_later_after_an_audited_tap(
    app, cast, voucher_order
):
    with app.app_context():
        assert audited("voucher.revealed") == 1  # the redemption itself
        assert find_order(voucher_order, cast.aisyah).is_revealed_to("7")
        with travel(utc_now() + timedelta(minutes=11)):
            assert not find_order(voucher_order, cast.aisyah).is_revealed_to("7")
            services.reveal(voucher_order, "9", actor=cast.aisyah)
            order = find_order(voucher_order, cast.aisyah)
            assert order.is_revealed_to("9") and not order.is_revealed_to("7")
        assert audited("voucher.revealed") == 2


def test_only_who_redeemed_may_reveal_cancel_or_complain(app, cast, voucher_order):
    with app.app_context():
        for verb in (
            lambda actor: services.reveal(voucher_order, "9", actor=actor),
            lambda actor: services.cancel(voucher_order, actor=actor),
            lambda actor: services.complain(voucher_order, "It does not work", actor=actor),
        ):
            with pytest.raises(Forbidden):
                verb(cast.kinabalu_admin)
            with pytest.raises(NotFound):
                verb(cast.budi)
        assert audited("voucher.revealed") == 1


def test_nobody_sees_orders_of_another_company(app, cast, voucher_order, hand_order):
    with app.app_context():
        for actor in (cast.aisyah, cast.kinabalu_admin, cast.manager, cast.finance, cast.auditor, cast.owner):
            assert {row.public_id for row in list_orders(actor)[0]} == {voucher_order, hand_order}
        for actor in (cast.budi, cast.merapi_admin):
            assert list_orders(actor)[0] == []
            with pytest.raises(NotFound):
                find_order(voucher_order, actor)


def test_a_complaint_reaches_the_vendor_and_its_answer_the_partner(app, cast, voucher_order):
    with app.app_context():
        with pytest.raises(InvalidInput):
            services.complain(voucher_order, " ", actor=cast.aisyah)
        services.complain(voucher_order, "The shop refused it", actor=cast.aisyah)
        assert [row.public_id for row in list_orders(cast.manager, shelf="problems")[0]] == [voucher_order]
        order = find_order(voucher_order, cast.manager)
        complaint = list_complaints(order.id)[0]
        services.answer(voucher_order, complaint.id, "Here is how", actor=cast.manager)
        with pytest.raises(AlreadyAnswered):
            services.answer(voucher_order, complaint.id, "Another", actor=cast.owner)
        assert list_complaints(order.id)[0].answer == "Here is how"
        assert list_orders(cast.manager, shelf="problems")[0] == []
