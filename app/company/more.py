"""The menu of everything: each place with one live fact, language, theme, help and sign-out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from app.boards import queries as boards
from app.core.feed import FeedRow
from app.core.filters import points
from app.core.http import render
from app.core.nav import count_at, exists
from app.home.queries import read_feed
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.identity.queries import count_members
from app.identity.routes import THEME_COOKIE
from app.ledger.models import Owner
from app.ledger.queries import balances
from app.messages import queries as messages
from app.programs.queries import count_running
from app.recognition import queries as recognition
from app.rewards.queries.orders import count_orders
from app.tiers import queries as tiers
from app.training import queries as training

bp = Blueprint("more", __name__)
Feed = dict[str, list[FeedRow]]


@bp.get("/more")
@needs("account.edit")
def index() -> Response:
    """Everything a person may open, with one live fact each; language, theme and sign-out in place."""
    actor = current_actor()
    theme = request.cookies.get(THEME_COOKIE) or "auto"
    return render(
        "company/more.html",
        "main",
        tiles=[] if actor.is_vendor else _tiles(actor),
        tier_name=tiers.level_names().get(actor.organisation_tier or ""),
        theme_now=theme,
    )


def _tiles(actor: Actor) -> list[dict[str, Any]]:
    feed = read_feed(actor)
    offered = (
        ("/wallet", "wallet", _("Wallet"), "accent", "wallet.view"),
        ("/programs", "sparkles", _("Programs"), "accent", "program.view"),
        ("/tier", "medal", _("Your tier"), "accent", "tier.view"),
        ("/training", "graduation-cap", _("Learn"), "brand", "training.view"),
        ("/leaderboards", "trophy", _("Leaderboard"), "brand", "board.view"),
        ("/recognition", "hand-heart", _("Recognition"), "brand", "recognition.view"),
        ("/news", "newspaper", _("News"), "brand", "news.view"),
        ("/orders", "ticket", _("Orders"), "brand", "order.view"),
        ("/redeem", "gift", _("Gift code"), "brand", "code.redeem"),
        ("/sales", "chart-column-increasing", _("Sales"), "neutral", "sale.own"),
        ("/team", "users", _("Team"), "neutral", "team.view"),
    )
    return [
        {
            "href": href,
            "icon": icon,
            "title": title,
            "tone": tone,
            "fact": _fact(href, actor, feed),
            "count": count_at(href, actor),
        }
        for href, icon, title, tone, permission in offered
        if actor.can(permission) and exists(href)
    ]


def _fact(href: str, actor: Actor, feed: Feed) -> str | None:
    """One live fact, most of them from the statement that home makes too."""
    words = {
        "/tier": (tiers.more_words, ("tier",)),
        "/training": (training.more_words, ("learn",)),
        "/leaderboards": (boards.more_words, ("board",)),
        "/news": (messages.more_words, ("confirm", "news")),
    }.get(href)
    if words is not None:
        say, parts = words
        return say([row for part in parts for row in feed.get(part, ())])
    if href == "/recognition":
        return recognition.more_fact(actor)
    if href == "/wallet" and actor.person_id is not None:
        available = balances(Owner("member", actor.person_id)).available
        return ngettext("%(points)s point", "%(points)s points", available, points=points(available))
    if href == "/programs":
        return _("%(count)s running", count=count_running(actor))
    if href == "/orders":
        count = count_orders(actor)
        return ngettext("%(num)s order", "%(num)s orders", count)
    if href == "/team" and actor.organisation_id is not None:
        count = count_members(actor.organisation_id)
        return ngettext("%(num)s member", "%(num)s members", count)
    return _("16 characters") if href == "/redeem" else None
