"""kill -9 in the middle of work: a child process acts with one key after another until it is killed at random.

    for keys in kill_cycles(app, act, cycles):
        with app.app_context():
            for key in keys:      # every key that the child had begun
                act(key)          # the retry: finds the first, or does it now
            ...                   # then look that each key had one effect

The child is forked from this process with its connections thrown away, so that a cycle costs milliseconds.
"""

from __future__ import annotations

import os
import random
import select
import signal
import time
from collections.abc import Callable, Iterator

from flask import Flask

from app.core.db import db

FIRST_MS, LAST_MS = 4, 50
MOST = (
    40  # keys in one cycle: on a busy machine the kill comes late, and what is there to be used must suffice
)


def kill_cycles(
    app: Flask, act: Callable[[str], object], cycles: int, *, seed: int = 1
) -> Iterator[list[str]]:
    """After each kill, the keys that the child had begun; the last one may have been cut anywhere."""
    chance = random.Random(seed)
    for cycle in range(cycles):
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _act_until_killed(app, act, cycle, writer)
        os.close(writer)
        try:
            ready, _, _ = select.select([reader], [], [], 30)
            assert ready, "the child never began"
            time.sleep(chance.uniform(FIRST_MS, LAST_MS) / 1000)
        finally:
            os.kill(child, signal.SIGKILL)
            _pid, status = os.waitpid(child, 0)
        with os.fdopen(reader, "rb") as pipe:
            told = pipe.read().decode()
        assert os.WIFSIGNALED(status), f"the child ended by itself: {told[-2000:]}"
        yield [line for line in told.splitlines() if line]


def _act_until_killed(app: Flask, act: Callable[[str], object], cycle: int, writer: int) -> None:
    try:
        with app.app_context():
            for number in range(MOST):
                key = f"kill:{cycle}:{number}"
                os.write(writer, f"{key}\n".encode())
                act(key)
                db.session.remove()
            signal.pause()
    except BaseException as error:  # the parent shows it
        os.write(writer, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(1)
