"""Names that programs show: triggers, kinds of company, countries, states."""

from __future__ import annotations

from app.core.i18n import _l
from app.partners.words import country_name, kind_name

__all__ = ["COUNTRIES", "PAYEES", "REWARD_KINDS", "TRIGGERS", "country_name", "kind_name"]

TRIGGERS = {
    "deal_won": _l("deal is marked as won"),
    "sale": _l("sale is recorded"),
    "course_passed": _l("course is passed"),
    "recognition": _l("person or company is recognised"),
    "service_milestone": _l("year of service is completed"),
}
PAYEES = {"member": _l("the seller"), "organisation": _l("the company")}
REWARD_KINDS = {
    "fixed": _l("points each time"),
    "per_money": _l("points for every"),
    "per_unit": _l("points for every unit"),
}
COUNTRIES = ("MY", "ID", "SG", "TH", "PH", "VN", "BN")  # offered in the editor beside those of the partners
