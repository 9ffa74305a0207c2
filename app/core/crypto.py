"""Secrets at rest: AES-GCM for what must be read again, keyed digests for what must only be recognised."""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.settings import current_settings


class Unreadable(Exception):
    """Sealed bytes were changed, moved to another record, or sealed under another SECRET_KEY."""


@functools.lru_cache(maxsize=64)
def _derived(secret_key: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, b"tangga", purpose.encode()).derive(secret_key.encode())


def _key(purpose: str) -> bytes:
    return _derived(current_settings().secret_key, purpose)


def seal(plain: bytes, aad: str) -> bytes:
    """Encrypt (AES-256-GCM). `aad` binds the result to its record: sealed bytes do not open elsewhere."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_key("seal")).encrypt(nonce, plain, aad.encode())


def unseal(sealed: bytes, aad: str) -> bytes:
    """Decrypt what `seal` made. Raises Unreadable."""
    try:
        return AESGCM(_key("seal")).decrypt(sealed[:12], sealed[12:], aad.encode())
    except InvalidTag:
        raise Unreadable("sealed bytes do not open with this key and record") from None


def keyed_digest(purpose: str, text: str) -> str:
    """HMAC-SHA-256 in hex: equal for equal texts, useless without the key."""
    return hmac.new(_key("digest:" + purpose), text.encode(), hashlib.sha256).hexdigest()


def keyed_digests(purpose: str, texts: Iterable[str]) -> list[str]:
    """`keyed_digest` of many texts, several times faster than one by one."""
    key, digest = _key("digest:" + purpose), hmac.digest
    return [digest(key, text.encode(), "sha256").hex() for text in texts]


def same(left: str, right: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def new_token() -> str:
    """A random bearer token, 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)
