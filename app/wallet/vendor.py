"""Postings for the vendor's people: search, list, one posting in all its parts. The one scope stands first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union, union_all

from app.codes.models import GiftCode
from app.core.db import db
from app.core.errors import NotFound
from app.core.feed import feed_row
from app.core.i18n import _
from app.identity.actor import Actor
from app.identity.models import Person
from app.ledger.models import Account, Adjustment, AdjustmentState, Owner, Posting, PostingKind, Transfer
from app.ledger.traces import Part, Step, parts_of, steps_of
from app.partners.models import Organisation, Role
from app.partners.queries import visible_organisation_ids
from app.programs.explaining import Explanation, explain
from app.rewards.queries.titles import OrderTitle, titles_of

PAGE = 30
# Postings with a transfer for each of a batch's codes; they change no wallet.
OF_CODES = (PostingKind.CODE_ISSUE, PostingKind.CODE_VOID, PostingKind.CODE_EXPIRY)


def visible_postings(actor: Actor) -> Select[Any]:
    """A channel manager sees the postings of the companies they look after; the others who may see the ledger, all."""
    query = select(Posting)
    if not actor.can("ledger.view"):
        return query.where(Posting.id < 0)
    if actor.role is Role.CHANNEL_MANAGER:
        return query.where(Posting.organisation_id.in_(visible_organisation_ids(actor)))
    return query


def waiting_rows(actor: Actor) -> Select[Any] | None:
    """Adjustments that wait for this person as the second one, for the page that gathers all work."""
    if not actor.can("ledger.adjust"):
        return None
    return (
        select(*feed_row("adjustment", ref=Adjustment.public_id, title=Adjustment.reason, text=Organisation.name,
                         n1=Adjustment.points, at=Adjustment.made_at))
        .join(Organisation, Organisation.id == Adjustment.organisation_id)
        .where(Adjustment.state == AdjustmentState.WAITING, Adjustment.made_by_id != actor.person_id)
        .order_by(Adjustment.made_at)
        .limit(12)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting of the list: whose wallets it changed, by how much."""

    posting: Posting
    changes: list[tuple[str, int]]
    company: str | None


@dataclass(frozen=True, slots=True)
class Details:
    """One posting with everything that hangs on it."""

    posting: Posting
    steps: list[Step]
    parts: dict[int, list[Part]]
    names: dict[Owner, str]
    people: dict[int, str]
    story: Explanation | None
    order: OrderTitle | None
    reversed_by: str | None
    reverses: str | None

    @property
    def company(self) -> str | None:
        return self.names.get(Owner("organisation", self.posting.organisation_id or 0))


def list_postings(
    actor: Actor, *, search: str = "", kind: str = "", after: str = ""
) -> tuple[list[PostingRow], int | None]:
    """A page of postings, the latest first, and where the next begins. Five statements for any number."""
    query = visible_postings(actor).order_by(Posting.id.desc()).limit(PAGE + 1)
    if search:
        query = query.where(_matches(search))
    if kind:
        query = query.where(Posting.kind == kind)
    if after.isascii() and after.isdecimal() and len(after) < 19:
        query = query.where(Posting.id < int(after))
    postings: list[Posting] = list(db.session.scalars(query))
    following = postings[PAGE - 1].id if len(postings) > PAGE else None
    postings = postings[:PAGE]
    changes = _changes([posting.id for posting in postings if posting.kind not in OF_CODES])
    owners = {owner for each in changes.values() for owner, _points in each}
    owners |= {Owner("organisation", posting.organisation_id or 0) for posting in postings}
    names = names_of_owners(owners)
    rows = [
        PostingRow(
            posting,
            [(names.get(owner, ""), points) for owner, points in changes.get(posting.id, [])],
            names.get(Owner("organisation", posting.organisation_id or 0)),
        )
        for posting in postings
    ]
    return rows, following


