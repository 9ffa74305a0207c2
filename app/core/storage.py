"""Uploaded files: size and kind checked by content, random names, never served from where they lie."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from unicodedata import category

from flask_babel import gettext as _

from app.core.errors import InvalidInput, NotFound, TooLarge
from app.core.settings import current_settings

# Leading bytes of what may be uploaded, by extension. Office files are zip archives.
MAGIC: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "xlsx": (b"PK\x03\x04",),
    "docx": (b"PK\x03\x04",),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept file: random key, name as given, size in bytes."""

    key: str
    name: str
    size: int


def upload_folder() -> Path:
    """Folder of uploads under the data folder."""
    folder = current_settings().data_path / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def clean_name(name: str) -> str:
    """A file's own name without folders and without characters that nobody sees (control, direction, zero)."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if not category(letter).startswith("C")).strip()[:120]


def save(stream: IO[bytes], name: str, *, kinds: tuple[str, ...] = tuple(MAGIC)) -> Stored:
    """Keep an upload. Raises TooLarge, InvalidInput (field `file`) if the content is not what the name says.

    Call it before the transaction begins; a file without a row is harmless.
    """
    limit = current_settings().upload_max_mb * 1024 * 1024
    clean = clean_name(name) or "file"
    extension = clean.rsplit(".", 1)[-1].lower() if "." in clean else ""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(_("This file is over %(size)s MB.", size=current_settings().upload_max_mb))
    if not data:
        raise InvalidInput(fields={"file": _("Choose a file that is not empty.")})
    if extension not in kinds or not data.startswith(MAGIC.get(extension, (b"",))):
        raise InvalidInput(
            fields={"file": _("Choose a PDF, a picture (PNG, JPG) or an Office file (DOCX, XLSX).")}
        )
    key = secrets.token_hex(16)
    path = upload_folder() / key
    path.write_bytes(data)
    return Stored(key, clean, len(data))


def discard(stored: Stored) -> None:
    """Throw away a kept upload that found no row."""
    (upload_folder() / stored.key).unlink(missing_ok=True)


def path_of(key: str) -> Path:
    """Where a kept file lies. Raises NotFound."""
    if not key.isalnum():
        raise NotFound()
    path = upload_folder() / key
    if not path.is_file():
        raise NotFound()
    return path
