"""Orders for partners: the list, the voucher, and what can be done about an order."""

from __future__ import annotations

import segno
from flask import Blueprint, Response, request, url_for
from markupsafe import Markup

from app.codes.queries import sources_of_posting
from app.codes.words import line_words
from app.core.errors import InvalidInput
from app.core.filters import day
from app.core.http import readable_offline, render, see_other
from app.core.i18n import _
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.identity.login import this_session_id
from app.rewards import services
from app.rewards.errors import CannotBeReturned
from app.rewards.models import OrderState
from app.rewards.queries.orders import (
    OrderRow,
    Voucher,
    find_order,
    list_complaints,
    list_orders,
    list_vouchers,
)

bp = Blueprint("orders", __name__)
bp.add_app_template_global(line_words, "gift_line")


def qr_svg(text: str) -> Markup:
    """A QR code as SVG without any style attribute; its size comes from the stylesheet."""
    return Markup(
        segno.make(text, error="m", micro=False).svg_inline(omitsize=True, dark="#10201d", border=1)
    )


@bp.get("/orders")
@needs("order.view")
@readable_offline
def index() -> Response:
    rows, following = list_orders(current_actor(), after=request.args.get("after", ""))
    more = url_for("orders.index", after=following) if following else None
    block = "rows" if request.args.get("after") else "main"
    return render("orders/index.html", block, orders=rows, more_url=more)


@bp.get("/orders/<public_id>")
@needs("order.view")
def show(public_id: str) -> Response:
    order = find_order(public_id, current_actor())
    if request.headers.get("HX-Target") == "sheet":
        return _answer(order, block="sheet")
    return _answer(order)


def _answer(
    order: OrderRow, *, block: str = "main", refused: InvalidInput | None = None, message: str = ""
) -> Response:
    actor = current_actor()
    vouchers: list[tuple[Voucher, Markup]] = []
    is_own = order.person_id == actor.person_id
    if order.is_digital and is_own and order.is_revealed_to(str(this_session_id())):
        vouchers = [(voucher, qr_svg(voucher.code)) for voucher in list_vouchers(order)]
    response = render(
        "orders/counter.html" if vouchers and request.args.get("view") == "counter" else "orders/show.html",
        block,
        status=422 if refused else 200,
        order=order,
        vouchers=vouchers,
        is_own=is_own,
        steps=steps_of(order),
        complaints=list_complaints(order.id),
        gifts=sources_of_posting(order.payment_posting_id or 0) if order.code_points else [],
        refused=next(iter(refused.fields.values()), refused.message) if refused else None,
        message=message,
    )
    response.headers["Cache-Control"] = "no-store, private"
    return response


def steps_of(order: OrderRow) -> list[dict[str, object]]:
    """How far an order is that people fulfil by hand."""
    way = {
        OrderState.PLACED: _("Placed"),
        OrderState.PROCESSING: _("In preparation"),
        OrderState.SHIPPED: _("On its way"),
        OrderState.DELIVERED: _("Delivered"),
    }
    states = list(way)
    at = states.index(order.state) if order.state in way else 1
    return [
        {
            "title": title,
            "state": "done"
            if number < at or at == len(states) - 1
            else "current"
            if number == at
            else "future",
            "when": day(order.created_at) if number == 0 else None,
        }
        for number, title in enumerate(way.values())
    ]


@bp.post("/orders/<public_id>/reveal")
@needs("order.view")
def reveal(public_id: str) -> Response:
    services.reveal(public_id, str(this_session_id()), actor=current_actor())
    return see_other(url_for("orders.show", public_id=public_id))


@bp.post("/orders/<public_id>/cancellation")
@needs("order.view")
def cancel(public_id: str) -> Response:
    actor, url = current_actor(), url_for("orders.show", public_id=public_id)
    try:
        services.cancel(public_id, actor=actor)
    except CannotBeReturned:
        if find_order(public_id, actor).state is not OrderState.CANCELLED:  # else a second tap
            raise
    return see_other(url, toast=_("Cancelled. Your points are back."))


@bp.post("/orders/<public_id>/complaint")
@needs("order.view")
def complain(public_id: str) -> Response:
    message = request.form.get("message", "")
    actor = current_actor()
    try:
        services.complain(public_id, message, actor=actor)
    except InvalidInput as refused:
        block = "sheet" if request.headers.get("HX-Target") == "sheet" else "main"
        order = find_order(public_id, actor)
        return _answer(order, block=block, refused=refused, message=message)
    url = url_for("orders.show", public_id=public_id)
    return see_other(url, toast=_("Sent. The answer will stand here."))
