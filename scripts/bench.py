"""`make bench`: ratios of the hot paths on both databases, the two sides interleaved; exit 1 below a floor.

redemption  redeem() through the service, against the very same statements with the same values on the bare driver.
            A first run records the statements; the service then works on one copy of the database and the driver on
            another, by turns.
home        the whole page, against an answer that does nothing but run the same statements on the bare driver and send
            the same bytes; CPU of this process.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response
from sqlalchemy import event

from app.core.db import db
from app.core.settings import Settings
from tests.support.databases import DIALECTS, Databases, stop_postgres

FLOORS = {
    ("redemption", "sqlite"): 0.30,
    ("redemption", "postgresql"): 0.25,
    ("home", "sqlite"): 0.08,
    ("home", "postgresql"): 0.09,
}
ROUNDS, BATCH = 24, 25
SYNCHRONOUS = os.environ.get("SQLITE_SYNCHRONOUS") or Settings().sqlite_synchronous  # as the product runs
Statement = tuple[str, Any, bool]


@dataclass
class Result:
    what: str
    dialect: str
    ratio: float
    note: str

    @property
    def floor(self) -> float:
        return FLOORS[(self.what, self.dialect)]

    def line(self) -> str:
        sign = "ok  " if self.ratio >= self.floor else "LOW "
        return f"{sign} {self.what:<11} {self.dialect:<11} {self.ratio:5.2f}  (floor {self.floor:.2f})  {self.note}"


@contextmanager
def recording(app: Flask, into: list[Statement]) -> Any:
    """Every statement with its values, as the driver gets them; COMMIT included."""

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        into.append((statement, values, many and isinstance(values, list)))

    def committed(_conn: Any) -> None:
        into.append(("COMMIT", None, False))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", committed)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", committed)


def driver_connection(dialect: str, url: str) -> Any:
    """The bare driver, set up as the application sets it up."""
    if dialect == "postgresql":
        import psycopg

        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    import sqlite3

    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=15)
    for pragma in (
        "journal_mode=WAL",
        f"synchronous={SYNCHRONOUS}",
        "foreign_keys=ON",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA cache_size=-16000")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def replay(connection: Any, dialect: str, statements: list[Statement]) -> None:
    cursor = connection.cursor()
    is_open = False
    for text, values, many in statements:
        if dialect == "postgresql" and not is_open and text != "COMMIT":
            cursor.execute("BEGIN")
        is_open = text != "COMMIT"
        if many:
            cursor.executemany(text, values)
        elif values:
            cursor.execute(text, values)
        else:
            cursor.execute(text)
        if cursor.description is not None:
            cursor.fetchall()


def prepare(app: Flask) -> Callable[[int], None]:
    """A member with points, a reward with codes; the answer redeems one by its number."""
    from app.rewards import services as rewards
    from tests.cast import build_cast
    from tests.rewards.conftest import build_shop, give_points

    with app.app_context():
        cast = build_cast()
    shop = build_shop(app, cast)
    give_points(app, cast.aisyah, 10**7)
    codes = [f"BENCH{number:06d}" for number in range(ROUNDS * BATCH + 10)]
    for start in range(0, len(codes), 300):
        shop.stock(shop.coffee, shop.coffee_40, *codes[start : start + 300])

    def redeem(number: int) -> None:
        rewards.redeem(shop.coffee, shop.coffee_40, 1, f"bench-key-{number:06d}", cast.aisyah)

    return redeem


def copies(dialect: str, folder: Path) -> tuple[list[Databases], Callable[[int], None]]:
    """Three equal databases: to record on, to serve on, to replay on."""
    first = Databases(folder, folder / "record", sqlite_synchronous=SYNCHRONOUS)
    first.own.mkdir()
    redeem = prepare(first.fresh(dialect))
    first.release(dialect)
    made = [first]
    for name in ("service", "driver"):
        other = Databases(folder, folder / name, sqlite_synchronous=SYNCHRONOUS)
        other.own.mkdir()
        other.run, other.name = first.run, f"{first.name}_{name}"
        copy_database(dialect, first, other)
        made.append(other)
    return made, redeem


def copy_database(dialect: str, source: Databases, target: Databases) -> None:
    if dialect == "sqlite":
        import sqlite3

        with sqlite3.connect(source.own / "test.db") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("VACUUM INTO ?", [str(target.own / "test.db")])
        return
    import psycopg

    from tests.support.databases import libpq, postgres_address

    with psycopg.connect(libpq(postgres_address()), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {target.name} TEMPLATE {source.name}")
    target.made.add(target.name)


def redemption(dialect: str, folder: Path) -> Result:
    (record, service, driver), redeem = copies(dialect, folder)
    recorded: list[list[Statement]] = []
    app = record.app(dialect)
    for turn in range(ROUNDS):
        batch: list[Statement] = []
        with recording(app, batch), app.app_context():
            for number in range(turn * BATCH, (turn + 1) * BATCH):
                redeem(number)
        recorded.append(batch)
    record.release(dialect)
    app, connection = service.app(dialect), driver_connection(dialect, driver.url(dialect))
    served, bare = [], []
    for turn, batch in enumerate(recorded):
        with app.app_context():
            begun = time.perf_counter()
            for number in range(turn * BATCH, (turn + 1) * BATCH):
                redeem(number)
            served.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        replay(connection, dialect, batch)
        bare.append(time.perf_counter() - begun)
    connection.close()
    for one in (record, service, driver):
        one.close()
    ours, theirs = statistics.median(served) / BATCH, statistics.median(bare) / BATCH
    per = sum(1 for text, _values, _many in recorded[-1] if text != "COMMIT") / BATCH
    note = f"{1 / ours:6.0f}/s through redeem(), {1 / theirs:6.0f}/s on the driver, {per:.0f} statements each"
    return Result("redemption", dialect, theirs / ours, note)


def asking(app: Flask, client: Any, path: str) -> Callable[[], int]:
    """A request as the server gets it, without the cost of a test client around it; the answer is the status."""
    from werkzeug.test import EnvironBuilder

    cookie = client.get_cookie("tangga")
    headers = {"Cookie": f"{cookie.key}={cookie.value}", "Accept": "text/html"}
    given = EnvironBuilder(path, base_url="http://127.0.0.1:8000", headers=headers).get_environ()
    statuses: list[int] = []

    def start(status: str, _headers: Any, _exc: Any = None) -> None:
        statuses.append(int(status[:3]))

    def ask() -> int:
        statuses.clear()
        body = app(dict(given), start)  # type: ignore[arg-type]
        for _part in body:
            pass
        body.close()  # type: ignore[attr-defined]
        return statuses[0]

    return ask


def bare_page(dialect: str, url: str, statements: list[Statement], body: bytes) -> Flask:
    """The least that could answer the same: a route that runs the same statements on the driver and sends the bytes."""
    app, connection = Flask("bare"), driver_connection(dialect, url)
    asked = [one for one in statements if not one[0].startswith(("BEGIN", "COMMIT"))]
    begin: list[Statement] = (
        [("BEGIN", None, False)] if dialect == "sqlite" else []
    )  # replay() begins the other
    whole = [*begin, *asked, ("COMMIT", None, False)]

    @app.get("/")
    def answer() -> Response:
        replay(connection, dialect, whole)
        return Response(body, mimetype="text/html")

    return app


def home(dialect: str, folder: Path) -> Result:
    """Home of the demo's member, signed in."""
    from tests.cast import sign_in
    from tests.e2e.crawl import visitors

    databases = Databases(folder, folder / "home")
    databases.own.mkdir()
    app = databases.fresh(dialect, "demo")
    member: Any = visitors(app)["member"]
    client = sign_in(app.test_client(), member)
    ask = asking(app, client, "/")
    for _warm in range(10):
        assert ask() == 200
    statements: list[Statement] = []
    with recording(app, statements):
        body = client.get("/", headers={"Accept": "text/html"}).data
    least = asking(bare_page(dialect, databases.url(dialect), statements, body), client, "/")
    pages: list[float] = []
    bare: list[float] = []
    for _turn in range(ROUNDS):
        for answer, into in ((ask, pages), (least, bare)):
            begun = time.process_time()
            for _page in range(20):
                assert answer() == 200
            into.append((time.process_time() - begun) / 20)
    databases.release(dialect)
    databases.close()
    page, plain = statistics.median(pages), statistics.median(bare)
    note = f"{page * 1000:.2f} ms CPU, {plain * 1000:.2f} ms for its {len(statements)} statements and bytes alone"
    return Result("home", dialect, plain / page, note)


def main(arguments: list[str]) -> int:
    results: list[Result] = []
    try:
        for work in (redemption, home):
            for dialect in DIALECTS:
                with tempfile.TemporaryDirectory(prefix="tgbench") as folder:
                    results.append(work(dialect, Path(folder)))
                    if "--json" not in arguments:
                        print(results[-1].line(), flush=True)
    finally:
        stop_postgres()
    if "--json" in arguments:
        print(json.dumps([{**vars(one), "floor": one.floor} for one in results]))
    return 0 if all(one.ratio >= one.floor for one in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
