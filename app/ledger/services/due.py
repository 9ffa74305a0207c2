"""What the calendar does: held points become spendable, and points past their grace expire."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.core.clock import utc_now
from app.core.db import end_read, transaction
from app.core.types import read_date
from app.ledger.models import Owner
from app.ledger.services.earning import collect_due
from app.ledger.services.lives import GRACE_DAYS, vendor_date
from app.ledger.services.post import Fact, Leg, Piece, Side, lock_accounts, open_book, post
from app.ledger.services.sql import Sql, Wire
from app.ledger.services.taking_back import EXPIRED, collect_leftovers

CHUNK = 200

RELEASABLE = Sql("""
    SELECT l.id, a.owner_kind, a.owner_id FROM lots l JOIN accounts a ON a.id = l.account_id
    WHERE l.remaining > 0 AND l.releases_on IS NOT NULL AND l.releases_on <= :today AND a.kind = 'pending'
      AND l.id > :after
    ORDER BY l.id LIMIT :limit
""")
LOT = Sql("""
    SELECT l.remaining, l.expires_on, l.origin_posting_id, p.organisation_id, p.activity_id, p.program_version_id, p.rule_key
    FROM lots l JOIN postings p ON p.id = l.origin_posting_id WHERE l.id = :id AND l.remaining > 0
""")
EXPIRING = Sql("""
    SELECT DISTINCT a.id, a.owner_kind, a.owner_id, l.expires_on FROM lots l JOIN accounts a ON a.id = l.account_id
    WHERE l.remaining > 0 AND l.expires_on < :last_day AND a.kind = 'available' AND a.unit = 'PTS'
    ORDER BY a.id, l.expires_on
""")
EXPIRING_LOTS = Sql("""
    SELECT id, remaining, origin_posting_id FROM lots
    WHERE account_id = :account_id AND expires_on = :expires_on AND remaining > 0 ORDER BY id
""")
CROSSED = Sql("""
    SELECT d.owner_kind, d.owner_id FROM accounts d JOIN accounts a
      ON a.owner_kind = d.owner_kind AND a.owner_id = d.owner_id AND a.unit = d.unit AND a.kind = 'available'
    WHERE d.kind = 'clawback_due' AND d.balance > 0 AND a.balance > 0
""")


def release_due(now: datetime | None = None) -> int:
    """Release every held lot whose day has come; returns how many. Safe to repeat and to interrupt."""
    now = now or utc_now()
    count = after = 0
    while True:
        wire = Wire()
        params = {"today": wire.day(vendor_date(now)), "after": after, "limit": CHUNK}
        rows = wire.rows(RELEASABLE, params)
        end_read()
        if not rows:
            break
        after = rows[-1][0]
        for lot_id, owner_kind, owner_id in rows:
            with (
                transaction()
            ):  # one wallet at a time: nobody waits long, and no two runs can block each other
                count += _release(lot_id, Owner(owner_kind, owner_id), now)
    for owner_kind, owner_id in Wire().rows(CROSSED, {}):
        collect_leftovers(Owner(owner_kind, owner_id))
    end_read()
    return count


def _release(lot_id: int, owner: Owner, now: datetime) -> int:
    wire = Wire()
    pending, available = Side(owner, "pending"), Side(owner, "available")
    key = f"release:{lot_id}"
    book = open_book(wire, key, owner)
    if book.first is not None:
        return 0
    lock_accounts(wire, book, [pending, available])
    row = wire.row(LOT, {"id": lot_id})
    if row is None:  # taken back in the meantime
        return 0
    remaining, expires, origin, organisation_id, activity_id, version_id, rule_key = row
    fact = Fact(
        key=key,
        kind="release",
        occurred_at=now,
        organisation_id=organisation_id,
        activity_id=activity_id,
        program_version_id=version_id,
        rule_key=rule_key,
    )
    piece = Piece(lot_id, remaining, _day(expires), origin)
    posted = post(fact, [Leg(pending, available, remaining, takes=[piece], carry=True)], book=book)
    if not posted.replayed:
        collect_due(fact, owner, book, remaining)
    return 0 if posted.replayed else 1


def expire_due(now: datetime | None = None) -> int:
    """Expire what is past its thirty days of grace; returns how many points. Safe to repeat and to interrupt."""
    now = now or utc_now()
    last_day = vendor_date(now) - timedelta(days=GRACE_DAYS)
    wire = Wire()
    rows = wire.rows(EXPIRING, {"last_day": wire.day(last_day)})
    end_read()
    points = 0
    for account_id, owner_kind, owner_id, expires in rows:
        with transaction():
            points += _expire(account_id, Owner(owner_kind, owner_id), expires, now)
    return points


def _expire(account_id: int, owner: Owner, expires: Any, now: datetime) -> int:
    wire = Wire()
    wallet = Side(owner, "available")
    book = open_book(wire, "", owner)
    lock_accounts(wire, book, [wallet])
    expires_on = _day(expires)
    rows = wire.rows(EXPIRING_LOTS, {"account_id": account_id, "expires_on": wire.day(expires_on)})
    if not rows:
        return 0
    pieces = [Piece(lot_id, remaining, expires_on, origin) for lot_id, remaining, origin in rows]
    amount = sum(piece.amount for piece in pieces)
    fact = Fact(
        key=f"expiry:{account_id}:{pieces[0].lot_id}",
        kind="expiry",
        occurred_at=now,
        organisation_id=owner.id if owner.kind == "organisation" else None,
    )
    posted = post(fact, [Leg(wallet, EXPIRED, amount, takes=pieces)])
    return 0 if posted.replayed else amount


def _day(value: Any) -> Any:
    return read_date(value)
