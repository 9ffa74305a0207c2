"""Real connections against each other: exactly one effect, the others a named refusal or the same answer."""

import pytest
from flask import Flask

from app.core.clock import utc_now
from app.ledger.errors import AlreadyReversed, InsufficientPoints
from app.ledger.models import Owner
from app.ledger.services import EarnRow, claw_back, earn, earn_many, refund, release_due, share_out, spend
from tests.cast import Cast
from tests.ledger.support import clean, member, wallet
from tests.races import race, split

RACERS = 20
PRICE = 1000


@pytest.mark.race
def test_a_balance_of_one_price_pays_one_of_twenty_spenders(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    owner = member(cast.aisyah)
    for number in range(rounds["race"]):
        with app.app_context():
            earn(f"grant:{number}", owner, PRICE, occurred_at=utc_now())

        def pay(racer: int, number: int = number) -> int:
            return spend(f"pay:{number}:{racer}", owner, PRICE, actor=cast.aisyah).posting_id

        paid, refused = split(race(app, [lambda racer=racer: pay(racer) for racer in range(RACERS)]))
        assert len(paid) == 1
        assert {type(error) for error in refused} == {InsufficientPoints}
        with app.app_context():
            assert wallet(owner) == {"available": 0}
    with app.app_context():
        clean()


@pytest.mark.race
def test_one_key_sent_twenty_times_pays_once(app: Flask, cast: Cast, rounds: dict[str, int]) -> None:
    owner = member(cast.aisyah)
    for number in range(rounds["race"]):
        with app.app_context():
            earn(f"grant:{number}", owner, 3 * PRICE, occurred_at=utc_now())
        before = None
        with app.app_context():
            before = wallet(owner)["available"]

        def pay(number: int = number) -> int:
            return spend(f"pay:{number}", owner, PRICE, actor=cast.aisyah).posting_id

        paid, refused = split(race(app, [pay] * RACERS))
        assert refused == []
        assert len(set(paid)) == 1
        with app.app_context():
            assert wallet(owner)["available"] == before - PRICE
    with app.app_context():
        clean()


@pytest.mark.race
def test_twenty_clawbacks_or_refunds_of_one_posting_take_back_once(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    owner = member(cast.aisyah)
    for number in range(rounds["race"]):
        with app.app_context():
            award = earn(f"grant:{number}", owner, PRICE, occurred_at=utc_now()).posting_id
            paid = spend(f"pay:{number}", owner, PRICE // 2, actor=cast.aisyah).posting_id

        def undo(racer: int, number: int = number, award: int = award, paid: int = paid) -> int:
            if racer % 2:
                return refund(f"back:{number}:{racer}", paid, actor=cast.aisyah, reason="x").posting_id
            return claw_back(f"claw:{number}:{racer}", award, reason="x").posting_id

        done, refused = split(race(app, [lambda racer=racer: undo(racer) for racer in range(RACERS)]))
        assert len(done) == 2
        assert {type(error) for error in refused} == {AlreadyReversed}
        with app.app_context():
            release_due()  # collects what two connections may have passed each other
            assert wallet(owner) in ({"available": 0}, {"available": 0, "clawback_due": 0})
    with app.app_context():
        clean()


@pytest.mark.race
def test_one_key_sent_twenty_times_takes_back_and_gives_back_once(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    owner = member(cast.aisyah)
    for number in range(max(1, rounds["race"] // 5)):
        with app.app_context():
            award = earn(f"grant:{number}", owner, PRICE, occurred_at=utc_now()).posting_id
            paid = spend(f"pay:{number}", owner, PRICE // 2, actor=cast.aisyah).posting_id

        def undo(racer: int, number: int = number, award: int = award, paid: int = paid) -> int:
            if racer % 2:
                return refund(f"back:{number}", paid, actor=cast.aisyah, reason="x").posting_id
            return claw_back(f"claw:{number}", award, reason="x").posting_id

        done, refused = split(race(app, [lambda racer=racer: undo(racer) for racer in range(RACERS)]))
        assert refused == []
        assert len(set(done)) == 2
    with app.app_context():
        clean()


@pytest.mark.race
def test_mixed_verbs_on_a_few_wallets_never_block_or_break(
    app: Flask, cast: Cast, rounds: dict[str, int]
) -> None:
    people = [member(cast.aisyah), member(cast.kinabalu_admin)]
    company = Owner("organisation", cast.kinabalu.id)
    with app.app_context():
        for owner in (*people, company):
            earn(f"start:{owner.kind}:{owner.id}", owner, 50 * PRICE, occurred_at=utc_now())

    def act(number: int, racer: int) -> None:
        key, owner = f"{number}:{racer}", people[racer % 2]
        if racer % 5 == 0:
            share_out(key, company.id, owner.id, 10, actor=cast.kinabalu_admin)
        elif racer % 5 == 1:
            spend(key, owner, 7, actor=cast.aisyah)
        elif racer % 5 == 2:
            rows = [EarnRow(f"{key}:{who.kind}:{who.id}", who, 9, utc_now()) for who in (company, *people)]
            earn_many(rows if racer % 2 else rows[::-1])
        elif racer % 5 == 3:
            claw_back(
                f"{key}:back",
                earn(key, owner, 5, occurred_at=utc_now(), hold_days=racer).posting_id,
                reason="x",
            )
        else:
            refund(
                f"{key}:back",
                spend(key, owner, 3, actor=cast.aisyah).posting_id,
                actor=cast.aisyah,
                reason="x",
            )

    for number in range(max(1, rounds["race"] // 5)):
        _done, refused = split(
            race(app, [lambda racer=racer, number=number: act(number, racer) for racer in range(RACERS)])
        )
        assert refused == []
    with app.app_context():
        clean()
