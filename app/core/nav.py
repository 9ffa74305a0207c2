"""The main navigation: what this person may open and what exists, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import gettext, pgettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from app.core.db import read

# path, label, icon, permission; the path is the public address, so an area that is not there is left out.
Entry = tuple[str, Any, str, str]

PARTNER: tuple[Entry, ...] = (
    ("/", _l("Home"), "house", "home.view"),
    ("/deals", _l("Deals"), "handshake", "deal.view"),
    ("/rewards", _l("Rewards"), "gift", "reward.view"),
    ("/wallet", _l("Wallet"), "wallet", "wallet.view"),
    ("/programs", _l("Programs"), "sparkles", "program.view"),
    ("/training", _l("Learn"), "graduation-cap", "training.view"),
    ("/leaderboards", _l("Leaderboard"), "trophy", "board.view"),
    ("/recognition", _l("Recognition"), "hand-heart", "recognition.view"),
    ("/news", _l("News"), "newspaper", "news.view"),
    ("/sales", _l("Sales"), "chart-column-increasing", "sale.own"),
    ("/team", _l("Team"), "users", "team.view"),
)
VENDOR: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            ("/admin/today", _l("Today"), "layout-dashboard", "account.edit"),
            ("/admin", _l("Approvals"), "inbox", "queue.view"),
            ("/admin/partners", _l("Partners"), "building-2", "partner.view"),
            ("/admin/people", _l("People"), "users", "person.view"),
        ),
    ),
    (
        _l("Grow"),
        (
            ("/admin/programs", _l("Programs"), "sparkles", "program.admin_view"),
            ("/admin/tiers", _l("Tiers"), "medal", "tier.admin_view"),
            ("/admin/leaderboards", _l("Leaderboards"), "trophy", "board.admin_view"),
            ("/admin/training", _l("Training"), "graduation-cap", "training.admin_view"),
            ("/admin/recognition", _l("Recognition"), "hand-heart", "recognition.admin_view"),
            ("/admin/news", _l("Announcements"), "megaphone", "news.admin_view"),
            ("/admin/products", _l("Products"), "package", "product.view"),
            ("/admin/sales", _l("Sales"), "chart-column-increasing", "sale.view"),
            ("/admin/imports", _l("Imports"), "upload", "import.run"),
        ),
    ),
    (
        _l("Value"),
        (
            ("/admin/rewards", _l("Rewards"), "gift", "reward.admin_view"),
            ("/admin/codes", _l("Gift codes"), "ticket", "code.admin_view"),
            ("/admin/orders", _l("Orders"), "receipt", "order.admin_view"),
            ("/admin/ledger", _l("Ledger"), "scroll-text", "ledger.view"),
        ),
    ),
)
BELL: Entry = ("/notices", _l("Notices"), "bell", "notice.view")
# Pages whose tab is another one's: on the phone the wallet hangs under Rewards, the rest under More.
UNDER = {"/wallet": "/rewards", "/orders": "/rewards"}
UNDER_RAIL = {"/orders": "/rewards", "/admin/deals": "/admin"}
# Every page's address begins with one of these: they own nothing but themselves.
ROOTS = ("/", "/admin")
# path -> the query of how many wait there; an area registers one cheap count (see count_for).
Count = Callable[[Any], Select[Any] | None]
COUNTS: dict[str, Count] = {}
# (role, paths) -> the paths that have a count, and the statement that reads them all.
Made = tuple[tuple[str, ...], Select[Any]]
_made: dict[tuple[str, tuple[str, ...]], Made] = {}


@dataclass(frozen=True, slots=True)
class Item:
    href: str
    label: str
    icon: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Menu:
    """`groups`: (heading, items) of the rail; `tabs`: the phone's bar; `register`: where deals begin."""

    groups: list[tuple[str, list[Item]]] = field(default_factory=list)
    tabs: list[Item] = field(default_factory=list)
    register: str | None = None
    person: str | None = None
    bell: Item | None = None


def count_for(path: str, count: Count) -> None:
    """Show on the entry of `path` how many things wait there for the actor: a query of one number, or None.

    The actor given stands for everybody of the role: its ids are parameters. All numbers of a page are asked for in one
    statement.
    """
    COUNTS[path] = count


def keep_count(path: str, count: int) -> None:
    """The count of an entry that the page has read already, so that it is not asked again."""
    g.setdefault("nav_counts", {})[path] = count


