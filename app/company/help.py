"""Help: the questions people ask, in three languages, and who to turn to."""

from __future__ import annotations

from flask import Blueprint, Response

from app.company.help_words import groups_for
from app.core.access import public
from app.core.filters import initials
from app.core.http import render
from app.core.nav import exists, nav
from app.core.settings import current_settings
from app.identity.actor import get_actor
from app.identity.queries import list_contacts

bp = Blueprint("help", __name__)


@bp.get("/help")
@public
def index() -> Response:
    """Everybody's page: signed out it has no contacts but the vendor's address."""
    actor = get_actor()
    for_vendor = actor is not None and actor.is_vendor
    open_places = {item.href for _title, items in nav().groups for item in items}

    def is_open(href: str | None) -> bool:
        return href is not None and (href in open_places if for_vendor else exists(href))

    groups = [
        (title, [(item, is_open(item.href)) for item in items]) for title, items in groups_for(for_vendor)
    ]
    contacts: list[tuple[str, str, str]] = []
    if actor is not None and actor.organisation_id is not None:
        contacts = [(row.name, row.email, initials(row.name)) for row in list_contacts(actor.organisation_id)]
    return render(
        "company/help.html",
        "main",
        groups=groups,
        contacts=contacts,
        support_email=current_settings().support_email,
        layout="_app.html" if actor else "_public.html",
    )
