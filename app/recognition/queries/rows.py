"""An award as lists and pages show it, and whom it was for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, exists, func, literal, select

from app.core.clock import local
from app.core.db import db
from app.core.i18n import current_locale
from app.core.settings import current_settings
from app.identity.actor import Actor
from app.identity.models import Person
from app.partners.models import Organisation
from app.recognition.models import Applause, Award, AwardCategory, AwardRecipient, AwardState, HallConsent
from app.recognition.scope import is_ones_own, may_be_named
from app.recognition.words import title_of


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of those an award is for. `said` is the newest answer about the Hall of Fame, None if there was none."""

    public_id: str
    award_id: int
    person_id: int | None
    organisation_id: int
    name: str
    company: str
    city: str | None
    country: str
    tier: str | None
    said: bool | None
    is_named: bool

    @property
    def is_company(self) -> bool:
        return self.person_id is None


@dataclass(slots=True)
class AwardRow:
    """One award in the reader's language. `points` is what each recipient got; `others` how many more it stands for.

    `waiting_points`: on the vendor's page of one award, the points of all that wait for a second person.
    """

    id: int
    public_id: str
    state: AwardState
    category_slug: str
    category: str
    note: str
    icon: str
    tone: str
    own_citation: str
    lang: str
    points: int
    worth_minor: int | None
    has_picture: bool
    is_on_wall: bool
    service_years: int | None
    happened_at: datetime
    given_at: datetime | None
    giver_id: int | None
    approved_by_id: int | None
    giver: str | None
    applause: int
    applauded: bool
    is_mine: bool
    others: int = 0
    waiting_points: int = 0
    recipients: list[Recipient] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What it is called."""
        return title_of(self.category, self.service_years)

    @property
    def day(self) -> date | datetime:
        """When it was: of years of service the anniversary, which is a day of the vendor's calendar for every reader."""
        if self.service_years is None:
            return self.happened_at
        return local(self.happened_at, current_settings().time_zone).date()

    @property
    def citation(self) -> str:
        """Its own words, else what the category says; years of service speak for themselves."""
        if self.service_years is not None:
            return ""
        return self.own_citation or self.note

    @property
    def citation_lang(self) -> str | None:
        """The language of its own words where that is not the reader's; for `lang` on the page."""
        return self.lang if self.own_citation and self.lang != current_locale() else None

    @property
    def first(self) -> Recipient | None:
        return self.recipients[0] if self.recipients else None

    @property
    def key(self) -> str:
        """Where the next page begins."""
        return f"{int(self.happened_at.timestamp() * 1_000_000)}-{self.id}"


def localized(prefix: str, locale: str) -> ColumnElement[str]:
    """A category's text in a language, or the English one."""
    english: ColumnElement[str] = getattr(AwardCategory, f"{prefix}_en")
    if locale == "en":
        return english
    return func.coalesce(func.nullif(getattr(AwardCategory, f"{prefix}_{locale}"), ""), english)


def applause_count() -> ColumnElement[int]:
    """How many people applaud an award."""
    query = select(func.count()).select_from(Applause).where(Applause.award_id == Award.id)
    return query.correlate(Award).scalar_subquery()


def has_applauded(actor: Actor) -> ColumnElement[bool]:
    """Whether this person applauds an award."""
    return (
        exists().where(Applause.award_id == Award.id, Applause.person_id == actor.person_id).correlate(Award)
    )


def row_columns(actor: Actor) -> list[Any]:
    """The columns of an `AwardRow`, in its order; the query must join AwardCategory."""
    locale = current_locale()
    giver = select(Person.name).where(Person.id == Award.giver_id).correlate(Award).scalar_subquery()
    return [
        Award.id, Award.public_id, Award.state, AwardCategory.slug, localized("name", locale).label("category"),
        localized("note", locale).label("note"), AwardCategory.icon, AwardCategory.tone, Award.citation,
        Award.citation_lang, Award.points, Award.worth_minor, Award.picture_key.is_not(None).label("has_picture"),
        Award.is_on_wall, Award.service_years, Award.happened_at, Award.given_at, Award.giver_id,
        Award.approved_by_id, giver.label("giver"), applause_count().label("applause"),
        has_applauded(actor).label("applauded"), is_ones_own(actor).label("is_mine"),
    ]  # fmt: skip


def as_rows(found: Iterable[Any]) -> list[AwardRow]:
    """Rows of a query with `row_columns`, without their recipients."""
    rows = []
    for each in found:
        row = AwardRow(*each)
        row.applauded, row.is_mine, row.has_picture = (
            bool(row.applauded),
            bool(row.is_mine),
            bool(row.has_picture),
        )
        rows.append(row)
    return rows


def latest_answer() -> ColumnElement[int]:
    """The newest answer of a recipient about the Hall of Fame: 1, 0, or null."""
    return (
        select(cast(HallConsent.is_given, Integer))
        .where(HallConsent.recipient_id == AwardRecipient.id)
        .order_by(HallConsent.id.desc())
        .limit(1)
        .correlate(AwardRecipient)
        .scalar_subquery()
    )


def add_recipients(rows: Sequence[AwardRow], *, all_of_them: bool = False) -> None:
    """Put the recipients to their awards; those who may not be named are left out unless `all_of_them`. One statement."""
    by_id = {row.id: row for row in rows}
    if not by_id:
        return
    named = may_be_named()
    query = (
        select(
            AwardRecipient.public_id, AwardRecipient.award_id, AwardRecipient.person_id,
            AwardRecipient.organisation_id, func.coalesce(Person.name, Organisation.name).label("name"),
            Organisation.name.label("company"), Organisation.city, Organisation.country, Organisation.tier,
            latest_answer().label("said"), (cast(named, Integer) if all_of_them else literal(1)).label("is_named"),
        )
        .join(Organisation, Organisation.id == AwardRecipient.organisation_id)
        .outerjoin(Person, Person.id == AwardRecipient.person_id)
        .where(AwardRecipient.award_id.in_(list(by_id)))
        .order_by(AwardRecipient.id)
    )  # fmt: skip
    if not all_of_them:
        query = query.where(named)
    for each in db.session.execute(query):
        by_id[each.award_id].recipients.append(_recipient(each))


def _recipient(row: Any) -> Recipient:
    return Recipient(
        row.public_id, row.award_id, row.person_id, row.organisation_id, row.name, row.company, row.city,
        row.country, row.tier, None if row.said is None else bool(row.said), bool(row.is_named),
    )  # fmt: skip
