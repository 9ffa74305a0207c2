"""What the verbs do, one rule a test, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.core.clock import travel, utc_now
from app.ledger.models import Owner
from app.ledger.services import (
    AlreadyReversed,
    CheckerNeeded,
    InsufficientPoints,
    KeyReused,
    NotReversible,
    adjust,
    claw_back,
    earn,
    expire_due,
    refund,
    release_due,
    reverse,
    share_out,
    spend,
)
from app.ledger.services.lives import expiry_of
from tests.cast import Cast
from tests.ledger.support import clean, count_rows, lots, member, wallet

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_points_expire_at_the_end_of_the_month_twelve_months_on() -> None:
    assert expiry_of(date(2026, 11, 22)) == date(2027, 11, 30)
    assert expiry_of(date(2027, 2, 28)) == date(2028, 2, 29)
    assert expiry_of(date(2026, 12, 31)) == date(2027, 12, 31)


def test_an_award_is_spendable_at_once_and_spending_takes_the_earliest_expiry(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        with travel(NOW - timedelta(days=70)):
            earn("a", owner, 300, occurred_at=utc_now())
        with travel(NOW):
            earn("b", owner, 500, occurred_at=utc_now())
            spend("c", owner, 400, actor=cast.aisyah)
        assert wallet(owner) == {"available": 400}
        assert [lot[:2] for lot in lots(owner)] == [(0, date(2027, 9, 30)), (400, date(2027, 11, 30))]
        clean()


def test_the_same_key_returns_the_first_posting(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        first = earn("a", owner, 300, occurred_at=utc_now())
        again = earn("a", owner, 300, occurred_at=utc_now())
        assert (again.posting_id, again.public_id, again.replayed) == (
            first.posting_id,
            first.public_id,
            True,
        )
        paid = spend("b", owner, 300, actor=cast.aisyah)
        assert spend("b", owner, 300, actor=cast.aisyah).posting_id == paid.posting_id
        with pytest.raises(KeyReused):
            spend("a", owner, 300, actor=cast.aisyah)
        assert wallet(owner) == {"available": 0}
        clean()


def test_a_refused_posting_leaves_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        earn("a", owner, 300, occurred_at=utc_now())
        before = count_rows()
        with pytest.raises(InsufficientPoints) as refused:
            spend("b", owner, 301, actor=cast.aisyah)
        assert (refused.value.available, refused.value.needed, refused.value.status) == (300, 301, 409)
        assert count_rows() == before
        clean()


def test_held_points_come_by_themselves_and_live_no_longer(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        with travel(NOW):
            earn("a", owner, 300, occurred_at=utc_now(), hold_days=14)
            assert release_due() == 0
        assert wallet(owner) == {"pending": 300}
        with travel(NOW + timedelta(days=13)):
            assert release_due() == 0
        with travel(NOW + timedelta(days=14)):
            assert release_due() == 1
            assert release_due() == 0
        assert wallet(owner) == {"available": 300, "pending": 0}
        assert lots(owner) == [(0, date(2027, 11, 30), date(2026, 12, 6)), (300, date(2027, 11, 30), None)]
        clean()


def test_points_stay_spendable_for_thirty_days_after_the_date_shown(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        with travel(NOW):
            earn("a", owner, 300, occurred_at=utc_now())
        with travel(datetime(2027, 12, 30, 4, tzinfo=UTC)):
            assert expire_due() == 0
            spend("b", owner, 100, actor=cast.aisyah)
        with travel(datetime(2027, 12, 31, 4, tzinfo=UTC)):
            assert expire_due() == 200
            assert expire_due() == 0
        assert wallet(owner) == {"available": 0}
        clean()


def test_a_refund_returns_to_each_lot_and_an_expired_one_gets_thirty_days(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        with travel(NOW):
            earn("a", owner, 300, occurred_at=utc_now())
        with travel(NOW + timedelta(days=30)):
            earn("b", owner, 300, occurred_at=utc_now())
            paid = spend("c", owner, 400, actor=cast.aisyah)
        with travel(datetime(2027, 12, 5, 4, tzinfo=UTC)):
            refund("d", paid.posting_id, actor=cast.aisyah, reason="gone")
            assert refund("d", paid.posting_id, actor=cast.aisyah, reason="gone").replayed
            with pytest.raises(AlreadyReversed):
                refund("e", paid.posting_id, actor=cast.aisyah, reason="gone")
        assert wallet(owner) == {"available": 600}
        assert [lot[:2] for lot in lots(owner)] == [
            (0, date(2027, 11, 30)),
            (300, date(2027, 12, 31)),
            (300, date(2028, 1, 4)),
        ]
        clean()


def test_a_clawback_takes_its_own_lot_then_others_then_later_earnings(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        with travel(NOW - timedelta(days=70)):
            earn("a", owner, 100, occurred_at=utc_now())
        award = earn("b", owner, 500, occurred_at=utc_now())
        spend("c", owner, 450, actor=cast.aisyah)  # all of a, 350 of b
        earn("d", owner, 40, occurred_at=utc_now())
        claw_back("e", award.posting_id, actor=cast.manager, reason="cancelled")
        assert wallet(owner) == {"available": 0, "clawback_due": 310}
        clean()
        with pytest.raises(AlreadyReversed):
            claw_back("f", award.posting_id, actor=cast.manager, reason="cancelled")
        earn("g", owner, 300, occurred_at=utc_now())
        assert wallet(owner) == {"available": 0, "clawback_due": 10}
        earn("h", owner, 300, occurred_at=utc_now())
        assert wallet(owner) == {"available": 290, "clawback_due": 0}
        clean()


def test_a_clawback_of_held_points_touches_nothing_else(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        earn("a", owner, 500, occurred_at=utc_now())
        award = earn("b", owner, 200, occurred_at=utc_now(), hold_days=14)
        claw_back("c", award.posting_id, actor=None, reason="cancelled")
        assert wallet(owner) == {"available": 500, "pending": 0}
        clean()


def test_what_expired_of_an_award_is_not_taken_twice(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        with travel(NOW):
            award = earn("a", owner, 500, occurred_at=utc_now())
            spend("b", owner, 200, actor=cast.aisyah)
        with travel(NOW + timedelta(days=420)):
            assert expire_due() == 300
            earn("c", owner, 1000, occurred_at=utc_now())
            claw_back("d", award.posting_id, actor=None, reason="cancelled")
        assert wallet(owner)["available"] == 800
        clean()


def test_sharing_out_keeps_each_lots_expiry(app: Flask, cast: Cast) -> None:
    with app.app_context():
        giver, taker = Owner("organisation", cast.kinabalu.id), member(cast.aisyah)
        with travel(NOW - timedelta(days=70)):
            earn("a", giver, 300, occurred_at=utc_now())
        with travel(NOW):
            earn("b", giver, 500, occurred_at=utc_now())
            share_out("c", cast.kinabalu.id, cast.aisyah.person_id, 400, actor=cast.kinabalu_admin)
            with pytest.raises(InsufficientPoints):
                share_out("d", cast.kinabalu.id, cast.aisyah.person_id, 401, actor=cast.kinabalu_admin)
        assert wallet(giver) == {"available": 400}
        assert [lot[:2] for lot in lots(taker)] == [(300, date(2027, 9, 30)), (100, date(2027, 11, 30))]
        clean()


def test_an_adjustment_over_the_limit_needs_a_second_person(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        for checker in (None, cast.finance):
            with pytest.raises(CheckerNeeded):
                adjust("a", owner, 10_001, actor=cast.finance, reason="goodwill", checker=checker)
        adjust("b", owner, 10_000, actor=cast.finance, reason="goodwill")
        adjust("c", owner, 10_001, actor=cast.finance, reason="goodwill", checker=cast.owner)
        adjust("d", owner, -10_000, actor=cast.finance, reason="typed twice")
        assert wallet(owner) == {"available": 10_001}
        clean()


def test_reverse_knows_the_opposite_of_each_kind(app: Flask, cast: Cast) -> None:
    with app.app_context():
        owner = member(cast.aisyah)
        award = earn("a", owner, 500, occurred_at=utc_now())
        paid = spend("b", owner, 200, actor=cast.aisyah)
        gift = adjust("c", owner, 50, actor=cast.finance, reason="goodwill")
        reverse("d", paid.posting_id, actor=cast.manager, reason="x")
        reverse("e", gift.posting_id, actor=cast.manager, reason="x")
        back = reverse("f", award.posting_id, actor=cast.manager, reason="x")
        with pytest.raises(NotReversible):
            reverse("g", back.posting_id, actor=cast.manager, reason="x")
        assert wallet(owner)["available"] == 0
        clean()
