"""Exchange rates: dated integers times 10^-10 to the vendor's reporting currency, per whole unit of each currency."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date

from sqlalchemy import CheckConstraint, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, db
from app.core.money import exponent, mul_div_half_up
from app.core.settings import current_settings
from app.core.types import PK, BigInt, LocalDate

SCALE = 10**10


class ExchangeRate(Model):
    """One whole unit of `currency` is worth `rate_e10` x 10^-10 units of the reporting currency from a date on."""

    __tablename__ = "exchange_rates"

    id: Mapped[PK]
    currency: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date] = mapped_column(LocalDate)
    rate_e10: Mapped[int] = mapped_column(BigInt)

    __table_args__ = (
        UniqueConstraint("currency", "effective_on"),
        CheckConstraint("rate_e10 > 0", name="rate_positive"),
    )


_KNOWN = "tangga_rates"


def remember_rate(currency: str, on: date, rate_e10: int) -> None:
    """A rate that a page has read with something else, so that this session need not ask for it again."""
    db.session.info.setdefault(_KNOWN, {})[currency, on] = rate_e10


def rate_on(currency: str, on: date) -> int | None:
    """Latest rate on or before a date, None if there is none. The reporting currency itself is 1."""
    if currency == current_settings().reporting_currency:
        return SCALE
    known: dict[tuple[str, date], int] = db.session.info.get(_KNOWN, {})
    if (currency, on) in known:
        return known[currency, on]
    return db.session.scalar(
        select(ExchangeRate.rate_e10)
        .where(ExchangeRate.currency == currency, ExchangeRate.effective_on <= on)
        .order_by(ExchangeRate.effective_on.desc())
        .limit(1)
    )


def rates_on(wanted: Iterable[tuple[str, date]]) -> dict[tuple[str, date], int | None]:
    """`rate_on` for many (currency, date), with one statement."""
    home = current_settings().reporting_currency
    pairs = set(wanted)
    foreign = sorted({currency for currency, _on in pairs if currency != home})
    history: dict[str, tuple[list[date], list[int]]] = {currency: ([], []) for currency in foreign}
    if foreign:
        query = (
            select(ExchangeRate.currency, ExchangeRate.effective_on, ExchangeRate.rate_e10)
            .where(
                ExchangeRate.currency.in_(foreign),
                ExchangeRate.effective_on <= max(on for _code, on in pairs),
            )
            .order_by(ExchangeRate.currency, ExchangeRate.effective_on)
        )
        for currency, effective_on, rate_e10 in db.session.execute(query):
            days, rates = history[currency]
            days.append(effective_on)
            rates.append(rate_e10)
    found: dict[tuple[str, date], int | None] = {}
    for currency, on in pairs:
        if currency == home:
            found[currency, on] = SCALE
            continue
        days, rates = history[currency]
        at = bisect_right(days, on)
        found[currency, on] = rates[at - 1] if at else None
    return found


def convert(amount_minor: int, source: str, target: str, on: date) -> int | None:
    """Minor units of another currency at the rates of a date; None without a rate (the caller parks the fact)."""
    if source == target:
        return amount_minor
    from_rate, to_rate = rate_on(source, on), rate_on(target, on)
    if from_rate is None or to_rate is None:
        return None
    return convert_by(amount_minor, source, from_rate, target, to_rate)


def convert_by(amount_minor: int, source: str, from_rate: int, target: str, to_rate: int) -> int:
    """The arithmetic of `convert` for rates already at hand; rounds half away from zero."""
    return mul_div_half_up(amount_minor, from_rate * 10 ** exponent(target), to_rate * 10 ** exponent(source))
