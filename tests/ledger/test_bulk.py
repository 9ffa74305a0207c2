"""`earn_many` gives the same ledger as `earn` one by one, only faster."""

import contextlib
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.core.clock import freeze
from app.core.db import end_read, execute_sql, transaction
from app.ledger.models import Owner
from app.ledger.services import EarnRow, claw_back, earn, earn_many, spend
from tests.cast import Cast
from tests.ledger.support import clean, count_rows, member

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

# Everything but ids and random public ids, in the order of each account.
PICTURE = """
    SELECT a.owner_kind, a.owner_id, a.kind, a.balance, p.idempotency_key, p.kind, p.organisation_id, p.occurred_at,
      p.created_at, p.rule_key, p.note, p.actor_id, t.amount, t.from_balance, t.to_balance, l.amount, l.remaining,
      l.expires_on, l.releases_on, o.idempotency_key
    FROM transfers t JOIN postings p ON p.id = t.posting_id
    JOIN accounts a ON a.id = CASE WHEN t.to_balance IS NULL THEN t.from_account_id ELSE t.to_account_id END
    LEFT JOIN lots l ON l.transfer_id = t.id LEFT JOIN postings o ON o.id = l.origin_posting_id
    ORDER BY a.owner_kind, a.owner_id, a.kind, t.id
"""


def picture() -> list[tuple[object, ...]]:
    rows = [tuple(row) for row in execute_sql(PICTURE).fetchall()]
    end_read()
    return rows


def awards(cast: Cast, count: int) -> list[EarnRow]:
    chance = random.Random(7)
    owners = [member(cast.aisyah), member(cast.budi), Owner("organisation", cast.kinabalu.id)]
    rows = [
        EarnRow(
            f"sale:{chance.randrange(count)}",  # some keys come twice
            chance.choice(owners),
            chance.randrange(1, 5000),
            NOW - timedelta(days=chance.randrange(100)),
            hold_days=chance.choice((0, 0, 14)),
            rule_key="r\t1\\",
            note=chance.choice((None, "a\nb")),
        )
        for _ in range(count)
    ]
    owner_of = {row.key: row.owner for row in rows}
    for row in rows:
        row.owner = owner_of[row.key]
    return rows


def one_by_one(rows: list[EarnRow]) -> list[int]:
    made = []
    for row in rows:
        posted = earn(
            row.key,
            row.owner,
            row.points,
            occurred_at=row.occurred_at,
            hold_days=row.hold_days,
            rule_key=row.rule_key,
            note=row.note,
        )
        made.append(posted.posting_id)
    return made


class Enough(Exception):
    """Roll back what a block wrote."""


def write_and_forget(cast: Cast, write: Callable[[list[EarnRow]], list[int]]) -> list[tuple[object, ...]]:
    """The ledger that a way of writing leaves, rolled back again."""
    rows = awards(cast, 400)
    found: list[tuple[object, ...]] = []
    with contextlib.suppress(Enough), freeze(NOW), transaction():
        # Aisyah still owes from a clawback, so each of her awards pays into the debt
        first = earn("x", member(cast.aisyah), 9000, occurred_at=NOW)
        spend("y", member(cast.aisyah), 9000, actor=cast.aisyah)
        claw_back("z", first.posting_id, reason="cancelled")
        ids = write(rows)
        assert len(ids) == len(rows)
        assert len(set(ids)) == len({row.key for row in rows})
        clean()
        found = picture()
        raise Enough
    return found


def test_many_at_once_give_the_same_ledger_as_one_by_one(app: Flask, cast: Cast) -> None:
    with app.app_context():
        expected = write_and_forget(cast, one_by_one)
        assert len(expected) > 200
        assert write_and_forget(cast, earn_many) == expected


def test_a_second_run_of_the_same_rows_changes_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        rows = awards(cast, 300)
        ids = earn_many(rows[:200])
        before = count_rows()
        assert earn_many(rows[:200]) == ids
        assert count_rows() == before
        assert earn_many(rows)[:200] == ids
        assert earn_many([]) == []
        clean()


def test_points_outside_the_limits_are_refused_before_anything_is_written(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for points in (0, -1, 10**15 + 1):
            with pytest.raises(ValueError, match="points"):
                earn_many([EarnRow("k", member(cast.aisyah), points, NOW)])
        assert count_rows()["postings"] == 0
