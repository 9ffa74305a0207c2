"""Serve: web and worker together, the web alone, the worker alone. Ctrl-C and SIGTERM stop them cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from flask import Flask

from app.core.settings import Settings


class CannotServe(Exception):
    """The server cannot start; the text says why in one line."""


def assert_port_free(host: str, port: int) -> None:
    """Raise CannotServe if something listens on the port already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotServe(
                f"cannot listen on {host}:{port}: {error.strerror or error}; choose another with PORT=8001"
            ) from None


def web_command(settings: Settings) -> list[str]:
    """The gunicorn process that serves the pages."""
    address = f"[{settings.host}]" if ":" in settings.host else settings.host
    return [
        sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"{address}:{settings.port}",
        "--worker-class", "gthread", "--workers", str(settings.web_workers), "--threads", str(settings.web_threads),
        "--timeout", "60", "--graceful-timeout", "10", "--keep-alive", "5", "--log-level", "warning",
        "--worker-tmp-dir", "/dev/shm" if os.path.isdir("/dev/shm") else str(settings.data_path),
    ]  # fmt: skip


def run_web(settings: Settings) -> None:
    """Become the web server."""
    assert_port_free(settings.host, settings.port)
    command = web_command(settings)
    os.execv(command[0], command)


def run_worker(app: Flask) -> None:
    """Work through jobs and the schedule until told to stop."""
    queue = app.extensions["tangga_queue"]
    if queue is None:
        raise CannotServe("the worker does not run in the test environment")
    consumer = queue.create_consumer(
        workers=1, worker_type="thread", periodic=True, initial_delay=0.2, max_delay=2.0
    )
    consumer.run()


def run_together(settings: Settings, *, stop_after_seconds: float = 15) -> int:
    """Web and worker as two children; when one ends or a signal comes, both end. Returns an exit code."""
    assert_port_free(settings.host, settings.port)
    stopping: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    # Own process groups: Ctrl-C reaches only this process, which then stops the children in order.
    children = {
        "web": subprocess.Popen(web_command(settings), start_new_session=True),
        "worker": subprocess.Popen([sys.executable, "-m", "app.cli", "worker"], start_new_session=True),
    }
    code = 0
    while not stopping:
        ended = next((name for name, child in children.items() if child.poll() is not None), None)
        if ended is not None:
            sys.stderr.write(f"tangga: the {ended} process ended with code {children[ended].returncode}\n")
            code = 1
            break
        time.sleep(0.2)
    for child in children.values():
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + stop_after_seconds
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return code
