"""From records to typed rows: every value is read, every fault is written to the error file, nothing is stored yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.core.i18n import _
from app.integrations.imports import values
from app.integrations.imports.fields import FIELDS, Field
from app.integrations.imports.mapping import SALE_KINDS, Mapping
from app.integrations.imports.models import ImportKind
from app.integrations.imports.reader import FileFacts, records
from app.integrations.imports.report import ErrorFile, Report, RowError
from app.integrations.imports.scratch import Scratch
from app.sales.facts import source_ref

MAX_TEXT = 200
_AT = {field.name: at for at, field in enumerate(FIELDS[ImportKind.SALES])}
LINE, AMOUNT, QUANTITY = _AT["line"], _AT["amount"], _AT["quantity"]
CREDITS_DOCUMENT, CREDITS_LINE = _AT["credits_document"], _AT["credits_line"]
Progress = Callable[[str, int, int], None]


class RowReader:
    """Reads one record into values in the order of the kind's fields; faults go to the error file."""

    def __init__(self, mapping: Mapping, facts: FileFacts, errors: ErrorFile) -> None:
        self.mapping = mapping
        self.header = facts.header
        self.errors = errors
        self.unused_empty: dict[tuple[int, str], int] = {}
        places = mapping.index_of(facts.header)
        self._used = frozenset(places.values())
        self._latest = values.latest_date()
        self._last_fault = (0, 0)
        self._plan: list[tuple[Field, int | None, Any]] = []
        for field in FIELDS[mapping.kind]:
            fixed = mapping.constants.get(field.name)
            self._plan.append(
                (field, places.get(field.name) if fixed is None else None, self._fixed(field, fixed))
            )

    def _fixed(self, field: Field, text: str | None) -> Any:
        return None if text is None else self._read(field, text, None)

    def read(self, line: int, row: Sequence[str]) -> list[Any] | None:
        """Values by field, or None if a fault was written."""
        if len(row) != len(self.header):
            sentence = _(
                "This line has %(found)s values; there are %(count)s columns.",
                found=len(row),
                count=len(self.header),
            )
            self.errors.add(RowError(line, "", "", sentence))
            return None
        if "NULL" in row:
            self._count_unused(row)
        found: list[Any] = []
        is_good = True
        for field, place, fixed in self._plan:
            if place is None:
                found.append(fixed)
                continue
            text = row[place].strip()
            if text in values.EMPTY:
                if field.is_required:
                    self._fault(line, place, row[place], _("This value is missing."))
                    is_good = False
                found.append(fixed)
                continue
            try:
                found.append(self._read(field, text, found[0] if found else None))
            except ValueError as problem:
                self._fault(line, place, text, str(problem))
                is_good = False
                found.append(None)
        if is_good and self.mapping.kind is ImportKind.SALES:
            is_good = self._check_sale(line, row, found)
        return found if is_good else None

    def _check_sale(self, line: int, row: Sequence[str], found: list[Any]) -> bool:
        """Below zero is a credit note, and a credit note says what it credits."""
        amount, quantity = found[AMOUNT], found[QUANTITY]
        if quantity is None:
            found[QUANTITY] = quantity = 1 if amount > 0 else 0
        is_credit = found[CREDITS_DOCUMENT] is not None
        if is_credit and found[CREDITS_LINE] is None:
            found[CREDITS_LINE] = found[LINE]
        if not is_credit and (amount < 0 or quantity < 0):
            sentence = _("An amount or quantity below zero needs the document that it credits.")
        elif is_credit and (amount > 0 or quantity > 0):
            sentence = _("A credit note has amounts below zero.")
        else:
            return True
        place = self._place("amount")
        self._fault(line, place, row[place], sentence)
        return False

    def _place(self, name: str) -> int:
        return next((place or 0) for field, place, _fixed in self._plan if field.name == name)

    def _read(self, field: Field, text: str, first: Any) -> Any:
        form = field.form
        if form == "text":
            if len(text) > MAX_TEXT or "\x00" in text:
                raise ValueError(_("This text is longer than %(count)s letters.", count=MAX_TEXT))
            return text
        if form == "money":
            return values.parse_minor(text, first, self.mapping.numbers) if first else 0
        if form == "date":
            return values.parse_date(text, self.mapping.dates, self._latest).isoformat()
        if form == "whole":
            return values.parse_whole(text)
        if form == "currency":
            return values.parse_currency(text)
        if form == "country":
            return values.parse_country(text)
        if form == "sale_kind":
            return _sale_kind(text)
        if not values.slug(text):
            raise ValueError(_("This value is missing."))
        return text[:MAX_TEXT]

    def _fault(self, line: int, place: int, value: str, sentence: str) -> None:
        if (line, place) == self._last_fault:  # a column may stand for two fields; its fault is one
            return
        self._last_fault = (line, place)
        self.errors.add(RowError(line, self.header[place], value[:MAX_TEXT], sentence))

    def _count_unused(self, row: Sequence[str]) -> None:
        for place, text in enumerate(row):
            if text == "NULL" and place not in self._used:
                key = (place, text)
                self.unused_empty[key] = self.unused_empty.get(key, 0) + 1

    def oddities(self) -> list[dict[str, Any]]:
        """What was passed over in columns that are not used."""
        return [
            {"what": "unused_empty", "column": self.header[place], "value": text, "rows": rows}
            for (place, text), rows in sorted(self.unused_empty.items())
        ]


def _sale_kind(text: str) -> str:
    found = values.slug(text)
    if found not in SALE_KINDS:
        raise ValueError(_("This is none of sell-in, sell-through and sell-out."))
    return found


def stage(
    facts: FileFacts, mapping: Mapping, report: Report, errors: ErrorFile, progress: Progress
) -> Scratch:
    """Read the whole file into a scratch table; the caller closes it."""
    reader = RowReader(mapping, facts, errors)
    is_sales = mapping.kind is ImportKind.SALES
    scratch = open_scratch(mapping.kind)
    try:
        for count, (line, row) in enumerate(records(facts), start=1):
            found = reader.read(line, row)
            if found is None:
                report.refused += 1
            elif is_sales:
                scratch.add((line, source_ref(found[1], found[2]), *found))
            else:
                scratch.add((line, *found))
            if not count % 2000:
                progress("read", count, facts.line_count)
        _drop_repeated(scratch, facts, mapping, report, errors)
    except BaseException:
        scratch.__exit__(None, None, None)
        raise
    report.oddities.extend(reader.oddities())
    if not facts.ends_with_newline:
        report.oddities.append({"what": "no_line_end", "rows": 1})
    progress("read", facts.line_count, facts.line_count)
    return scratch


def open_scratch(kind: ImportKind) -> Scratch:
    """The scratch table of a kind: sale lines are sorted as programs judge them, the rest as the file has them."""
    names = [field.name for field in FIELDS[kind]]
    if kind is ImportKind.SALES:
        return Scratch(["source_ref", *names], key=("source_ref",), order=("sold_on", "source_ref"))
    return Scratch(names, key=("key",), order=("line_no",))


def _drop_repeated(
    scratch: Scratch, facts: FileFacts, mapping: Mapping, report: Report, errors: ErrorFile
) -> None:
    """The same line twice counts once; with other values the later one is refused, since nobody can say which is right."""
    column = mapping.columns.get("document" if mapping.kind is ImportKind.SALES else "key", "")
    for line, first, is_same in scratch.drop_repeated():
        if is_same:
            report.unchanged += 1
        else:
            report.refused += 1
            errors.add(
                RowError(
                    line, column, "", _("Line %(line)s has the same number with other values.", line=first)
                )
            )
