"""The vendor's list of sale lines."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.core.clock import today
from app.core.http import render, with_query
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.sales.models import SaleKind
from app.sales.queries import list_sales, sum_of_year
from app.sales.words import sale_kind_name

admin_bp = Blueprint("sales_admin", __name__, url_prefix="/admin/sales")


@admin_bp.get("")
@needs("sale.view")
def index() -> Response:
    """Lines of all organisations in scope, newest first."""
    actor = current_actor()
    text, after = request.args.get("q", "").strip()[:80], request.args.get("after", "")
    kind = request.args.get("kind", "")
    kind = kind if kind in {each.value for each in SaleKind} else ""
    page = list_sales(actor, text=text, kind=kind, after=after)
    year = today().year
    return render(
        "admin/sales/index.html",
        "rows" if after else "results" if request.headers.get("HX-Target") == "results" else "main",
        page=page,
        more_url=with_query(after=page.after) if page.after else None,
        text=text,
        kind=kind,
        kinds=[each.value for each in SaleKind],
        year=year,
        sums=[] if after else sum_of_year(actor, year),
        sale_kind_name=sale_kind_name,
    )
