"""`make bench`: how long 100,000 gift codes take on both databases, with their file and their ledger; exit 1 above the limit.

Beside the time stands its part of the limit, and how far memory grows above its start for 25,000 and for 100,000 codes:
flat means that both grow alike. Approval is the ledger's part alone, for codes that waited for a second person.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.codes import services
from app.codes.export import Writer
from app.codes.models import BatchState, GiftCodeBatch
from app.core.db import db
from app.identity.actor import Actor
from tests.cast import build_cast
from tests.codes.conftest import build_gifts
from tests.support.databases import DIALECTS, Databases, stop_postgres

LIMIT_SECONDS = 10.0
WARM, FEW, MANY = (
    60_000,
    25_000,
    100_000,
)  # the first fill SQLite's page cache, which is 16 MB however many follow
PAGE = os.sysconf("SC_PAGE_SIZE")
GROWTH = 1.5  # four times the codes may need this much more memory, at most


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def watched(act: Callable[[], Any]) -> tuple[float, int, Any]:
    """(seconds, bytes that memory grew at its peak, result)."""
    before, peaks, is_over = resident(), [0], threading.Event()

    def look() -> None:
        while not is_over.wait(0.01):
            peaks[0] = max(peaks[0], resident() - before)

    watcher = threading.Thread(target=look)
    watcher.start()
    started = time.perf_counter()
    try:
        found = act()
    finally:
        seconds = time.perf_counter() - started
        is_over.set()
        watcher.join()
    return seconds, peaks[0], found


def measure(databases: Databases, dialect: str, folder: Path) -> bool:
    """Print the lines of one database; True if one of them is above the limit."""
    app = databases.fresh(dialect)
    with app.app_context():
        cast = build_cast()
        gifts = build_gifts(app, cast, budget=10**12)

        def issue(writer: Writer, count: int, points: int = 1, maker: Actor = cast.marketer) -> GiftCodeBatch:
            wanted, sink = services.Wanted(points, count), services.writing_to(writer)
            return services.issue_batch(gifts.campaign_id, wanted, sink, actor=maker)

        with (folder / dialect).open(
            "wb"
        ) as file:  # the password's key takes 32 MB of its own, so it comes before
            writer = Writer(file, "a password for measuring")
            issue(writer, WARM)
            _seconds, few, _batch = watched(lambda: issue(writer, FEW))
            # by somebody who made none today, so that no second person is needed and they go live in the time measured
            seconds, many, batch = watched(lambda: issue(writer, MANY, maker=cast.owner))
            assert batch.state is BatchState.LIVE
            waiting = issue(writer, MANY, 500)
            writer.close()
        approval, _peak, _batch = watched(lambda: services.approve_batch(waiting.id, actor=cast.finance))
        voiding, _peak, _batch = watched(
            lambda: services.void_batch(waiting.id, actor=cast.finance, reason="Measured")
        )
        db.session.remove()
    databases.release(dialect)
    is_flat = many <= max(few, 1 << 20) * GROWTH
    is_slow = max(seconds, approval, voiding) > LIMIT_SECONDS
    sign = "ok  " if is_flat and not is_slow else "LOW "
    print(
        f"{sign} gift codes  {dialect:<11} {seconds:5.2f} s for {MANY:,} ({seconds / LIMIT_SECONDS:.2f} of the limit), "
        f"approval {approval:.2f} s, void {voiding:.2f} s; memory grew {few >> 10:,} KB for {FEW:,} and "
        f"{many >> 10:,} KB for {MANY:,}"
    )
    return is_slow or not is_flat


def main() -> int:
    is_low = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        databases = Databases(folder, folder)
        try:
            for dialect in DIALECTS:
                is_low |= measure(databases, dialect, folder)
        finally:
            databases.close()
            databases.close_run()
            stop_postgres()
    return int(is_low)


if __name__ == "__main__":
    sys.exit(main())
