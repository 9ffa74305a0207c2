"""An application for a gate: nothing of it outlives the check."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask

from app import create_app
from app.core.db import db
from app.core.settings import Settings, load_settings


@contextmanager
def build(settings: Settings | None = None, url: str = "") -> Iterator[Flask]:
    """The application over the database at `url`, or over an empty SQLite file."""
    with tempfile.TemporaryDirectory(prefix="tangga") as folder:
        base = settings or load_settings({}, dotenv=None)
        app = create_app(
            replace(
                base,
                env="test",
                data_dir=folder,
                database_url=url or f"sqlite:///{folder}/check.db",
                sqlite_synchronous="OFF",
                log_level="WARNING",
            )
        )
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
