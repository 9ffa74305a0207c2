"""A CSV file, looked at before anything is written: what it is, how it is encoded, whether it is whole.

`inspect` reads the file once as bytes and once as records, keeps neither, and either says what it found or raises
`FileRefused` with one sentence. `records` then streams it. Memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import InvalidInput
from app.core.i18n import _

MAX_LINES = 1_000_000
DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 1 << 20
_HEAD = 1 << 16
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF", b"\x89PNG", b"SQLite format 3")
# every byte that text may hold; what is left after deleting these is a control character
_TEXT_BYTES = bytes([*b"\t\n\r\f\x1a", *range(0x20, 0x7F), *range(0x80, 0x100)])
_NOT_IN_1252 = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
_DECIMALS = re.compile(r"-?\d+(?:\.(\d*))?")


class FileRefused(InvalidInput):
    """The file as a whole cannot be taken; nothing was written. The message is the one sentence about it."""

    code = "file_refused"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What `inspect` found out about a file."""

    path: Path
    size_bytes: int
    sha256: str
    encoding: str
    has_bom: bool
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    line_count: int
    is_guessed: bool
    ends_with_newline: bool

    @property
    def encoding_name(self) -> str:
        """The encoding as the report says it."""
        name = {"utf-8": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16"}[self.encoding]
        return f"{name} (BOM)" if self.has_bom else name


def inspect(path: Path, *, max_bytes: int | None = None, max_lines: int = MAX_LINES) -> FileFacts:
    """Find out encoding, separator, header and number of lines. Raises FileRefused."""
    if not path.is_file():
        raise FileRefused(_("There is no file %(name)s.", name=path.name))
    size = path.stat().st_size
    if size == 0:
        raise FileRefused(_("The file is empty."))
    if max_bytes is not None and size > max_bytes:
        raise FileRefused(
            _(
                "The file is larger than %(limit)s MB. Split it, or import it on the server.",
                limit=max_bytes >> 20,
            )
        )
    encoding, has_bom, is_guessed, digest, last = _scan_bytes(path)
    delimiter, header, header_line = _header(path, encoding, has_bom)
    facts = FileFacts(
        path=path,
        size_bytes=size,
        sha256=digest,
        encoding=encoding,
        has_bom=has_bom,
        delimiter=delimiter,
        header=header,
        header_line=header_line,
        line_count=0,
        is_guessed=is_guessed,
        ends_with_newline=last in (b"\n", b"\r"),
    )
    count = _check_structure(facts, max_lines)
    return FileFacts(**{**{name: getattr(facts, name) for name in FileFacts.__slots__}, "line_count": count})


def records(facts: FileFacts) -> Iterator[tuple[int, list[str]]]:
    """Stream `(line number, values)`; blank lines are passed over. The number is that of the record's first line."""
    with facts.path.open(encoding=_codec(facts.encoding, facts.has_bom), newline="") as handle:
        reader = csv.reader(handle, delimiter=facts.delimiter, strict=True)
        start = 0
        for row in reader:
            start, number = reader.line_num, start + 1
            if number <= facts.header_line or not row or row == [""]:
                continue
            yield number, row


def _codec(encoding: str, has_bom: bool) -> str:
    return "utf-8-sig" if encoding == "utf-8" and has_bom else encoding


def _scan_bytes(path: Path) -> tuple[str, bool, bool, str, bytes]:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, fits_1252, last = True, True, b""
    with path.open("rb") as handle:
        head = handle.read(4)
        handle.seek(0)
        wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
        if any(head.startswith(mark[:4]) for mark in _ARCHIVES):
            raise FileRefused(
                _("This is a workbook, an archive or a picture, not a CSV file. Save it as CSV first.")
            )
        while block := handle.read(_BLOCK):
            digest.update(block)
            last = block[-1:]
            if wide:
                continue
            if block.translate(None, _TEXT_BYTES):
                raise FileRefused(_("This is a binary file, not a CSV file."))
            fits_1252 = fits_1252 and not any(byte in block for byte in _NOT_IN_1252)
            if is_utf8:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    is_utf8 = False
    if wide:
        return "utf-16", True, False, digest.hexdigest(), b"\n"
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    has_bom = head.startswith(codecs.BOM_UTF8)
    if is_utf8:
        return "utf-8", has_bom, False, digest.hexdigest(), last
    if has_bom or not fits_1252:
        raise FileRefused(_("The text of this file is neither UTF-8 nor Windows-1252. Save it as CSV UTF-8."))
    return "cp1252", False, True, digest.hexdigest(), last


def _header(path: Path, encoding: str, has_bom: bool) -> tuple[str, tuple[str, ...], int]:
    """Separator, column names and the number of the line that holds them."""
    try:
        with path.open(encoding=_codec(encoding, has_bom), newline="") as handle:
            head = handle.read(_HEAD)
    except UnicodeError:
        raise FileRefused(_("This is a binary file, not a CSV file.")) from None
    if "\x00" in head:
        raise FileRefused(_("This is a binary file, not a CSV file."))
    lines = head.splitlines()
    number = 1
    given = re.fullmatch(r"(?i)sep=(.)", lines[0].strip("\ufeff")) if lines else None
    if given:  # written by some spreadsheets for themselves
        lines, number = lines[1:], 2
    while lines and not lines[0].strip():
        lines, number = lines[1:], number + 1
    if not lines:
        raise FileRefused(_("The file holds no text."))
    delimiter = (
        given[1] if given else max(DELIMITERS, key=lambda mark: (_columns(lines[0], mark), mark == ","))
    )
    try:
        header = next(csv.reader(lines[:1], delimiter=delimiter, strict=True))
    except csv.Error:
        raise FileRefused(_("The first line is not a line of column names.")) from None
    return delimiter, tuple(name.strip() for name in header), number


def _columns(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter, strict=True)))
    except csv.Error:
        return 0


