"""The published programs as the engine needs them, parsed once per state of the catalogue."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.core.db import db, execute_sql
from app.programs.models import Program, ProgramVersion, VersionState
from app.programs.rules import Definition, Rule
from app.tiers.catalogue import saw_stamp


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, parsed."""

    id: int
    program_id: int
    number: int
    name: str
    serial: int
    applies_from: date
    definition: Definition
    budget_points: int | None

    def rule(self, key: str) -> Rule | None:
        """The rule with this stable key, if this version has it."""
        return next((rule for rule in self.definition.rules if rule.key == key), None)


@dataclass(frozen=True, slots=True)
class Published:
    """One program with all its published versions, by (applies_from, number)."""

    id: int
    slug: str
    name: str
    ended_on: date | None
    ended_serial: int | None
    versions: tuple[Version, ...]

    def version_on(self, on: date, serial: int | None = None) -> Version | None:
        """The version that judges a fact of this date, recorded at this state of the catalogue (default: now).

        None outside the window, before the first version, or after the end.
        """
        if (
            self.ended_on is not None
            and on > self.ended_on
            and (serial is None or serial >= (self.ended_serial or 0))
        ):
            return None
        found = None
        for version in self.versions:
            if version.applies_from <= on and (serial is None or version.serial <= serial):
                found = version
        return found if found is not None and found.definition.covers(on) else None

    @property
    def latest(self) -> Version:
        return max(self.versions, key=lambda version: version.number)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All published programs, in id order, at one serial."""

    serial: int
    stamp: str
    programs: tuple[Published, ...]

    def find(self, program_id: int) -> Published | None:
        return next((program for program in self.programs if program.id == program_id), None)


_cache: dict[str, Catalogue] = {}
_guard = threading.Lock()


def current_state() -> tuple[int, str]:
    """State of the catalogue as this transaction sees it: (serial, stamp); (0, "") before the first publication."""
    row = execute_sql(
        "SELECT s.serial, s.stamp, (SELECT t.stamp FROM tier_state t WHERE t.id = 1) FROM program_state s WHERE s.id = 1"
    ).first()
    if row is None:
        return 0, ""
    saw_stamp(row[2] or "")  # most rules that are judged look at the levels next
    return row[0], row[1]


def load_catalogue() -> Catalogue:
    """The catalogue at the present state. One small read when nothing was published since the last call."""
    key = str(db.engine.url)
    serial, stamp = current_state()
    with _guard:
        found = _cache.get(key)
    if found is not None and found.stamp == stamp:
        return found
    fresh = _read(serial, stamp)
    with _guard:
        if len(_cache) > 8:
            _cache.clear()
        _cache[key] = fresh
    return fresh


def _read(serial: int, stamp: str) -> Catalogue:
    rows = db.session.execute(
        select(Program, ProgramVersion)
        .join(ProgramVersion, ProgramVersion.program_id == Program.id)
        .where(ProgramVersion.state == VersionState.PUBLISHED, ProgramVersion.serial <= serial)
        .order_by(Program.id, ProgramVersion.number)
    ).all()
    grouped: dict[int, tuple[Program, list[Version]]] = {}
    for program, version in rows:
        grouped.setdefault(program.id, (program, []))[1].append(parse(version))
    return Catalogue(
        serial,
        stamp,
        tuple(
            Published(
                program.id,
                program.slug,
                program.name,
                program.ended_on,
                program.ended_serial,
                tuple(sorted(versions, key=lambda version: (version.applies_from, version.number))),
            )
            for program, versions in grouped.values()
        ),
    )


def parse(row: ProgramVersion) -> Version:
    """A stored version as the engine reads it."""
    return Version(
        row.id,
        row.program_id,
        row.number,
        row.name,
        row.serial or 0,
        row.applies_from or date.min,
        Definition.from_record(row.definition),
        row.budget_points,
    )
