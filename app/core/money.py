"""Money in integer minor units, points in integers. Typed numbers are read by the person's locale; nothing is guessed.

Exponents are ISO 4217's (IDR is stored with two decimals, shown and typed without). Floats never appear.
"""

from __future__ import annotations

import re
from fractions import Fraction

NBSP = "\u00a0"
MINUS = "\u2212"
MAX_AMOUNT = 10**15
LONGEST_NUMBER = 40  # characters; nothing that fits is longer, and Python reads no more than 4,300 digits

# ISO 4217 minor units that differ from two.
_EXPONENTS = {
    "BHD": 3, "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KMF": 0, "KRW": 0,
    "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0,
    "XOF": 0, "XPF": 0,
}  # fmt: skip
_SHOWN_WITHOUT = {"IDR"}
_SYMBOLS = {"MYR": "RM", "IDR": "Rp"}

CURRENCIES = (
    "MYR", "IDR", "SGD", "USD", "EUR", "GBP", "AUD", "THB", "PHP", "VND", "BND", "INR", "CNY", "JPY", "HKD", "TWD",
    "KRW", "AED", "SAR", "NZD", "CAD", "CHF",
)  # fmt: skip


class InvalidNumber(ValueError):
    """The text is not a number in this locale's way of writing."""


class NumberTooLarge(InvalidNumber):
    """A number, but more than an amount may be (`MAX_AMOUNT`)."""


