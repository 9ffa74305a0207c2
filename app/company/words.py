"""Names of partner types, countries and currencies in the reader's language."""

from __future__ import annotations

from babel import Locale

from app.core.i18n import current_locale
from app.partners.words import KIND_NAMES, country_name, kind_name

__all__ = ["CURRENCIES", "KIND_NAMES", "country_name", "kind_name", "list_countries"]

CURRENCIES = (
    "MYR", "IDR", "SGD", "USD", "THB", "PHP", "VND", "BND", "AUD", "NZD", "INR", "CNY", "JPY", "KRW", "HKD", "TWD",
    "EUR", "GBP", "CHF", "CAD", "AED", "SAR",
)  # fmt: skip
NOT_COUNTRIES = ("ZZ", "EU", "EZ", "UN", "XA", "XB")
NEAR = ("MY", "ID", "SG", "BN", "TH", "PH", "VN")


def list_countries() -> list[tuple[str, str]]:
    """(code, name) of all countries, neighbours first, then by name."""
    names = {str(code): str(name) for code, name in Locale.parse(current_locale()).territories.items()}
    codes = sorted(
        (code for code in names if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES),
        key=lambda code: names[code],
    )
    return [(code, names[code]) for code in (*NEAR, *(code for code in codes if code not in NEAR))]
