"""What `tangga run` prints: where the portal is and, in a demo, who can sign in."""

from __future__ import annotations

from sqlalchemy import text

from app.core.db import db
from app.core.settings import Settings

DEMO_PASSWORD = "tangga-demo"
DEMO_ACCOUNTS = (
    ("aisyah@kinabalu.example.com", "member, Kinabalu Networks, Malaysia"),
    ("admin@kinabalu.example.com", "partner admin, Kinabalu Networks"),
    ("budi@merapi.example.com", "member, Merapi Solusi, Indonesia"),
    ("admin@merapi.example.com", "partner admin, Merapi Solusi"),
    ("manager@vendor.example.com", "channel manager"),
    ("marketer@vendor.example.com", "marketer"),
    ("finance@vendor.example.com", "finance"),
    ("auditor@vendor.example.com", "auditor"),
    ("owner@vendor.example.com", "owner"),
)


def lines(settings: Settings) -> list[str]:
    """Address first, then the demo accounts if they are there."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    found = [f"{settings.brand_name} is at http://{host}:{settings.port}"]
    if settings.is_production:
        return found
    with db.engine.connect() as connection:
        has_demo = connection.execute(
            text("SELECT 1 FROM people WHERE email = :email"), {"email": DEMO_ACCOUNTS[0][0]}
        ).first()
    if has_demo:
        found.append(f"Demo accounts (password {DEMO_PASSWORD}):")
        found += [f"  {email:<30} {what}" for email, what in DEMO_ACCOUNTS]
        found.append("Mail is kept at /dev/outbox. Stop with Ctrl-C.")
    return found
