"""Adjustments by the vendor's people: small ones at once, large ones when a second person approves."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for
from sqlalchemy import or_, select

from app.core.db import db
from app.core.errors import InvalidInput, NotFound
from app.core.http import idempotent, render, see_other
from app.core.i18n import _
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.identity.queries import find_actor_by_email, names_of
from app.ledger.errors import InsufficientPoints
from app.ledger.models import Adjustment, AdjustmentState, Owner
from app.ledger.queries import balances
from app.ledger.services import Posted, adjust_or_propose, approve_adjustment, decline_adjustment
from app.ledger.services.moving import ADJUSTMENT_LIMIT
from app.partners.models import Organisation, Role
from app.partners.queries import visible_organisation_ids
from app.wallet.forms import AdjustmentForm
from app.wallet.vendor import names_of_owners

admin_bp = Blueprint("adjustments_admin", __name__, url_prefix="/admin/ledger/adjustments")

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Proposal:
    """One adjustment over the limit, in words."""

    row: Adjustment
    who: str
    maker: str
    decider: str
    balance: int | None = None


def list_proposals(actor: Actor) -> list[Proposal]:
    """Those that wait first, then the latest decided; companies in sight only."""
    query = (
        select(Adjustment)
        .order_by(Adjustment.state != AdjustmentState.WAITING, Adjustment.id.desc())
        .limit(SHOWN)
    )
    if actor.role is Role.CHANNEL_MANAGER:
        query = query.where(Adjustment.organisation_id.in_(visible_organisation_ids(actor)))
    rows = list(db.session.scalars(query))
    names = names_of_owners({Owner(row.owner_kind.value, row.owner_id) for row in rows})
    people = names_of(person for row in rows for person in (row.made_by_id, row.decided_by_id))
    return [
        Proposal(
            row,
            names.get(Owner(row.owner_kind.value, row.owner_id), ""),
            people.get(row.made_by_id, ""),
            people.get(row.decided_by_id or 0, ""),
        )
        for row in rows
    ]


def find_proposal(public_id: str, actor: Actor) -> Adjustment:
    """One proposal in sight. Raises NotFound."""
    query = select(Adjustment).where(Adjustment.public_id == public_id)
    if actor.role is Role.CHANNEL_MANAGER:
        query = query.where(Adjustment.organisation_id.in_(visible_organisation_ids(actor)))
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound()
    return found


def find_payee(text: str) -> tuple[Owner, int]:
    """(owner, organisation) of a member's e-mail or a company's name or number. Raises InvalidInput at `who`."""
    if "@" in text:
        try:
            person = find_actor_by_email(text)
        except NotFound:
            person = None
        if person is None or person.organisation_id is None or person.person_id is None:
            raise InvalidInput(fields={"who": _("No member has this email.")})
        return Owner("member", person.person_id), person.organisation_id
    query = select(Organisation.id).where(
        or_(Organisation.public_id == text, db.func.lower(Organisation.name) == text.lower())
    )
    found = list(db.session.scalars(query.limit(2)))
    if not found:
        raise InvalidInput(fields={"who": _("No company has this name.")})
    if len(found) > 1:
        raise InvalidInput(fields={"who": _("Several companies have this name. Enter the company’s number.")})
    return Owner("organisation", found[0]), found[0]


@admin_bp.get("")
@needs("ledger.view")
def index() -> Response:
    actor = current_actor()
    return render(
        "admin/ledger/adjustments.html",
        "main",
        proposals=list_proposals(actor),
        may_decide=actor.can("ledger.adjust"),
        limit=ADJUSTMENT_LIMIT,
    )


@admin_bp.get("/new")
@needs("ledger.adjust")
def new() -> Response:
    form = AdjustmentForm(formdata=None)
    form.who.data = request.args.get("who", "")[:200]
    return _form(form)


@admin_bp.post("")
@needs("ledger.adjust")
@idempotent
def create() -> Response:
    form = AdjustmentForm()
    if not form.validate():
        return _form(form, 422)
    try:
        owner, organisation_id = find_payee(form.who.data or "")
    except InvalidInput as refused:
        form.fail("who", refused.fields["who"])
        return _form(form, 422)
    points = (form.points.data or 0) * (1 if form.direction.data == "add" else -1)
    if points < 0 and balances(owner).available < -points:
        form.fail("points", InsufficientPoints.default)
        return _form(form, 422)
    made = adjust_or_propose(
        f"adjust:{current_actor().person_id}:{request.form['idempotency_key']}",
        owner,
        points,
        organisation_id=organisation_id,
        actor=current_actor(),
        reason=form.reason.data or "",
    )
    if isinstance(made, Posted):
        return see_other(
            url_for("ledger_admin.show", public_id=made.public_id), toast=_("The points are adjusted.")
        )
    return see_other(url_for("adjustments_admin.index"), toast=_("It waits for a second person."))


def _form(form: AdjustmentForm, status: int = 200) -> Response:
    return render(
        "admin/ledger/adjust.html",
        "main",
        status=status,
        form=form,
        limit=ADJUSTMENT_LIMIT,
    )


@admin_bp.post("/<public_id>/approval")
@needs("ledger.adjust")
def approve(public_id: str) -> Response:
    actor = current_actor()
    posted = approve_adjustment(find_proposal(public_id, actor).id, actor=actor)
    return see_other(
        url_for("ledger_admin.show", public_id=posted.public_id), toast=_("The points are adjusted.")
    )


@admin_bp.post("/<public_id>/rejection")
@needs("ledger.adjust")
def decline(public_id: str) -> Response:
    actor = current_actor()
    decline_adjustment(find_proposal(public_id, actor).id, actor=actor)
    return see_other(url_for("adjustments_admin.index"), toast=_("Declined. Nothing was changed."))
