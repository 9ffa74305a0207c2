"""Rate limits that hold over all processes: fixed windows of the `limits` library, kept in the database."""

from __future__ import annotations

import time
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.crypto import keyed_digest
from app.core.db import Model, execute_sql, transaction
from app.core.types import BigInt


class RateCounter(Model):
    """Hits on one key in one window; `expires_at` is in whole seconds of Unix time."""

    __tablename__ = "rate_counters"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    hits: Mapped[int] = mapped_column(BigInt)
    expires_at: Mapped[int] = mapped_column(BigInt)


class _DatabaseStorage(Storage):
    """`limits` storage: one upsert a hit, right under any number of processes."""

    STORAGE_SCHEME = ["tangga"]

    def __init__(self) -> None:
        super().__init__("tangga://")

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = int(time.time())
        with transaction():
            row = execute_sql(
                "INSERT INTO rate_counters (key, hits, expires_at) VALUES (:key, :amount, :until) "
                "ON CONFLICT (key) DO UPDATE SET "
                "hits = CASE WHEN rate_counters.expires_at <= :now THEN :amount ELSE rate_counters.hits + :amount END, "
                "expires_at = CASE WHEN rate_counters.expires_at <= :now THEN :until ELSE rate_counters.expires_at END "
                "RETURNING hits",
                {"key": key, "amount": amount, "now": now, "until": now + expiry},
            ).first()
        assert row is not None
        return int(row[0])

    def _row(self, key: str) -> Any:
        return execute_sql(
            "SELECT hits, expires_at FROM rate_counters WHERE key = :key AND expires_at > :now",
            {"key": key, "now": int(time.time())},
        ).first()

    def get(self, key: str) -> int:
        row = self._row(key)
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._row(key)
        return float(row[1]) if row else time.time()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with transaction():
            execute_sql("DELETE FROM rate_counters")
        return None

    def clear(self, key: str) -> None:
        with transaction():
            execute_sql("DELETE FROM rate_counters WHERE key = :key", {"key": key})


_storage = _DatabaseStorage()
_limiter = FixedWindowRateLimiter(_storage)


def _item(limit: int, seconds: int) -> RateLimitItem:
    return RateLimitItemPerSecond(limit, seconds)


def hit(name: str, who: str, limit: int, seconds: int) -> bool:
    """Count one act and say whether it was within `limit` per `seconds`. `who` is stored as a keyed digest."""
    return _limiter.hit(_item(limit, seconds), name, keyed_digest("limit", who)[:32])


def count(name: str, who: str, limit: int, seconds: int, *, cost: int) -> int:
    """Count `cost` acts at once and say how many there are now in the window."""
    item = _item(limit, seconds)
    key = item.key_for(name, keyed_digest("limit", who)[:32])
    return _storage.incr(key, item.get_expiry(), cost)


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the first 64 bits, since whoever has one has them all."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))


def allowed(name: str, who: str, limit: int, seconds: int) -> bool:
    """Whether one more act would be within the limit; counts nothing, writes nothing."""
    return _limiter.test(_item(limit, seconds), name, keyed_digest("limit", who)[:32])


def wait_seconds(name: str, who: str, limit: int, seconds: int) -> int:
    """Seconds until the window ends."""
    stats = _limiter.get_window_stats(_item(limit, seconds), name, keyed_digest("limit", who)[:32])
    return max(1, int(stats.reset_time - time.time()))


def forget(name: str, who: str, limit: int, seconds: int) -> None:
    """Set a counter back."""
    _limiter.clear(_item(limit, seconds), name, keyed_digest("limit", who)[:32])


def give_back(name: str, who: str, limit: int, seconds: int, *, count: int = 1) -> None:
    """Uncount an act (or `count`): it was counted before it was known to be a good one."""
    key = _item(limit, seconds).key_for(name, keyed_digest("limit", who)[:32])
    with transaction():
        execute_sql(
            "UPDATE rate_counters SET hits = hits - :count WHERE key = :key AND hits >= :count",
            {"key": key, "count": count},
        )


def purge() -> None:
    """Drop counters whose window has ended."""
    with transaction():
        execute_sql("DELETE FROM rate_counters WHERE expires_at <= :now", {"now": int(time.time())})
