"""The whole portal with its demo loaded, on each database."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.e2e.crawl import Found, crawl
from tests.support.databases import DIALECTS, Databases
from tests.support.server import LiveServer

_found: dict[str, Found] = {}


@pytest.fixture(params=DIALECTS)
def demo(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Flask]:
    """The application over a fresh copy of the demo."""
    yield databases.fresh(request.param, "demo")
    databases.release(request.param)


@pytest.fixture
def dialect(request: pytest.FixtureRequest, demo: Flask) -> str:
    return "sqlite" if demo.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite") else "postgresql"


@pytest.fixture
def found(demo: Flask, dialect: str) -> Found:
    """What each role reaches in the demo; the same for every copy of it."""
    if dialect not in _found:
        _found[dialect] = crawl(demo)
    return _found[dialect]


@pytest.fixture
def live_server(demo: Flask) -> Iterator[LiveServer]:
    """The demo served over real HTTP."""
    server = LiveServer(demo)
    yield server
    server.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First, since they take longest."""
    here = [item for item in items if "/tests/e2e/" in item.path.as_posix()]
    items[:] = here + [item for item in items if item not in set(here)]
