"""Fixtures for every test. A database test takes `app` and so runs on SQLite and on PostgreSQL."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from tests.support import databases as support
from tests.support.browser import *  # noqa: F403 - fixtures of the browser
from tests.support.databases import DIALECTS, Databases
from tests.support.server import LiveServer
from tests.support.statements import count_statements

hypothesis_settings.register_profile(
    "tangga",
    deadline=None,
    database=None,
    derandomize=not os.environ.get("TANGGA_SOAK"),  # the same examples each time; `make soak` draws new ones
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile("tangga")

SOAK = bool(os.environ.get("TANGGA_SOAK"))
ROUNDS = {"race": 200 if SOAK else 50, "kill": 300 if SOAK else 30}

try:
    from tests.cast import *  # noqa: F403 - the fixed cast, and sign_in
except ModuleNotFoundError as problem:
    if problem.name != "tests.cast":
        raise

__all__ = ["count_statements"]


def pytest_configure(config: pytest.Config) -> None:
    """With xdist, one PostgreSQL for all workers, kept by the controller."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        address = support.postgres_address()
        os.environ[support.SHARED] = address.render_as_string(hide_password=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ.pop(support.SHARED, None)
        support.stop_postgres()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What runs for hours is collected by `make soak` only."""
    if not SOAK:
        dropped = [item for item in items if item.get_closest_marker("soak")]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
            items[:] = [item for item in items if item not in dropped]


class OneDemoAWorker(LoadScopeScheduling):  # type: ignore[misc]
    """Tests one by one to whoever is free, but those of the demo on one database all to one worker.

    That worker then crawls the demo once. Marks for groups do the same, but xdist writes them into a name of the test
    that pytest no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        if "e2e/" in nodeid:
            for name in DIALECTS:
                if f"[{name}" in nodeid or f"-{name}" in nodeid:
                    return f"demo-{name}"
        return nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return OneDemoAWorker(config, log)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    own = tmp_path_factory.mktemp("data")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    shared = own.parent.parent if worker else own
    found = Databases(shared, own)
    yield found
    found.close()
    if not worker:
        found.close_run()


@pytest.fixture(params=DIALECTS)
def app(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Flask]:
    """The application over an empty, migrated database; every test that takes it runs on both."""
    yield databases.fresh(request.param)
    databases.release(request.param)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript and without an open app context (flask-login would answer one user for all)."""
    return app.test_client()


@pytest.fixture
def make_app(databases: Databases, tmp_path: Path) -> Callable[..., Flask]:
    """An application of its own with other settings, over an empty SQLite database: make_app(env="production")."""
    from app import create_app

    def make(**overrides: Any) -> Flask:
        path = tmp_path / "made.db"
        databases.renew_sqlite()
        path.write_bytes((databases.own / "test.db").read_bytes())
        given = {"database_url": f"sqlite:///{path}", "data_dir": str(tmp_path), **overrides}
        return create_app(databases.settings("sqlite", **given))

    return make


@pytest.fixture
def rounds() -> dict[str, int]:
    """How often: `race` rounds a database, `kill` cycles. Short in `make test`, long in `make soak`."""
    return ROUNDS


@pytest.fixture
def live_server(app: Flask) -> Iterator[LiveServer]:
    """The application served over real HTTP on a free loopback port; `.url`, `.start_worker()`."""
    server = LiveServer(app)
    yield server
    server.stop()
