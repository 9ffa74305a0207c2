"""Where the vendor's people begin: what waits longest, what is quick to do, what needs an eye."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.company.tiles import open_tiles
from app.company.today_queries import Work, load_today
from app.core.http import render
from app.core.i18n import _, ngettext
from app.home.routes import greeting
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs

bp = Blueprint("today", __name__)

# part of a row -> icon, tone, where it is decided
PLACES = {
    "deal": ("handshake", "brand", "/admin/deals/{}"),
    "program": ("sparkles", "accent", "/admin/programs/{}"),
    "tier": ("medal", "accent", "{}"),
    "codes": ("ticket", "accent", "{}"),
    "award": ("hand-heart", "brand", "{}"),
    "adjustment": ("scroll-text", "info", "/admin/ledger/adjustments"),
}


@bp.get("/admin/today")
@needs("queue.view", "partner.view")
def index() -> Response:
    """Work of any kind by how long it waits, for each role its own."""
    actor = current_actor()
    desk = load_today(actor)
    return render(
        "admin/today/index.html",
        "main",
        desk=desk,
        work=[(item, *_place(item)) for item in desk.work],
        actions=_actions(actor),
        greeting=greeting(actor),
        hours_words=hours_words,
    )


def _place(item: Work) -> tuple[str, str, str, str]:
    """Icon, tone, address and the line below the title."""
    icon, tone, address = PLACES[item.row.part]
    return icon, tone, address.format(item.row.ref), _line(item)


def _line(item: Work) -> str:
    text = item.row.text or ""
    lines = {
        "deal": _("Deal, %(company)s", company=text),
        "program": _("Program to sign off, from %(name)s", name=text),
        "adjustment": _("Adjustment to check, %(company)s", company=text),
        "tier": _("Tier plan to sign off, from %(name)s", name=text),
        "codes": _("Gift codes to approve, from %(name)s", name=text),
        "award": _("Award to approve, from %(name)s", name=text),
    }
    return lines.get(item.row.part, text)


def _actions(actor: Actor) -> list[dict[str, Any]]:
    """What is begun most often."""
    offered = (
        ("/admin/recognition/new", "hand-heart", _("Give an award"), "accent", "recognition.award"),
        ("/admin/news/new", "megaphone", _("Announce"), "brand", "news.edit"),
        ("/admin/imports", "upload", _("Import sales"), "brand", "import.run"),
        ("/admin/codes", "ticket", _("Make gift codes"), "accent", "code.issue"),
        ("/admin/programs/new", "sparkles", _("New program"), "brand", "program.edit"),
        ("/admin/training", "graduation-cap", _("Training"), "accent", "training.edit"),
        ("/admin/ledger", "scroll-text", _("Ledger"), "neutral", "ledger.view"),
    )
    return open_tiles(actor, offered)[:4]


def hours_words(hours: int) -> str:
    """A time to answer: hours up to two days, else days."""
    if hours < 1:
        return _("under 1 h")
    if hours < 48:
        return _("%(hours)s h", hours=hours)
    days = round(hours / 24)
    return ngettext("%(num)s day", "%(num)s days", days)
