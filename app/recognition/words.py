"""Sentences about an award that pages, notices, mails and the certificate share."""

from __future__ import annotations

from app.core.i18n import _, ngettext

__all__ = ["service_line", "title_of"]


def service_line(years: int) -> str:
    """What the wall says about years of service, in the language in force."""
    return ngettext("%(num)s year together.", "%(num)s years together.", years)


def title_of(category: str, service_years: int | None) -> str:
    """What an award is called: its category, or the years of service."""
    if service_years is None:
        return category
    return ngettext("%(num)s year of service", "%(num)s years of service", service_years)


def sender(vendor: str) -> str:
    """From whom an award comes, on the wall."""
    return _("from the %(vendor)s team", vendor=vendor)
