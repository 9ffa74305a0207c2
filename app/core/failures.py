"""How errors look: a page or a fragment with a sentence, never an internal."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.core.db import db
from app.core.errors import AppError, RateLimited
from app.core.http import local_path, render
from app.core.logs import get_logger, request_id

KNOWN = (403, 404, 409, 413, 422, 429, 500)


def error_answer(status: int, message: object = "", **context: Any) -> Response:
    """Page (or fragment for htmx) of an error."""
    template = f"errors/{status if status in KNOWN else 500}.html"
    return render(
        template, "error", status, message=message, request_id=request_id(), error_prefix="", **context
    )


def _where_from() -> str:
    """The page that a refused form stood on: the one it names as `next`, else the one that the browser names."""
    if request.method == "GET":
        return request.path
    named, page = local_path(request.form.get("next")), request.referrer or ""
    return named or (page if page.startswith(request.host_url) else "/")


def init_failures(app: Flask) -> None:
    """Register handlers for our errors, HTTP errors and everything else."""

    @app.errorhandler(AppError)
    def _app_error(error: AppError) -> Response:
        context: dict[str, Any] = {"fields": error.fields, "error": error}
        if error.status == 409:
            context["back"] = _where_from()
        response = error_answer(error.status, error.message, **context)
        if isinstance(error, RateLimited):
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.errorhandler(RequestEntityTooLarge)
    def _too_large(_error: RequestEntityTooLarge) -> Response:
        return error_answer(413, _("This file is too large."))

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        code = error.code or 500
        if code in (301, 302, 303, 307, 308):
            return error.get_response()  # type: ignore[return-value]
        if code in (400, 405, 415):
            answer = error_answer(422 if code != 405 else 404, "")
            if code == 405:
                answer.status_code = 405
                answer.headers.extend(
                    {"Allow": ", ".join(sorted(getattr(error, "valid_methods", None) or ()))}
                )
            return answer
        return error_answer(code, "")

    @app.errorhandler(Exception)
    def _anything(error: Exception) -> Response:
        if app.testing and app.config.get("PROPAGATE_ALL"):
            raise error
        db.session.remove()
        get_logger().error("unhandled", exc_info=error)
        return error_answer(500, "")
