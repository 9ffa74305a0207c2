"""Companies and people of the demo: sample names only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.core.clock import travel, utc_now
from app.identity.actor import SYSTEM, Actor
from app.identity.passwords import hash_password
from app.identity.services.people import create_person
from app.partners.models import Organisation, Role
from app.partners.services import create_organisation, set_managers
from app.products.bulk import ProductRow, save_products

PASSWORD = "tangga-demo"

# (email before @vendor.example.com, name, role)
VENDOR = (
    ("owner", "Nadia Yusof", Role.OWNER),
    ("manager", "Hafiz Karim", Role.CHANNEL_MANAGER),
    ("marketer", "Mei Ling Tan", Role.MARKETER),
    ("finance", "Grace Wong", Role.FINANCE),
    ("auditor", "Ravi Menon", Role.AUDITOR),
)

# key, name, kind, country, city, region
COMPANIES = (
    ("kinabalu", "Kinabalu Networks", "reseller", "MY", "Kota Kinabalu", "Sabah"),
    ("merapi", "Merapi Solusi", "reseller", "ID", "Yogyakarta", "DI Yogyakarta"),
    ("borneo", "Borneo Cloud", "reseller", "MY", "Kuching", "Sarawak"),
    ("jaya", "Jaya Infra", "reseller", "MY", "Johor Bahru", "Johor"),
    ("rimba", "Rimba Networks", "reseller", "MY", "George Town", "Pulau Pinang"),
    ("selat", "Selat IT", "distributor", "ID", "Batam", "Kepulauan Riau"),
    ("nusa", "Nusa Kom", "reseller", "ID", "Jakarta", "DKI Jakarta"),
    ("sumber", "Sumber IT", "reseller", "ID", "Bandung", "Jawa Barat"),
    ("mutiara", "Mutiara Tech", "reseller", "MY", "Shah Alam", "Selangor"),
    ("marina", "Marina Distribution", "distributor", "SG", "Singapore", "Singapore"),
    ("kranji", "Kranji Supply", "distributor", "SG", "Singapore", "Singapore"),
)
# currency, language, zone
PLACES = {
    "MY": ("MYR", "en", "Asia/Kuala_Lumpur"),
    "ID": ("IDR", "id", "Asia/Jakarta"),
    "SG": ("SGD", "en", "Asia/Singapore"),
}
# Days ago, of who came long before the others: ten years and five weeks.
JOINED = {"marina": 3_689, "marina.weijie": 3_689}

# company, email before @<company>.example.com, name, role
PARTNERS = (
    ("kinabalu", "aisyah", "Aisyah Rahman", Role.MEMBER),
    ("kinabalu", "admin", "Farid Hamzah", Role.PARTNER_ADMIN),
    ("kinabalu", "daniel", "Daniel Wong", Role.MEMBER),
    ("kinabalu", "nurul", "Nurul Huda", Role.MEMBER),
    ("merapi", "budi", "Budi Santoso", Role.MEMBER),
    ("merapi", "admin", "Dewi Lestari", Role.PARTNER_ADMIN),
    ("borneo", "bagus", "Bagus Santoso", Role.PARTNER_ADMIN),
    ("jaya", "jason", "Jason Liew", Role.PARTNER_ADMIN),
    ("rimba", "faiz", "Faiz Osman", Role.PARTNER_ADMIN),
    ("selat", "kavitha", "Kavitha Nair", Role.PARTNER_ADMIN),
    ("nusa", "putri", "Putri Lestari", Role.MEMBER),
    ("nusa", "andi", "Andi Wijaya", Role.PARTNER_ADMIN),
    ("sumber", "dewi", "Dewi Pratiwi", Role.PARTNER_ADMIN),
    ("mutiara", "siti", "Siti Aminah", Role.PARTNER_ADMIN),
    ("marina", "weijie", "Wei Jie Lim", Role.PARTNER_ADMIN),
    ("kranji", "zul", "Zulkifli Ahmad", Role.PARTNER_ADMIN),
)

PRODUCTS = (
    ("EPS-25", "Endpoint Security, 25 seats", "Endpoint Security"),
    ("EPS-100", "Endpoint Security, 100 seats", "Endpoint Security"),
    ("BKP-25", "Backup 365, 25 seats", "Backup 365"),
    ("BKP-100", "Backup 365, 100 seats", "Backup 365"),
    ("NC-48", "Network Core switch, 48 ports", "Network Core"),
    ("NC-EDGE", "Network Core edge router", "Network Core"),
    ("POS-1", "Point-of-sale bundle", "Point of sale"),
)


@dataclass
class Demo:
    """Who and what the story needs: actors by `company.name` or vendor key, ids by key."""

    actors: dict[str, Actor] = field(default_factory=dict)
    companies: dict[str, Organisation] = field(default_factory=dict)
    families: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)


def seed_vendor(demo: Demo, password_hash: str) -> None:
    """The vendor's own people."""
    for key, name, role in VENDOR:
        person = create_person(
            actor=SYSTEM,
            email=f"{key}@vendor.example.com",
            name=name,
            role=role,
            organisation_id=None,
            password_hash=password_hash,
        )
        demo.actors[key] = Actor(
            person_id=person.id, public_id=person.public_id, name=name, email=person.email, role=role
        )


