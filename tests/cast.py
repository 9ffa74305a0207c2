"""The fixed cast of the tests: Aisyah sells, her admin manages, Budi is the rival, the vendor decides.

Fixture `cast` writes the rows; everybody's password is PASSWORD. `sign_in(client, cast.aisyah)` opens a session and
lets the client send forms; `let_post(client)` does the latter for somebody signed out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Protocol

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from app.core.clock import utc_now
from app.core.csrf import mask
from app.core.db import db, transaction
from app.identity.actor import Actor
from app.identity.models import Person
from app.identity.sessions import start_session
from app.partners.models import Membership, Organisation, Role
from app.products.models import Product, ProductFamily

__all__ = [
    "PASSWORD",
    "Cast",
    "Company",
    "add_company",
    "add_person",
    "build_cast",
    "cast",
    "let_post",
    "sign_in",
]

PASSWORD = "tangga-demo"
QUICK_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass(frozen=True, slots=True)
class Company:
    """What a test needs to know of an organisation without touching a session."""

    id: int
    public_id: str
    name: str
    country: str
    currency: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and the two companies and three families that most tests need."""

    aisyah: Actor
    kinabalu_admin: Actor
    budi: Actor
    merapi_admin: Actor
    manager: Actor
    marketer: Actor
    finance: Actor
    auditor: Actor
    owner: Actor
    kinabalu: Company
    merapi: Company
    families: dict[str, int]
    products: dict[str, int]

    @property
    def everybody(self) -> tuple[Actor, ...]:
        """One person per role and side, the rival last."""
        return (
            self.aisyah,
            self.kinabalu_admin,
            self.manager,
            self.marketer,
            self.finance,
            self.auditor,
            self.owner,
            self.budi,
            self.merapi_admin,
        )


def add_company(name: str, country: str, currency: str, locale: str, zone: str, city: str) -> Company:
    """Write one organisation."""
    row = Organisation(
        name=name,
        kind="reseller",
        country=country,
        currency=currency,
        locale=locale,
        time_zone=zone,
        city=city,
        domain=name.split()[0].lower() + ".example.com",
    )
    with transaction():
        db.session.add(row)
    return Company(row.id, row.public_id, name, country, currency)


def add_person(
    email: str, name: str, role: Role, company: Company | None = None, locale: str = "en"
) -> Actor:
    """Write one person with an open membership and return who they act as."""
    person = Person(email=email, name=name, locale=locale, password_hash=QUICK_HASH, created_at=utc_now())
    with transaction():
        db.session.add(person)
        db.session.flush()
        membership = Membership(
            person_id=person.id, organisation_id=company.id if company else None, role=role
        )
        db.session.add(membership)
    actor = Actor(
        person_id=person.id,
        public_id=person.public_id,
        name=name,
        email=email,
        role=role,
        membership_id=membership.id,
        locale=locale,
    )
    if company is None:
        return actor
    return replace(
        actor,
        organisation_id=company.id,
        organisation_public_id=company.public_id,
        organisation_name=company.name,
        organisation_country=company.country,
        organisation_currency=company.currency,
        zone="Asia/Kuala_Lumpur" if company.country == "MY" else "Asia/Jakarta",
    )


def add_families() -> dict[str, int]:
    """Write the three product families."""
    rows = [
        ProductFamily(slug=slug, name=name)
        for slug, name in (("firewall", "Firewall"), ("switching", "Switching"), ("cloud", "Cloud"))
    ]
    with transaction():
        db.session.add_all(rows)
    return {row.slug: row.id for row in rows}


def build_cast() -> Cast:
    """Write the whole cast."""
    with transaction():
        families = add_families()
        rows = [
            Product(sku=f"{slug.upper()}-1", name=f"{slug.title()} One", family_id=family_id)
            for slug, family_id in families.items()
        ]
        db.session.add_all(rows)
        kinabalu = add_company("Kinabalu Networks", "MY", "MYR", "en", "Asia/Kuala_Lumpur", "Kota Kinabalu")
        merapi = add_company("Merapi Solusi", "ID", "IDR", "id", "Asia/Jakarta", "Yogyakarta")
        people = {
            "aisyah": add_person("aisyah@kinabalu.example.com", "Aisyah Rahman", Role.MEMBER, kinabalu),
            "kinabalu_admin": add_person(
                "admin@kinabalu.example.com", "Farid Hamzah", Role.PARTNER_ADMIN, kinabalu
            ),
            "budi": add_person("budi@merapi.example.com", "Budi Santoso", Role.MEMBER, merapi, "id"),
            "merapi_admin": add_person(
                "admin@merapi.example.com", "Dewi Lestari", Role.PARTNER_ADMIN, merapi, "id"
            ),
            "manager": add_person("manager@vendor.example.com", "Hafiz Karim", Role.CHANNEL_MANAGER),
            "marketer": add_person("marketer@vendor.example.com", "Mei Ling Tan", Role.MARKETER),
            "finance": add_person("finance@vendor.example.com", "Grace Wong", Role.FINANCE),
            "auditor": add_person("auditor@vendor.example.com", "Ravi Menon", Role.AUDITOR),
            "owner": add_person("owner@vendor.example.com", "Nadia Yusof", Role.OWNER),
        }
    products = {row.sku: row.id for row in rows}
    return Cast(**people, kinabalu=kinabalu, merapi=merapi, families=families, products=products)


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Everybody, written to the database of this test."""
    with app.app_context():
        return build_cast()


def let_post(client: FlaskClient) -> None:
    """Give the client a CSRF token, which it then sends with every request."""
    raw = secrets.token_hex(20)
    with client.session_transaction() as session:
        session["csrf_token"] = raw
    key = client.application.config["SECRET_KEY"]
    signed = URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw)
    client.environ_base["HTTP_X_CSRFTOKEN"] = mask(str(signed))


class Somebody(Protocol):
    """Who signs in: an actor, or a visitor of the demo."""

    @property
    def person_id(self) -> int | None: ...

    @property
    def role(self) -> str: ...


def sign_in(client: FlaskClient, actor: Somebody) -> FlaskClient:
    """Open a session for the client as the sign-in page does, without the cost of a password; returns the client."""
    app = client.application
    assert actor.person_id is not None
    with app.app_context(), transaction():
        token = start_session(actor.person_id, Role(actor.role), user_agent="test", address="127.0.0.1")
    with client.session_transaction() as session:
        session.clear()
        session["_user_id"], session["_fresh"] = token, True
    let_post(client)
    return client
