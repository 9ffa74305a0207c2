"""CSV that a spreadsheet may open: formulas in text are neutralised, and the encoding is said."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def neutral(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" \u00a0\u2212").startswith(_STARTS):
        return "'" + value
    return "" if value is None else value


def write_csv(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file in pieces, begun with a byte order mark."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([neutral(value) for value in header])
    for number, row in enumerate(rows):
        writer.writerow([neutral(value) for value in row])
        if number % 200 == 199:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
