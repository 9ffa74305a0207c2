"""A partner's tier: where the company stands, what is missing, what one more deal would do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.core.http import readable_offline, render
from app.core.settings import current_settings
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.products.queries import list_families
from app.tiers import words
from app.tiers.forms import DealForm
from app.tiers.home import tier_card, tier_name
from app.tiers.standing_page import Page, find_page
from app.tiers.whatif import Answer, answer

bp = Blueprint("tiers", __name__)
bp.app_template_global("tier_card")(tier_card)
bp.app_template_global("tier_name")(tier_name)


@bp.get("/tier")
@needs("tier.view")
@readable_offline
def index() -> Response:
    """The ladder, what is needed, and the answer to *what would one more deal do?*."""
    actor = current_actor()
    page = find_page(actor)
    form = DealForm(actor.organisation_currency or "MYR", list_families(), request.args)
    asks = bool(page) and "value" in request.args
    is_right = not asks or form.validate()
    return render(
        "tiers/index.html",
        "answer" if request.headers.get("HX-Target") == "answer" else "main",
        status=200 if is_right else 422,
        page=page,
        form=form,
        answer=_answer(actor, page, form) if page and asks and is_right else None,
        words=words,
        currency=current_settings().reporting_currency,
    )


def _answer(actor: Actor, page: Page, form: DealForm) -> Answer:
    values: dict[str, Any] = {
        "amount_minor": form.value.data,
        "currency": actor.organisation_currency or "MYR",
    }
    return answer(
        actor, page.version, page.own, page.have, family_id=form.family_id,
        is_pinned=page.pin_until is not None, **values,
    )  # fmt: skip
