"""A portal of its own over a fresh demo, for the scripts that look at it or measure it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "tangga-demo"


@contextmanager
def demo_server(folder: Path, **settings: str) -> Iterator[str]:
    """Load the demo into `folder` unless it is there, serve it on a free port, answer its address, stop it at the end.

    `settings` are the environment's names, such as BRAND_NAME. Ends the program if the portal does not start in 30 s.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = str(Path(sys.executable).with_name("tangga"))
    environment = {
        **os.environ,
        "TANGGA_DATA_DIR": str(folder),
        "PORT": str(port),
        "DATABASE_URL": "",
        **settings,
    }
    subprocess.run([command, "setup"], env=environment, check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen(
        [command, "run"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _wait(address: str) -> None:
    for _try in range(300):
        try:
            urllib.request.urlopen(address + "/healthz", timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the portal did not start")
