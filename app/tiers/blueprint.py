"""The vendor's blueprint of tiers, which several modules of views share."""

from __future__ import annotations

from flask import Blueprint

admin_bp = Blueprint("tiers_admin", __name__, url_prefix="/admin/tiers")
