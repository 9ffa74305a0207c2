"""Names of partner types and countries in the reader's language."""

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
    "specialty_bike_shop": _l("Specialty bike shop"),
    "influencer": _l("Influencer"),
    "advocate": _l("Advocate"),
    "alliance": _l("Alliance"),
}


def kind_name(kind: str) -> str:
    """What screens call a partner type; a vendor's own type is its slug in words."""
    found = KIND_NAMES.get(kind)
    return str(found) if found is not None else kind.replace("_", " ").replace("-", " ").capitalize()


def country_name(code: str) -> str:
    """A country by ISO code in the reader's language."""
    return str(Locale.parse(current_locale()).territories.get(code, code))
