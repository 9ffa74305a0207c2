"""Structured logs on standard error; each line of a request carries its id, each answer says it in a header."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, has_request_context, request

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_BEARER = re.compile(r"[A-Za-z0-9_-]{40,}")  # a token of an invitation or a reset; our ids are far shorter


def request_id() -> str | None:
    """Id of the present request, None outside one."""
    return getattr(g, "request_id", None) if has_request_context() else None


def get_logger(name: str = "tangga") -> structlog.stdlib.BoundLogger:
    """A logger; call it with an event name and key-value pairs."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


def _with_request_id(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    found = request_id()
    if found:
        event["request_id"] = found
    return event


def configure_logs(level: str, *, as_json: bool) -> None:
    """Set up the process-wide log format. Called once per process by the app factory."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_request_id,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        # Asked for at each line: what stands for the standard error may be replaced, and the old one closed.
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def without_tokens(path: str) -> str:
    """A path for a log line: what would sign somebody in is left out."""
    return _BEARER.sub("[token]", path)


def init_logs(app: Flask) -> None:
    """Give each request an id and write one line for each answer but those of static files and health checks."""

    @app.before_request
    def _begin() -> None:
        offered = request.headers.get("X-Request-Id", "")
        g.request_id = offered if _SAFE_ID.fullmatch(offered) else secrets.token_hex(8)
        g.request_started = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        response.headers["X-Request-Id"] = getattr(g, "request_id", "")
        if request.blueprint not in ("assets", "core"):
            get_logger().info(
                "request",
                method=request.method,
                path=without_tokens(request.path),
                status=response.status_code,
                ms=round((time.perf_counter() - getattr(g, "request_started", time.perf_counter())) * 1000),
            )
        return response
