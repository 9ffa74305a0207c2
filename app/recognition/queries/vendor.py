"""The vendor's reads: awards by state, what waits, whom one may award, the list of categories, the budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.errors import NotFound
from app.core.feed import feed_row
from app.core.i18n import current_locale
from app.core.money import exponent
from app.core.settings import current_settings
from app.identity.actor import Actor
from app.identity.models import Person, PersonStatus
from app.identity.permissions import PERMISSIONS
from app.ledger.worth import reporting_worth
from app.partners.models import VENDOR_ROLES, Membership, Organisation, Role
from app.programs.queries import recognition_room
from app.recognition.models import SERVICE, Award, AwardCategory, AwardRecipient, AwardState
from app.recognition.queries.rows import AwardRow, add_recipients, as_rows, localized, row_columns
from app.recognition.queries.wall import after_key, first_name
from app.recognition.scope import (
    Receiver,
    awardable_companies,
    awardable_people,
    company_receiver,
    person_receiver,
    visible_awards,
)

PAGE = 20
FOUND = 12
RECENT = 10
STATES = ("all", "waiting", "given", "service", "ended")


@dataclass(frozen=True, slots=True)
class Budget:
    """What the award budget holds. `left_points` None: no limit; `left_minor`: in whole units, None without a value."""

    program: str
    slug: str
    left_points: int | None
    left_minor: int | None
    currency: str
    payees: tuple[str, ...]

    def holds(self, points: int) -> bool:
        return self.left_points is None or points <= self.left_points


def find_budget() -> Budget | None:
    """The budget behind award points; None while no live program pays for recognition."""
    room = recognition_room()
    if room is None:
        return None
    currency = current_settings().reporting_currency
    minor = reporting_worth(room.left) if room.left else 0 if room.left == 0 else None
    if minor is not None:
        minor -= minor % 10 ** exponent(currency)  # whole units: what is left is said to plan by
    return Budget(room.name, room.slug, room.left, minor, currency, room.payees)


@dataclass(frozen=True, slots=True)
class Page:
    """Awards, newest first, and where the next page begins."""

    rows: list[AwardRow]
    after: str | None


def list_awards(actor: Actor, state: str = "all", q: str = "", after: str = "") -> Page:
    """Awards on the vendor's page. Two statements."""
    query = _listed(actor).order_by(Award.happened_at.desc(), Award.id.desc())
    query = query.where(*_of_state(state))
    if q:
        query = query.where(_matches(q))
    place = after_key(after)
    if place is not None:
        at, last = place
        query = query.where(or_(Award.happened_at < at, and_(Award.happened_at == at, Award.id < last)))
    rows = as_rows(db.session.execute(query.limit(PAGE + 1)))
    following = rows[PAGE - 1].key if len(rows) > PAGE else None
    add_recipients(rows[:PAGE], all_of_them=True)
    return Page(rows[:PAGE], following)


def _listed(actor: Actor) -> Select[Any]:
    return (
        visible_awards(actor)
        .join(AwardCategory, AwardCategory.id == Award.category_id)
        .with_only_columns(*row_columns(actor))
    )


def _of_state(state: str) -> list[Any]:
    if state == "waiting":
        return [Award.state == AwardState.WAITING]
    if state == "given":
        return [Award.state == AwardState.GIVEN, Award.service_years.is_(None)]
    if state == "service":
        return [Award.state == AwardState.GIVEN, Award.service_years.is_not(None)]
    if state == "ended":
        ended = (AwardState.DECLINED, AwardState.TAKEN_BACK, AwardState.WITHDRAWN)
        return [Award.state.in_(ended)]
    return []


def _matches(q: str) -> Any:
    text = q.lower()
    return (
        select(AwardRecipient.id)
        .join(Organisation, Organisation.id == AwardRecipient.organisation_id)
        .outerjoin(Person, Person.id == AwardRecipient.person_id)
        .where(
            AwardRecipient.award_id == Award.id,
            or_(
                func.lower(Organisation.name).contains(text, autoescape=True),
                func.lower(Person.name).contains(text, autoescape=True),
            ),
        )
        .correlate(Award)
        .exists()
    )


def find_award_row(public_id: str, actor: Actor) -> AwardRow:
    """One award on the vendor's side, with all its recipients and what waits. Two statements. Raises NotFound."""
    query = _listed(actor).where(Award.public_id == public_id).add_columns(_waiting_points())
    found = db.session.execute(query).first() if public_id.isalnum() else None
    if found is None:
        raise NotFound()
    rows = as_rows([found[:-1]])
    rows[0].waiting_points = int(found[-1])
    add_recipients(rows, all_of_them=True)
    return rows[0]


def find_picture(public_id: str, actor: Actor) -> str:
    """Where an award's picture lies, for the vendor's page. Raises NotFound."""
    query = visible_awards(actor).where(Award.public_id == public_id, Award.picture_key.is_not(None))
    found = db.session.scalar(query.with_only_columns(Award.picture_key))
    if found is None:
        raise NotFound()
    return found


def waiting_count(actor: Actor) -> Select[int] | None:
    """The query of how many awards wait for this person to approve."""
    if not actor.can("recognition.approve"):
        return None
    return _waiting(actor).with_only_columns(func.count(Award.id), maintain_column_froms=True)


