"""One database a test, copied from a template that is built once a run: a file on SQLite, a database on PostgreSQL.

The application object is kept per database and process, because building it costs more than a test; what changes
under it is the database, which has the same address in every test of a process.
"""

import fcntl
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from app import create_app
from app.core import schema, triggers
from app.core.db import db
from app.core.settings import Settings, load_settings
from tests.support.postgres import Server

ROOT = Path(__file__).resolve().parent.parent.parent
DIALECTS = ("sqlite", "postgresql")
SHARED = "TANGGA_TEST_SHARED_POSTGRES"
_server: Server | None = None


def postgres_address() -> URL:
    """The server of this run: the controller's, if this is a worker of pytest-xdist; started at first need."""
    global _server
    if os.environ.get(SHARED):
        return make_url(os.environ[SHARED])
    if _server is None:
        _server = Server()
    return make_url(_server.url)


def stop_postgres() -> None:
    global _server
    if _server is not None:
        _server.stop()
        _server = None


def libpq(address: URL) -> str:
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def forget_missing_tables() -> None:
    """Until every area has its tables: leave out foreign keys to those that are not there yet."""
    tables = db.metadata.tables
    for table in tables.values():
        for key in list(table.foreign_key_constraints):
            if key.elements[0].target_fullname.split(".")[0] not in tables:
                table.constraints.discard(key)
                for element in key.elements:
                    element.parent.foreign_keys.discard(element)
                    table.foreign_keys.discard(element)


def build_schema(app: Flask) -> None:
    """By the migrations, as an installation gets it."""
    with app.app_context():
        if list((ROOT / "migrations" / "versions").glob("*.py")):
            schema.upgrade()
        else:
            forget_missing_tables()
            db.create_all()
            with db.engine.begin() as connection:
                triggers.install(connection)
        db.session.remove()
        db.engine.dispose()


def load_demo(app: Flask) -> None:
    """The demo of `make run`; the fixed cast alone while there is no demo."""
    with app.app_context():
        try:
            from seeds.demo import load_if_empty
        except ModuleNotFoundError:
            from tests.cast import build_cast

            build_cast()
        else:
            load_if_empty()
        db.session.remove()
    send_mails(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def send_mails(app: Flask) -> None:
    """A reset link and an invitation, so that the pages behind mailed links can be walked too."""
    from app.core import jobs
    from tests.cast import let_post, sign_in
    from tests.e2e.crawl import visitors

    people = visitors(app)
    with app.app_context():
        query = text("SELECT email FROM people WHERE id = :id")
        email = db.session.execute(query, {"id": people["member"].person_id}).scalar()
        db.session.remove()
    stranger = app.test_client()
    let_post(stranger)
    stranger.post("/sign-in/reset", data={"email": email})
    admin = sign_in(app.test_client(), people["partner_admin"])
    admin.post("/team/invitations", data={"email": "new@kinabalu.example.com", "role": "member"})
    with app.app_context():
        jobs.run_due()


class Databases:
    """The databases of one test process, copied from templates: `empty`, or `demo` with the demo loaded."""

    def __init__(self, shared: Path, own: Path, **given: object) -> None:
        self.shared, self.own, self.given = shared, own, given
        self.run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)[:10]
        self.name = f"tangga_{self.run}_{os.getpid()}"
        self.apps: dict[str, Flask] = {}
        self.made: set[str] = set()

    def settings(self, dialect: str, **overrides: object) -> Settings:
        base = replace(
            load_settings({}, dotenv=None),
            env="test",
            data_dir=str(self.own),
            database_url=self.url(dialect),
            secret_key="a secret of the tests, long enough for anything",
            sqlite_synchronous="OFF",
            log_level="WARNING",
        )
        return replace(base, **{**self.given, **overrides})  # type: ignore[arg-type]

    def url(self, dialect: str, name: str = "") -> str:
        if dialect == "sqlite":
            return f"sqlite:///{self.own / 'test.db'}"
        return postgres_address().set(database=name or self.name).render_as_string(hide_password=False)

    def app(self, dialect: str) -> Flask:
        if dialect not in self.apps:
            self.apps[dialect] = create_app(self.settings(dialect))
        return self.apps[dialect]

    def fresh(self, dialect: str, kind: str = "empty") -> Flask:
        """The application over a new copy of a template."""
        self.renew_sqlite(kind) if dialect == "sqlite" else self.renew_postgres(kind)
        files = self.files(kind, dialect)
        if files.exists():
            shutil.copytree(files, self.own, dirs_exist_ok=True)
        return self.app(dialect)

    def files(self, kind: str, dialect: str) -> Path:
        return self.shared / f"files-{kind}-{dialect}"

    def fill(self, kind: str, dialect: str, url: str) -> None:
        """Build a template's schema, and what it holds."""
        folder = self.files(kind, dialect)
        app = create_app(self.settings(dialect, database_url=url, data_dir=str(folder)))
        build_schema(app)
        if kind == "demo":
            load_demo(app)

    def renew_sqlite(self, kind: str = "empty") -> None:
        template = self.shared / f"{kind}.db"
        with locked(self.shared / f"{kind}.lock"):
            if not template.exists():
                draft = self.shared / f"{kind}.draft.db"
                for old in self.shared.glob(f"{kind}.draft.db*"):
                    old.unlink()
                self.fill(kind, "sqlite", f"sqlite:///{draft}")
                with sqlite3.connect(draft) as connection:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                draft.rename(template)
        for ending in ("-wal", "-shm"):
            (self.own / f"test.db{ending}").unlink(missing_ok=True)
        shutil.copyfile(template, self.own / "test.db")

    def renew_postgres(self, kind: str = "empty") -> None:
        template = f"tangga_{self.run}_{kind}"
        with psycopg.connect(libpq(postgres_address()), autocommit=True) as admin:
            with locked(self.shared / f"{kind}.pg.lock"):
                if not (self.shared / f"{kind}.pg").exists():
                    self.drop(admin, template)
                    admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
                    self.fill(kind, "postgresql", self.url("postgresql", template))
                    (self.shared / f"{kind}.pg").touch()
            self.drop(admin, self.name)
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
            admin.execute(create.format(sql.Identifier(self.name), sql.Identifier(template)))
        self.made.add(self.name)

    @staticmethod
    def drop(admin: psycopg.Connection, name: str) -> None:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def release(self, dialect: str) -> None:
        """After a test: nothing of it stays open."""
        app = self.apps.get(dialect)
        if app is not None:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()

    def close(self) -> None:
        for dialect in self.apps:
            self.release(dialect)
        if self.made:
            with psycopg.connect(libpq(postgres_address()), autocommit=True) as admin:
                for name in self.made:
                    self.drop(admin, name)

    def close_run(self) -> None:
        """On a server that is not ours the templates go too."""
        if os.environ.get("TEST_POSTGRES_URL"):
            with psycopg.connect(libpq(postgres_address()), autocommit=True) as admin:
                pattern = f"tangga\\_{self.run}\\_%"
                rows = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern])
                for (name,) in rows.fetchall():
                    self.drop(admin, name)