def _matches(text: str) -> ColumnElement[bool]:
    """A posting's public id, a person's name or e-mail, a company's name."""
    people = select(Person.id).where(
        or_(Person.name.icontains(text, autoescape=True), Person.email.icontains(text, autoescape=True))
    )
    companies = select(Organisation.id).where(Organisation.name.icontains(text, autoescape=True))
    accounts = select(Account.id).where(Account.owner_kind == "member", Account.owner_id.in_(people))
    moved = union(
        select(Transfer.posting_id).where(
            Transfer.to_account_id.in_(accounts), Transfer.to_balance.is_not(None)
        ),
        select(Transfer.posting_id).where(
            Transfer.from_account_id.in_(accounts), Transfer.from_balance.is_not(None)
        ),
    )
    return or_(
        Posting.public_id == text.lower(),
        Posting.organisation_id.in_(companies),
        Posting.id.in_(select(moved.subquery().c.posting_id)),
    )


def _changes(posting_ids: list[int]) -> dict[int, list[tuple[Owner, int]]]:
    """What each posting changed in whose wallets, debts left out; a release, which changes nothing, says its amount."""
    if not posting_ids:
        return {}
    side = select(
        Transfer.posting_id, Transfer.to_account_id.label("account_id"), Transfer.amount.label("change")
    )
    other = select(Transfer.posting_id, Transfer.from_account_id, -Transfer.amount)
    moved = (
        side.where(Transfer.posting_id.in_(posting_ids), Transfer.to_balance.is_not(None))
        .union_all(other.where(Transfer.posting_id.in_(posting_ids), Transfer.from_balance.is_not(None)))
        .subquery()
    )
    query = (
        select(moved.c.posting_id, Account.owner_kind, Account.owner_id, func.sum(moved.c.change))
        .join(Account, Account.id == moved.c.account_id)
        .where(Account.kind.in_(("available", "pending")))
        .group_by(moved.c.posting_id, Account.owner_kind, Account.owner_id)
        .order_by(moved.c.posting_id, func.sum(moved.c.change))
    )
    found: dict[int, list[tuple[Owner, int]]] = {}
    for posting_id, kind, owner_id, points in db.session.execute(query):
        found.setdefault(posting_id, []).append((Owner(kind.value, owner_id), int(points)))
    return found


def names_of_owners(owners: set[Owner]) -> dict[Owner, str]:
    """Names of people, companies and gift codes, in one statement."""
    people = {owner.id for owner in owners if owner.kind == "member"}
    companies = {owner.id for owner in owners if owner.kind == "organisation" and owner.id}
    codes = {owner.id for owner in owners if owner.kind == "code"}
    query = union_all(
        select(literal("member"), Person.id, Person.name).where(Person.id.in_(people)),
        select(literal("organisation"), Organisation.id, Organisation.name).where(
            Organisation.id.in_(companies)
        ),
        select(literal("code"), GiftCode.id, GiftCode.last_four).where(GiftCode.id.in_(codes)),
    )
    return {
        Owner(kind, owner_id): _("Gift code ending %(last_four)s", last_four=name) if kind == "code" else name
        for kind, owner_id, name in db.session.execute(query)
    }


def find_posting(public_id: str, actor: Actor) -> Details:
    """One posting in scope. Raises NotFound."""
    row: Any = db.session.execute(
        visible_postings(actor)
        .where(Posting.public_id == public_id)
        .add_columns(
            _public_id(Posting.id, "reverses_posting_id"), _public_id(Posting.reverses_posting_id, "id")
        )
    ).first()
    if row is None:
        raise NotFound()
    posting: Posting = row[0]
    steps = steps_of(posting.id)
    parts: dict[int, list[Part]] = {}
    for part in parts_of(posting.id) if posting.kind not in OF_CODES else ():
        parts.setdefault(part.transfer_id, []).append(part)
    owners = {owner for step in steps for owner in (step.source, step.target)}
    owners.add(Owner("organisation", posting.organisation_id or 0))
    owners |= {Owner("member", person) for person in (posting.actor_id, posting.checker_id) if person}
    names = names_of_owners(owners)
    people = {owner.id: name for owner, name in names.items() if owner.kind == "member"}
    story = (
        explain(posting.id) if posting.program_version_id and posting.kind in ("award", "clawback") else None
    )
    order = titles_of([posting.order_id]).get(posting.order_id or 0)
    return Details(posting, steps, parts, names, people, story, order, row[1], row[2])


def _public_id(value: Any, column: str) -> Any:
    other = select(Posting).subquery()
    return select(other.c.public_id).where(other.c[column] == value).scalar_subquery()
