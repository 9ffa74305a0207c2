"""Where the vendor's people begin: what waits longest, what is quick to do, what needs an eye."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from flask_babel import format_date

from app.company.tiles import open_tiles
from app.company.today_queries import Today, Work, load_today
from app.company.today_since import instant
from app.core.clock import local, today, utc_now, zone_letters
from app.core.feed import FeedRow
from app.core.filters import ago, short_day
from app.core.http import render
from app.core.i18n import _, ngettext
from app.core.nav import count_at
from app.core.settings import current_settings
from app.deals.checks import Facts
from app.home.routes import greeting
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs

bp = Blueprint("today", __name__)

# kind of work -> icon, tone, where it is decided
PLACES = {
    "deal": ("handshake", "brand", "/admin/deals/{}"),
    "program": ("sparkles", "accent", "/admin/programs/{}"),
    "tier": ("medal", "accent", "{}"),
    "codes": ("ticket", "accent", "{}"),
    "award": ("hand-heart", "brand", "{}"),
    "adjustment": ("scroll-text", "info", "/admin/ledger/adjustments"),
    "question": ("message-circle-question-mark", "info", "{}"),
}


@bp.get("/admin/today")
@needs("queue.view", "partner.view")
def index() -> Response:
    """Work of any kind by how long it waits, for each role its own."""
    actor = current_actor()
    desk = load_today(actor, count_at("/admin", actor))
    return render(
        "admin/today/index.html",
        "main",
        desk=desk,
        figures=_figures(actor, desk),
        work=[(item, *_place(item)) for item in desk.work],
        asked=[(row, *PLACES[row.text or ""][:2], _asked_line(row), instant(row.at)) for row in desk.asked],
        actions=_actions(actor),
        greeting=greeting(actor),
        clock=clock_words(),
        since_title=_since_title(desk.since.left_at, actor),
    )


def clock_words() -> str:
    """Weekday, day and time in the vendor's zone: *Monday 23 November, 09:12 MYT*."""
    zone = current_settings().time_zone
    now = local(utc_now(), zone)
    words = f"{format_date(now.date(), 'EEEE d MMMM', rebase=False)}, {now:%H:%M}"
    return f"{words} {zone_letters(zone)}".strip()


def _figures(actor: Actor, desk: Today) -> list[tuple[str, str, str, str]]:
    """(label, figure, what stands below, tone): what waits, for how long, how quick the answers are, what is asked."""
    waiting, clean, first = desk.waiting_count, desk.clean_count, next(iter(desk.asked), None)
    found = [
        (
            _("Waiting for you"),
            str(waiting),
            ngettext("%(num)s is clean", "%(num)s are clean", clean) if clean else "",
            "t-warn" if waiting else "t-ok",
        ),
        (_("Waits longest"), ago(desk.oldest) if desk.oldest else _("Nothing"), "", ""),
    ]
    if actor.can("deal.review"):
        usual = hours_words(desk.answer_hours) if desk.answer_hours is not None else _("None yet")
        count = desk.answer_count
        below = ngettext("%(num)s answer in 30 days", "%(num)s answers in 30 days", count) if count else ""
        found.append((_("Usual answer"), usual, below, ""))
    asked_at = instant(first.at) if first else None
    found.append((_("Waiting on others"), str(desk.asked_count), ago(asked_at) if asked_at else "", ""))
    return found


def _place(item: Work) -> tuple[str, str, str, str, str]:
    """Icon, tone, address, title and the line below it."""
    if item.deal is not None:
        icon, tone, address = PLACES["deal"]
        deal = item.deal
        line = _deal_line(deal.facts, deal.organisation_name)
        return icon, tone, address.format(deal.public_id), deal.customer_name, line
    assert item.row is not None
    icon, tone, address = PLACES[item.row.part]
    return icon, tone, address.format(item.row.ref), item.row.title or "", _line(item.row)


def _deal_line(facts: Facts, company: str) -> str:
    """Whose deal it is, and the first check that needs an eye."""
    if facts.has_match:
        return _("Deal, %(company)s, possible duplicate", company=company)
    if not facts.is_active or not facts.may_sell:
        return _("Deal, %(company)s, not authorised", company=company)
    if not facts.is_within_limit:
        return _("Deal, %(company)s, above the limit", company=company)
    if not facts.is_complete:
        return _("Deal, %(company)s, closing date has passed", company=company)
    return _("Deal, %(company)s, all checks clean", company=company)


def _line(row: FeedRow) -> str:
    text = row.text or ""
    lines = {
        "program": _("Program to sign off, from %(name)s", name=text),
        "adjustment": _("Adjustment to check, %(company)s", company=text),
        "tier": _("Tier plan to sign off, from %(name)s", name=text),
        "codes": _("Gift codes to approve, from %(name)s", name=text),
        "award": _("Award to approve, from %(name)s", name=text),
    }
    return lines.get(row.part, text)


def _asked_line(row: FeedRow) -> str:
    """What it is that another must answer, and who."""
    lines = {
        "question": _("Question to %(company)s", company=row.extra or ""),
        "program": _("Program, a second person signs it off"),
        "tier": _("Tier plan, a second person signs it off"),
        "codes": _("Gift codes, a second person approves them"),
        "award": _("Award, a second person approves it"),
        "adjustment": _("Adjustment, a second person checks it"),
    }
    return lines[row.text or ""]


def _since_title(left_at: datetime | None, actor: Actor) -> str:
    if left_at is None:
        return _("In the last 3 days")
    day = local(left_at, actor.zone).date()
    days = (today(actor.zone) - day).days
    if days <= 1:
        return _("Since you left yesterday")
    if days < 7:
        return _("Since you left on %(day)s", day=format_date(day, "EEEE", rebase=False))
    return _("Since you left on %(day)s", day=short_day(day))


def _actions(actor: Actor) -> list[dict[str, Any]]:
    """What is begun most often."""
    offered = (
        ("/admin/recognition/new", "hand-heart", _("Give an award"), "accent", "recognition.award"),
        ("/admin/news/new", "megaphone", _("Announce"), "brand", "news.edit"),
        ("/admin/imports", "upload", _("Import sales"), "brand", "import.run"),
        ("/admin/codes", "ticket", _("Make gift codes"), "accent", "code.issue"),
        ("/admin/programs/new", "sparkles", _("New program"), "brand", "program.edit"),
        ("/admin/training", "graduation-cap", _("Training"), "accent", "training.edit"),
        ("/admin/partners/new", "building-2", _("Add a partner"), "brand", "partner.manage"),
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
