"""Whose orders, and what stands on an order's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, exists, func, or_, select

from app.core.clock import today, utc_now
from app.core.db import db
from app.core.errors import NotFound
from app.core.feed import feed_row
from app.identity.models import Person
from app.ledger.models import Account, Transfer
from app.partners.models import Organisation
from app.partners.queries import visible_organisation_ids
from app.rewards.codes import open_code
from app.rewards.models import (
    FOREVER,
    REFERENCE_BASE,
    Denomination,
    Order,
    OrderComplaint,
    OrderLine,
    OrderState,
    Reward,
    RewardKind,
    VoucherCode,
    reference_of,
)
from app.rewards.states import OPEN

if TYPE_CHECKING:
    from app.identity.actor import Actor

PAGE = 20


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order with its line and reward, for lists and pages."""

    id: int
    public_id: str
    state: OrderState
    points: int
    created_at: datetime
    ended_at: datetime | None
    ended_reason: str | None
    note: str | None
    person_id: int
    person_name: str
    organisation_name: str | None
    slug: str
    name: dict[str, str]
    brand: str
    palette: str
    icon: str
    kind: RewardKind
    delivery_hours: int
    quantity: int
    face_value_minor: int
    currency: str
    cost_minor: int
    label: dict[str, str] | None
    shows_value: bool
    line_id: int
    reveal_session: str | None
    revealed_until: datetime | None
    last_day: date | None
    payment_posting_id: int | None
    code_points: int

    @property
    def use_by(self) -> date | None:
        """The first last day among its codes; None if they do not run out."""
        return None if self.last_day == FOREVER else self.last_day

    @property
    def is_expired(self) -> bool:
        return self.use_by is not None and self.use_by < today()

    @property
    def reference(self) -> str:
        return reference_of(self.id)

    @property
    def is_digital(self) -> bool:
        return self.kind is RewardKind.DIGITAL_VOUCHER

    @property
    def can_cancel(self) -> bool:
        return self.state in OPEN

    def is_revealed_to(self, session_key: str) -> bool:
        """True for ten minutes in the session that redeemed or tapped *Show code*."""
        return (
            self.state is OrderState.DELIVERED
            and self.reveal_session == session_key
            and self.revealed_until is not None
            and self.revealed_until > utc_now()
        )


@dataclass(frozen=True, slots=True)
class Voucher:
    """One opened code; only for whom it was revealed."""

    code: str
    pin: str
    use_by: date | None


@dataclass(frozen=True, slots=True)
class Complaint:
    """What was said and answered."""

    id: int
    message: str
    created_at: datetime
    answer: str | None
    answered_at: datetime | None


def visible_orders(actor: Actor) -> Select[Any]:
    """Orders a person may see: a member their own; a partner admin also the company's; the vendor by organisation."""
    query = select(Order)
    if actor.is_vendor:
        if not actor.can("order.admin_view"):
            return query.where(Order.id < 0)
        return query.where(Order.organisation_id.in_(visible_organisation_ids(actor)))
    if actor.can("team.manage"):
        return query.where(
            or_(Order.person_id == actor.person_id, Order.organisation_id == actor.organisation_id)
        )
    return query.where(Order.person_id == actor.person_id)


def order_rows(actor: Actor) -> Select[Any]:
    """Orders in scope joined to what a list shows, newest first."""
    last_day = (
        select(func.min(VoucherCode.expires_on))
        .where(VoucherCode.order_line_id == OrderLine.id)
        .correlate(OrderLine)
        .scalar_subquery()
    )
    query: Any = visible_orders(actor)
    query = (
        query.with_only_columns(
            Order.id, Order.public_id, Order.state, Order.points, Order.created_at, Order.ended_at,
            Order.ended_reason, Order.note, Order.person_id, Person.name.label("person_name"),
            Organisation.name.label("organisation_name"), Reward.slug, Reward.name, Reward.brand,
            Reward.palette, Reward.icon, Reward.kind, Reward.delivery_hours, OrderLine.quantity,
            OrderLine.face_value_minor, OrderLine.currency, OrderLine.cost_minor, Denomination.label,
            Reward.shows_value, OrderLine.id.label("line_id"), Order.reveal_session, Order.revealed_until,
            last_day.label("last_day"), Order.payment_posting_id, _from_codes().label("code_points"),
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Reward, Reward.id == OrderLine.reward_id)
        .join(Denomination, Denomination.id == OrderLine.denomination_id)
        .join(Person, Person.id == Order.person_id)
        .outerjoin(Organisation, Organisation.id == Order.organisation_id)
        .order_by(Order.id.desc())
    )  # fmt: skip
    found: Select[Any] = query
    return found


