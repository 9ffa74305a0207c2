"""Who else claims this customer: candidates come through indices, the final word is `matching`.

Pairs of rival deals are stored when a deal is sent or changed, so that a queue of a thousand deals asks once.
Sending is serialised by one lock (SQLite has one writer anyway): two rivals who send at the same moment see each
other, and the order of `claimed_at` is the order of the commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, delete, insert, or_, select, union
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from app.core.clock import today
from app.core.db import db, dialect, execute_sql
from app.deals import matching
from app.deals.models import Deal, DealGram, DealLine, DealMatch, reference_of
from app.deals.states import OPEN, DealState
from app.partners.models import Organisation

CLAIM_LOCK = 7_261_001
EXACT = 10_000


@dataclass(frozen=True, slots=True)
class Customer:
    """What identifies a customer, normalised. `country` is None where it was not said: then only the domain counts."""

    name_key: str | None
    country: str | None
    domain_key: str | None
    registration_key: str | None


@dataclass(frozen=True, slots=True)
class Rival:
    """An open deal of another company with the same customer, or nearly so. `overlaps`: a product family is shared."""

    deal_id: int
    public_id: str
    organisation_id: int
    organisation_name: str
    customer_name: str
    customer_domain: str
    customer_registration_no: str
    state: DealState
    claimed_at: datetime
    protected_until: date | None
    kind: str
    score_bps: int
    overlaps: bool
    is_earlier: bool

    @property
    def reference(self) -> str:
        return reference_of(self.deal_id)

    @property
    def is_exact(self) -> bool:
        return self.kind != "near"

    @property
    def is_conflict(self) -> bool:
        """Same customer and same product family: only one of the two can be protected."""
        return self.is_exact and self.overlaps

    @property
    def is_protected(self) -> bool:
        return self.state is DealState.APPROVED


def customer_of(name: str, country: str | None, domain: str, registration_no: str) -> Customer:
    """Normalise what was typed about a customer."""
    return Customer(
        matching.name_key(name) or None,
        country or None,
        matching.registrable_domain(domain) if domain else None,
        matching.registration_key(registration_no) if registration_no else None,
    )


def is_open(rival: Any = Deal) -> ColumnElement[bool]:
    """Deals that stand in a rival's way: waiting for a decision, or protected today."""
    still = or_(rival.state != DealState.APPROVED, rival.protected_until >= today())
    return and_(rival.state.in_(OPEN), still)


def lock_claims() -> None:
    """Let one sending happen at a time, until the transaction ends."""
    if dialect() == "postgresql":
        execute_sql("SELECT pg_advisory_xact_lock(:key)", {"key": CLAIM_LOCK})


def list_candidates(customer: Customer, *, open_only: bool = True) -> list[Row[Any]]:
    """Sent deals with the same customer or nearly so: rows with id, public_id, organisation_id, member_id, kind, score_bps.

    One statement whatever was typed, so that its time says nothing.
    """
    grams, size = matching.signature(customer.name_key or "")
    low, high = matching.size_range(size)
    country = customer.country or ""
    ids = union(
        select(Deal.id).where(Deal.domain_key == (customer.domain_key or "")),
        select(Deal.id).where(Deal.name_key == (customer.name_key or ""), Deal.customer_country == country),
        select(Deal.id).where(
            Deal.registration_key == (customer.registration_key or ""), Deal.customer_country == country
        ),
        select(DealGram.deal_id).where(
            DealGram.country == country, DealGram.gram.in_(grams or [""]), DealGram.size.between(low, high)
        ),
    ).subquery()
    query = select(
        Deal.id, Deal.public_id, Deal.organisation_id, Deal.member_id, Deal.name_key, Deal.domain_key,
        Deal.registration_key, Deal.customer_country,
    ).where(Deal.id.in_(select(ids.c.id)), Deal.submitted_at.is_not(None))  # fmt: skip
    if open_only:
        query = query.where(is_open())
    return list(db.session.execute(query.order_by(Deal.id)))


