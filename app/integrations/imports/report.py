"""What an import found and did: figures for machines, sentences for people, and a file of the refused rows."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from app.core import money
from app.core.csvs import neutral
from app.core.i18n import _, ngettext
from app.integrations.imports.models import ImportKind
from app.integrations.imports.reader import FileFacts

SHOWN_ERRORS = 20


@dataclass(frozen=True, slots=True)
class RowError:
    """One value that cannot be taken: where it stands, what it says, what is wrong with it."""

    line: int
    column: str
    value: str
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return {"line": self.line, "column": self.column, "value": self.value, "sentence": self.sentence}


class ErrorFile:
    """A CSV of row errors, begun with the first of them. Formulas in values are neutralised."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.rows = 0
        self.first: list[RowError] = []
        self._handle: IO[str] | None = None
        self._writer: Any = None

    def add(self, error: RowError) -> None:
        self.rows += 1
        if len(self.first) < SHOWN_ERRORS:
            self.first.append(error)
        if self.path is None:
            return
        if self._handle is None:
            self._handle = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._handle)
            self._writer.writerow(("line", "column", "value", "sentence"))
        self._writer.writerow((error.line, *map(neutral, (error.column, error.value, error.sentence))))

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


@dataclass(slots=True)
class Report:
    """Figures of one run. `lines` = imported + unchanged + revised + refused + parked."""

    kind: ImportKind
    source: str
    file_name: str
    encoding: str
    is_encoding_guessed: bool
    delimiter: str
    is_dry_run: bool
    lines: int = 0
    imported: int = 0
    unchanged: int = 0
    revised: int = 0
    refused: int = 0
    parked: int = 0
    replayed: int = 0
    points: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    imported_sums: dict[str, int] = field(default_factory=dict)
    oddities: list[dict[str, Any]] = field(default_factory=list)
    first_errors: list[dict[str, Any]] = field(default_factory=list)
    parked_for: dict[str, int] = field(default_factory=dict)
    batch: str | None = None
    seconds_ms: int = 0
    started: float = field(default_factory=time.perf_counter)

    @classmethod
    def of(cls, kind: ImportKind, source: str, facts: FileFacts, *, name: str, is_dry_run: bool) -> Report:
        """A report that begins now."""
        return cls(
            kind,
            source,
            name,
            facts.encoding_name,
            facts.is_guessed,
            facts.delimiter,
            is_dry_run,
            facts.line_count,
        )

    def count(self, status: str) -> None:
        """Count one line as `new`, `unchanged` or `revised`."""
        if status == "unchanged":
            self.unchanged += 1
        elif status == "revised":
            self.revised += 1
        else:
            self.imported += 1

    def add_sum(self, currency: str, amount_minor: int, status: str) -> None:
        """Add a line's amount to what the file says, and to what came in now."""
        self.sums[currency] = self.sums.get(currency, 0) + amount_minor
        if status != "unchanged":
            self.imported_sums[currency] = self.imported_sums.get(currency, 0) + amount_minor

    def finish(self) -> Report:
        """Stop the clock."""
        self.seconds_ms = max(1, round((time.perf_counter() - self.started) * 1000))
        return self

    @property
    def lines_per_second(self) -> int:
        return self.lines * 1000 // max(1, self.seconds_ms)

    def as_json(self) -> dict[str, Any]:
        """The report for machines; amounts are text in whole units, so that nothing is rounded on the way."""
        return {
            "kind": self.kind.value,
            "source": self.source,
            "file": self.file_name,
            "batch": self.batch,
            "dry_run": self.is_dry_run,
            "encoding": self.encoding,
            "encoding_guessed": self.is_encoding_guessed,
            "delimiter": self.delimiter,
            "lines": self.lines,
            "imported": self.imported,
            "unchanged": self.unchanged,
            "revised": self.revised,
            "refused": self.refused,
            "parked": self.parked,
            "parked_for": self.parked_for,
            "replayed": self.replayed,
            "points": self.points,
            "sum": _single(self.sums),
            "sums": {code: _plain(value, code) for code, value in sorted(self.sums.items())},
            "imported_sum": _single(self.imported_sums),
            "oddities": self.oddities,
            "errors": self.first_errors,
            "seconds": f"{self.seconds_ms / 1000:.3f}",
            "lines_per_second": self.lines_per_second,
        }


def _plain(minor: int, currency: str) -> str:
    places = money.exponent(currency)
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _single(sums: dict[str, int]) -> str | None:
    """The one sum; None without any, or where several currencies may not be added."""
    if len(sums) != 1:
        return None
    ((code, value),) = sums.items()
    return _plain(value, code)


def separator_name(delimiter: str) -> str:
    """What stands between values, in words."""
    names = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("bar")}
    return names.get(delimiter, delimiter)


def sentences(report: dict[str, Any]) -> list[str]:
    """What a person should know about a run beyond its figures, from its JSON."""
    found = []
    if report.get("encoding_guessed"):
        found.append(
            _(
                "The text was read as %(encoding)s. This is a guess: check names with accents.",
                encoding=report["encoding"],
            )
        )
    for oddity in report.get("oddities", ()):
        found.append(_oddity(oddity))
    return found


def _oddity(oddity: dict[str, Any]) -> str:
    rows = int(oddity["rows"])
    if oddity["what"] == "type_read_as":
        return ngettext(
            "%(num)s row says `%(value)s`; it was read as %(read_as)s.",
            "%(num)s rows say `%(value)s`; they were read as %(read_as)s.",
            rows, value=oddity["value"], read_as=oddity["read_as"],
        )  # fmt: skip
    if oddity["what"] == "unused_empty":
        return ngettext(
            "%(num)s row holds `%(value)s` in the column %(column)s, which is not used.",
            "%(num)s rows hold `%(value)s` in the column %(column)s, which is not used.",
            rows, value=oddity["value"], column=oddity["column"],
        )  # fmt: skip
    if oddity["what"] == "shared_name":
        return ngettext(
            "%(num)s row shares its name with another; both are kept apart by number.",
            "%(num)s rows share a name with another; all are kept apart by number.",
            rows,
        )  # fmt: skip
    return _("The last line has no line end; look whether the file is whole.")