def exponent(currency: str) -> int:
    """Digits of the minor unit: 2 for MYR, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


def shown_decimals(currency: str) -> int:
    """Digits after the point that people type and see: 0 for IDR although two are stored."""
    return 0 if currency in _SHOWN_WITHOUT else exponent(currency)


def separators(locale: str) -> tuple[str, str]:
    """(group, decimal) of a locale: `,` and `.` in English and Malay, `.` and `,` in Indonesian."""
    return (".", ",") if locale.startswith("id") else (",", ".")


def _split_number(text: str, locale: str) -> tuple[str, str]:
    group, decimal = separators(locale)
    cleaned = text.strip().replace(NBSP, " ").strip()
    if len(cleaned) > LONGEST_NUMBER:
        raise InvalidNumber(text)
    if re.fullmatch(r"[0-9]{1,18}", cleaned):
        return cleaned, ""
    pattern = rf"([0-9]{{1,18}}|[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+)(?:{re.escape(decimal)}([0-9]{{1,4}}))?"
    found = re.fullmatch(pattern, cleaned)
    if not found:
        raise InvalidNumber(text)
    return found.group(1).replace(group, ""), found.group(2) or ""


def parse_int(text: str, locale: str) -> int:
    """A whole number as typed. Raises InvalidNumber; plain digits always pass (ASCII digits only)."""
    whole, fraction = _split_number(text, locale)
    if fraction:
        raise InvalidNumber(text)
    return int(whole)


def is_whole(text: str, locale: str) -> bool:
    """True for a whole number of any size and sign, also one that `parse_int` does not take."""
    group = re.escape(separators(locale)[0])
    return bool(re.fullmatch(rf"[-+\u2212]?(?:[0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+)", text.strip()))


def parse_amount(text: str, currency: str, locale: str) -> int:
    """An amount as typed, in minor units. A leading symbol or code of the currency is taken; more decimals than the
    currency has are refused, never rounded. Raises InvalidNumber, of what is more than `MAX_AMOUNT` NumberTooLarge."""
    stripped = text.strip().replace(NBSP, " ")
    for prefix in (_SYMBOLS.get(currency, ""), currency):
        if prefix and stripped.upper().startswith(prefix.upper()):
            stripped = stripped[len(prefix) :].strip()
            break
    try:
        whole, fraction = _split_number(stripped, locale)
    except InvalidNumber:
        if stripped[:1].isdigit() and is_whole(stripped, locale):
            raise NumberTooLarge(text) from None
        raise
    places = exponent(currency)
    typed = shown_decimals(currency)
    if len(fraction) > typed:
        raise InvalidNumber(text)
    minor = int(whole) * 10**places + (int(fraction.ljust(places, "0")) if fraction else 0)
    if minor > MAX_AMOUNT:
        raise NumberTooLarge(text)
    return minor


def parse_plain_amount(text: str, currency: str) -> int:
    """An amount in a data file: plain digits with a point, such as `2024.99` or `-12.5`. Raises InvalidNumber."""
    found = re.fullmatch(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,8}))?", text.strip())
    if not found:
        raise InvalidNumber(text)
    places = exponent(currency)
    digits = (found.group(3) or "").rstrip("0")
    if len(digits) > places:
        raise InvalidNumber(text)
    minor = int(found.group(2)) * 10**places + (int(digits.ljust(places, "0")) if digits else 0)
    return -minor if found.group(1) else minor


def _grouped(whole: int, locale: str) -> str:
    group, _decimal = separators(locale)
    return f"{whole:,}".replace(",", group)


def format_points(value: int, locale: str, *, signed: bool = False) -> str:
    """Points by locale: `12,480` or `12.480`; signed with a true plus or minus (U+2212)."""
    text = _grouped(abs(value), locale)
    if value < 0:
        return MINUS + text
    return "+" + text if signed and value > 0 else text


def format_money(
    minor: int, currency: str, locale: str, *, short: bool = False, drop_zero: bool = True
) -> str:
    """Money by locale: `RM 48,000`, `RM 28.50`, `Rp 48.000.000`; short: `RM 84k`, `Rp 48 jt`. No-break space."""
    symbol = _SYMBOLS.get(currency, currency)
    sign = MINUS if minor < 0 else ""
    if short:
        return f"{sign}{symbol}{NBSP}{_short(abs(minor), currency, locale)}"
    places, shown = exponent(currency), shown_decimals(currency)
    whole, rest = divmod(abs(minor), 10**places)
    number = _grouped(whole, locale)
    if shown and not (drop_zero and rest == 0):
        number += separators(locale)[1] + str(rest).rjust(places, "0")
    return f"{sign}{symbol}{NBSP}{number}"


_SHORT = {
    "id": ((10**12, "T", True), (10**9, "M", True), (10**6, "jt", True), (10**3, "rb", True)),
    "ms": ((10**9, "b", False), (10**6, "j", False), (10**3, "k", False)),
    "en": ((10**9, "b", False), (10**6, "m", False), (10**3, "k", False)),
}


def _short(minor: int, currency: str, locale: str) -> str:
    whole = minor // 10 ** exponent(currency)
    for size, letter, spaced in _SHORT[locale if locale in _SHORT else "en"]:
        if whole >= size:
            value = Fraction(whole, size)
            tenths = int(value * 10)
            shows_tenth = tenths < 100 and tenths % 10
            text = (
                f"{tenths // 10}{separators(locale)[1]}{tenths % 10}"
                if shows_tenth
                else _grouped(tenths // 10, locale)
            )
            return text + (NBSP if spaced else "") + letter
    return _grouped(whole, locale)


def parse_short(text: str, currency: str, locale: str) -> int:
    """`parse_amount`, which also takes what `format_money` says short: `RM 110k`, `Rp 48 jt`. Raises InvalidNumber."""
    stripped = text.strip()
    for size, letter, _spaced in _SHORT.get(locale, _SHORT["en"]):
        number = stripped[: -len(letter)].rstrip()
        if stripped.casefold().endswith(letter.casefold()) and number[-1:].isdigit():
            minor = parse_amount(number, currency, locale) * size
            if minor > MAX_AMOUNT:
                raise InvalidNumber(text)
            return minor
    return parse_amount(text, currency, locale)


def format_gap(minor: int, currency: str, locale: str) -> str:
    """What is missing, short and never less than it is: RM 35,600 is `RM 36k`."""
    unit = 10 ** exponent(currency)
    whole = mul_div_ceil(minor, 1, unit)
    for size, _letter, _spaced in _SHORT.get(locale, _SHORT["en"]):
        if whole >= size:
            step = size // 10 if whole < 10 * size else size
            whole = mul_div_ceil(whole, 1, step) * step
            break
    return format_money(whole * unit, currency, locale, short=True)


def mul_div_floor(value: int, numerator: int, denominator: int) -> int:
    """floor(value x numerator / denominator) in integers: how points are granted, per line."""
    return value * numerator // denominator


def mul_div_ceil(value: int, numerator: int, denominator: int) -> int:
    """ceil(value x numerator / denominator) in integers: how prices in points are made."""
    return -(-value * numerator // denominator)


def mul_div_half_up(value: int, numerator: int, denominator: int) -> int:
    """Nearest integer, halves away from zero: how money is converted between currencies."""
    doubled = 2 * abs(value) * numerator + denominator
    result = doubled // (2 * denominator)
    return result if value >= 0 else -result
