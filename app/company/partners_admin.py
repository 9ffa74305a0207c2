"""The vendor's pages of partners: list with panel, one partner, new, edit, who looks after it, what it may sell."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.company.figures import latest_open_deals
from app.company.forms import ManyForm, NewPartnerForm, PartnerForm, SuspendForm
from app.company.partner_list import QUESTIONS, find_panel, list_partners, list_ticks
from app.company.seen import is_away, seen_short, seen_words
from app.company.services import create_partner
from app.company.words import country_name, kind_name
from app.core.clock import today, utc_now
from app.core.errors import Conflict, InvalidInput, NotFound
from app.core.forms import add_errors, choices
from app.core.http import render, see_other
from app.core.settings import current_settings
from app.identity.actor import current_actor
from app.identity.forms import InviteForm
from app.identity.guard import needs
from app.identity.queries import list_invitations, list_managers
from app.identity.services import invitations
from app.partners import services
from app.partners.models import Role
from app.partners.queries import find_organisation
from app.products.queries import list_families
from app.tiers.queries import company_card

admin_bp = Blueprint("partners_admin", __name__, url_prefix="/admin/partners")


@admin_bp.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "kind_name": kind_name,
        "country_name": country_name,
        "seen_words": seen_words,
        "seen_short": seen_short,
    }


@admin_bp.get("")
@needs("partner.view")
def index() -> Response:
    """Partners by name; `partner` opens the panel beside the list on a wide screen."""
    actor = current_actor()
    question, text = request.args.get("show", "all"), request.args.get("q", "")
    after, chosen = request.args.get("after"), request.args.get("partner", "")
    question = question if question in QUESTIONS else "all"
    page = list_partners(actor, question=question, text=text, after=after)
    panel = _panel(chosen) if chosen and not after else None
    return render(
        "admin/partners/index.html",
        _wanted_block(),
        page=page,
        question=question,
        text=text,
        year=today().year,
        is_away=is_away,
        panel=panel,
        chosen=chosen,
    )


def _wanted_block() -> str:
    return "panel" if request.headers.get("HX-Target") == "detail" else "results"


def _panel(public_id: str) -> dict[str, Any]:
    """What stands beside the list and atop the page: people, points, deals for who may see deals. Three statements."""
    actor = current_actor()
    found = find_panel(public_id, actor)
    company = found.organisation
    return {
        "company": company,
        "members": found.members,
        "deals": latest_open_deals(company.id) if actor.can("deal.review") else [],
        "figures": found.figures,
        "tier": company_card(company),
    }


@admin_bp.get("/new")
@needs("partner.manage")
def new() -> Response:
    """A new partner and its first admin."""
    settings = current_settings()
    form = NewPartnerForm(
        formdata=None,
        kind="reseller",
        country="MY",
        currency=settings.reporting_currency,
        locale=settings.default_locale,
        time_zone=settings.time_zone,
    )
    form.offer()
    return _edit_page(form, None)


@admin_bp.post("")
@needs("partner.manage")
def create() -> Response:
    """Write the partner and mail the invitation, both or neither."""
    form = NewPartnerForm()
    form.offer()
    if not form.validate():
        return _edit_page(form, None, status=422)
    row = create_partner(form.values(), form.email.data or "", actor=current_actor())
    toast = _("The invitation is on its way to %(email)s.", email=form.email.data)
    return see_other(url_for(".partner", public_id=row.public_id), toast=toast)


def _edit_page(form: PartnerForm, company: Any, status: int = 200) -> Response:
    return render("admin/partners/edit.html", "main", status=status, form=form, company=company)


@admin_bp.get("/<public_id>")
@needs("partner.view")
def partner(public_id: str) -> Response:
    """Everything about one partner."""
    return _partner_page(public_id)


def _partner_page(public_id: str, status: int = 200, **forms: Any) -> Response:
    panel = _panel(public_id)
    company = panel["company"]
    managers, families = list_ticks(company.id)
    return render(
        "admin/partners/partner.html",
        "main",
        status=status,
        panel=panel,
        company=company,
        managers=managers,
        families=families,
        invitations=list_invitations(company.id),
        invite_form=forms.get("invite_form") or InviteForm(formdata=None, role=Role.MEMBER.value),
        suspend_form=forms.get("suspend_form") or SuspendForm(formdata=None),
        now=utc_now(),
    )


@admin_bp.get("/<public_id>/edit")
@needs("partner.manage")
def edit_form(public_id: str) -> Response:
    """What is written about a partner."""
    company = find_organisation(public_id, current_actor())
    form = PartnerForm(formdata=None, obj=company)
    form.offer(company)
    return _edit_page(form, company)


@admin_bp.post("/<public_id>/edit")
@needs("partner.manage")
def edit(public_id: str) -> Response:
    """Save what is written about a partner."""
    company = find_organisation(public_id, current_actor())
    form = PartnerForm()
    form.offer(company)
    if not form.validate():
        return _edit_page(form, company, status=422)
    services.update_organisation(company.id, actor=current_actor(), **form.values())
    return see_other(url_for(".partner", public_id=public_id), toast=_("Saved."))


@admin_bp.post("/<public_id>/invitations")
@needs("partner.manage")
def invite(public_id: str) -> Response:
    """Invite a person of the partner."""
    company = find_organisation(public_id, current_actor())
    form = InviteForm()
    if not form.validate():
        return _partner_page(public_id, status=422, invite_form=form)
    try:
        invitations.invite(form.email.data or "", Role(form.role.data), company.id, actor=current_actor())
    except Conflict as refused:
        add_errors(form, refused.fields)
        return _partner_page(public_id, status=409, invite_form=form)
    toast = _("The invitation is on its way to %(email)s.", email=form.email.data)
    return see_other(url_for(".partner", public_id=public_id), toast=toast)


@admin_bp.post("/<public_id>/managers")
@needs("partner.manage")
def set_managers(public_id: str) -> Response:
    """Who looks after a partner; nobody ticked means every channel manager."""
    company = find_organisation(public_id, current_actor())
    form = ManyForm()
    known = {person.public_id: person.id for person in list_managers()}
    form.chosen.choices = choices((key, key) for key in known)
    if not form.validate():
        raise InvalidInput(_("Choose one of the answers offered."))
    services.set_managers(company.id, [known[key] for key in form.chosen.data or []], actor=current_actor())
    if not current_actor().can("person.manage") and _is_lost(public_id):
        return see_other(url_for(".index"), toast=_("Saved. Somebody else looks after this partner now."))
    return see_other(url_for(".partner", public_id=public_id), toast=_("Saved."))


def _is_lost(public_id: str) -> bool:
    """Whether the actor no longer sees a partner, after handing it over."""
    try:
        find_organisation(public_id, current_actor())
    except NotFound:
        return True
    return False


@admin_bp.post("/<public_id>/families")
@needs("partner.manage")
def set_families(public_id: str) -> Response:
    """What a partner may sell; nothing ticked means everything."""
    company = find_organisation(public_id, current_actor())
    form = ManyForm()
    known = {family.slug: family.id for family in list_families()}
    form.chosen.choices = choices((key, key) for key in known)
    if not form.validate():
        raise InvalidInput(_("Choose one of the answers offered."))
    services.set_families(company.id, [known[key] for key in form.chosen.data or []], actor=current_actor())
    return see_other(url_for(".partner", public_id=public_id), toast=_("Saved."))


@admin_bp.post("/<public_id>/suspension")
@needs("partner.manage")
def suspend(public_id: str) -> Response:
    """Keep a partner's people out; their value stays."""
    company = find_organisation(public_id, current_actor())
    form = SuspendForm()
    if not form.validate():
        return _partner_page(public_id, status=422, suspend_form=form)
    services.suspend_organisation(company.id, actor=current_actor(), reason=form.reason.data or "")
    toast = _("%(name)s is suspended. Its people cannot sign in.", name=company.name)
    return see_other(url_for(".partner", public_id=public_id), toast=toast)


@admin_bp.post("/<public_id>/reinstatement")
@needs("partner.manage")
def reinstate(public_id: str) -> Response:
    """Let a partner's people in again."""
    company = find_organisation(public_id, current_actor())
    services.reinstate_organisation(company.id, actor=current_actor())
    toast = _("%(name)s is back. Its people can sign in.", name=company.name)
    return see_other(url_for(".partner", public_id=public_id), toast=toast)