def _waiting(actor: Actor) -> Select[Any]:
    return visible_awards(actor).where(
        Award.state == AwardState.WAITING, or_(Award.giver_id.is_(None), Award.giver_id != actor.person_id)
    )


def _waiting_points() -> ScalarSelect[Any]:
    """The points of all awards that wait for a second person; the budget still holds them."""
    each = aliased(Award)
    return (
        select(func.coalesce(func.sum(each.points), 0))
        .join(AwardRecipient, AwardRecipient.award_id == each.id)
        .where(each.state == AwardState.WAITING)
        .scalar_subquery()
    )


def waiting_rows(actor: Actor) -> Select[Any] | None:
    """Awards that wait for this person, as feed rows: title who, text who asks, extra the category, n1 points in all,
    n2 their worth in minor units of the reporting currency."""
    if not actor.can("recognition.approve"):
        return None
    count = select(func.count()).where(AwardRecipient.award_id == Award.id).correlate(Award).scalar_subquery()
    giver = select(Person.name).where(Person.id == Award.giver_id).correlate(Award).scalar_subquery()
    return (
        _waiting(actor)
        .join(AwardCategory, AwardCategory.id == Award.category_id)
        .with_only_columns(
            *feed_row(
                "award",
                ref=literal("/admin/recognition/").concat(Award.public_id),
                title=first_name(),
                text=giver,
                extra=localized("name", actor.locale),
                n1=Award.points * count,
                n2=Award.worth_minor,
                at=Award.created_at,
            )
        )
        .order_by(Award.id)
        .limit(20)
    )


def list_recent(actor: Actor) -> list[Receiver]:
    """Whom to offer first: people of the companies in reach, those awarded last by this person first. One statement."""
    last = (
        select(func.max(Award.id))
        .join(AwardRecipient, AwardRecipient.award_id == Award.id)
        .where(AwardRecipient.person_id == Person.id, Award.giver_id == actor.person_id)
        .correlate(Person)
        .scalar_subquery()
    )
    query = awardable_people(actor).order_by(
        last.is_(None), last.desc(), func.coalesce(Person.last_seen_at, Person.created_at).desc(), Person.id
    )
    return [person_receiver(row[0], row[1]) for row in db.session.execute(query.limit(RECENT))]


def search_receivers(actor: Actor, q: str) -> list[Receiver]:
    """People and companies in reach whose name or company matches, companies first. Two statements."""
    text = q.replace("\x00", "").strip().lower()[:100]
    if not text:
        return []
    company = func.lower(Organisation.name).contains(text, autoescape=True)
    companies = awardable_companies(actor).where(company).order_by(Organisation.name, Organisation.id)
    people = (
        awardable_people(actor)
        .where(or_(func.lower(Person.name).contains(text, autoescape=True), company))
        .order_by(Person.name, Person.id)
    )
    return [
        *(person_receiver(row[0], row[1]) for row in db.session.execute(people.limit(FOUND))),
        *(company_receiver(row) for row in db.session.scalars(companies.limit(FOUND // 2))),
    ]


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category in the reader's language."""

    slug: str
    name: str
    note: str
    icon: str
    tone: str
    is_featured: bool
    is_retired: bool
    count: int = 0


def list_categories(*, with_retired: bool = False) -> list[CategoryRow]:
    """The vendor's categories in their order. One statement."""
    locale = current_locale()
    count = (
        select(func.count())
        .where(Award.category_id == AwardCategory.id, Award.state == AwardState.GIVEN)
        .correlate(AwardCategory)
        .scalar_subquery()
    )
    query = (
        select(
            AwardCategory.slug, localized("name", locale).label("name"), localized("note", locale).label("note"),
            AwardCategory.icon, AwardCategory.tone, AwardCategory.is_featured, AwardCategory.retired_at,
            (count if with_retired else literal(0)).label("given"),
        )
        .where(AwardCategory.slug != SERVICE)
        .order_by(AwardCategory.position, AwardCategory.id)
    )  # fmt: skip
    if not with_retired:
        query = query.where(AwardCategory.retired_at.is_(None))
    return [
        CategoryRow(
            row.slug, row.name, row.note, row.icon, row.tone, row.is_featured, row.retired_at is not None, row.given
        )
        for row in db.session.execute(query)
    ]  # fmt: skip


def find_category(slug: str) -> AwardCategory:
    """One category of the vendor's. Raises NotFound."""
    query = select(AwardCategory).where(AwardCategory.slug == slug, AwardCategory.slug != SERVICE)
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound()
    return found


def find_checker(actor: Actor) -> str | None:
    """The name of the person who will be asked to approve: somebody of finance, else an owner; never the actor."""
    roles: Sequence[Role] = [role for role in VENDOR_ROLES if "recognition.approve" in PERMISSIONS[role]]
    query = (
        select(Person.name, Membership.role)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .where(Membership.role.in_(roles), Person.status == PersonStatus.ACTIVE, Person.id != actor.person_id)
        .order_by(Person.id)
        .limit(20)
    )
    found = db.session.execute(query).all()
    finance = [row.name for row in found if row.role is Role.FINANCE]
    return finance[0] if finance else found[0].name if found else None
