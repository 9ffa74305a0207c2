"""Column types that refuse what may not be stored: naive instants, floats, free-text states."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

BigInt = BigInteger().with_variant(Integer, "sqlite")
MAX_ID = 2**63 - 1  # what an address may name; beyond it no database has a row
PK = Annotated[int, mapped_column(BigInt, primary_key=True, autoincrement=True)]

_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 letters, so that five bits of a random byte are one
_LETTERS = bytes(ord(_ALPHABET[number % 32]) for number in range(256))


def instant_text(value: datetime) -> str:
    """An instant as SQLite stores it: UTC, fixed width, so that text order is time order."""
    if value.tzinfo is None:
        raise TypeError("naive datetime refused: instants carry a zone")
    return value.astimezone(UTC).strftime(_FORMAT)


def bind(value: Any, dialect_name: str) -> Any:
    """A Python value as the driver takes it in plain SQL (SQLite has no instants, dates or JSON)."""
    if dialect_name != "sqlite":
        return value
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def read_instant(value: Any) -> datetime | None:
    """The reverse of `bind` for an instant read through plain SQL."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def read_date(value: Any) -> date | None:
    """The reverse of `bind` for a date read through plain SQL."""
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    return date.fromisoformat(str(value)[:10])


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. TIMESTAMPTZ on PostgreSQL, fixed-width text on SQLite; naive values are refused."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        text = instant_text(value)
        return text if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        found = read_instant(value)
        return found.astimezone(UTC) if found is not None else None


class LocalDate(TypeDecorator[date]):
    """A date without a clock time. DATE on PostgreSQL, ISO text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if isinstance(value, datetime):
            raise TypeError("an instant is not a date")
        return bind(value, dialect.name)

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return read_date(value)


class JSONText(TypeDecorator[Any]):
    """A small structure. JSONB on PostgreSQL, text on SQLite; floats are refused."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else JSONB(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return dump_json(value)
        _refuse_floats(value)
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if isinstance(value, str) and dialect.name == "sqlite" else value


def dump_json(value: Any) -> str:
    """JSON with one spelling per content, so that equal contents are equal texts; floats are refused."""
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("float refused: value is kept in integers")
    if isinstance(value, dict):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_floats(inner)


class StrEnumType(TypeDecorator[StrEnum]):
    """A state as text; only members of the enum go in or come out. Pair it with `check_in`."""

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.enum(value)


def check_in(column: str, enum: type[StrEnum]) -> CheckConstraint:
    """CHECK that a column holds one of the enum's values."""
    values = ", ".join(f"'{member.value}'" for member in enum)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


def new_public_id() -> str:
    """A random public id: 14 characters of an unambiguous alphabet, 70 bits."""
    return secrets.token_bytes(14).translate(_LETTERS).decode("ascii")


def new_public_ids(count: int) -> list[str]:
    """Many public ids in one draw."""
    text = secrets.token_bytes(14 * count).translate(_LETTERS).decode("ascii")
    return [text[start : start + 14] for start in range(0, 14 * count, 14)]


def public_id_column() -> Mapped[str]:
    """Column of the id that URLs carry."""
    return mapped_column(Text, unique=True, nullable=False, default=new_public_id)