def count_at(path: str, actor: Any) -> int:
    """How many things wait at `path` for the actor; the first question of a request answers for every entry."""
    known: dict[str, int] = g.setdefault("nav_counts", {})
    if path not in known and path in COUNTS:
        _read_counts(actor, known)
    return known.get(path, 0)


def _read_counts(actor: Any, known: dict[str, int]) -> None:
    entries = [entry for _title, group in VENDOR for entry in group] if actor.is_vendor else list(PARTNER)
    entries.append(BELL)
    open_paths = [entry[0] for entry in entries if entry[0] in COUNTS and actor.can(entry[3])]
    unknown = tuple(path for path in open_paths if path not in known)
    asked, query = _made.get((actor.role, unknown)) or _make_query(actor, unknown)
    row = read(query, actor.ids).one() if asked else ()
    known.update(dict.fromkeys(unknown, 0))
    known.update({path: int(value or 0) for path, value in zip(asked, row, strict=True)})


def _make_query(actor: Any, paths: tuple[str, ...]) -> Made:
    """Made once for each role, and for the paths whose counts a page has not read itself."""
    queries = [(path, COUNTS[path](actor.stand_in)) for path in paths]
    asked = {path: query.scalar_subquery() for path, query in queries if query is not None}
    made = _made[actor.role, paths] = tuple(asked), select(*asked.values())
    return made


def _paths(app: Flask) -> frozenset[str]:
    known = app.extensions.get("tangga_paths")
    if known is None:
        known = frozenset(
            rule.rule
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and not rule.arguments
        )
        if app._got_first_request:
            app.extensions["tangga_paths"] = known
    return known


def exists(path: str) -> bool:
    """Whether this installation has a page at `path`."""
    return path in _paths(current_app)


def _owner(path: str, entries: list[str], moved: dict[str, str]) -> str:
    """The entry that the page at `path` belongs to: the longest one that begins it."""
    for start, target in moved.items():
        if path == start or path.startswith(start + "/"):
            return target
    fitting = [entry for entry in entries if path == entry or path.startswith(entry.rstrip("/") + "/")]
    best = max(fitting, key=len, default="")
    return "" if best in ROOTS and path != best else best


def _items(entries: tuple[Entry, ...], actor: Any, paths: frozenset[str], current: str) -> list[Item]:
    return [
        Item(path, str(label), icon, path == current, count_at(path, actor))
        for path, label, icon, permission in entries
        if path in paths and actor.can(permission)
    ]


def build_menu(actor: Any, path: str, paths: frozenset[str]) -> Menu:
    """What the rail and the tab bar show to `actor` on the page at `path`."""
    sections = VENDOR if actor.is_vendor else (("", PARTNER),)
    everything = [entry[0] for _title, entries in sections for entry in entries]
    current = _owner(path, everything, UNDER_RAIL)
    groups = [(str(title), _items(entries, actor, paths, current)) for title, entries in sections]
    flat = [item for _title, items in groups for item in items]
    more = "/more" if "/more" in paths else "/account"
    register = "/deals/new" if "/deals/new" in paths and actor.can("deal.write") else None
    tabs = (
        [item for item in flat if item.href in ("/", "/deals", "/rewards")]
        if not actor.is_vendor
        else flat[:4]
    )
    tab = _owner(path, [item.href for item in tabs], UNDER if not actor.is_vendor else UNDER_RAIL)
    short = {"/deals": pgettext("tab bar", "Deals")}  # one line of a fifth of 320 px
    shown = [
        Item(item.href, short.get(item.href, item.label), item.icon, item.href == tab, item.count)
        for item in tabs
    ]
    if more in paths:
        shown.append(Item(more, gettext("More"), "menu", tab == ""))
    bell = next(iter(_items((BELL,), actor, paths, path)), None)
    return Menu(
        [group for group in groups if group[1]], shown, register, more if more in paths else None, bell
    )


def nav() -> Menu:
    """The menu of this request, made once."""
    actor = g.get("actor")
    if actor is None:
        return Menu()
    if "nav_menu" not in g:
        g.nav_menu = build_menu(actor, request.path, _paths(current_app))
    menu: Menu = g.nav_menu
    return menu


def init_app(app: Flask) -> None:
    app.jinja_env.globals["nav"] = nav