def _from_codes() -> Any:
    """What gift codes gave to an order, in points."""
    return (
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .join(Account, Account.id == Transfer.from_account_id)
        .where(Transfer.posting_id == Order.payment_posting_id, Account.owner_kind == "code")
        .correlate(Order)
        .scalar_subquery()
    )


def list_orders(
    actor: Actor, *, shelf: str = "", search: str = "", after: str = "", limit: int = PAGE
) -> tuple[list[OrderRow], str | None]:
    """A page of orders and the key of the next one. `shelf`: open, problems, or all."""
    query = order_rows(actor)
    if shelf == "open":
        query = query.where(Order.state.in_(OPEN))
    elif shelf == "problems":
        query = query.where(_has_open_complaint())
    if search.strip():
        query = query.where(_matches(search.strip()))
    if after.isdecimal() and len(after) < 19:
        query = query.where(Order.id < int(after))
    rows = [OrderRow(*row) for row in db.session.execute(query.limit(limit + 1))]
    following = str(rows[limit - 1].id) if len(rows) > limit else None
    return rows[:limit], following


def _has_open_complaint() -> Any:
    return exists().where(OrderComplaint.order_id == Order.id, OrderComplaint.answered_at.is_(None))


def _matches(text: str) -> Any:
    digits = text.upper().removeprefix("RD-")
    if digits.isdecimal() and len(digits) < 15:
        return Order.id == int(digits) - REFERENCE_BASE
    return or_(
        Person.name.icontains(text, autoescape=True),
        Organisation.name.icontains(text, autoescape=True),
        Reward.search_text.contains(text.casefold(), autoescape=True),
    )


def _waiting(actor: Actor) -> tuple[Any, Any]:
    scope = visible_orders(actor).with_only_columns(Order.id)
    open_count = select(func.count()).select_from(scope.where(Order.state.in_(OPEN)).subquery())
    problems = select(func.count()).select_from(scope.where(_has_open_complaint()).subquery())
    return open_count.scalar_subquery(), problems.scalar_subquery()


def waiting_count(actor: Actor) -> Select[Any]:
    """The query of how many orders wait for the vendor in all."""
    open_count, problems = _waiting(actor)
    return select(open_count + problems)


def count_waiting(actor: Actor) -> dict[str, int]:
    """How many orders wait for the vendor: `open` to fulfil, `problems` with an unanswered complaint."""
    row = db.session.execute(select(*_waiting(actor))).one()
    return {"open": int(row[0]), "problems": int(row[1])}


def orders_row(actor: Actor) -> Select[Any]:
    """How many orders a person may see, as a feed row: `n1`."""
    scope = visible_orders(actor).with_only_columns(Order.id).subquery()
    return select(*feed_row("orders", n1=select(func.count()).select_from(scope).scalar_subquery()))


def find_order(public_id: str, actor: Actor) -> OrderRow:
    """One order in scope. Raises NotFound."""
    row = db.session.execute(order_rows(actor).where(Order.public_id == public_id)).first()
    if row is None:
        raise NotFound()
    return OrderRow(*row)


def list_vouchers(order: OrderRow) -> list[Voucher]:
    """The opened codes of an order. The caller has checked that they are revealed to this session."""
    rows = db.session.execute(
        select(VoucherCode.public_id, VoucherCode.sealed, VoucherCode.expires_on)
        .where(VoucherCode.order_line_id == order.line_id)
        .order_by(VoucherCode.id)
    )
    return [
        Voucher(*open_code(row.public_id, row.sealed), None if row.expires_on == FOREVER else row.expires_on)
        for row in rows
    ]


def list_complaints(order_id: int) -> list[Complaint]:
    """What was said about an order, oldest first."""
    rows = db.session.execute(
        select(
            OrderComplaint.id,
            OrderComplaint.message,
            OrderComplaint.created_at,
            OrderComplaint.answer,
            OrderComplaint.answered_at,
        )
        .where(OrderComplaint.order_id == order_id)
        .order_by(OrderComplaint.id)
    )
    return [Complaint(*row) for row in rows]


def order_for_mail(public_id: str) -> Any:
    """What the message about an order needs: whom, in which language, what. None if it is gone."""
    return db.session.execute(
        select(
            Order.public_id,
            Order.id,
            Order.points,
            Order.state,
            Order.ended_reason,
            Person.email,
            Person.name.label("person_name"),
            Person.locale,
            Person.id.label("person_id"),
            Reward.name,
            Reward.kind,
            OrderLine.quantity,
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Reward, Reward.id == OrderLine.reward_id)
        .join(Person, Person.id == Order.person_id)
        .where(Order.public_id == public_id)
    ).first()
