"""The menu of everything: each place with one live fact, language, theme, help and sign-out."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select

from app.boards import queries as boards
from app.company.tiles import open_tiles
from app.core.feed import FeedRow
from app.core.filters import points, short_day
from app.core.http import render
from app.core.nav import count_at
from app.home.queries import read_feed
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.identity.queries import members_row
from app.identity.routes import THEME_COOKIE
from app.ledger.models import Owner
from app.ledger.queries import balances
from app.messages import queries as messages
from app.programs.queries import count_running
from app.recognition import queries as recognition
from app.rewards.queries.orders import orders_row
from app.sales.queries import latest_row
from app.tiers import queries as tiers
from app.tiers.home import tier_card
from app.training import queries as training

bp = Blueprint("more", __name__)
Feed = dict[str, list[FeedRow]]


@bp.get("/more")
@needs("account.edit")
def index() -> Response:
    """Everything a person may open, with one live fact each; language, theme and sign-out in place."""
    actor = current_actor()
    feed = {} if actor.is_vendor else _read(actor)
    card = tier_card(feed.get("tier", []))
    return render(
        "company/more.html",
        "main",
        tiles=[] if actor.is_vendor else _tiles(actor, feed),
        tier_name=card.level if card else None,
        theme_now=request.cookies.get(THEME_COOKIE) or "auto",
    )


def _read(actor: Actor) -> Feed:
    """What home's areas say, how many orders and people there are, and the last sale: one statement."""
    return read_feed(actor, orders_row, company_row, latest_row)


def company_row(actor: Actor) -> Select[Any] | None:
    """How many people the actor's company has."""
    return None if actor.organisation_id is None else members_row(actor.organisation_id)


def _tiles(actor: Actor, feed: Feed) -> list[dict[str, Any]]:
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
        {**tile, "fact": _fact(tile["href"], actor, feed), "count": count_at(tile["href"], actor)}
        for tile in open_tiles(actor, offered)
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
    counted = {"/orders": "orders", "/team": "members"}.get(href)
    if counted is not None:
        count = next((row.n1 or 0 for row in feed.get(counted, ())), 0)
        if counted == "orders":
            return ngettext("%(num)s order", "%(num)s orders", count)
        return ngettext("%(num)s member", "%(num)s members", count)
    if href == "/sales":
        last = next((row.at for row in feed.get("sales", ())), None)
        return _("Last %(day)s", day=short_day(date.fromisoformat(last[:10]))) if last else _("None yet")
    return _("16 characters") if href == "/redeem" else None
