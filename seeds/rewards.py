"""The demo's catalogue: rewards of invented brands in Malaysia, Indonesia and Singapore, with voucher codes in stock."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from app.core.clock import today
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.identity.actor import Actor
from app.rewards import services
from app.rewards.models import Denomination, Medium, PointValue, Reward, RewardKind, RewardStatus
from seeds.reward_words import CATEGORIES, LABELS, WORDS

IDR = 100  # rupiah are kept with two decimals
STOCK_LIFE_DAYS = 600  # the demo begins some 400 days ago; what is left now runs for half a year more


@dataclass(frozen=True, slots=True)
class Item:
    """One reward: shelf, brand, look, countries, and (face value, cost, codes in stock) per value."""

    slug: str
    category: str
    brand: str
    palette: str
    icon: str
    countries: tuple[str, ...]
    currency: str
    sizes: tuple[tuple[int, int, int], ...]
    featured: int = 0
    medium: Medium = Medium.CODE
    hours: int = 0
    shows_value: bool = True
    status: RewardStatus = RewardStatus.LIVE
    limit: int = 5
    labels: tuple[str, ...] = field(default=())
    opens_with: str | None = None  # the tier

    @property
    def kind(self) -> RewardKind:
        return RewardKind.DIGITAL_VOUCHER if self.medium is Medium.CODE else RewardKind.MANUAL


MY, ID, SG = ("MY",), ("ID",), ("SG",)
DOOR, SERVICE = Medium.DOOR, Medium.SERVICE
ITEMS = (
    Item("pasar-mega", "e-vouchers", "Pasar Mega", "green", "shopping-basket", MY, "MYR",
         ((2000, 1920, 120), (5000, 4800, 160), (10000, 9600, 80)), featured=5000),
    Item("petrogo-fuel-30", "fuel", "PetroGo", "blue", "fuel", MY, "MYR", ((3000, 2850, 14),)),
    Item("kopi-tiga-team", "food", "Kopi Tiga", "brown", "coffee", MY, "MYR", ((4000, 3600, 60),)),
    Item("nasi-co-dinner", "food", "Nasi & Co", "orange", "utensils", MY, "MYR", ((8000, 7200, 96),)),
    Item("lapis-earbuds", "gadgets", "Lapis Audio", "slate", "headphones", (), "MYR", ((66000, 59000, 0),),
         medium=DOOR, hours=72, shows_value=False, limit=1),
    Item("senja-air-flight", "travel", "Senja Air", "teal", "plane", MY, "MYR", ((50000, 50000, 0),),
         medium=SERVICE, hours=24, limit=2),
    Item("tabung-kasih", "give", "Tabung Kasih", "rose", "hand-heart", MY, "MYR",
         ((500, 500, 0), (1000, 1000, 0), (2500, 2500, 0), (5000, 5000, 0)), medium=SERVICE, hours=24,
         shows_value=False),
    Item("petrogo-fuel-100", "fuel", "PetroGo", "blue", "fuel", MY, "MYR", ((10000, 9500, 80),)),
    Item("pasar-mega-family", "e-vouchers", "Pasar Mega", "green", "shopping-basket", MY, "MYR",
         ((20000, 19200, 40),)),
    Item("team-lunch", "food", "Team lunch", "gold", "users", MY, "MYR", ((18000, 16500, 0),),
         medium=SERVICE, hours=48, limit=2, labels=("6 people",)),
    Item("kopi-tiga-card", "food", "Kopi Tiga", "brown", "coffee", MY, "MYR", ((2000, 1800, 90),)),
    Item("layar-cinema", "e-vouchers", "Layar", "violet", "clapperboard", MY, "MYR", ((3600, 3200, 70),),
         labels=("2 seats",)),
    Item("gerak-day-pass", "e-vouchers", "Gerak Gym", "rose", "dumbbell", MY, "MYR", ((2500, 2200, 45),)),
    Item("sinar-books", "e-vouchers", "Buku Sinar", "gold", "graduation-cap", MY, "MYR",
         ((3000, 2850, 60), (6000, 5700, 40))),
    Item("nasi-co-lunch", "food", "Nasi & Co", "orange", "utensils", MY, "MYR", ((3000, 2700, 60),)),
    Item("senja-air-lounge", "travel", "Senja Air", "teal", "plane", MY, "MYR", ((12000, 10800, 24),),
         opens_with="gold"),
    Item("dompetku-top-up", "e-vouchers", "DompetKu", "violet", "wallet", ID, "IDR",
         ((50_000 * IDR, 50_000 * IDR, 90), (150_000 * IDR, 150_000 * IDR, 120),
          (300_000 * IDR, 300_000 * IDR, 40)), featured=150_000 * IDR),
    Item("kopi-tiga-nusantara", "food", "Kopi Tiga", "brown", "coffee", ID, "IDR",
         ((60_000 * IDR, 54_000 * IDR, 80),)),
    Item("petrogo-nusantara", "fuel", "PetroGo", "blue", "fuel", ID, "IDR",
         ((100_000 * IDR, 97_000 * IDR, 70), (200_000 * IDR, 194_000 * IDR, 40)), featured=100_000 * IDR),
    Item("pasar-mega-nusantara", "e-vouchers", "Pasar Mega", "green", "shopping-basket", ID, "IDR",
         ((200_000 * IDR, 192_000 * IDR, 60),)),
    Item("nasi-co-berdua", "food", "Nasi & Co", "orange", "utensils", ID, "IDR",
         ((180_000 * IDR, 165_000 * IDR, 40),)),
    Item("senja-air-nusantara", "travel", "Senja Air", "teal", "plane", ID, "IDR",
         ((1_000_000 * IDR, 1_000_000 * IDR, 0),), medium=SERVICE, hours=24, limit=2),
    Item("tabung-kasih-nusantara", "give", "Tabung Kasih", "rose", "hand-heart", ID, "IDR",
         ((25_000 * IDR, 25_000 * IDR, 0), (100_000 * IDR, 100_000 * IDR, 0)), medium=SERVICE, hours=24,
         shows_value=False),
    Item("lapis-speaker", "gadgets", "Lapis Audio", "slate", "headphones", (), "MYR", ((32000, 28500, 0),),
         medium=DOOR, hours=96, shows_value=False, limit=1),
    Item("raya-hamper", "give", "Rumah Raya", "gold", "gift", MY, "MYR", ((15000, 13200, 0),), medium=DOOR,
         hours=120, shows_value=False, status=RewardStatus.HIDDEN),
    Item("kopi-tiga-singapura", "food", "Kopi Tiga", "brown", "coffee", SG, "SGD", ((1000, 900, 40),)),
    Item("petrogo-singapura", "fuel", "PetroGo", "blue", "fuel", SG, "SGD", ((3000, 2910, 30),)),
)  # fmt: skip


def seed_rewards(actor: Actor) -> None:
    """Make the catalogue and its stock through the services."""
    for currency, points, per_minor in (("MYR", 20, 100), ("IDR", 54, 10_000 * IDR), ("SGD", 65, 100)):
        if db.session.get(PointValue, currency) is None:
            services.set_point_value(currency, points, per_minor, actor=actor)
    with transaction():
        shelves = {
            slug: services.add_category(slug, name, (number + 1) * 10, actor=actor)
            for number, (slug, name) in enumerate(CATEGORIES.items())
        }
    dice = random.Random(20260101)
    for number, item in enumerate(ITEMS):
        _seed_item(item, shelves[item.category], (number + 1) * 10, dice, actor)


def _seed_item(item: Item, category_id: int, position: int, dice: random.Random, actor: Actor) -> None:
    name, description = WORDS[item.slug]
    with transaction():
        details = services.RewardDetails(
            category_id=category_id, brand=item.brand, name=name, description=description, kind=item.kind,
            palette=item.palette, icon=item.icon, medium=item.medium, delivery_hours=item.hours,
            shows_value=item.shows_value, quantity_limit=item.limit, position=position,
            countries=item.countries, required_tier=item.opens_with,
        )  # fmt: skip
        slug = services.add_reward(details, actor=actor, slug=item.slug)
        ids = []
        for number, (face, cost, _codes) in enumerate(item.sizes):
            label = LABELS[item.labels[number]] if item.labels else None
            ids.append(
                services.add_denomination(
                    slug,
                    item.currency,
                    face,
                    cost,
                    actor=actor,
                    label=label,
                    is_featured=face == item.featured,
                )
            )
        services.set_status(slug, item.status, actor=actor)
    for denomination_id, (_face, _cost, codes) in zip(ids, item.sizes, strict=True):
        if codes:
            services.import_codes(
                slug, denomination_id, _codes_file(codes, dice), actor=actor, file_name=f"{slug}.csv"
            )


def _codes_file(count: int, dice: random.Random) -> bytes:
    last = today() + timedelta(days=STOCK_LIFE_DAYS)
    lines = ["code,expires_on"]
    for _number in range(count):
        digits = f"{dice.randrange(10**14):014}"
        lines.append(f"{digits[:4]}-{digits[4:8]}-{digits[8:12]}-{digits[12:]},{last.isoformat()}")
    return "\n".join(lines).encode()


def denomination_of(slug: str, face_value_minor: int) -> int:
    """Id of a reward's value. Raises NotFound."""
    found = db.session.scalar(
        select(Denomination.id)
        .join(Reward, Reward.id == Denomination.reward_id)
        .where(Reward.slug == slug, Denomination.face_value_minor == face_value_minor)
    )
    if found is None:
        raise NotFound()
    return found
