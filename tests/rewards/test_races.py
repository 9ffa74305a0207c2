"""Redeemers against each other on real connections: one voucher, one order, one refund."""

import pytest

from app.core.db import execute_sql
from app.ledger.errors import InsufficientPoints
from app.partners.models import Role
from app.rewards import services
from app.rewards.errors import CannotBeReturned, OutOfStock
from app.rewards.services import redeem
from tests.cast import add_person
from tests.ledger.support import clean
from tests.races import race, split
from tests.rewards.conftest import available, give_points

RACERS = 20


def taken_twice():
    """Vouchers beyond one per unit of an order; must be none."""
    return execute_sql(
        "SELECT l.id FROM order_lines l LEFT JOIN voucher_codes v ON v.order_line_id = l.id "
        "JOIN rewards r ON r.id = l.reward_id WHERE r.kind = 'digital_voucher' "
        "GROUP BY l.id, l.quantity HAVING count(v.id) <> l.quantity"
    ).all()


@pytest.mark.race
def test_one_voucher_goes_to_one_of_twenty_redeemers(app, cast, shop, rounds):
    """Twenty people with a wallet each: no lock of a wallet keeps them apart, only the voucher."""
    with app.app_context():
        people = [
            add_person(f"seller{number}@kinabalu.example.com", f"Seller {number}", Role.MEMBER, cast.kinabalu)
            for number in range(RACERS)
        ]
    for person in people:
        give_points(app, person, 1000 * rounds["race"])
    for number in range(rounds["race"]):
        shop.stock(shop.market, shop.market_50, f"CODE-{number:05}")
        takes = [
            lambda person=person, key=f"key-{number}-{racer}": redeem(
                shop.market, shop.market_50, 1, key, person
            )
            for racer, person in enumerate(people)
        ]
        orders, refused = split(race(app, takes))
        assert len(orders) == 1
        assert {type(error) for error in refused} == {OutOfStock}
    with app.app_context():
        assert sum(available(person) for person in people) == 1000 * rounds["race"] * (RACERS - 1)
        assert taken_twice() == []
        clean()


@pytest.mark.race
def test_the_last_voucher_goes_to_one_of_two_people(app, cast, shop, rounds):
    for actor in (cast.aisyah, cast.kinabalu_admin):
        give_points(app, actor, 1000 * rounds["race"])
    for number in range(rounds["race"]):
        shop.stock(shop.market, shop.market_50, f"CODE-{number:05}")
        people = [cast.aisyah, cast.kinabalu_admin]
        verbs = [
            lambda person=person, key=f"key-{number}": redeem(shop.market, shop.market_50, 1, key, person)
            for person in people
        ]
        orders, refused = split(race(app, verbs))
        assert len(orders) == 1 and [type(error) for error in refused] == [OutOfStock]
    with app.app_context():
        assert taken_twice() == []
        clean()


@pytest.mark.race
def test_points_of_one_price_and_a_full_shelf_give_one_order(app, cast, shop, rounds):
    stock = [f"CODE-{number:05}" for number in range(rounds["race"] + RACERS)]
    shop.stock(shop.market, shop.market_50, *stock)
    for number in range(rounds["race"]):
        give_points(app, cast.aisyah, 1000, key=f"gift-{number}")

        def take(racer: int, number: int = number) -> str:
            return redeem(shop.market, shop.market_50, 1, f"key-{number}-{racer}", cast.aisyah)

        orders, refused = split(race(app, [lambda racer=racer: take(racer) for racer in range(RACERS)]))
        assert len(orders) == 1
        assert {type(error) for error in refused} == {InsufficientPoints}
    with app.app_context():
        left = execute_sql("SELECT count(*) FROM voucher_codes WHERE state = 'available'").scalar()
        assert left == RACERS and taken_twice() == []
        clean()


@pytest.mark.race
def test_one_key_sent_twenty_times_makes_one_order(app, cast, shop, rounds):
    give_points(app, cast.aisyah, 1000 * rounds["race"])
    shop.stock(shop.market, shop.market_50, *[f"CODE-{number:05}" for number in range(rounds["race"])])
    for number in range(rounds["race"]):

        def take(number: int = number) -> str:
            return redeem(shop.market, shop.market_50, 1, f"key-{number}", cast.aisyah)

        orders, refused = split(race(app, [take] * RACERS))
        assert refused == [] and len(set(orders)) == 1
    with app.app_context():
        assert available(cast.aisyah) == 0 and taken_twice() == []
        clean()


@pytest.mark.race
def test_an_order_cancelled_from_two_sides_is_refunded_once(app, cast, shop, rounds):
    give_points(app, cast.aisyah, 13200)
    for number in range(rounds["race"]):
        with app.app_context():
            order = redeem(shop.earbuds, None, 1, f"key-{number}", cast.aisyah)
        verbs = [
            lambda order=order: services.cancel(order, actor=cast.aisyah),
            lambda order=order: services.cancel(order, actor=cast.manager, reason="Gone"),
            lambda order=order: services.fail(order, actor=cast.owner, reason="Gone"),
        ]
        done, refused = split(race(app, verbs))
        assert len(done) == 1 and {type(error) for error in refused} == {CannotBeReturned}
        with app.app_context():
            assert available(cast.aisyah) == 13200
    with app.app_context():
        clean()
