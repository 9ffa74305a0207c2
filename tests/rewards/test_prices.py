"""Prices in points: integers, rounded up; worth rounded down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.db import db
from app.core.errors import Conflict, InvalidInput
from app.rewards import services
from app.rewards.models import Reward, RewardStatus
from app.rewards.prices import Rate, price_points, worth_minor
from app.rewards.services.catalogue import lock_reward

RINGGIT = Rate("MYR", 20, 100)
RUPIAH = Rate("IDR", 54, 1_000_000)


@pytest.mark.parametrize(
    ("rate", "face", "points"),
    [
        (RINGGIT, 5000, 1000),
        (RINGGIT, 66000, 13200),
        (RINGGIT, 1, 1),
        (RINGGIT, 501, 101),
        (RUPIAH, 15_000_000, 810),
        (RUPIAH, 2_500_000, 135),
        (RUPIAH, 2_500_001, 136),
    ],
)
def test_a_price_is_rounded_up_to_the_next_point(rate, face, points):
    assert price_points(face, rate) == points


@given(
    face=st.integers(1, 10**15),
    points=st.integers(1, 10**6),
    per_minor=st.integers(1, 10**9),
)
def test_points_of_a_price_are_never_worth_less_than_what_they_buy(face, points, per_minor):
    rate = Rate("MYR", points, per_minor)
    price = price_points(face, rate)
    assert price * per_minor >= face * points
    assert price == 1 or (price - 1) * per_minor < face * points
    assert worth_minor(price, rate) >= face


def test_twelve_thousand_points_are_worth_about_six_hundred_ringgit():
    assert worth_minor(12480, RINGGIT) == 62400


def test_another_rate_reprices_every_value_of_that_currency_alone(app, cast, shop):
    with app.app_context():
        assert services.set_point_value("MYR", 30, 100, actor=shop.owner) == 5
        prices = {row.slug: (row.price_points, row.lowest_points) for row in db.session.query(Reward)}
        assert prices[shop.market] == (1500, 600)
        assert prices[shop.wallet_id] == (810, 810)


def test_a_value_needs_a_rate_and_a_live_reward_needs_a_value(app, cast, shop):
    with app.app_context():
        with pytest.raises(InvalidInput):
            services.add_denomination(shop.coffee, "SGD", 1000, 1000, actor=shop.owner)
        with pytest.raises(Conflict):
            services.retire_denomination(shop.coffee, shop.coffee_40, actor=shop.owner)
        services.set_status(shop.coffee, RewardStatus.HIDDEN, actor=shop.owner)
        services.retire_denomination(shop.coffee, shop.coffee_40, actor=shop.owner)
        with pytest.raises(Conflict):
            services.set_status(shop.coffee, RewardStatus.LIVE, actor=shop.owner)


def test_the_featured_value_moves_when_it_is_retired(app, cast, shop):
    from app.core.db import transaction

    with app.app_context():
        services.retire_denomination(shop.market, shop.market_50, actor=shop.owner)
        with transaction():
            reward = lock_reward(shop.market)
            assert (reward.price_points, reward.lowest_points) == (400, 400)
