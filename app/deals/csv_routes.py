"""The list of deals as a file."""

from __future__ import annotations

from flask import Response, request

from app.core.csvs import write_csv
from app.core.i18n import _
from app.core.money import exponent
from app.deals.blueprint import bp
from app.deals.queries import DealRow, list_deals
from app.deals.states import STATE_LABELS
from app.identity.actor import current_actor
from app.identity.guard import needs

MOST = 5_000


@bp.get("/list.csv")
@needs("deal.view")
def download_list() -> Response:
    """The deals in view, at most 5,000. One statement."""
    page = list_deals(
        current_actor(), chip=request.args.get("show", "all"), q=request.args.get("q", ""), limit=MOST
    )
    header = [
        _("Number"), _("Customer"), _("Products"), _("State"), _("Currency"), _("Value"), _("Invoice value"),
        _("Expected to close"), _("Protected until"), _("Registered by"),
    ]  # fmt: skip
    text = "".join(write_csv(header, (_cells(row) for row in page.rows)))
    headers = {
        "Content-Disposition": 'attachment; filename="deals.csv"',
        "Cache-Control": "no-store, private",
    }
    return Response(text, mimetype="text/csv", headers=headers)


def _cells(row: DealRow) -> list[object]:
    return [
        row.reference, row.customer_name, row.products, str(STATE_LABELS[row.state]), row.currency,
        _plain(row.value_minor, row.currency), _plain(row.invoice_minor, row.currency), row.expected_close_on,
        row.protected_until, row.member_name,
    ]  # fmt: skip


def _plain(minor: int | None, currency: str) -> str:
    """An amount that every spreadsheet reads: plain digits and a point."""
    if minor is None:
        return ""
    places = exponent(currency)
    whole, rest = divmod(minor, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)
