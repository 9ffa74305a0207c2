"""The ledger for the vendor's people: every posting can be found, opened and traced."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.core.http import render, with_query
from app.core.i18n import _
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.ledger.models import PostingKind
from app.wallet.lines import kind_name
from app.wallet.vendor import find_posting, list_postings

admin_bp = Blueprint("ledger_admin", __name__, url_prefix="/admin/ledger")

SHOWN = ("award", "redemption", "refund", "clawback", "adjustment", "expiry")


@admin_bp.get("")
@needs("ledger.view")
def index() -> Response:
    actor = current_actor()
    search = request.args.get("q", "").strip()[:80]
    kind = request.args.get("kind", "")
    kind = kind if kind in {each.value for each in PostingKind} else ""
    after = request.args.get("after", "")
    rows, following = list_postings(actor, search=search, kind=kind, after=after)
    return render(
        "admin/ledger/index.html",
        "rows" if after else "results" if request.headers.get("HX-Target") == "results" else "main",
        rows=rows,
        more_url=with_query(after=following) if following else None,
        search=search,
        kind=kind,
        kinds=[("", _("All")), *((each, kind_name(each)) for each in SHOWN)],
        kind_name=kind_name,
    )


@admin_bp.get("/<public_id>")
@needs("ledger.view")
def show(public_id: str) -> Response:
    found = find_posting(public_id, current_actor())
    return render(
        "admin/ledger/show.html",
        "main",
        found=found,
        posting=found.posting,
        kind_name=kind_name,
        accounts=account_names(),
    )


def account_names() -> dict[str, str]:
    """What accounts are called on the vendor's screens."""
    return {
        "available": _("to spend"),
        "pending": _("on the way"),
        "clawback_due": _("owed"),
        "issued": _("Issued"),
        "redeemed": _("Redeemed"),
        "expired": _("Expired"),
        "adjusted": _("Adjusted"),
        "paid": _("Paid"),
        "code": _("on the code"),
    }
