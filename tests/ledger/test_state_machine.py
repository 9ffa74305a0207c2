"""Random histories, each step held against a plain model: earn, hold, release, redeem, refund, take back, expire."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.core.clock import freeze
from app.core.db import dialect, end_read, execute_sql
from app.core.types import read_date
from app.ledger.models import Owner
from app.ledger.queries import balances
from app.ledger.services import (
    EarnRow,
    InsufficientPoints,
    claw_back,
    earn,
    earn_many,
    expire_due,
    refund,
    release_due,
    share_out,
    spend,
)
from app.partners.models import Role
from tests.cast import add_company, add_person
from tests.conftest import SOAK
from tests.ledger.model import PlainLot, PlainWallet
from tests.ledger.support import clean, member

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NUMBERS = itertools.count(1_000_000)
POINTS = st.integers(1, 1000)
WHO = st.integers(0, 2)
OPEN_LOTS = """
    SELECT l.expires_on, l.releases_on, l.remaining FROM lots l JOIN accounts a ON a.id = l.account_id
    WHERE a.owner_kind = :kind AND a.owner_id = :id AND l.remaining > 0
"""


class Histories(RuleBasedStateMachine):
    """Two members and their organisation; every history has owners of its own in one database."""

    awards = Bundle("awards")
    payments = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.owners: list[Owner] = []
        self.plain: list[PlainWallet] = []
        self.done: list[tuple[Any, int]] = []

    @property
    def today(self) -> date:
        return self.now.date()

    def key(self) -> str:
        return f"step:{next(NUMBERS)}"

    @initialize()
    def begin(self) -> None:
        number = next(NUMBERS)
        company = add_company(f"C{number}", "MY", "MYR", "en", "Asia/Kuala_Lumpur", "Ipoh")
        people = [
            add_person(f"{letter}{number}@example.com", letter, Role.MEMBER, company) for letter in "ab"
        ]
        self.owners = [*map(member, people), Owner("organisation", company.id)]
        self.plain = [PlainWallet() for _ in self.owners]

    def write(self, verb: Any) -> Any:
        with freeze(self.now):
            posted = verb()
        self.done.append((verb, posted.posting_id))
        return posted

    @rule(target=awards, who=WHO, points=POINTS, hold_days=st.sampled_from([0, 0, 1, 14, 400]))
    def earns(self, who: int, points: int, hold_days: int) -> tuple[int, str, int, int]:
        key, now = self.key(), self.now
        posted = self.write(
            lambda: earn(
                key, self.owners[who], points, occurred_at=now, hold_days=hold_days, organisation_id=None
            )
        )
        self.plain[who].earn(key, points, self.today, hold_days)
        return who, key, posted.posting_id, points

    @rule(who=WHO, lines=st.lists(st.tuples(WHO, POINTS, st.sampled_from([0, 14])), max_size=6))
    def earns_many(self, who: int, lines: list[tuple[int, int, int]]) -> None:
        keys = [self.key() for _ in lines]
        rows = [
            EarnRow(key, self.owners[who], points, self.now, hold_days=hold)
            for key, (who, points, hold) in zip(keys, lines, strict=True)
        ]
        with freeze(self.now):
            earn_many(rows)
        for key, (whose, points, hold) in zip(keys, lines, strict=True):
            self.plain[whose].earn(key, points, self.today, hold)

    @rule(target=payments, who=WHO, points=st.integers(1, 2500))
    def redeems(self, who: int, points: int) -> tuple[int, int, list[tuple[PlainLot, int]]] | Any:
        key, owner, wallet = self.key(), self.owners[who], self.plain[who]
        if points > wallet.available:
            with pytest.raises(InsufficientPoints):
                self.write(lambda: spend(key, owner, points))
            return who, 0, []
        posted = self.write(lambda: spend(key, owner, points))
        return who, posted.posting_id, wallet.take(points)

    @precondition(lambda self: any(wallet.available for wallet in self.plain))
    @rule(award=consumes(awards))
    def is_taken_back_after_all_was_spent(self, award: tuple[int, str, int, int]) -> None:
        who = award[0]
        points = self.plain[who].available
        if points:
            key = self.key()
            self.write(lambda: spend(key, self.owners[who], points))
            self.plain[who].take(points)
        self.is_taken_back(award=award)

    @rule(payment=consumes(payments))
    def is_refunded(self, payment: tuple[int, int, list[tuple[PlainLot, int]]]) -> None:
        who, posting_id, taken = payment
        if posting_id:
            key = self.key()
            self.write(lambda: refund(key, posting_id, reason="fell through"))
            self.plain[who].refund(taken, self.today)

    @rule(award=consumes(awards))
    def is_taken_back(self, award: tuple[int, str, int, int]) -> None:
        who, origin, posting_id, points = award
        key = self.key()
        self.write(lambda: claw_back(key, posting_id, reason="cancelled"))
        self.plain[who].claw_back(origin, points)

    @rule(who=st.integers(0, 1), points=POINTS)
    def shares_out(self, who: int, points: int) -> None:
        key, (giver, taker) = self.key(), (self.owners[2], self.owners[who])
        if points > self.plain[2].available:
            with pytest.raises(InsufficientPoints):
                self.write(lambda: share_out(key, giver.id, taker.id, points, actor=None))
            return
        self.write(lambda: share_out(key, giver.id, taker.id, points, actor=None))
        wallet = self.plain[who]
        for lot, part in self.plain[2].take(points):
            wallet.lots.append(PlainLot(lot.origin, part, lot.expires_on))
        wallet.collect(points)

    @rule(days=st.sampled_from([1, 3, 14, 30, 31, 200, 366]))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)
        with freeze(self.now):
            release_due()
            expire_due()
        for wallet in self.plain:
            wallet.release(self.today)
            wallet.expire(self.today)

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def is_sent_again(self, data: st.DataObject) -> None:
        verb, posting_id = data.draw(st.sampled_from(self.done))
        with freeze(self.now):
            again = verb()
        assert (again.posting_id, again.replayed) == (posting_id, True)

    @invariant()
    def agrees_with_the_model(self) -> None:
        for owner, wallet in zip(self.owners, self.plain, strict=True):
            found = balances(owner)
            assert (found.available, found.pending, found.owed) == (
                wallet.available,
                wallet.pending,
                wallet.owed,
            )
            rows = execute_sql(OPEN_LOTS, {"kind": owner.kind, "id": owner.id}).fetchall()
            lots = [(read_date(row[0]), read_date(row[1]), row[2]) for row in rows]
            assert sorted(lots, key=str) == wallet.open_lots()
        end_read()

    def teardown(self) -> None:
        if SOAK:
            clean()


def test_every_history_agrees_with_the_plain_model(app: Flask) -> None:
    with app.app_context():
        quick = 60 if dialect() == "sqlite" else 30  # each statement there is a trip to the server
        examples, steps = (1000, 60) if SOAK else (quick, 40)
        run_state_machine_as_test(
            Histories, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
        )
        clean()
