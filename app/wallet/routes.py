"""The partner's wallet: balance, statement, receipts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from app.core.clock import today
from app.core.csvs import write_csv
from app.core.db import end_read
from app.core.filters import day
from app.core.http import is_htmx, render
from app.core.i18n import _
from app.core.money import exponent, shown_decimals
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.ledger.models import Owner
from app.ledger.queries import Balances
from app.ledger.services.lives import GRACE_DAYS
from app.rewards.prices import Rate, worth_minor
from app.rewards.queries.catalogue import find_point_rate
from app.wallet.lines import Told, action_of, kind_name
from app.wallet.queries import (
    View,
    company_wallet,
    find_wallet,
    list_balances,
    own_wallet,
    read_page,
    view_of,
    walk,
)
from app.wallet.receipts import cap_words, find_receipt

bp = Blueprint("wallet", __name__)

BAR_PARTS = 3


@bp.get("/wallet")
@needs("wallet.view")
def index() -> Response:
    """The wallet, or (htmx, *Show more*) the next lines of its statement."""
    actor = current_actor()
    which = request.args.get("of", "")
    owner = find_wallet(actor, which)
    view = _view(actor, owner)
    page = read_page(view)
    shown: dict[str, Any] = {
        "page": page,
        "view": view,
        "of": _of(owner),
        "shelves": _shelves(),
        "last_month": request.args.get("from"),
    }
    if view.after is not None and is_htmx():
        return render("wallet/index.html", "rows", **shown)
    found = list_balances(actor)
    mine = found[owner]
    rate = find_point_rate(actor.organisation_currency)
    return render(
        "wallet/index.html",
        "main",
        balances=mine,
        worth=_worth(mine.available, rate),
        parts=expiry_parts(mine),
        in_grace=[(points, on) for on, points in mine.expiring if on < today()],
        grace_days=GRACE_DAYS,
        other=_other(actor, owner, found),
        company_name=actor.organisation_name,
        **shown,
    )


def _worth(points: int, rate: Rate | None) -> tuple[int, str] | None:
    """About what the points are worth: whole units of the currency, thousands where it is shown without decimals."""
    if rate is None or not points:
        return None
    minor = worth_minor(points, rate)
    step = 10 ** exponent(rate.currency) * (1 if shown_decimals(rate.currency) else 1000)
    return minor - minor % step, rate.currency


def _view(actor: Actor, owner: Owner) -> View:
    args = request.args
    return view_of(
        actor, owner, shelf=args.get("show", ""), month=args.get("month", ""), after=args.get("after", "")
    )


def _of(owner: Owner) -> str | None:
    return "company" if owner.kind == "organisation" else None


def _other(actor: Actor, owner: Owner, found: dict[Owner, Balances]) -> tuple[str, Balances] | None:
    """The wallet beside this one: (address, balances) of the company's, or of one's own."""
    company = company_wallet(actor)
    if company is None:
        return None
    if owner == company:
        return url_for("wallet.index"), found[own_wallet(actor)]
    return url_for("wallet.index", of="company"), found[company]


def _shelves() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("earned", _("Earned")),
        ("spent", _("Spent")),
        ("taken", _("Expired or taken back")),
        ("other", _("Shared or adjusted")),
    ]


def expiry_parts(found: Balances) -> list[tuple[int, str]]:
    """Points by date for the bar: the first dates each, the rest as one part that says after when."""
    lots = list(found.expiring)
    if len(lots) <= BAR_PARTS:
        return [(points, day(on)) for on, points in lots]
    first, rest = lots[: BAR_PARTS - 1], lots[BAR_PARTS - 1 :]
    parts = [(points, day(on)) for on, points in first]
    parts.append((sum(points for _on, points in rest), _("from %(date)s", date=day(rest[0][0]))))
    return parts


@bp.get("/wallet/statement.csv")
@needs("wallet.view")
def download() -> Response:
    """The lines in view as a file."""
    actor = current_actor()
    owner = find_wallet(actor, request.args.get("of", ""))
    view = _view(actor, owner)
    text = "".join(write_csv(_header(), (_row(told) for told in walk(view))))
    end_read()
    name = f"wallet-{view.month:%Y-%m}.csv" if view.month else "wallet.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"}
    return Response(text, mimetype="text/csv", headers=headers)


def _header() -> list[str]:
    return [
        _("Date"),
        _("What"),
        _("Reference"),
        _("Kind"),
        _("Points in"),
        _("Points out"),
        _("Clears on"),
        _("Receipt"),
    ]


def _row(told: Told) -> list[object]:
    line = told.line
    clears_on = line.releases_on.isoformat() if line.releases_on else ""
    return [
        line.created_at.date().isoformat(),
        told.title,
        told.subject,
        kind_name(line.kind),
        line.points if line.points > 0 else "",
        -line.points if line.points < 0 else "",
        clears_on,
        line.public_id,
    ]


@bp.get("/wallet/expiry")
@needs("wallet.view")
def expiry() -> Response:
    """How long points last: a page, or a sheet over the wallet."""
    block = "sheet" if request.headers.get("HX-Target") == "sheet" else "main"
    return render("wallet/expiry.html", block, grace_days=GRACE_DAYS)


@bp.get("/wallet/<public_id>")
@needs("wallet.view")
def receipt(public_id: str) -> Response:
    """One line explained."""
    actor = current_actor()
    found = find_receipt(public_id, actor)
    return render(
        "wallet/receipt.html",
        "main",
        receipt=found,
        told=found.told,
        line=found.told.line,
        story=found.story,
        wait=found.wait,
        cap=cap_words(found),
        payee=actor.organisation_name if found.is_company else actor.name,
        back=url_for("wallet.index", of=_of(found.told.line.owner)),
        action=action_of(found.told.href) if found.told.href else "",
    )
