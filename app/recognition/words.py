"""Sentences about an award that pages, notices, mails and the certificate share."""

from __future__ import annotations

from app.core.i18n import ngettext

__all__ = ["service_thanks", "title_of"]


def service_thanks(years: int) -> str:
    """What a notice says about years of service, in the language in force."""
    return ngettext("Thank you for %(num)s year together.", "Thank you for %(num)s years together.", years)


def title_of(category: str, service_years: int | None) -> str:
    """What an award is called: its category, or the years of service."""
    if service_years is None:
        return category
    return ngettext("%(num)s year of service", "%(num)s years of service", service_years)
