"""The blueprint of the partner's deal pages; its views stand in routes, form_routes and talk_routes."""

from __future__ import annotations

from flask import Blueprint, request

bp = Blueprint("deals", __name__, url_prefix="/deals")


def block_for_sheet() -> str:
    """Which block htmx wants: the inside of the sheet, or the page's main part."""
    return "sheet" if request.headers.get("HX-Target") == "sheet" else "main"
