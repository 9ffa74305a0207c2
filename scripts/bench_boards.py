"""`make bench`: a board of 1,000 and one of 1,000,000 participants, calls interleaved and warm; exit 1 beyond a limit.

top 50   p95 of the first fifty lines with their names: at most 2 times as long at a million as at a thousand
my rank  p95 of one participant's rank: at most 6 times as long, and under 10 ms
around   p95 of the two above, the two below and the next to pass: under 10 ms

The scores are the nasty kind: a third are small numbers that thousands share, a third lie anywhere up to 10^15, a third
crowd together far up. Some hundred scores are not folded when the calls are made. Each rank is proven against a sorted
list in the tests; here a few are, so that nobody measures something else.
"""

import random
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path

from app.boards import folding, standings
from app.boards.models import Board, BoardPeriod, BoardStatus, Metric, Participants, Period
from app.boards.periods import bounds
from app.core.bulk import insert_rows
from app.core.clock import today, utc_now
from app.core.db import db, dialect, end_read, execute_sql, transaction
from app.core.types import new_public_ids
from tests.support.databases import DIALECTS, Databases, stop_postgres

SMALL, LARGE, CALLS = 1_000, 1_000_000, 500
TOP_RATIO, RANK_RATIO, RANK_MS = 2.0, 6.0, 10.0
UNFOLDED = 200
OF = Participants.COMPANIES


def nasty(chance: random.Random, count: int) -> list[int]:
    kinds = (
        lambda: chance.randint(1, 100),
        lambda: int(10 ** chance.uniform(0, 15)),
        lambda: 10**12 + chance.randint(0, 50_000),
    )
    return [chance.choice(kinds)() for _ in range(count)]


def add_companies(count: int) -> None:
    now = utc_now()
    columns = (
        "id",
        "public_id",
        "name",
        "kind",
        "country",
        "currency",
        "locale",
        "time_zone",
        "status",
        "created_at",
    )
    for start in range(1, count + 1, 50_000):
        ids = range(start, min(start + 50_000, count + 1))
        rows = [
            (who, public, f"Company {who}", "reseller", "MY", "MYR", "en", "Asia/Kuala_Lumpur", "active", now)
            for who, public in zip(ids, new_public_ids(len(ids)), strict=True)
        ]  # fmt: skip
        with transaction():
            insert_rows("organisations", columns, rows)


def add_board(values: list[int]) -> int:
    """A running board whose only period holds these scores; its period's id."""
    first, last = bounds(Period.YEAR, today())
    with transaction():
        board = Board(
            slug=f"bench-{len(values)}", names={"en": "Bench"}, metric=Metric.REVENUE, participants=OF,
            period=Period.YEAR, audience={}, status=BoardStatus.RUNNING, started_at=utc_now(), filled_at=utc_now(),
        )  # fmt: skip
        db.session.add(board)
        db.session.flush()
        period = BoardPeriod(board_id=board.id, starts_on=first, ends_on=last)
        db.session.add(period)
    columns = ("period_id", "participant_id", "organisation_id", "score", "lead", "counted", "day_score")
    with transaction():
        insert_rows(
            "board_scores",
            columns,
            [(period.id, who, who, value, -who, 0, 0) for who, value in enumerate(values, 1)],
        )
    with transaction():
        folding.build(period.id)
    return period.id


def unfold(period_id: int, values: list[int], chance: random.Random) -> None:
    """Some facts that came since the last fold."""
    with transaction():
        for who in chance.sample(range(1, len(values) + 1), min(UNFOLDED, len(values) // 5)):
            values[who - 1] += 17
            execute_sql(
                "UPDATE board_scores SET score = score + 17 WHERE period_id = :period AND participant_id = :who",
                {"period": period_id, "who": who},
            )


def tidy() -> None:
    """What the databases do by themselves after so many rows."""
    end_read()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if dialect() == "sqlite" else "VACUUM ANALYZE board_scores")
        if dialect() == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE organisations")


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)] * 1000


def timed(call: Callable[[], object], into: list[float]) -> None:
    begun = time.perf_counter()
    call()
    into.append(time.perf_counter() - begun)


def measure(name: str) -> bool:
    chance = random.Random(11)
    add_companies(LARGE)
    boards = {}
    for count in (SMALL, LARGE):
        values = nasty(chance, count)
        boards[count] = (add_board(values), values)
    tidy()
    for period_id, values in boards.values():
        unfold(period_id, values, chance)
    for period_id, values in boards.values():
        inorder = sorted(values)
        for who in chance.sample(range(1, len(values) + 1), 50):
            above = len(inorder) - bisect_right(inorder, values[who - 1])
            assert standings.my_rank(period_id, who) == 1 + above
    tops: dict[int, list[float]] = {SMALL: [], LARGE: []}
    ranks: dict[int, list[float]] = {SMALL: [], LARGE: []}
    around: dict[int, list[float]] = {SMALL: [], LARGE: []}
    for _call in range(CALLS):
        for count, (period_id, _values) in boards.items():
            who = chance.randint(1, count)
            timed(lambda period_id=period_id: standings.list_top(period_id, OF), tops[count])
            timed(lambda period_id=period_id, who=who: standings.my_rank(period_id, who), ranks[count])
            key = standings.Key(boards[count][1][who - 1], -who)
            timed(
                lambda period_id=period_id, key=key: standings.list_around(period_id, OF, key), around[count]
            )
    near = p95(around[LARGE]) / p95(around[SMALL])
    top, rank = p95(tops[LARGE]) / p95(tops[SMALL]), p95(ranks[LARGE]) / p95(ranks[SMALL])
    slowest = p95(ranks[LARGE])
    good = [top <= TOP_RATIO, rank <= RANK_RATIO, slowest < RANK_MS]
    good += [p95(around[LARGE]) < RANK_MS]
    blocks = len(folding.read_blocks(boards[LARGE][0]).los)
    line = "{} {:<11} {:<11} {}"
    print(
        line.format(
            "ok  " if good[0] else "HIGH", "board top", name,
            f"{top:.2f} times from 1,000 to 1,000,000  (limit {TOP_RATIO:.0f})  p95 {p95(tops[LARGE]):.2f} ms",
        )
    )  # fmt: skip
    print(
        line.format(
            "ok  " if all(good[1:3]) else "HIGH", "board rank", name,
            f"{rank:.2f} times  (limit {RANK_RATIO:.0f})  p95 {slowest:.2f} ms  (limit {RANK_MS:.0f} ms)  {blocks} blocks",
        ),
        flush=True,
    )  # fmt: skip
    print(
        line.format(
            "ok  " if all(good[3:]) else "HIGH", "board near", name,
            f"{near:.2f} times  p95 {p95(around[LARGE]):.2f} ms  (limit {RANK_MS:.0f} ms)",
        ),
        flush=True,
    )  # fmt: skip
    return all(good)


def main() -> int:
    is_good = True
    with tempfile.TemporaryDirectory(prefix="tgboards") as name:
        databases = Databases(Path(name), Path(name))
        try:
            for dialect_name in DIALECTS:
                with databases.fresh(dialect_name).app_context():
                    is_good &= measure(dialect_name)
                    db.session.remove()
                databases.release(dialect_name)
        finally:
            databases.close()
            databases.close_run()
            stop_postgres()
    return int(not is_good)


if __name__ == "__main__":
    sys.exit(main())
