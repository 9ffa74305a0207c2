"""The partner's page of sales: the organisation's own lines, and what each earned."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.core.clock import today
from app.core.http import render, with_query
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.sales.queries import list_sales, sum_of_year
from app.sales.words import sale_kind_name

bp = Blueprint("sales", __name__, url_prefix="/sales")


@bp.get("")
@needs("sale.own")
def index() -> Response:
    """Lines of the organisation, newest first."""
    actor = current_actor()
    text, after = request.args.get("q", "").strip()[:80], request.args.get("after", "")
    page = list_sales(actor, text=text, after=after, with_points=True)
    year = today(actor.zone).year
    return render(
        "sales/index.html",
        "rows" if after else "results" if request.headers.get("HX-Target") == "results" else "main",
        page=page,
        more_url=with_query(after=page.after) if page.after else None,
        text=text,
        year=year,
        sums=[] if after else sum_of_year(actor, year),
        sale_kind_name=sale_kind_name,
    )
