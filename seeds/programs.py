"""Demo programs, made by the services: what always runs, what ends soon, what is over, and one that waits for sign-off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from app.core.clock import travel
from app.core.db import db
from app.identity.actor import Actor
from app.identity.queries import find_actor_by_email
from app.products.models import ProductFamily
from app.programs import services
from app.programs.models import Program
from app.programs.rules import Audience, Definition, Reward, Rule

CHECKER = "finance@vendor.example.com"
MAKER = "marketer@vendor.example.com"
# A reward's number says whom it pays, in the editor and here: it stays the same across versions.
SELLER, COMPANY = 1, 2


def seed_programs(actor: Actor) -> None:
    """Write the demo's programs unless they are there: the marketer drafts, finance signs off, whoever asked for it."""
    if db.session.scalar(select(Program.id).where(Program.slug == "deal-won")) is not None:
        return
    checker, maker = find_actor_by_email(CHECKER), find_actor_by_email(MAKER)
    families = {row.slug: row.id for row in db.session.scalars(select(ProductFamily))}
    now = datetime.now(UTC)
    today = now.date()

    _publish("Deal won", "deal-won", _deal_won(), None, maker, checker)
    _publish("Purchases", "purchases", _purchases(), None, maker, checker)
    if "point-of-sale" in families:
        with travel(now - timedelta(days=155)):
            _publish(
                "Point of Sale mid-year",
                "point-of-sale-mid-year",
                _point_of_sale(families, today),
                80_000,
                maker,
                checker,
            )
    if "endpoint-security" in families:
        with travel(now - timedelta(days=33)):
            _publish(
                "Year-end endpoint push",
                "year-end-endpoint-push",
                _endpoint(families, today),
                90_000,
                maker,
                checker,
            )
    if "backup-365" in families:
        with travel(now - timedelta(days=31)):
            _publish("Backup 365 seats", "backup-365-seats", _backup(families, today), 60_000, maker, checker)
    if {"network-core", "endpoint-security"} <= families.keys():
        with travel(now - timedelta(days=29)):
            _publish(
                "Network Core Indonesia",
                "network-core-indonesia",
                _network(families, today),
                100_000,
                maker,
                checker,
            )
            waiting = services.create_program(
                "First-quarter welcome", _welcome(families, today), budget_points=240_000, actor=maker
            )
    else:
        return
    with travel(now - timedelta(hours=20)):
        services.send_for_sign_off(waiting.id, actor=maker)


def _publish(
    name: str, slug: str, made: Definition, budget: int | None, maker: Actor, checker: Actor
) -> None:
    draft = services.create_program(name, made, budget_points=budget, slug=slug, actor=maker)
    services.publish(draft.id, actor=checker)


def _deal_won() -> Definition:
    """4 points per RM 100 of invoice value to the member, at once, times what the company's tier gives."""
    reward = Reward(SELLER, "per_money", 4, per_minor=100_00, currency="MYR", hold_days=0, by_tier=True)
    return Definition((Rule("main", "deal_won", (reward,)),))


def _purchases() -> Definition:
    """1 point per USD 10 to the organisation, open window."""
    reward = Reward(COMPANY, "per_money", 1, "organisation", per_minor=10_00, currency="USD", hold_days=0)
    return Definition((Rule("main", "sale", (reward,)),))


def _endpoint(families: dict[str, int], today: date) -> Definition:
    reward = Reward(SELLER, "fixed", 500, hold_days=14, cap_points=5_000)
    rule = Rule(
        "main", "deal_won", (reward,), min_amount_minor=10_000_00, min_currency="MYR",
        family_ids=(families["endpoint-security"],),
    )  # fmt: skip
    return Definition((rule,), starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=22))


def _backup(families: dict[str, int], today: date) -> Definition:
    reward = Reward(COMPANY, "per_unit", 12, "organisation", hold_days=14, cap_points=2_400)
    rule = Rule("main", "sale", (reward,), family_ids=(families["backup-365"],))
    return Definition((rule,), starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=7))


def _network(families: dict[str, int], today: date) -> Definition:
    reward = Reward(
        SELLER, "per_money", 5, per_minor=1_000_000_00, currency="IDR", hold_days=14, cap_points=6_000
    )
    company = Reward(COMPANY, "fixed", 400, "organisation", hold_days=14, cap_points=4_000)
    rule = Rule(
        "main", "deal_won", (reward, company), min_amount_minor=50_000_000_00, min_currency="IDR",
        family_ids=(families["network-core"],),
    )  # fmt: skip
    audience = Audience(countries=("ID",))
    return Definition(
        (rule,), audience, starts_on=today - timedelta(days=28), ends_on=today + timedelta(days=38)
    )


def _point_of_sale(families: dict[str, int], today: date) -> Definition:
    reward = Reward(SELLER, "fixed", 300, hold_days=14, cap_points=3_000)
    rule = Rule("main", "deal_won", (reward,), family_ids=(families["point-of-sale"],))
    return Definition((rule,), starts_on=today - timedelta(days=150), ends_on=today - timedelta(days=60))


def _welcome(families: dict[str, int], today: date) -> Definition:
    reward = Reward(SELLER, "per_money", 2, per_minor=100_00, currency="MYR", hold_days=14, cap_points=5_000)
    company = Reward(COMPANY, "fixed", 400, "organisation", hold_days=14, cap_points=4_000)
    rule = Rule(
        "main", "deal_won", (reward, company), min_amount_minor=10_000_00, min_currency="MYR",
        family_ids=(families["endpoint-security"],),
    )  # fmt: skip
    start = today + timedelta(days=40)
    audience = Audience(countries=("MY", "ID"), kinds=("reseller",))
    return Definition((rule,), audience, starts_on=start, ends_on=start + timedelta(days=89))
