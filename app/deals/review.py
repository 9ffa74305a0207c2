"""The vendor's view: the queue oldest first, one item with everything a decision needs, side-by-side compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from app.core.clock import today, zone
from app.core.db import db, dialect
from app.core.errors import NotFound
from app.core.rates import remember_rate
from app.core.settings import current_settings
from app.deals.checks import Checks, Facts, fact_columns, facts_of, word_checks
from app.deals.conflicts import Rival, list_rivals, standing_in_the_way
from app.deals.models import Deal, DealLine, reference_of
from app.deals.parts import Parts, load_parts
from app.deals.scope import find_deal_id, one_deal, visible_deals
from app.deals.states import WAITING, DealState
from app.identity.actor import Actor
from app.identity.models import Person
from app.partners.models import Organisation
from app.products.models import ProductFamily

QUEUE_PAGE = 50


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One waiting deal as the list shows it. `products` names its families; `facts.is_clean`: may go with others."""

    deal_id: int
    public_id: str
    customer_name: str
    organisation_name: str
    member_name: str
    value_minor: int
    currency: str
    products: str
    state: DealState
    queued_at: datetime
    revision: int
    facts: Facts

    @property
    def reference(self) -> str:
        return reference_of(self.deal_id)


@dataclass(frozen=True, slots=True)
class Review:
    """A deal with everything that a decision needs."""

    deal: Deal
    organisation_name: str
    organisation_country: str
    organisation_kind: str
    organisation_tier: str | None
    organisation_city: str | None
    member_name: str
    won_count: int
    decided_count: int
    parts: Parts
    rivals: list[Rival]
    facts: Facts
    checks: Checks
    protected_until_if_approved: date

    @property
    def needs_knowing(self) -> bool:
        """True if a rival stands in the way, so that an approval must say `knowingly`."""
        return bool(standing_in_the_way(self.rivals))


def product_names() -> Any:
    """Names of a deal's first three families, as one text."""
    names = (
        select(ProductFamily.name)
        .join(DealLine, ProductFamily.id == DealLine.family_id)
        .where(DealLine.deal_id == Deal.id)
        .order_by(DealLine.position)
        .limit(3)
        .correlate(Deal)
        .subquery()
    )
    joined = func.group_concat if dialect() == "sqlite" else func.string_agg
    return select(joined(names.c.name, ", ")).scalar_subquery()


def queue_query(actor: Actor) -> Any:
    """Deals that wait for the vendor in this person's scope."""
    return visible_deals(actor).where(Deal.state.in_(WAITING))


def queue(actor: Actor, *, after: str | None = None, limit: int = QUEUE_PAGE) -> list[QueueItem]:
    """Waiting deals, oldest first, with what makes them clean or not. One statement.

    `after`: public id of the last one seen.
    """
    query = queue_query(actor)
    if after:
        seen = select(Deal.queued_at, Deal.id).where(Deal.public_id == after)
        query = query.where(tuple_(Deal.queued_at, Deal.id) > seen.scalar_subquery())
    query = (
        query.with_only_columns(
            Deal.id, Deal.public_id, Deal.customer_name, Organisation.name.label("organisation_name"),
            Person.name.label("member_name"), Deal.state, Deal.queued_at, Deal.revision,
            product_names().label("products"), *fact_columns(),
        )
        .join(Organisation, Organisation.id == Deal.organisation_id)
        .join(Person, Person.id == Deal.member_id)
        .order_by(Deal.queued_at, Deal.id)
        .limit(limit)
    )  # fmt: skip
    return [
        QueueItem(
            row.id, row.public_id, row.customer_name, row.organisation_name, row.member_name, row.value_minor,
            row.currency, row.products or "", row.state, row.queued_at, row.revision, facts_of(row),
        )
        for row in db.session.execute(query)
    ]  # fmt: skip


def queue_count(actor: Actor) -> Select[Any]:
    """The query of how many deals wait for the vendor in this person's scope."""
    return queue_query(actor).with_only_columns(func.count(Deal.id), maintain_column_froms=True)


def count_queue(actor: Actor) -> int:
    """How many deals wait for the vendor in this person's scope."""
    return int(db.session.scalar(queue_count(actor)) or 0)


def find_review(public_id: str, actor: Actor) -> Review:
    """One sent deal in scope, whatever its state. Three statements. Raises NotFound."""
    year_ago = today() - timedelta(days=365)
    sibling: Any = Deal.__table__.alias("sibling")
    counted = select(func.count()).where(
        sibling.c.organisation_id == Deal.organisation_id,
        sibling.c.id != Deal.id,
        sibling.c.closed_at.is_not(None),
        sibling.c.closed_at >= _midnight(year_ago),
    )
    query = (
        one_deal(public_id, actor)
        .add_columns(
            Organisation.name.label("organisation_name"), Organisation.country, Organisation.kind, Organisation.tier,
            Organisation.city,
            Person.name.label("member_name"),
            counted.where(sibling.c.state == DealState.WON).scalar_subquery().label("won"),
            counted.where(sibling.c.state.in_((DealState.WON, DealState.LOST))).scalar_subquery().label("decided"),
            *fact_columns(),
        )
        .join(Organisation, Organisation.id == Deal.organisation_id)
        .join(Person, Person.id == Deal.member_id)
    )  # fmt: skip
    row = db.session.execute(query).first()
    if row is None:
        raise NotFound()
    deal, facts = row[0], facts_of(row)
    if row.rate_e10 is not None:
        remember_rate(deal.currency, today(), row.rate_e10)
    rivals = list_rivals([deal.id])[deal.id]
    return Review(
        deal=deal,
        organisation_name=row.organisation_name,
        organisation_country=row.country,
        organisation_kind=str(row.kind),
        organisation_tier=row.tier,
        organisation_city=row.city,
        member_name=row.member_name,
        won_count=row.won,
        decided_count=row.decided,
        parts=load_parts(deal.id),
        rivals=rivals,
        facts=facts,
        checks=word_checks(facts, rivals, row.organisation_name, deal.expected_close_on),
        protected_until_if_approved=today() + timedelta(days=current_settings().deal_protection_days),
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone(current_settings().time_zone))


def duplicates(public_id: str, actor: Actor) -> list[Rival]:
    """Rivals of a deal for the side-by-side compare. Vendor only: a partner never learns who. Raises NotFound."""
    if not actor.can("deal.review"):
        raise NotFound()
    deal_id = find_deal_id(public_id, actor)
    return list_rivals([deal_id])[deal_id]


def summary_of(items: Sequence[QueueItem]) -> tuple[list[QueueItem], int | None]:
    """The clean ones of a page of the queue, and their total in the reporting currency."""
    clean = [item for item in items if item.facts.is_clean]
    totals = [item.facts.reporting_minor for item in clean]
    return clean, sum(total for total in totals if total is not None) if clean else None
