"""Orders for the vendor: what waits, what went wrong, cancel with a reason."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from app.core.errors import InvalidInput
from app.core.forms import add_errors
from app.core.http import render, see_other, with_query
from app.core.i18n import _
from app.core.nav import count_for
from app.core.types import MAX_ID
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.rewards import services
from app.rewards.forms import AnswerForm, NoteForm, ReasonForm
from app.rewards.models import OrderState
from app.rewards.orders import steps_of
from app.rewards.queries.orders import count_waiting, find_order, list_complaints, list_orders, waiting_count
from app.rewards.states import FORWARD, may_go
from app.rewards.words import clean

admin_bp = Blueprint("orders_admin", __name__, url_prefix="/admin/orders")

SHELVES = ("open", "problems", "all")


count_for("/admin/orders", waiting_count)


@admin_bp.get("")
@needs("order.admin_view")
def index() -> Response:
    actor = current_actor()
    shelf = request.args.get("shelf", "open")
    shelf = shelf if shelf in SHELVES else "open"
    search, after = clean(request.args.get("q"), 60), request.args.get("after", "")
    rows, following = list_orders(actor, shelf="" if search else shelf, search=search, after=after)
    return render(
        "admin/orders/index.html",
        "rows" if after else "results" if request.headers.get("HX-Target") == "results" else "main",
        orders=rows,
        more_url=with_query(after=following) if following else None,
        counts=count_waiting(actor),
        shelf=shelf,
        search=search,
    )


@admin_bp.get("/<public_id>")
@needs("order.admin_view")
def show(public_id: str) -> Response:
    return _answer(public_id)


def _answer(public_id: str, status: int = 200, **forms: Any) -> Response:
    actor = current_actor()
    order = find_order(public_id, actor)
    return render(
        "admin/orders/show.html",
        "main",
        status=status,
        order=order,
        steps=steps_of(order),
        complaints=list_complaints(order.id),
        following=FORWARD.get(order.state) if not order.is_digital and actor.can("order.fulfil") else None,
        can_cancel=order.can_cancel and actor.can("order.cancel"),
        can_pay_back=(
            actor.can("order.cancel") and not order.can_cancel and may_go(order.state, OrderState.FAILED)
        ),
        can_answer=actor.can("order.fulfil") or actor.can("order.cancel"),
        reason_form=forms.get("reason_form") or ReasonForm(formdata=None),
        note_form=forms.get("note_form") or NoteForm(formdata=None),
        answer_form=forms.get("answer_form") or AnswerForm(formdata=None),
    )


@admin_bp.post("/<public_id>/cancellation")
@needs("order.cancel")
def cancel(public_id: str) -> Response:
    return _end(public_id, services.cancel)


@admin_bp.post("/<public_id>/failure")
@needs("order.cancel")
def pay_back(public_id: str) -> Response:
    return _end(public_id, services.fail)


def _end(public_id: str, verb: Any) -> Response:
    form = ReasonForm()
    if form.validate():
        try:
            verb(public_id, actor=current_actor(), reason=form.reason.data or "")
            url = url_for("orders_admin.show", public_id=public_id)
            return see_other(url, toast=_("The points are back with the partner."))
        except InvalidInput as refused:
            add_errors(form, refused.fields)
    return _answer(public_id, 422, reason_form=form)


@admin_bp.post("/<public_id>/progress")
@needs("order.fulfil")
def advance(public_id: str) -> Response:
    form = NoteForm()
    state = request.form.get("state", "")
    if state not in list(OrderState):
        form.fail("note", _("Choose one of the answers offered."))
        return _answer(public_id, 422, note_form=form)
    if not form.validate():
        return _answer(public_id, 422, note_form=form)
    services.advance(public_id, OrderState(state), actor=current_actor(), note=form.note.data or "")
    return see_other(url_for("orders_admin.show", public_id=public_id), toast=_("The partner has been told."))


@admin_bp.post(f"/<public_id>/complaints/<int(max={MAX_ID}):complaint_id>/answer")
@needs("order.fulfil", "order.cancel")
def answer(public_id: str, complaint_id: int) -> Response:
    form = AnswerForm()
    if form.validate():
        try:
            services.answer(public_id, complaint_id, form.answer.data or "", actor=current_actor())
            url = url_for("orders_admin.show", public_id=public_id)
            return see_other(url, toast=_("Answered. The partner reads it on the order."))
        except InvalidInput as refused:
            add_errors(form, refused.fields)
    return _answer(public_id, 422, answer_form=form)