def _check_structure(facts: FileFacts, max_lines: int) -> int:
    """Count the records and see that the file ends where a record ends."""
    width = len(facts.header)
    count, line, row, value = 0, facts.header_line, list(facts.header), ""
    decimals: set[int] = set()
    try:
        for number, row in records(facts):
            line = number
            if 0 < count <= 200:
                decimals.add(_decimal_count(value))
            if facts.encoding == "utf-16" and any("\x00" in cell for cell in row):
                raise FileRefused(_("This is a binary file, not a CSV file."))
            count, value = count + 1, row[-1]
            if count > max_lines:
                raise FileRefused(
                    _("The file has more than %(limit)s lines. Split it.", limit=f"{max_lines:,}")
                )
    except csv.Error as error:
        raise FileRefused(_broken(str(error), line)) from None
    except UnicodeError:
        raise FileRefused(_("This is a binary file, not a CSV file.")) from None
    if count == 0:
        raise FileRefused(_("The file has column names and no line below them."))
    if not facts.ends_with_newline and (len(row) < width or _looks_cut(value, decimals)):
        raise FileRefused(_cut(line))
    return count


def _broken(error: str, last_line: int) -> str:
    if "unexpected end of data" in error:
        return _cut(last_line + 1)
    if "field larger than field limit" in error:
        return _(
            "A value after line %(line)s is far too long; a quotation mark is missing there.", line=last_line
        )
    return _("A quotation mark after line %(line)s is out of place.", line=last_line)


def _cut(line: int) -> str:
    return _("The file breaks off in the middle of line %(line)s. Export it again.", line=line)


def _decimal_count(value: str) -> int:
    found = _DECIMALS.fullmatch(value.strip())
    return -1 if found is None else len(found[1] or "")


def _looks_cut(value: str, decimals: set[int]) -> bool:
    """A last number without line end counts as cut if all numbers above it have other decimals (22.9 below 22.97)."""
    return len(decimals) == 1 and 0 < next(iter(decimals)) != _decimal_count(value)
