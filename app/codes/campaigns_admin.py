"""Campaigns of gift codes for the vendor's people."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, request, url_for

from app.codes import services
from app.codes.forms import CampaignForm
from app.codes.models import Occasion
from app.codes.queries import CampaignRow, find_campaign, list_batches, list_campaigns
from app.core.clock import today
from app.core.errors import InvalidInput
from app.core.forms import add_errors
from app.core.http import idempotent, is_htmx, render, see_other
from app.core.i18n import _
from app.core.settings import current_settings
from app.identity.actor import current_actor
from app.identity.guard import needs

admin_bp = Blueprint("gift_campaigns", __name__)


@admin_bp.get("/admin/codes/campaigns")
@needs("code.admin_view")
def index() -> Response:
    return render("admin/codes/campaigns.html", "main", rows=list_campaigns(current_actor()))


@admin_bp.get("/admin/codes/campaigns/new")
@needs("code.issue")
def new() -> Response:
    first = today()
    form = CampaignForm(
        giver=current_settings().vendor_name, valid_from=first, valid_until=services.default_last_day(first)
    )
    return _edit(form)


def _edit(form: CampaignForm, row: CampaignRow | None = None, *, status: int = 200) -> Response:
    return render(
        "admin/codes/campaign_form.html", "main", status=status, form=form, row=row,
    )  # fmt: skip


def _details(form: CampaignForm) -> services.CampaignDetails:
    return services.CampaignDetails(
        name=form.name.data or "", giver=form.giver.data or "", budget_points=form.budget_points.data or 0,
        valid_from=form.valid_from.data or date.min, valid_until=form.valid_until.data or date.min,
        occasion=Occasion(form.occasion.data), message=form.message.data or "",
        palette=form.palette.data or "plain",
    )  # fmt: skip


@admin_bp.post("/admin/codes/campaigns")
@needs("code.issue")
def add() -> Response:
    form = CampaignForm()
    if not form.validate():
        return _edit(form, status=422)
    try:
        return _add_once(form)
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _edit(form, status=422)


@idempotent
def _add_once(form: CampaignForm) -> Response:
    campaign = services.add_campaign(_details(form), actor=current_actor())
    here = url_for("codes_admin.index", campaign=campaign.public_id)
    return see_other(here, toast=_("Campaign added. Make its first batch."))


@admin_bp.get("/admin/codes/campaigns/<public_id>")
@needs("code.admin_view")
def show(public_id: str) -> Response:
    actor = current_actor()
    row = find_campaign(public_id, actor)
    after = request.args.get("after", "")
    batches, following = list_batches(actor, campaign_id=row.campaign.id, after=after)
    more_url = url_for("gift_campaigns.show", public_id=public_id, after=following) if following else None
    return render(
        "admin/codes/campaign.html", "rows" if after and is_htmx() else "main", row=row, campaign=row.campaign,
        rows=batches, more_url=more_url, can_issue=actor.can("code.issue") and row.campaign.valid_until >= today(),
    )  # fmt: skip


@admin_bp.route("/admin/codes/campaigns/<public_id>/edit", methods=["GET", "POST"])
@needs("code.issue")
def edit(public_id: str) -> Response:
    actor = current_actor()
    row = find_campaign(public_id, actor)
    form = CampaignForm(obj=row.campaign)
    if not form.is_submitted():
        form.occasion.data = row.campaign.occasion.value
        return _edit(form, row)
    if not form.validate():
        return _edit(form, row, status=422)
    try:
        services.edit_campaign(row.campaign.id, _details(form), actor=actor)
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _edit(form, row, status=422)
    return see_other(url_for("gift_campaigns.show", public_id=public_id), toast=_("Saved"))
