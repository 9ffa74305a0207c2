"""Rows between reading and recording: in a throw-away SQLite file, so that a large file is sorted in little memory.

It is nobody's data: it lies in the temporary folder and is gone after the run, however that ended.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

_BLOCK = 2000


class Scratch:
    """One table of read rows. The first column is the line number, then the file's identity `key`, then the rest."""

    def __init__(self, columns: Sequence[str], *, key: Sequence[str], order: Sequence[str]) -> None:
        self.columns = tuple(columns)
        self.key = tuple(key)
        self.order = tuple(order)
        self._waiting: list[tuple[Any, ...]] = []
        self._file = tempfile.NamedTemporaryFile(prefix="tangga-import-", suffix=".db")  # noqa: SIM115 - closed below
        self._db = sqlite3.connect(self._file.name, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-4000", "locking_mode=EXCLUSIVE"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(f"CREATE TABLE rows (line_no INTEGER PRIMARY KEY, {', '.join(columns)})")
        self._insert = f"INSERT INTO rows VALUES ({', '.join('?' * (len(columns) + 1))})"

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
        self._file.close()

    def add(self, row: tuple[Any, ...]) -> None:
        """Keep a row: line number first, then the columns."""
        self._waiting.append(row)
        if len(self._waiting) >= _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting."""
        if self._waiting:
            self._db.execute("BEGIN")
            self._db.executemany(self._insert, self._waiting)
            self._db.execute("COMMIT")
            self._waiting.clear()

    def drop_repeated(self) -> Iterator[tuple[int, int, bool]]:
        """Take out rows whose key an earlier row has: (line number, line number of the first, same content)."""
        self.flush()
        key = ", ".join(self.key)
        self._db.execute(f"CREATE INDEX rows_key ON rows ({key})")
        repeated = self._db.execute(
            f"SELECT {key}, MIN(line_no) FROM rows GROUP BY {key} HAVING COUNT(*) > 1 ORDER BY MIN(line_no)"
        ).fetchall()
        match = " AND ".join(f"{name} IS ?" for name in self.key)
        for *values, first in repeated:
            rows = self._db.execute(f"SELECT * FROM rows WHERE {match} ORDER BY line_no", values).fetchall()
            self._db.execute(f"DELETE FROM rows WHERE {match} AND line_no > ?", [*values, first])
            for row in rows[1:]:
                yield row[0], first, row[1:] == rows[0][1:]

    def update(self, column: str, old: str, new: str) -> None:
        """Put one value for another in a column."""
        self.flush()
        self._db.execute(f"UPDATE rows SET {column} = ? WHERE {column} = ?", (new, old))

    def tally(self, column: str) -> dict[str, int]:
        """How often each value stands in a column."""
        self.flush()
        return dict(
            self._db.execute(f"SELECT {column}, COUNT(*) FROM rows WHERE {column} IS NOT NULL GROUP BY 1")
        )

    def count_shared(self, column: str) -> int:
        """Rows whose value in a column another row has too."""
        self.flush()
        shared = f"SELECT {column} FROM rows GROUP BY 1 HAVING COUNT(*) > 1"
        return int(self._db.execute(f"SELECT COUNT(*) FROM rows WHERE {column} IN ({shared})").fetchone()[0])

    def chunks(self, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Rows in order, in lists of at most `size`."""
        self.flush()
        cursor = self._db.cursor()
        cursor.arraysize = size
        cursor.execute(f"SELECT * FROM rows ORDER BY {', '.join(self.order)}")
        while rows := cursor.fetchmany(size):
            yield rows
