"""The completion matrix for the vendor, as a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, request, stream_with_context

from app.core.csvs import write_csv
from app.core.http import render
from app.core.i18n import _
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.training.admin_blueprint import admin_bp, more_url
from app.training.queries import matrix
from app.training.queries.matrix import Cell, Column, CompanyRow, Filters, PersonRow


def asked() -> Filters:
    """The filters of the address; what nobody offers counts as none."""
    view, state = request.args.get("view", ""), request.args.get("state", "")
    return Filters(
        view=view if view in matrix.VIEWS else "people",
        text=request.args.get("q", "").strip()[:80],
        country=request.args.get("country", "").strip().upper()[:2],
        course=request.args.get("course", "").strip()[:80],
        state=state if state in matrix.STATES else "",
    )


def cell_words(cell: Cell) -> str:
    """A cell in the CSV: the day it was passed, or a word."""
    if cell.state == matrix.PASSED:
        return cell.on.isoformat() if cell.on else _("Passed")
    if cell.is_overdue:
        return _("Overdue")
    if cell.state == matrix.STARTED:
        return _("Midway")
    return _("Assigned") if cell.state == matrix.ASSIGNED else ""


def people_csv(columns: Sequence[Column], rows: Iterator[PersonRow]) -> Iterator[str]:
    """People down, courses across."""
    head = [_("Company"), _("Person"), *(column.title for column in columns)]
    return write_csv(head, ([row.company, row.name, *map(cell_words, row.cells)] for row in rows))


def companies_csv(columns: Sequence[Column], rows: Iterator[CompanyRow]) -> Iterator[str]:
    """Companies down: how many people, and how many of them passed each course."""
    head = [_("Company"), _("Country"), _("People"), *(column.title for column in columns)]
    return write_csv(head, ([row.name, row.country, row.people, *row.passed] for row in rows))


def as_csv(pieces: Iterator[str], name: str) -> Response:
    """A CSV download that is written while it is sent."""
    answer = Response(stream_with_context(pieces), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@admin_bp.get("/matrix")
@needs("training.admin_view")
def matrix_page() -> Response:
    actor, filters, after = current_actor(), asked(), request.args.get("after", "")
    every, columns = matrix.list_columns(filters.course)
    listing: Any = matrix.list_people if filters.view == "people" else matrix.list_companies
    rows, following = listing(actor, filters, columns, after)
    return render(
        "admin/training/matrix.html",
        "rows" if after else "results" if request.headers.get("HX-Target") == "results" else "main",
        filters=filters,
        every=every,
        columns=columns,
        rows=rows,
        countries=matrix.list_countries(actor),
        more_url=more_url(following),
    )


@admin_bp.get("/matrix.csv")
@needs("training.admin_view")
def matrix_csv() -> Response:
    actor, filters = current_actor(), asked()
    _every, columns = matrix.list_columns(filters.course, matrix.CSV_COURSES)
    if filters.view == "people":
        return as_csv(
            people_csv(columns, matrix.every_person(actor, filters, columns)), "training-people.csv"
        )
    return as_csv(
        companies_csv(columns, matrix.every_company(actor, filters, columns)), "training-companies.csv"
    )
