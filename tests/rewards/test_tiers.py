"""A reward that a tier opens: locked on the catalogue, refused without it, open from that level on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.partners.services import keep_tier
from app.rewards import services
from app.rewards.errors import TierNeeded
from app.rewards.queries import vendor
from app.rewards.queries.catalogue import Filters, list_cards
from app.rewards.services.catalogue import RewardDetails
from app.rewards.services.redemptions import redeem
from tests.cast import Cast, sign_in
from tests.rewards.conftest import Shop, available, give_points
from tests.tiers.makers import live


def lock_wallet(shop: Shop) -> None:
    """The reward that is sent by hand asks for Silver."""
    row = vendor.find_reward(shop.earbuds)
    details = RewardDetails(
        row.category_id,
        row.brand,
        row.name,
        row.description,
        row.kind,
        medium=row.medium,
        required_tier="silver",
    )
    services.edit_reward(shop.earbuds, details, actor=shop.owner)


def test_a_reward_for_silver_is_locked_below_and_open_from_silver_on(
    app: Flask, client: FlaskClient, cast: Cast, shop: Shop
) -> None:
    give_points(app, cast.aisyah, 900_000)
    with app.app_context():
        live(cast)
        lock_wallet(shop)
        before = available(cast.aisyah)
        with pytest.raises(TierNeeded):
            redeem(shop.earbuds, shop.earbuds_1, 1, "locked", cast.aisyah)
        assert available(cast.aisyah) == before
        cards, _next = list_cards(replace(cast.aisyah, organisation_tier="member"), 900_000, Filters())
        assert {card.slug: card.required_tier for card in cards if card.required_tier} == {
            shop.earbuds: "silver"
        }
        assert cards[-1].required_tier == "silver"
    page = sign_in(client, cast.aisyah).get(f"/rewards/{shop.earbuds}").text
    assert "This opens with Silver." in page and "/redemptions" not in page
    assert "Opens with Silver" in client.get("/rewards").text
    for level in ("silver", "gold"):
        with app.app_context():
            keep_tier({cast.kinabalu.id: level})
            assert redeem(shop.earbuds, shop.earbuds_1, 1, f"open at {level}", cast.aisyah)
    assert "This opens with" not in client.get(f"/rewards/{shop.earbuds}").text


def test_the_vendor_chooses_the_tier_on_the_reward_form(
    app: Flask, client: FlaskClient, cast: Cast, shop: Shop
) -> None:
    with app.app_context():
        live(cast)
        lock_wallet(shop)
    page = sign_in(client, cast.marketer).get(f"/admin/rewards/{shop.earbuds}").text
    assert "Gold and above" in page and 'value="silver" selected' in page.replace("selected value", "value")
