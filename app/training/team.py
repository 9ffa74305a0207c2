"""The completion matrix of one's own company, for its admin."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.core.http import render, with_query
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.training.admin_matrix import as_csv, asked, people_csv
from app.training.queries import matrix
from app.training.queries.matrix import Filters

bp = Blueprint("training_team", __name__, url_prefix="/team/training")


def _filters() -> Filters:
    found = asked()
    return Filters("people", found.text, "", found.course, found.state)


@bp.get("")
@needs("training.matrix")
def index() -> Response:
    filters, after = _filters(), request.args.get("after", "")
    every, columns = matrix.list_columns(filters.course)
    rows, following = matrix.list_people(current_actor(), filters, columns, after)
    return render(
        "training/team.html",
        "rows" if after else "results" if request.headers.get("HX-Target") == "results" else "main",
        filters=filters,
        every=every,
        columns=columns,
        rows=rows,
        more_url=with_query(after=following) if following else None,
    )


@bp.get("/matrix.csv")
@needs("training.matrix")
def export() -> Response:
    actor, filters = current_actor(), _filters()
    _every, columns = matrix.list_columns(filters.course, matrix.CSV_COURSES)
    return as_csv(people_csv(columns, matrix.every_person(actor, filters, columns)), "training.csv")
