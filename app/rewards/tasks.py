"""Messages about orders. They carry a link to the order page, never a code."""

from __future__ import annotations

from typing import Any

from app.core.db import transaction
from app.core.i18n import _, force_locale
from app.core.jobs import handler
from app.core.money import format_points
from app.core.settings import current_settings
from app.rewards.models import RewardKind, reference_of
from app.rewards.queries.orders import order_for_mail
from app.rewards.words import words_in


def _send(order: Any, subject: str, lines: list[str], dedupe: str) -> None:
    from app.core.mail import send

    link = f"{current_settings().external_url}/orders/{order.public_id}"
    text = "\n\n".join([_("Hello %(name)s,", name=order.person_name), *lines, link])
    with transaction():
        send(order.email, subject, text, dedupe=dedupe, person_id=order.person_id)


@handler("rewards.order_placed")
def order_placed(payload: dict[str, Any]) -> None:
    """Tell whoever redeemed where the voucher or the order is."""
    order = order_for_mail(payload["order"])
    if order is None:
        return
    with force_locale(order.locale):
        name, points = words_in(order.name, order.locale), format_points(order.points, order.locale)
        if order.kind is RewardKind.DIGITAL_VOUCHER:
            subject = _("Your voucher: %(reward)s", reward=name)
            line = _("Your voucher is on your order page. Sign in and tap Show code.")
        else:
            subject = _("Your order: %(reward)s", reward=name)
            line = _("We have your order. Its page says how far it is.")
        cost = _("%(reference)s, %(points)s points", reference=reference_of(order.id), points=points)
        _send(order, subject, [line, cost], f"order-placed:{order.public_id}")


@handler("rewards.order_moved")
def order_moved(payload: dict[str, Any]) -> None:
    """Tell whoever redeemed that the order has moved on."""
    order = order_for_mail(payload["order"])
    if order is None:
        return
    with force_locale(order.locale):
        name, points = words_in(order.name, order.locale), format_points(order.points, order.locale)
        state = str(payload["state"])
        lines = {
            "processing": _("We are preparing it."),
            "shipped": _("It is on its way to you."),
            "delivered": _("It has been delivered."),
            "cancelled": _("It was cancelled. Your %(points)s points are back.", points=points),
            "failed": _("It did not go through. Your %(points)s points are back.", points=points),
        }
        body = [lines.get(state, _("It has moved on."))]
        if order.ended_reason and state in ("cancelled", "failed"):
            body.append(order.ended_reason)
        subject = _("%(reference)s: %(reward)s", reference=reference_of(order.id), reward=name)
        _send(order, subject, body, f"order-{state}:{order.public_id}")


@handler("rewards.complaint_answered")
def complaint_answered(payload: dict[str, Any]) -> None:
    """Tell whoever complained that there is an answer."""
    order = order_for_mail(payload["order"])
    if order is None:
        return
    with force_locale(order.locale):
        subject = _("Answer about %(reference)s", reference=reference_of(order.id))
        line = _("We have answered what you reported. The answer is on the order page.")
        _send(order, subject, [line], f"complaint-answered:{payload.get('complaint')}:{order.public_id}")
