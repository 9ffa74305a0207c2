"""The Hall of Fame: awards of those who said yes, by year and category. Read afresh for every request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from app.core.db import db
from app.core.i18n import current_locale
from app.identity.models import Person
from app.partners.models import Organisation
from app.recognition.models import Award, AwardCategory, AwardRecipient, AwardState
from app.recognition.queries.rows import latest_answer, localized
from app.recognition.scope import may_be_named
from app.recognition.words import title_of

PAGE = 40


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who said yes. Of a person the country is shown, the company only where the award is the company's."""

    name: str
    country: str
    is_company: bool


@dataclass(slots=True)
class HallEntry:
    """One award and those of its recipients who said yes. `citation` only where all of them did."""

    id: int
    title: str
    icon: str
    tone: str
    citation: str
    lang: str | None
    names: list[Named] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Hall:
    """A year of the hall: its entries, the years and categories there are, where the next page begins."""

    year: int | None
    years: list[int]
    categories: list[tuple[str, str]]
    entries: list[HallEntry]
    after: int | None


def _standing() -> ColumnElement[bool]:
    return and_(Award.state == AwardState.GIVEN, latest_answer() == 1, may_be_named())


def _consented(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(AwardRecipient)
        .join(Award, Award.id == AwardRecipient.award_id)
        .join(AwardCategory, AwardCategory.id == Award.category_id)
        .join(Organisation, Organisation.id == AwardRecipient.organisation_id)
        .outerjoin(Person, Person.id == AwardRecipient.person_id)
        .where(_standing())
    )


def read_hall(year: int | None = None, category: str = "", after: int | None = None) -> Hall:
    """A page of the hall: of a year (the newest by default), maybe of one category. Two statements."""
    locale = current_locale()
    name = localized("name", locale).label("name")
    shelves = db.session.execute(
        _consented(Award.year, AwardCategory.slug, name, AwardCategory.position).distinct()
    ).all()
    years = sorted({row.year for row in shelves}, reverse=True)
    if not years:
        return Hall(None, [], [], [], None)
    chosen: int = year if year is not None and year in years else years[0]
    ordered = sorted((row for row in shelves if row.year == chosen), key=lambda row: (row.position, row.slug))
    categories = [(row.slug, row.name) for row in ordered]
    entries, following = _entries(chosen, category, after, locale)
    return Hall(chosen, years, categories, entries, following)


def _entries(year: int, category: str, after: int | None, locale: str) -> tuple[list[HallEntry], int | None]:
    ids = _consented(Award.id).where(Award.year == year).distinct().order_by(Award.id.desc()).limit(PAGE + 1)
    if category:
        ids = ids.where(AwardCategory.slug == category)
    if after is not None:
        ids = ids.where(Award.id < after)
    page = ids.subquery()
    every = (
        select(func.count())
        .select_from(AwardRecipient)
        .where(AwardRecipient.award_id == Award.id)
        .correlate(Award)
        .scalar_subquery()
    )
    query = (
        _consented(
            Award.id, localized("name", locale).label("category"), localized("note", locale).label("note"),
            AwardCategory.icon, AwardCategory.tone, Award.citation, Award.citation_lang, Award.service_years,
            func.coalesce(Person.name, Organisation.name).label("name"), Organisation.country,
            AwardRecipient.person_id.is_(None).label("is_company"), every.label("every"),
        )
        .where(Award.id.in_(select(page.c.id)))
        .order_by(Award.id.desc(), AwardRecipient.id)
    )  # fmt: skip
    found: dict[int, HallEntry] = {}
    totals: dict[int, int] = {}
    for row in db.session.execute(query):
        entry = found.get(row.id)
        if entry is None:
            entry = found[row.id] = _entry(row, locale)
            totals[row.id] = row.every
        entry.names.append(Named(row.name, row.country, bool(row.is_company)))
    entries = list(found.values())
    for entry in entries:
        if len(entry.names) < totals[entry.id]:
            entry.citation = ""  # it may speak of those who did not say yes
    return entries[:PAGE], entries[PAGE - 1].id if len(entries) > PAGE else None


def _entry(row: Any, locale: str) -> HallEntry:
    citation = "" if row.service_years is not None else row.citation or row.note
    lang = row.citation_lang if row.citation and row.citation_lang != locale else None
    return HallEntry(row.id, title_of(row.category, row.service_years), row.icon, row.tone, citation, lang)
