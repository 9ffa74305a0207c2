"""The vendor's pages of people: its own and the partners'."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.company.services import deactivate_member
from app.core.clock import utc_now
from app.core.errors import Conflict
from app.core.forms import AppForm, add_errors
from app.core.http import render, see_other
from app.identity.actor import current_actor
from app.identity.forms import RoleForm, VendorInviteForm, VendorRoleForm
from app.identity.guard import needs
from app.identity.listing import list_people
from app.identity.models import Person
from app.identity.queries import find_invitation, find_person, list_invitations
from app.identity.services import invitations, people
from app.identity.sessions import list_sessions
from app.partners.models import Membership, Role

admin_bp = Blueprint("identity_admin", __name__, url_prefix="/admin/people")
SIDES = ("all", "vendor", "partners", "deactivated")


@admin_bp.get("")
@needs("person.view")
def index() -> Response:
    """Everybody in sight, by name."""
    actor = current_actor()
    side = request.args.get("side", "all")
    text = request.args.get("q", "")
    page = list_people(
        actor, side=side if side in SIDES else "all", text=text, after=request.args.get("after")
    )
    open_invitations = (
        list_invitations(None) if actor.can("person.manage") and "after" not in request.args else []
    )
    return render(
        "admin/people/index.html",
        "results",
        page=page,
        side=side,
        text=text,
        invitations=open_invitations,
        now=utc_now(),
    )


@admin_bp.get("/invitations/new")
@needs("person.manage")
def invite_form() -> Response:
    """Whom to invite to the vendor's side."""
    return _invite_page(VendorInviteForm(formdata=None, role=Role.CHANNEL_MANAGER.value))


@admin_bp.post("/invitations")
@needs("person.manage")
def invite() -> Response:
    """Mail an invitation to the vendor's side."""
    form = VendorInviteForm()
    if not form.validate():
        return _invite_page(form, status=422)
    try:
        invitations.invite(form.email.data or "", Role(form.role.data), None, actor=current_actor())
    except Conflict as refused:
        add_errors(form, refused.fields)
        return _invite_page(form, status=409)
    return see_other(
        url_for(".index"), toast=_("The invitation is on its way to %(email)s.", email=form.email.data)
    )


def _invite_page(form: VendorInviteForm, status: int = 200) -> Response:
    return render("admin/people/invite.html", "main", status=status, form=form)


@admin_bp.post("/invitations/<public_id>/again")
@needs("person.manage", "partner.manage")
def invite_again(public_id: str) -> Response:
    """Mail a fresh link."""
    invitation = find_invitation(public_id, current_actor())
    invitations.send_again(invitation.id, actor=current_actor())
    return see_other(_back(), toast=_("Sent again to %(email)s.", email=invitation.email))


@admin_bp.post("/invitations/<public_id>/revocation")
@needs("person.manage", "partner.manage")
def revoke(public_id: str) -> Response:
    """Take an invitation back."""
    invitation = find_invitation(public_id, current_actor())
    invitations.revoke(invitation.id, actor=current_actor())
    return see_other(_back(), toast=_("The invitation to %(email)s was taken back.", email=invitation.email))


def _back() -> str:
    """The partner's page if the form stood there, else the list of people."""
    partner = request.form.get("partner", "")
    if partner.isalnum():
        return f"/admin/partners/{partner}"
    return url_for(".index")


@admin_bp.get("/<public_id>")
@needs("person.view")
def person(public_id: str) -> Response:
    """One person: place, role, access."""
    found, membership, company = find_person(public_id, current_actor())
    return _person_page(found, membership, company, _role_form(membership, fill=True))


def _role_form(membership: Membership, *, fill: bool) -> RoleForm | VendorRoleForm:
    kind: type[AppForm] = RoleForm if membership.organisation_id is not None else VendorRoleForm
    return kind(formdata=None, role=membership.role.value) if fill else kind()


def _person_page(
    found: Person, membership: Membership, company: Any, form: AppForm, status: int = 200
) -> Response:
    actor = current_actor()
    of_partner = membership.organisation_id is not None
    manages = actor.can("person.manage") or (of_partner and actor.can("partner.manage"))
    return render(
        "admin/people/person.html",
        "main",
        status=status,
        person=found,
        membership=membership,
        company=company,
        form=form,
        manages=manages and found.id != actor.person_id,
        sessions=list_sessions(found.id),
    )


@admin_bp.post("/<public_id>/role")
@needs("person.manage", "partner.manage")
def change_role(public_id: str) -> Response:
    """Another role on the same side."""
    found, membership, company = find_person(public_id, current_actor())
    form = _role_form(membership, fill=False)
    if not form.validate():
        return _person_page(found, membership, company, form, status=422)
    people.change_role(found.id, Role(form.role.data), actor=current_actor())
    return see_other(url_for(".person", public_id=public_id), toast=_("Saved."))


@admin_bp.post("/<public_id>/deactivation")
@needs("person.manage", "partner.manage")
def deactivate(public_id: str) -> Response:
    """Keep a person out from now on."""
    found, _membership, _company = find_person(public_id, current_actor())
    deactivate_member(found.id, actor=current_actor())
    return see_other(
        url_for(".person", public_id=public_id), toast=_("%(name)s can no longer sign in.", name=found.name)
    )


@admin_bp.post("/<public_id>/reactivation")
@needs("person.manage", "partner.manage")
def reactivate(public_id: str) -> Response:
    """Let a person in again."""
    found, _membership, _company = find_person(public_id, current_actor())
    people.reactivate(found.id, actor=current_actor())
    return see_other(
        url_for(".person", public_id=public_id), toast=_("%(name)s can sign in again.", name=found.name)
    )
