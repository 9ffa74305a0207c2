"""Names that programs show: triggers, kinds of company, countries, states."""

from __future__ import annotations

from babel import Locale

from app.core.i18n import _l, current_locale

TRIGGERS = {"deal_won": _l("deal is marked as won"), "sale": _l("sale is recorded")}
PAYEES = {"member": _l("the seller"), "organisation": _l("the company")}
REWARD_KINDS = {
    "fixed": _l("points each time"),
    "per_money": _l("points for every"),
    "per_unit": _l("points for every unit"),
}
COUNTRIES = ("MY", "ID", "SG", "TH", "PH", "VN", "BN")  # offered in the editor beside those of the partners
KINDS = {
    "reseller": _l("Reseller"),
    "distributor": _l("Distributor"),
    "agent": _l("Agent"),
    "retailer": _l("Retailer"),
    "stockist": _l("Stockist"),
    "wholesaler": _l("Wholesaler"),
    "warehouse": _l("Warehouse"),
    "influencer": _l("Influencer"),
    "advocate": _l("Advocate"),
    "alliance": _l("Alliance"),
    "value_added_reseller": _l("Value-added reseller"),
    "specialty_bike_shop": _l("Specialty bike shop"),
}


def kind_name(slug: str) -> str:
    """A company type in the reader's language; types that an import brought keep their own name."""
    known = KINDS.get(slug)
    return str(known) if known is not None else slug.replace("_", " ").capitalize()


def country_name(code: str) -> str:
    """A country in the reader's language."""
    name = Locale.parse(current_locale()).territories.get(code)
    return str(name) if name else code
