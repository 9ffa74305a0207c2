"""The steps of a calculation in words: what a receipt and *try it* show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext, ngettext

from app.programs.shown import shown_day, shown_money, shown_points, shown_times


def _per_year(points: int) -> str:
    return ngettext(
        "%(points)s point per year", "%(points)s points per year", points, points=shown_points(points)
    )


def _per_offered(points: int) -> str:
    return ngettext(
        "%(points)s point per point offered",
        "%(points)s points per point offered",
        points,
        points=shown_points(points),
    )


PER_OTHER = {"per_year": _per_year, "per_offered": _per_offered}


def line_label(line: Mapping[str, Any]) -> str:
    """What one step of a calculation says."""
    args = line["args"]
    label = line["label"]
    if label == "per_money":
        per = shown_money(args["per_minor"], args["currency"])
        return ngettext(
            "%(points)s point per %(amount)s",
            "%(points)s points per %(amount)s",
            args["points"],
            points=shown_points(args["points"]),
            amount=per,
        )
    if label == "per_unit":
        return ngettext(
            "%(points)s point per unit",
            "%(points)s points per unit",
            args["points"],
            points=shown_points(args["points"]),
        )
    if label in PER_OTHER:
        return PER_OTHER[label](args["points"])
    if label == "tier":
        return gettext(
            "%(times)s for %(level)s, on %(date)s",
            times=shown_times(args["bps"]),
            level=args["name"],
            date=shown_day(date.fromisoformat(args["on"])),
        )
    if label == "converted":
        return gettext("At the exchange rate of %(date)s", date=shown_day(date.fromisoformat(args["on"])))
    if label == "cap":
        return gettext("Limit of %(cap)s points reached", cap=shown_points(args["cap"]))
    fixed = {
        "deal_won_amount": gettext("Deal value"),
        "sale_amount": gettext("Sale amount"),
        "quantity": gettext("Units"),
        "offered": gettext("Points offered with the award"),
        "years": gettext("Years"),
        "fixed": gettext("Fixed reward"),
        "budget": gettext("All that was left in the budget"),
    }
    return fixed[label]


def line_result(line: Mapping[str, Any]) -> str:
    """The running result of one step: points, a count, or money in its currency."""
    if line["unit"] in ("points", "count"):
        return shown_points(line["result"])
    return shown_money(line["result"], line["unit"])


def worded_lines(lines: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """A calculation as (operator, label, result) for the page."""
    return [(line["op"], line_label(line), line_result(line)) for line in lines]
