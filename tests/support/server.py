"""The application over real HTTP, in a thread of the test process."""

import os
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app.core import jobs
from app.core.db import db

# `make test-slow`: what holds only because everything is quick, fails.
SLOW = bool(os.environ.get("TANGGA_TEST_SLOW"))
PAGE_COMES_AFTER, FILE_COMES_AFTER, REST_COMES_AFTER = (
    0.2,
    0.05,
    0.2,
)  # seconds; this lateness is what is tried


class Slowly:
    """A WSGI application whose answers come late and in two parts, so that a page is there for a while without its end."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        is_file = environ["PATH_INFO"].startswith("/static/")
        time.sleep(FILE_COMES_AFTER if is_file else PAGE_COMES_AFTER)
        return self.parts(self.app(environ, start_response))

    def parts(self, answer: Iterable[bytes]) -> Iterator[bytes]:
        try:
            for part in answer:
                yield part[: len(part) // 2]
                time.sleep(REST_COMES_AFTER)
                yield part[len(part) // 2 :]
        finally:
            getattr(answer, "close", lambda: None)()


class OnTheirWay:
    """How many requests are being answered.

    A browser that is closed leaves requests behind. Whoever takes the database from under them breaks the next test:
    on SQLite the new file gets the old one's journal, which reads as "disk I/O error".
    """

    def __init__(self) -> None:
        self.number, self.ended, self.change = 0, False, threading.Condition()

    def enter(self) -> bool:
        """Whether this request may still be answered."""
        with self.change:
            self.number += not self.ended
            return not self.ended

    def leave(self) -> None:
        with self.change:
            self.number -= 1
            self.change.notify_all()

    def end(self, seconds: float) -> None:
        """Let those on their way come to their end, and none begin."""
        with self.change:
            self.ended = True
            if not self.change.wait_for(lambda: self.number == 0, timeout=seconds):
                raise RuntimeError(f"{self.number} requests did not end within {seconds} s")


class Handler(WSGIRequestHandler):
    on_their_way: OnTheirWay

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Requests are not news."""

    def run_wsgi(self) -> None:
        if self.on_their_way.enter():
            try:
                super().run_wsgi()
            finally:
                self.on_their_way.leave()


class LiveServer:
    def __init__(self, app: Flask) -> None:
        self.app, self.requests = app, OnTheirWay()
        handler = type("HandlerOfOne", (Handler,), {"on_their_way": self.requests})
        self.server = make_server(
            "127.0.0.1", 0, Slowly(app) if SLOW else app, threaded=True, request_handler=handler
        )
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.thread.start()
        self.worker: threading.Thread | None = None
        self.stopping = threading.Event()

    def start_worker(self) -> None:
        """Jobs run as they come, as with `tangga run`."""
        self.worker = threading.Thread(target=self._work, daemon=True)
        self.worker.start()

    def _work(self) -> None:
        while not self.stopping.wait(0.05):
            with self.app.app_context():
                jobs.run_due()
                db.session.remove()

    def run_jobs(self) -> int:
        """Everything that is due, now."""
        with self.app.app_context():
            return jobs.run_due()

    def stop(self) -> None:
        self.stopping.set()
        if self.worker is not None:
            self.worker.join(timeout=10)
        self.server.shutdown()
        self.thread.join(timeout=10)
        self.server.server_close()
        self.requests.end(20)
