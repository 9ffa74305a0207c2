"""A small catalogue and points to spend, made through the real services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask

from app.core.clock import utc_now
from app.core.db import execute_sql, transaction
from app.identity.actor import Actor
from app.ledger import services as ledger
from app.rewards import services
from app.rewards.models import Medium, RewardKind, RewardStatus
from tests.cast import Cast


@dataclass(frozen=True, slots=True)
class Shop:
    """Slugs and denomination ids of the test catalogue."""

    app: Flask
    owner: Actor
    market: str
    market_20: int
    market_50: int
    market_100: int
    coffee: str
    coffee_40: int
    earbuds: str
    earbuds_1: int
    wallet_id: str
    wallet_150: int
    category: int

    def stock(self, slug: str, denomination: int, *codes: str, expires_on: date | None = None) -> None:
        """Import codes."""
        lines = [f"{code},{expires_on.isoformat() if expires_on else ''}" for code in codes]
        with self.app.app_context():
            services.import_codes(slug, denomination, "\n".join(lines).encode(), actor=self.owner)


def give_points(app: Flask, actor: Actor, points: int, key: str = "gift") -> None:
    """Points for a member, as an award."""
    with app.app_context(), transaction():
        owner = ledger.Owner("member", actor.person_id or 0)
        ledger.earn(f"{key}:{actor.person_id}", owner, points, occurred_at=utc_now())


def available(actor: Actor) -> int:
    """What a member has to spend."""
    found = execute_sql(
        "SELECT balance FROM accounts WHERE owner_kind = 'member' AND owner_id = :id AND kind = 'available'",
        {"id": actor.person_id},
    ).scalar()
    return int(found or 0)


def add_reward(
    owner: Actor, category: int, name: str, countries: tuple[str, ...] = (), **given: object
) -> str:
    """A live reward's slug; its values are added by the caller before it goes live."""
    words = {"en": name, "ms": name, "id": name}
    details = services.RewardDetails(
        category_id=category, brand=name.split()[0], name=words, description=words,
        kind=given.pop("kind", RewardKind.DIGITAL_VOUCHER), countries=countries, **given,
    )  # fmt: skip
    return services.add_reward(details, actor=owner)


def build_shop(app: Flask, cast: Cast) -> Shop:
    """Four rewards: a market voucher of three values, coffee, earbuds sent by hand, and one for Indonesia."""
    owner = cast.owner
    with app.app_context():
        services.set_point_value("MYR", 20, 100, actor=owner)
        services.set_point_value("IDR", 54, 1_000_000, actor=owner)
        category = services.add_category("e-vouchers", {"en": "E-vouchers"}, 1, actor=owner)
        market = add_reward(owner, category, "Pasar Mega e-voucher", ("MY",), position=10)
        sizes = [
            services.add_denomination(
                market, "MYR", face, face * 96 // 100, actor=owner, is_featured=face == 5000
            )
            for face in (2000, 5000, 10000)
        ]
        coffee = add_reward(owner, category, "Kopi Tiga card", ("MY",), position=20)
        coffee_40 = services.add_denomination(coffee, "MYR", 4000, 3600, actor=owner)
        earbuds = add_reward(
            owner, category, "Lapis earbuds", kind=RewardKind.MANUAL, medium=Medium.DOOR,
            delivery_hours=72, shows_value=False, position=30,
        )  # fmt: skip
        earbuds_1 = services.add_denomination(earbuds, "MYR", 66000, 59000, actor=owner)
        wallet = add_reward(owner, category, "DompetKu top-up", ("ID",), position=40)
        wallet_150 = services.add_denomination(wallet, "IDR", 15_000_000, 15_000_000, actor=owner)
        for slug in (market, coffee, earbuds, wallet):
            services.set_status(slug, RewardStatus.LIVE, actor=owner)
    return Shop(
        app, owner, market, *sizes, coffee, coffee_40, earbuds, earbuds_1, wallet, wallet_150, category
    )


@pytest.fixture
def shop(app: Flask, cast: Cast) -> Shop:
    return build_shop(app, cast)


@pytest.fixture
def rich(app: Flask, cast: Cast) -> Callable[[Actor, int], None]:
    """Give a member points: rich(cast.aisyah, 1_000)."""

    def give(actor: Actor, points: int) -> None:
        give_points(app, actor, points, key=f"gift-{points}")

    return give
