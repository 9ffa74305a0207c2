"""Who an audience is, while it is being chosen: the live count and the companies found by name."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.core.http import render
from app.identity.actor import current_actor
from app.identity.audience import count_reach
from app.identity.guard import needs
from app.partners.audience import Audience
from app.partners.audience_form import AudienceForm, find_companies

admin_bp = Blueprint("audience_admin", __name__)


@admin_bp.get("/admin/audience")
@needs("program.admin_view", "board.admin_view", "training.admin_view", "news.admin_view")
def index() -> Response:
    """How many people the ticked boxes reach; for `#audience-companies` the companies found by name."""
    actor = current_actor()
    form = AudienceForm(formdata=request.args)
    form.offer_audience(actor)
    if request.headers.get("HX-Target") == "audience-companies":
        found = find_companies(actor, request.args.get("audience_find", ""))
        return render("admin/audience.html", "companies", form=form, found=found)
    audience = form.audience if form.validate() else Audience()
    return render(
        "admin/audience.html",
        "count",
        form=form,
        reach=count_reach(audience, actor),
        found=[],
        audience=audience,
    )
