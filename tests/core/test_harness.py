"""The test harness itself: two real databases, both empty, and no app context held open."""

import shutil
import threading
import time
import urllib.request

import psycopg
from flask import Flask, has_app_context
from sqlalchemy import text

from app.core import triggers
from app.core.db import db, dialect
from tests.support.postgres import Server
from tests.support.server import LiveServer
from tests.support.statements import count_statements


def test_the_application_speaks_to_the_database_that_the_test_is_named_after(app: Flask, request) -> None:
    with app.app_context():
        assert dialect() in request.node.name


def test_every_registered_trigger_is_there(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert triggers.missing(connection) == set()


def test_no_app_context_is_open_around_a_test(app: Flask) -> None:
    assert not has_app_context()


def test_the_counter_counts_statements_and_not_begin_or_commit(app: Flask) -> None:
    with count_statements(app) as seen, app.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.execute(text("SELECT 2"))
        db.session.remove()
    assert len(seen) == 2


def test_a_second_test_finds_an_empty_database_again_part_one(app: Flask) -> None:
    leave_a_table_and_find_none(app)


def test_a_second_test_finds_an_empty_database_again_part_two(app: Flask) -> None:
    leave_a_table_and_find_none(app)


def leave_a_table_and_find_none(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))


def test_a_live_server_stops_after_its_last_request() -> None:
    """Otherwise the next test takes the database from under it."""
    begun, go_on, order = threading.Event(), threading.Event(), []
    app = Flask("slow")

    @app.get("/")
    def slow() -> str:
        begun.set()
        assert go_on.wait(10)
        order.append("answered")
        return "late"

    server = LiveServer(app)
    asking = threading.Thread(target=lambda: urllib.request.urlopen(server.url).read())
    stopping = threading.Thread(target=lambda: (server.stop(), order.append("stopped")))
    asking.start()
    assert begun.wait(10)
    stopping.start()
    stopping.join(0.5)
    assert order == []
    go_on.set()
    for thread in (asking, stopping):
        thread.join(10)
    assert order == ["answered", "stopped"]


def test_a_server_goes_when_its_keeper_is_killed_and_when_the_tests_end() -> None:
    for end in (lambda server: server.keeper.kill(), lambda server: server.stop()):
        server = Server(own=True)
        address = server.url.replace("+psycopg", "")
        psycopg.connect(address).close()
        keeper = server.keeper
        end(server)
        keeper.wait(timeout=10)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                psycopg.connect(address).close()
            except psycopg.OperationalError:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("the server is still there")
        shutil.rmtree(server.folder, ignore_errors=True)