def seed_companies(demo: Demo) -> None:
    """Partner companies, the first seven looked after by the channel manager."""
    owner, manager = demo.actors["owner"], demo.actors["manager"]
    for number, (key, name, kind, country, city, region) in enumerate(COMPANIES):
        currency, locale, zone = PLACES[country]
        with travel(_joined(key)):
            row = create_organisation(
                actor=owner,
                name=name,
                kind=kind,
                country=country,
                currency=currency,
                locale=locale,
                time_zone=zone,
                external=("demo", key),
                domain=f"{key}.example.com",
                city=city,
                region=region,
            )
        demo.companies[key] = row
        if number < 7:
            set_managers(row.id, [manager.person_id or 0], actor=owner)


def _joined(key: str) -> datetime:
    """When a company, or one of its people, came."""
    days = JOINED.get(key)
    return datetime.now(UTC) - timedelta(days=days) if days else utc_now()


def seed_partners(demo: Demo, password_hash: str) -> None:
    """The partners' people."""
    for company, mailbox, name, role in PARTNERS:
        row = demo.companies[company]
        with travel(_joined(f"{company}.{mailbox}")):
            person = create_person(
                actor=demo.actors["owner"],
                email=f"{mailbox}@{company}.example.com",
                name=name,
                role=role,
                organisation_id=row.id,
                password_hash=password_hash,
                locale=row.locale,
            )
        demo.actors[f"{company}.{mailbox}"] = Actor(
            person_id=person.id,
            public_id=person.public_id,
            name=name,
            email=person.email,
            role=role,
            organisation_id=row.id,
            organisation_public_id=row.public_id,
            organisation_name=row.name,
            organisation_country=row.country,
            organisation_currency=row.currency,
            locale=row.locale,
            zone=row.time_zone,
        )


def seed_products(demo: Demo) -> None:
    """Families and products of the vendor."""
    from sqlalchemy import select

    from app.core.db import db, end_read, transaction
    from app.products.models import Product, ProductFamily

    with transaction():
        save_products(
            "demo", [ProductRow(key=sku, name=name, family=family, sku=sku) for sku, name, family in PRODUCTS]
        )
    demo.families = {row.slug: row.id for row in db.session.scalars(select(ProductFamily))}
    demo.products = {row.sku: row.id for row in db.session.scalars(select(Product))}
    end_read()


def seed_people() -> Demo:
    """Everybody, with the demo's password."""
    hashed = hash_password(PASSWORD)
    demo = Demo()
    seed_vendor(demo, hashed)
    seed_companies(demo)
    seed_partners(demo, hashed)
    seed_products(demo)
    return demo
