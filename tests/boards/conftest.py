"""Fixtures of the boards' tests; checks on the real files exist only where the files do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from app.core.clock import travel
from tests.imports.conftest import REAL

collect_ignore_glob = [] if REAL.is_dir() else ["test_real_*.py"]


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """Whatever the day of the run: what the tests count happened a few days ago, in this month, quarter and year."""
    with travel(datetime(2026, 11, 22, 4, tzinfo=UTC)):
        yield


@pytest.fixture
def ctx(app: Flask) -> Any:
    """The application's context, for tests that only call services."""
    with app.app_context():
        yield app
