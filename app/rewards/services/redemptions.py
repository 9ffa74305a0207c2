"""Redeeming: points leave, voucher codes are allotted and the order stands, all in one transaction or not at all.

This is the hot path, so it is plain SQL: the offer, the order, the ledger's own statements, the line with its codes,
one job and the audit rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.codes import services as codes
from app.codes.errors import CodeTaken
from app.core import audit, jobs
from app.core.clock import today, utc_now
from app.core.db import dialect, execute_sql, transaction
from app.core.errors import InvalidInput, NotFound
from app.core.i18n import _
from app.core.types import bind, new_public_id
from app.ledger.services import Owner, spend
from app.rewards.errors import NoLongerOffered, OutOfStock, PriceChanged, TierNeeded
from app.tiers.queries import opened_levels

if TYPE_CHECKING:
    from app.identity.actor import Actor

REVEAL_MINUTES = 10

_OFFER = """
SELECT r.id AS reward_id, r.kind, r.status, r.quantity_limit, d.id AS denomination_id, d.points,
       d.face_value_minor, d.cost_minor, d.currency, d.is_active,
       (SELECT t.level FROM reward_tiers t WHERE t.reward_id = r.id) AS tier,
       (SELECT o.tier FROM organisations o WHERE o.id = :organisation) AS own_tier
FROM rewards r JOIN denominations d ON d.reward_id = r.id
WHERE r.slug = :slug AND r.status <> 'draft'
  AND EXISTS (SELECT 1 FROM reward_countries c WHERE c.reward_id = r.id AND c.country IN ('*', :country))
"""
_OFFER_ONE = _OFFER + "AND d.id = :denomination"
_OFFER_ONLY = _OFFER + "ORDER BY d.is_active DESC, d.id LIMIT 2"

_ORDER = """
INSERT INTO orders (public_id, idempotency_key, person_id, organisation_id, state, points, reveal_session,
                    revealed_until, created_at, ended_at)
VALUES (:public_id, :key, :person, :organisation, :state, :points, :session, :until, :now, NULL)
ON CONFLICT (person_id, idempotency_key) DO NOTHING RETURNING id
"""
_LINE = """
INSERT INTO order_lines (order_id, reward_id, denomination_id, quantity, unit_points, face_value_minor, cost_minor,
                         currency)
VALUES (:order, :reward, :denomination, :quantity, :unit, :face, :cost, :currency) RETURNING id
"""
_PAID = "UPDATE orders SET payment_posting_id = :posting WHERE id = :order"
_ALLOT = """
UPDATE voucher_codes SET state = 'allotted', order_line_id = {line}
WHERE id IN (SELECT id FROM voucher_codes
             WHERE denomination_id = :denomination AND state = 'available' AND expires_on >= :today
             ORDER BY expires_on, id LIMIT :quantity {lock})
RETURNING id
"""
_ALLOT_SQLITE = _ALLOT.format(line=":line", lock="")
_ALL_AT_ONCE = f"""
WITH paid AS ({_PAID}), line AS ({_LINE}),
     taken AS ({_ALLOT.format(line="(SELECT id FROM line)", lock="FOR UPDATE SKIP LOCKED")})
SELECT count(*) FROM taken
"""
_REPLAY = """
SELECT o.public_id, r.slug, l.denomination_id, l.quantity
FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN rewards r ON r.id = l.reward_id
WHERE o.person_id = :person AND o.idempotency_key = :key
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """One denomination as it stands now."""

    is_offered: bool
    is_open: bool
    reward_id: int
    is_digital: bool
    denomination_id: int
    quantity_limit: int
    points: int
    face_value_minor: int
    cost_minor: int
    currency: str


def redeem(
    slug: str,
    denomination: int | None,
    quantity: int,
    key: str,
    actor: Actor,
    *,
    price: int | None = None,
    session_key: str | None = None,
    code_ids: Sequence[int] = (),
    wallet_at_most: int | None = None,
) -> str:
    """Redeem `quantity` of one denomination for the actor's own points; returns the order's public id.

    With `code_ids` gift codes pay first, the earliest expiry before the others, and the wallet the rest, at most
    `wallet_at_most` if the page named a figure. Raises CodeTaken if a code no longer holds what it did.

    The same `key` with the same choice again returns the first order; with another choice it is InvalidInput. `price`
    is the unit price that was shown. `session_key` names the session that may see the code for ten minutes: the
    redemption is the audited reveal. Raises NotFound, InvalidInput, NoLongerOffered, PriceChanged,
    InsufficientPoints, OutOfStock, TierNeeded; a refusal leaves nothing.
    """
    with transaction():
        name = dialect()
        offer = _offer(slug, denomination, actor)
        now = utc_now()
        values: dict[str, Any] = {
            "public_id": new_public_id(),
            "key": key,
            "person": actor.person_id,
            "organisation": actor.organisation_id,
            "state": "delivered" if offer.is_digital else "placed",
            "points": max(1, offer.points * quantity),
            "session": session_key if offer.is_digital else None,
            "until": bind(now + timedelta(minutes=REVEAL_MINUTES), name) if offer.is_digital else None,
            "now": bind(now, name),
        }
        row = execute_sql(_ORDER, values).first()
        if row is None:
            return _replayed(slug, offer.denomination_id, quantity, key, actor)
        _check(offer, quantity, price)
        order_id, public_id = int(row[0]), str(values["public_id"])
        payment, cost = f"redemption:{public_id}", offer.points * quantity
        if code_ids:
            paid = codes.pay(
                payment, code_ids, cost, actor=actor, order_id=order_id, wallet_at_most=wallet_at_most
            )
        else:
            if wallet_at_most is not None and cost > wallet_at_most:
                raise CodeTaken()
            buyer = Owner("member", int(values["person"]))
            paid = spend(payment, buyer, cost, kind="redemption", order_id=order_id, actor=actor)
        _settle(offer, quantity, order_id, paid.posting_id, name)
        jobs.enqueue("rewards.order_placed", {"order": public_id})
        _audit(offer, order_id, actor)
        return public_id


