"""Names of partner types, countries and currencies in the reader's language."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask_babel import lazy_gettext as _l

from app.core.i18n import current_locale

KIND_NAMES: dict[str, Any] = {
    "reseller": _l("Reseller"),
    "distributor": _l("Distributor"),
    "agent": _l("Agent"),
    "retailer": _l("Retailer"),
    "stockist": _l("Stockist"),
    "wholesaler": _l("Wholesaler"),
    "warehouse": _l("Warehouse"),
    "value_added_reseller": _l("Value-added reseller"),
    "influencer": _l("Influencer"),
    "advocate": _l("Advocate"),
    "alliance": _l("Alliance"),
}
CURRENCIES = (
    "MYR", "IDR", "SGD", "USD", "THB", "PHP", "VND", "BND", "AUD", "NZD", "INR", "CNY", "JPY", "KRW", "HKD", "TWD",
    "EUR", "GBP", "CHF", "CAD", "AED", "SAR",
)  # fmt: skip
NOT_COUNTRIES = ("ZZ", "EU", "EZ", "UN", "XA", "XB")
NEAR = ("MY", "ID", "SG", "BN", "TH", "PH", "VN")


def kind_name(kind: str) -> str:
    """What screens call a partner type; a vendor's own type is its slug in words."""
    found = KIND_NAMES.get(kind)
    return str(found) if found is not None else kind.replace("_", " ").replace("-", " ").capitalize()


def country_name(code: str) -> str:
    """A country by ISO code in the reader's language."""
    return str(Locale.parse(current_locale()).territories.get(code, code))


def list_countries() -> list[tuple[str, str]]:
    """(code, name) of all countries, neighbours first, then by name."""
    names = {str(code): str(name) for code, name in Locale.parse(current_locale()).territories.items()}
    codes = sorted(
        (code for code in names if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES),
        key=lambda code: names[code],
    )
    return [(code, names[code]) for code in (*NEAR, *(code for code in codes if code not in NEAR))]
