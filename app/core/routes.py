"""Health of the process and of what it needs."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from app.core.access import public
from app.core.db import db
from app.core.logs import get_logger
from app.core.queue import queue_ready

bp = Blueprint("core", __name__)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Database and queue answer; 503 with the name of what does not."""
    checks = {"database": _database(), "queue": queue_ready()}
    good = all(checks.values())
    return jsonify(status="ok" if good else "unavailable", checks=checks), 200 if good else 503


def _database() -> bool:
    try:
        db.session.execute(text("SELECT version_num FROM alembic_version"))
    except Exception as problem:  # noqa: BLE001 - any failure means not ready; the log says which
        get_logger().warning("database not ready", error=type(problem).__name__)
        db.session.remove()
        return False
    return True
