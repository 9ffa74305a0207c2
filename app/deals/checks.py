"""What the vendor looks at before a decision. Clean means: every check passes, so that many can be approved at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from app.core.clock import today
from app.core.db import db
from app.core.i18n import _, current_locale
from app.core.money import format_money
from app.core.rates import SCALE, ExchangeRate, convert_by
from app.core.settings import current_settings
from app.deals.conflicts import Rival, has_open_match
from app.deals.models import Deal, DealLine
from app.partners.models import Organisation, OrganisationFamily, OrganisationStatus


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `tone`: ok, warn (look at this) or bad (it stands against an approval)."""

    code: str
    tone: str
    text: str

    @property
    def is_ok(self) -> bool:
        return self.tone == "ok"


@dataclass(frozen=True, slots=True)
class Checks:
    """All checks of one deal, in a fixed order."""

    items: list[Check]

    @property
    def is_clean(self) -> bool:
        return all(item.is_ok for item in self.items)


def may_sell_all(deal_id: Any, organisation_id: Any) -> ColumnElement[bool]:
    """Whether the company may sell every family of the deal; without any restriction it may."""
    link, own = aliased(OrganisationFamily), aliased(OrganisationFamily)
    restricted = select(link.family_id).where(link.organisation_id == organisation_id).exists()
    allowed = select(own.family_id).where(
        own.organisation_id == organisation_id, own.family_id == DealLine.family_id
    )
    outside = select(DealLine.id).where(DealLine.deal_id == deal_id, ~allowed.exists()).exists()
    return or_(~restricted, ~outside)


def latest_rate(currency: Any) -> Any:
    """Rate of a deal's currency to the reporting currency today, as a subquery; NULL if there is none."""
    return (
        select(ExchangeRate.rate_e10)
        .where(ExchangeRate.currency == currency, ExchangeRate.effective_on <= today())
        .order_by(ExchangeRate.effective_on.desc())
        .limit(1)
        .scalar_subquery()
    )


def fact_columns() -> list[Any]:
    """Columns that `facts_of` reads; the query must join Organisation."""
    return [
        Deal.value_minor, Deal.currency, Deal.expected_close_on, Organisation.status.label("organisation_status"),
        latest_rate(Deal.currency).label("rate_e10"), has_open_match(Deal.id).label("has_match"),
        may_sell_all(Deal.id, Deal.organisation_id).label("may_sell"),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks of one deal rest on. `reporting_minor`: its value in the reporting currency, None without a rate."""

    is_complete: bool
    has_match: bool
    reporting_minor: int | None
    is_active: bool
    may_sell: bool

    @property
    def is_within_limit(self) -> bool:
        limit = current_settings().deal_clean_limit_minor
        return self.reporting_minor is not None and self.reporting_minor <= limit

    @property
    def is_clean(self) -> bool:
        return (
            self.is_complete
            and not self.has_match
            and self.is_within_limit
            and self.is_active
            and self.may_sell
        )


def facts_of(row: Any) -> Facts:
    """Facts from a row that has `fact_columns`."""
    return Facts(
        is_complete=row.expected_close_on is not None and row.expected_close_on >= today(),
        has_match=bool(row.has_match),
        reporting_minor=in_reporting(row.value_minor, row.currency, row.rate_e10),
        is_active=row.organisation_status is OrganisationStatus.ACTIVE,
        may_sell=bool(row.may_sell),
    )


def in_reporting(minor: int | None, currency: str, rate_e10: int | None) -> int | None:
    """A value in the vendor's reporting currency, None without a rate."""
    target = current_settings().reporting_currency
    if minor is None or currency == target:
        return minor
    return convert_by(minor, currency, rate_e10, target, SCALE) if rate_e10 else None


def clean_ids(deal_ids: Sequence[int]) -> set[int]:
    """Those of the deals whose every check passes. One statement."""
    query = select(Deal.id, *fact_columns()).join(Organisation, Organisation.id == Deal.organisation_id)
    rows = db.session.execute(query.where(and_(Deal.id.in_(deal_ids))))
    return {row.id for row in rows if facts_of(row).is_clean}


def word_checks(
    facts: Facts, rivals: Sequence[Rival], organisation_name: str, close_on: date | None
) -> Checks:
    """The checks as sentences in the reader's language."""
    return Checks(
        [
            _complete_check(facts, close_on),
            _match_check([rival for rival in rivals if rival.is_exact]),
            _near_check([rival for rival in rivals if not rival.is_exact]),
            _limit_check(facts),
            Check("active", "ok", _("%(company)s is active", company=organisation_name))
            if facts.is_active
            else Check("active", "bad", _("%(company)s is suspended", company=organisation_name)),
            Check("may_sell", "ok", _("Authorised for these products"))
            if facts.may_sell
            else Check("may_sell", "bad", _("Not authorised for all these products")),
        ]
    )


def _complete_check(facts: Facts, close_on: date | None) -> Check:
    if facts.is_complete:
        return Check("complete", "ok", _("Everything needed is filled in"))
    return Check("complete", "warn", _("The expected closing date has passed"))


def _match_check(exact: Sequence[Rival]) -> Check:
    if not exact:
        return Check("match", "ok", _("No other partner on this customer"))
    first = exact[0]
    if not first.overlaps:
        text = _("%(company)s has this customer with another product", company=first.organisation_name)
        return Check("match", "warn", text)
    if first.is_protected:
        return Check("match", "bad", _("Already protected for %(company)s", company=first.organisation_name))
    if first.is_earlier:
        return Check("match", "bad", _("%(company)s registered it first", company=first.organisation_name))
    return Check("match", "warn", _("%(company)s registered it later", company=first.organisation_name))


def _near_check(near: Sequence[Rival]) -> Check:
    if not near:
        return Check("near", "ok", _("No similar name in the same country"))
    best = max(near, key=lambda rival: rival.score_bps)
    share = best.score_bps // 100
    return Check(
        "near",
        "warn",
        _("%(share)s%% name match with a deal of %(company)s", share=share, company=best.organisation_name),
    )


def _limit_check(facts: Facts) -> Check:
    settings = current_settings()
    limit = format_money(settings.deal_clean_limit_minor, settings.reporting_currency, current_locale())
    if facts.reporting_minor is None:
        return Check("limit", "warn", _("No exchange rate to compare the value with the limit"))
    if facts.is_within_limit:
        return Check("limit", "ok", _("Value is within the limit of %(limit)s", limit=limit))
    return Check("limit", "warn", _("Value is above the limit of %(limit)s", limit=limit))
