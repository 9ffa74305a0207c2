"""The blueprint of the vendor's training pages; its views stand in admin and the admin_ modules."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from app.core.http import with_query
from app.training.models import LANGUAGES

admin_bp = Blueprint("training_admin", __name__, url_prefix="/admin/training")


def chosen_locale() -> str:
    """Which language of a course is written just now: `?lang=` of the address."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else "en"


def after_saving(endpoint: str, slug: str, locale: str, **values: Any) -> str:
    """Where a saved form leads: `go` is a language to go on with, or `publish`; else the same page again."""
    asked = request.form.get("go", "")
    if asked == "publish":
        return url_for("training_admin.review", slug=slug)
    following = asked if asked in LANGUAGES else locale
    return url_for(endpoint, slug=slug, lang=lang(following), **values)


def lang(locale: str) -> str | None:
    """The query value for a language; English needs none."""
    return None if locale == "en" else locale


def more_url(after: str | None) -> str | None:
    """The address of the next page of a list, or None."""
    return with_query(after=after) if after else None
