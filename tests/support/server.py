"""The application over real HTTP, in a thread of the test process."""

import threading

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app.core import jobs
from app.core.db import db


class Quiet(WSGIRequestHandler):
    """Requests are not news."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        return None


class LiveServer:
    def __init__(self, app: Flask) -> None:
        self.app = app
        self.server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
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
