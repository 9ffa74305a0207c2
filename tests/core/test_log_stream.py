"""Log lines go to the standard error of the moment, also after the one that stood there first was closed."""

import io
import sys

import pytest
import structlog

from app.core.logs import configure_logs


def test_a_line_goes_to_what_stands_for_the_standard_error_then(monkeypatch: pytest.MonkeyPatch) -> None:
    before = structlog.get_config()
    first, second = io.StringIO(), io.StringIO()
    try:
        monkeypatch.setattr(sys, "stderr", first)
        configure_logs("INFO", as_json=True)
        monkeypatch.setattr(sys, "stderr", second)
        first.close()
        structlog.get_logger().info("still written")
    finally:
        structlog.configure(**before)
    assert "still written" in second.getvalue()
