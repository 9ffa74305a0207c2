"""Fixtures of the boards' tests; checks on the real files exist only where the files do."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.imports.conftest import REAL

collect_ignore_glob = [] if REAL.is_dir() else ["test_real_*.py"]


@pytest.fixture
def ctx(app: Flask) -> Any:
    """The application's context, for tests that only call services."""
    with app.app_context():
        yield app
