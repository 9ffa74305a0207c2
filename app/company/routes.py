"""The team of one's own company, and the menu of everything."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.company.seen import is_away, seen_words
from app.company.services import deactivate_member
from app.core.clock import utc_now
from app.core.errors import Conflict
from app.core.forms import add_errors
from app.core.http import render, see_other
from app.identity.actor import current_actor
from app.identity.forms import InviteForm, RoleForm
from app.identity.guard import needs
from app.identity.models import PersonStatus
from app.identity.queries import find_invitation, find_person, list_invitations, list_members
from app.identity.services import invitations, people
from app.ledger.models import Owner
from app.ledger.queries import balances
from app.partners.models import Role
from app.partners.queries import get_organisation

bp = Blueprint("company", __name__)


@bp.get("/team")
@needs("team.view")
def team() -> Response:
    """Company, members, invitations. A plain member sees names and roles only."""
    actor = current_actor()
    assert actor.organisation_id is not None
    manages = actor.can("team.manage")
    members = list_members(actor.organisation_id)
    return render(
        "company/team.html",
        "main",
        company=get_organisation(actor.organisation_id),
        points=balances(Owner("organisation", actor.organisation_id)).available if manages else None,
        members=[
            (person, role) for person, role in members if manages or person.status is PersonStatus.ACTIVE
        ],
        invitations=list_invitations(actor.organisation_id) if manages else [],
        now=utc_now(),
        seen_words=seen_words,
        is_away=is_away,
    )


@bp.get("/team/invitations/new")
@needs("team.manage")
def invite_form() -> Response:
    """Whom to invite; a page, or a sheet over the team."""
    return _invite_page(InviteForm(formdata=None, role=Role.MEMBER.value))


@bp.post("/team/invitations")
@needs("team.manage")
def invite() -> Response:
    """Mail an invitation."""
    form = InviteForm()
    if not form.validate():
        return _invite_page(form, status=422)
    try:
        invitations.invite(
            form.email.data or "",
            Role(form.role.data),
            current_actor().organisation_id,
            actor=current_actor(),
        )
    except Conflict as refused:
        add_errors(form, refused.fields)
        return _invite_page(form, status=409)
    return see_other(
        url_for(".team"), toast=_("The invitation is on its way to %(email)s.", email=form.email.data)
    )


def _invite_page(form: InviteForm, status: int = 200) -> Response:
    block = "sheet" if request.headers.get("HX-Target") == "sheet" else "main"
    return render("company/invite.html", block, status=status, form=form)


@bp.post("/team/invitations/<public_id>/again")
@needs("team.manage")
def invite_again(public_id: str) -> Response:
    """Mail a fresh link."""
    invitation = find_invitation(public_id, current_actor())
    invitations.send_again(invitation.id, actor=current_actor())
    return see_other(url_for(".team"), toast=_("Sent again to %(email)s.", email=invitation.email))


@bp.post("/team/invitations/<public_id>/revocation")
@needs("team.manage")
def revoke(public_id: str) -> Response:
    """Take an invitation back."""
    invitation = find_invitation(public_id, current_actor())
    invitations.revoke(invitation.id, actor=current_actor())
    return see_other(
        url_for(".team"), toast=_("The invitation to %(email)s was taken back.", email=invitation.email)
    )


@bp.get("/team/<public_id>")
@needs("team.manage")
def member(public_id: str) -> Response:
    """One member: role and access."""
    person, membership, _company = find_person(public_id, current_actor())
    form = RoleForm(formdata=None, role=membership.role.value)
    return render(
        "company/member.html", "main", person=person, membership=membership, form=form, seen_words=seen_words
    )


@bp.post("/team/<public_id>/role")
@needs("team.manage")
def change_role(public_id: str) -> Response:
    """Another role for a member."""
    person, membership, _company = find_person(public_id, current_actor())
    form = RoleForm()
    if not form.validate():
        return render(
            "company/member.html",
            "main",
            status=422,
            person=person,
            membership=membership,
            form=form,
            seen_words=seen_words,
        )
    people.change_role(person.id, Role(form.role.data), actor=current_actor())
    return see_other(url_for(".member", public_id=public_id), toast=_("Saved."))


@bp.post("/team/<public_id>/deactivation")
@needs("team.manage")
def deactivate(public_id: str) -> Response:
    """Keep a member out from now on."""
    person, _membership, _company = find_person(public_id, current_actor())
    deactivate_member(person.id, actor=current_actor())
    return see_other(url_for(".team"), toast=_("%(name)s can no longer sign in.", name=person.name))


@bp.post("/team/<public_id>/reactivation")
@needs("team.manage")
def reactivate(public_id: str) -> Response:
    """Let a member in again."""
    person, _membership, _company = find_person(public_id, current_actor())
    people.reactivate(person.id, actor=current_actor())
    return see_other(url_for(".team"), toast=_("%(name)s can sign in again.", name=person.name))
