"""Voucher codes at rest: sealed to their row, recognised by a keyed digest."""

from __future__ import annotations

import json
import re

from app.core.crypto import keyed_digest, seal, unseal


def digest_of(reward_id: int, code: str) -> str:
    """What makes two codes of a reward the same: spaces and dashes do not count, letters do."""
    return keyed_digest("voucher", f"{reward_id}:" + re.sub(r"[\s-]+", "", code))


def seal_code(public_id: str, code: str, pin: str = "") -> bytes:
    """Seal a code to its voucher row."""
    return seal(json.dumps([code, pin]).encode(), f"voucher:{public_id}")


def open_code(public_id: str, sealed: bytes) -> tuple[str, str]:
    """(code, PIN) of a voucher row. Raises crypto.Unreadable."""
    code, pin = json.loads(unseal(bytes(sealed), f"voucher:{public_id}"))
    return code, pin