def _offer(slug: str, denomination: int | None, actor: Actor) -> Offer:
    params: dict[str, Any] = {
        "slug": slug,
        "country": actor.organisation_country or "",
        "organisation": actor.organisation_id,
    }
    if denomination is None:
        rows = execute_sql(_OFFER_ONLY, params).all()
        if len(rows) > 1 and rows[1].is_active:
            raise InvalidInput(fields={"denomination": _("Choose a value.")})
    else:
        rows = execute_sql(_OFFER_ONE, {**params, "denomination": denomination}).all()
        if not rows and execute_sql(_OFFER_ONLY, params).first():
            raise InvalidInput(fields={"denomination": _("Choose one of the values shown.")})
    if not rows:
        raise NotFound()
    row = rows[0]
    return Offer(
        is_offered=row.status == "live" and bool(row.is_active),
        is_open=row.tier is None or row.tier in opened_levels(row.own_tier),
        reward_id=row.reward_id,
        is_digital=row.kind == "digital_voucher",
        denomination_id=row.denomination_id,
        quantity_limit=row.quantity_limit,
        points=row.points,
        face_value_minor=row.face_value_minor,
        cost_minor=row.cost_minor,
        currency=row.currency,
    )


def _check(offer: Offer, quantity: int, price: int | None) -> None:
    """Only for a new order: a repeated one was checked when it was made."""
    if not offer.is_offered:
        raise NoLongerOffered()
    if not offer.is_open:
        raise TierNeeded()
    if not 1 <= quantity <= offer.quantity_limit:
        sentence = _("Choose between 1 and %(limit)s.", limit=offer.quantity_limit)
        raise InvalidInput(fields={"quantity": sentence})
    if price is not None and price != offer.points:
        raise PriceChanged()


def _settle(offer: Offer, quantity: int, order_id: int, posting_id: int, name: str) -> None:
    """The line, the payment's number and, for a digital reward, `quantity` codes or none at all."""
    values: dict[str, Any] = {
        "order": order_id,
        "posting": posting_id,
        "reward": offer.reward_id,
        "denomination": offer.denomination_id,
        "quantity": quantity,
        "unit": offer.points,
        "face": offer.face_value_minor,
        "cost": offer.cost_minor,
        "currency": offer.currency,
        "today": bind(today(), name),
    }
    if name == "postgresql" and offer.is_digital:
        taken = int(execute_sql(_ALL_AT_ONCE, values).scalar_one())
    else:
        execute_sql(_PAID, values)
        values["line"] = execute_sql(_LINE, values).scalar_one()
        if not offer.is_digital:
            return
        taken = len(execute_sql(_ALLOT_SQLITE, values).all())
    if taken != quantity:
        raise OutOfStock(_left(offer, values) if quantity > 1 else None)


def _left(offer: Offer, values: dict[str, Any]) -> str | None:
    count = execute_sql(
        "SELECT count(*) FROM voucher_codes WHERE denomination_id = :denomination AND expires_on >= :today "
        "AND (state = 'available' OR order_line_id IN (SELECT id FROM order_lines WHERE order_id = :order))",
        values,
    ).scalar_one()
    if not count:
        return None
    return _("Only %(count)s left. Nothing was charged.", count=count)


def _replayed(slug: str, denomination_id: int, quantity: int, key: str, actor: Actor) -> str:
    row = execute_sql(_REPLAY, {"person": actor.person_id, "key": key}).one()
    if (row.slug, row.denomination_id, row.quantity) != (slug, denomination_id, quantity):
        raise InvalidInput(_("This form was sent before with another choice. Open the reward again."))
    return str(row.public_id)


def _audit(offer: Offer, order_id: int, actor: Actor) -> None:
    for code in ("order.placed", "voucher.revealed") if offer.is_digital else ("order.placed",):
        audit.record(
            code, actor=actor, subject="order", subject_id=order_id, organisation_id=actor.organisation_id
        )
