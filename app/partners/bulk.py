"""Organisations as another system lists them, many at once: known by (source, key), never by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from app.core.bulk import insert_rows, reserve_ids
from app.core.clock import utc_now
from app.core.db import db, transaction
from app.core.settings import current_settings
from app.core.types import new_public_ids
from app.partners.models import Organisation
from app.partners.queries import find_external_many

TABLE: Any = Organisation.__table__
DEFAULT_KIND = "reseller"
CONTENT = ("name", "kind", "country", "city", "region", "registration_no", "domain")
# The zone of a country's capital or largest city; elsewhere the vendor's zone until somebody sets it.
ZONES = {
    "MY": "Asia/Kuala_Lumpur", "ID": "Asia/Jakarta", "SG": "Asia/Singapore", "TH": "Asia/Bangkok", "PH": "Asia/Manila",
    "VN": "Asia/Ho_Chi_Minh", "BN": "Asia/Brunei", "IN": "Asia/Kolkata", "CN": "Asia/Shanghai", "JP": "Asia/Tokyo",
    "HK": "Asia/Hong_Kong", "TW": "Asia/Taipei", "KR": "Asia/Seoul", "AU": "Australia/Sydney",
    "NZ": "Pacific/Auckland", "GB": "Europe/London", "FR": "Europe/Paris", "DE": "Europe/Berlin",
    "NL": "Europe/Amsterdam", "ES": "Europe/Madrid", "IT": "Europe/Rome", "CH": "Europe/Zurich",
    "US": "America/New_York", "CA": "America/Toronto", "AE": "Asia/Dubai", "SA": "Asia/Riyadh",
}  # fmt: skip
LOCALES = {"MY": "ms", "BN": "ms", "ID": "id"}


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One line of another system's list. What is None is not known there and stays as it is here."""

    key: str
    name: str
    country: str
    currency: str
    kind: str | None = None
    city: str | None = None
    region: str | None = None
    registration_no: str | None = None
    domain: str | None = None


def save_organisations(source: str, rows: Sequence[OrganisationRow]) -> list[str]:
    """Create or correct organisations. Answers `new`, `unchanged` or `revised` per row, in order."""
    with transaction():
        known = find_external_many("organisation", source, [row.key for row in rows])
        stored = {
            found.id: found
            for found in db.session.execute(select(TABLE).where(TABLE.c.id.in_(list(known.values()))))
        }
        fresh: dict[str, OrganisationRow] = {}
        answers = []
        for row in rows:
            if row.key in fresh:
                answers.append("unchanged")
            elif row.key not in known:
                fresh[row.key] = row
                answers.append("new")
            else:
                answers.append(_correct(stored[known[row.key]], row))
        _create(source, list(fresh.values()))
        return answers


def compare_organisations(source: str, rows: Sequence[OrganisationRow]) -> list[str]:
    """What `save_organisations` would answer; writes nothing."""
    known = find_external_many("organisation", source, [row.key for row in rows])
    stored = {
        found.id: found
        for found in db.session.execute(select(TABLE).where(TABLE.c.id.in_(list(known.values()))))
    }
    answers = []
    for row in rows:
        if row.key not in known:
            answers.append("new")
        else:
            answers.append("revised" if _changes(stored[known[row.key]], row) else "unchanged")
    return answers


def _changes(stored: Any, row: OrganisationRow) -> dict[str, Any]:
    pairs = ((name, getattr(row, name)) for name in CONTENT)
    return {name: value for name, value in pairs if value is not None and value != getattr(stored, name)}


def _correct(stored: Any, row: OrganisationRow) -> str:
    changes = _changes(stored, row)
    if not changes:
        return "unchanged"
    db.session.execute(update(TABLE).where(TABLE.c.id == stored.id).values(**changes))
    return "revised"


def _create(source: str, rows: Sequence[OrganisationRow]) -> None:
    if not rows:
        return
    now, fallback = utc_now(), current_settings().time_zone
    ids = reserve_ids("organisations", len(rows))
    columns = (
        "id", "public_id", "name", "kind", "country", "currency", "locale", "time_zone", "registration_no", "domain",
        "city", "region", "status", "created_at",
    )  # fmt: skip
    insert_rows(
        "organisations",
        columns,
        [
            (
                new_id, public_id, row.name, row.kind or DEFAULT_KIND, row.country, row.currency,
                LOCALES.get(row.country, "en"), ZONES.get(row.country, fallback), row.registration_no, row.domain,
                row.city, row.region, "active", now,
            )
            for new_id, public_id, row in zip(ids, new_public_ids(len(rows)), rows, strict=True)
        ],
    )  # fmt: skip
    insert_rows(
        "external_ids",
        ("id", "kind", "source", "key", "target_id", "created_at"),
        [
            (link, "organisation", source, row.key, target, now)
            for link, target, row in zip(reserve_ids("external_ids", len(rows)), ids, rows, strict=True)
        ],
    )
