"""The file that a batch leaves in: a text header, then records of AES-256-GCM under a key made from a password.

    TANGGA-CODES-1 {"salt": ..., "n": 32768, "r": 8, "p": 1}\n
    record: length (4 bytes, big endian), then that many bytes of ciphertext with its 16-byte tag
    key: scrypt(password, salt, n, r, p), 32 bytes. nonce of record i: i as 11 bytes, then 1 if it is the last, else 0.
    associated data of each record: the header line.

The plain text is CSV: code,points,use_by. A file cut short lacks its last record and does not open, and neither does one
whose records were exchanged.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"TANGGA-CODES-1 "
HEADING = "code,points,use_by\n"
LEAST_PASSWORD = 12
N, R, P = 2**15, 8, 1
_LENGTH, _TAG, _MOST = 4, 16, 64 * 1024 * 1024


class NotOpened(Exception):
    """The file is no export, was cut or changed, or the password is another one."""


def new_password() -> str:
    """A password nobody has to think of: 100 bits in five groups."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))


def _key(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(password.encode())


def _nonce(position: int, is_last: bool) -> bytes:
    return position.to_bytes(11, "big") + bytes((int(is_last),))


class Writer:
    """Writes an export. Each `write` is a record; `close` writes the last, empty one."""

    def __init__(self, file: IO[bytes], password: str) -> None:
        salt = secrets.token_bytes(16)
        header = json.dumps({"salt": base64.b64encode(salt).decode(), "n": N, "r": R, "p": P}, sort_keys=True)
        self._file, self._header, self._position = file, MAGIC + header.encode() + b"\n", 0
        self._cipher = AESGCM(_key(password, salt, N, R, P))
        file.write(self._header)
        self.write(HEADING)

    def write(self, text: str, *, is_last: bool = False) -> None:
        nonce = _nonce(self._position, is_last)
        sealed = self._cipher.encrypt(nonce, text.encode(), self._header)
        self._file.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
        self._position += 1

    def close(self) -> None:
        self.write("", is_last=True)


def read_export(file: IO[bytes], password: str) -> Iterator[str]:
    """The plain text of an export, record by record. Raises NotOpened, at the end at the latest."""
    header = file.readline(1000)
    try:
        given = json.loads(header.removeprefix(MAGIC)) if header.startswith(MAGIC) else None
        salt = base64.b64decode(given["salt"], validate=True) if given else b""
        cost = (given["n"], given["r"], given["p"]) if given else (0, 0, 0)
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise NotOpened("this is no export of gift codes") from None
    if not header.startswith(MAGIC) or cost != (N, R, P):
        raise NotOpened("this is no export of gift codes")
    cipher, position = AESGCM(_key(password, salt, N, R, P)), 0
    while True:
        size = int.from_bytes(file.read(_LENGTH), "big")
        sealed = file.read(size) if _TAG <= size <= _MOST else b""
        if len(sealed) != size or not sealed:
            raise NotOpened("the file was cut short")
        is_last = size == _TAG
        try:
            text = cipher.decrypt(_nonce(position, is_last), sealed, header).decode()
        except InvalidTag:
            raise NotOpened("the password is not the one, or the file was changed") from None
        if is_last:
            if file.read(1):
                raise NotOpened("the file was changed: something follows its end")
            return
        yield text
        position += 1