def judge(customer: Customer, row: Any) -> tuple[str, int] | None:
    """(kind, basis points) of a candidate: the strongest reason first; None if it only looked like one."""
    same_country = customer.country is not None and row.customer_country == customer.country
    score = matching.similarity(customer.name_key or "", row.name_key or "") if same_country else 0
    if customer.domain_key and row.domain_key == customer.domain_key:
        return "domain", EXACT
    if same_country and customer.registration_key and row.registration_key == customer.registration_key:
        return "registration", EXACT
    if same_country and customer.name_key and row.name_key == customer.name_key:
        return "name", EXACT
    return ("near", score) if score >= matching.NEAR_BASIS_POINTS else None


def store_matches(deal: Deal) -> None:
    """Keep the deal's trigrams and its pairs with sent deals of other companies, both ways. Call under `lock_claims`."""
    db.session.execute(delete(DealGram).where(DealGram.deal_id == deal.id))
    pair = or_(DealMatch.deal_id == deal.id, DealMatch.rival_id == deal.id)
    db.session.execute(delete(DealMatch).where(pair))
    customer = Customer(deal.name_key, deal.customer_country, deal.domain_key, deal.registration_key)
    grams, size = matching.signature(deal.name_key or "")
    if grams:
        rows = [
            {"deal_id": deal.id, "gram": g, "country": deal.customer_country, "size": size} for g in grams
        ]
        db.session.execute(insert(DealGram), rows)
    pairs = []
    for row in list_candidates(customer, open_only=False):
        found = judge(customer, row) if row.organisation_id != deal.organisation_id else None
        if found is None or row.id == deal.id:
            continue
        for one, other in ((deal.id, row.id), (row.id, deal.id)):
            pairs.append({"deal_id": one, "rival_id": other, "kind": found[0], "score_bps": found[1]})
    if pairs:
        db.session.execute(insert(DealMatch), pairs)


def shares_family(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether two deals (by their id columns) name a product family in common."""
    mine, theirs = aliased(DealLine), aliased(DealLine)
    joined = select(mine.id).join(theirs, theirs.family_id == mine.family_id)
    return joined.where(mine.deal_id == one, theirs.deal_id == other).exists()


def list_rivals(deal_ids: Sequence[int]) -> dict[int, list[Rival]]:
    """Open rivals of each deal, protected and earlier ones first. One statement for any number of deals."""
    found: dict[int, list[Rival]] = {deal_id: [] for deal_id in deal_ids}
    if not deal_ids:
        return found
    mine = aliased(Deal)
    query = (
        select(
            DealMatch.deal_id.label("for_id"), DealMatch.kind, DealMatch.score_bps, Deal.id, Deal.public_id,
            Deal.organisation_id, Organisation.name, Deal.customer_name, Deal.customer_domain,
            Deal.customer_registration_no, Deal.state, Deal.claimed_at, Deal.protected_until,
            mine.claimed_at.label("my_claim"), shares_family(DealMatch.deal_id, Deal.id).label("overlaps"),
        )
        .join(Deal, Deal.id == DealMatch.rival_id)
        .join(mine, mine.id == DealMatch.deal_id)
        .join(Organisation, Organisation.id == Deal.organisation_id)
        .where(DealMatch.deal_id.in_(deal_ids), is_open())
    )  # fmt: skip
    for row in db.session.execute(query):
        rival = Rival(
            row.id, row.public_id, row.organisation_id, row.name, row.customer_name, row.customer_domain,
            row.customer_registration_no, row.state, row.claimed_at, row.protected_until, row.kind, row.score_bps,
            bool(row.overlaps), (row.claimed_at, row.id) < (row.my_claim, row.for_id),
        )  # fmt: skip
        found[row.for_id].append(rival)
    for rivals in found.values():
        rivals.sort(key=lambda one: (not one.is_conflict, not one.is_protected, one.claimed_at, one.deal_id))
    return found


def has_open_match(deal_id: Any) -> ColumnElement[bool]:
    """Whether an open deal of another company has the same customer or nearly so, as an EXISTS over stored pairs."""
    rival = aliased(Deal)
    pairs = select(DealMatch.rival_id).join(rival, rival.id == DealMatch.rival_id)
    return pairs.where(DealMatch.deal_id == deal_id, is_open(rival=rival)).exists()


def standing_in_the_way(rivals: Iterable[Rival]) -> list[Rival]:
    """Rivals because of whom an approval must be made knowingly: protected already, or first to send."""
    return [rival for rival in rivals if rival.is_conflict and (rival.is_protected or rival.is_earlier)]
