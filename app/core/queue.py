"""The queue library (huey) wakes workers and keeps the clock of periodic work; the truth is the `jobs` table."""

from __future__ import annotations

import functools
from typing import Any

from flask import Flask, current_app
from huey import PostgresHuey, SqliteHuey, crontab
from huey.api import Huey
from huey.serializer import SignedSerializer
from huey.storage import PostgresStorage

from app.core import jobs
from app.core.logs import get_logger
from app.core.settings import Settings


class _Storage(PostgresStorage):
    """Connects, and makes its tables, when the queue is first used instead of when the application is made.

    So a command whose database does not answer can say so in one line, and `doctor` can look at the rest.
    """

    _laid = False

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        if not self._laid:
            with connection.transaction():
                # one process after the other: of two at once, IF NOT EXISTS alone may fail in one
                connection.execute("SELECT pg_advisory_xact_lock(hashtext('tangga.queue'))")
                for statement in self.ddl:
                    connection.execute(statement)
            self._laid = True
        return connection


class _PostgresQueue(PostgresHuey):
    storage_class = _Storage


def make_queue(settings: Settings) -> Huey:
    """A queue beside the database: its own file for SQLite, a table for PostgreSQL."""
    common: dict[str, Any] = {"results": False, "serializer": SignedSerializer(secret=settings.secret_key)}
    if settings.database_url.startswith("sqlite"):
        settings.data_path.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("tangga", filename=str(settings.data_path / "queue.db"), timeout=15, **common)
    dsn = settings.database_url.replace("+psycopg", "")
    return _PostgresQueue("tangga", dsn=dsn, create_tables=False, **common)


def init_queue(app: Flask, settings: Settings) -> None:
    """Attach a queue to the app: commits that promise work wake a worker, which drains the `jobs` table."""
    app.extensions["tangga_queue"] = None
    if settings.env == "test":
        return
    queue = make_queue(settings)
    app.extensions["tangga_queue"] = queue

    def in_app(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper() -> None:
            with app.app_context():
                function()

        return wrapper

    wake = queue.task(name="wake")(in_app(jobs.run_due))
    queue.periodic_task(crontab(minute="*"), name="sweep")(in_app(run_periodic))
    app.extensions["tangga_wake"] = wake
    if _wake_current not in jobs._wakers:
        jobs.on_enqueue(_wake_current)


def _wake_current() -> None:
    wake = current_app.extensions.get("tangga_wake")
    if wake is None:
        return
    try:
        wake()
    except Exception as problem:  # noqa: BLE001 - the row is the promise: the sweep of the next minute finds it
        get_logger().warning("could not wake a worker", error=type(problem).__name__)


def is_due(every_minutes: int, swept: int | None, minute: int) -> bool:
    """Whether one of its minutes has come since the last sweep, also while nobody could look; at a start, always.

    Minutes are those of Unix time. So work of once a day is done on a machine that is off at that minute, or busy.
    """
    if swept is None or minute // every_minutes != swept // every_minutes:
        return True
    return minute == swept and minute % every_minutes == 0


def run_periodic() -> None:
    """Each minute: run what the schedule says is due, then whatever is waiting."""
    from app.core.clock import utc_now

    minute = int(utc_now().timestamp() // 60)
    swept = current_app.extensions.get("tangga_swept")
    current_app.extensions["tangga_swept"] = minute
    for item in jobs.SCHEDULE.values():
        if is_due(item.every_minutes, swept, minute):
            try:
                item.run()
            except Exception as problem:  # noqa: BLE001 - one periodic job must not stop the others
                get_logger().error(
                    "periodic work failed", name=item.name, error=f"{type(problem).__name__}: {problem}"
                )
    jobs.run_due()


def queue_ready() -> bool:
    """The queue's store answers (always true in tests, which drain jobs themselves)."""
    queue = current_app.extensions.get("tangga_queue")
    if queue is None:
        return True
    try:
        queue.storage.queue_size()
    except Exception as problem:  # noqa: BLE001 - any failure means not ready
        get_logger().warning("queue not ready", error=type(problem).__name__)
        return False
    return True
