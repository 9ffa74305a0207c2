"""Codes made, used, voided, expired and given back; the books are whole after each."""

from datetime import timedelta

import pytest

from app.codes import services
from app.codes.alphabet import digest_of
from app.codes.errors import BatchMoved, CodeTaken, SecondPersonNeeded
from app.codes.models import BatchState, GiftCampaign, GiftCode, GiftCodeBatch
from app.codes.queries import find_by_digests, find_by_ids
from app.core.clock import today, travel, utc_now
from app.core.db import db, end_read, execute_sql
from app.core.errors import InvalidInput
from tests.codes.conftest import build_gifts
from tests.ledger.support import clean
from tests.rewards.conftest import available, give_points


def ids_of(*codes):
    return [held.code_id for held in find_by_digests([digest_of(code) for code in codes])]


def batch(batch_id):
    end_read()
    return db.session.get(GiftCodeBatch, batch_id, populate_existing=True)


def test_a_claimed_code_fills_the_wallet_of_the_member_for_twelve_months(app, cast, gifts):
    code = gifts.one(500)
    with app.app_context():
        services.claim("key-1", ids_of(code), actor=cast.aisyah)
        assert available(cast.aisyah) == 500 and ids_of(code) == []
        row = execute_sql("SELECT remaining, expires_on FROM lots").one()
        assert row[0] == 500 and str(row[1])[:4] == str(today().year + 1)
        posting = execute_sql("SELECT organisation_id, kind FROM postings ORDER BY id DESC LIMIT 1").one()
        assert tuple(posting) == (cast.kinabalu.id, "code_claim")
        clean()


def test_nothing_is_kept_in_clear_but_hash_and_last_four(app, cast, gifts):
    code = gifts.one(500)
    with app.app_context():
        row = db.session.query(GiftCode).one()
        assert row.last_four == code[-4:] and row.digest == digest_of(code) and code not in row.digest


def test_a_code_pays_in_parts_and_the_wallet_the_rest(app, cast, gifts):
    from app.ledger.errors import InsufficientPoints

    early, late = gifts.one(300, until=today_in(gifts, 40)), gifts.one(500)
    give_points(app, cast.aisyah, 100)
    with app.app_context():
        held = find_by_ids(ids_of(late, early))
        assert [code.last_four for code in held] == [early[-4:], late[-4:]]
        assert [part for _c, part in services.share_out(held, 450)] == [300, 150]
        with pytest.raises(InsufficientPoints):
            pay(cast.aisyah, [code.code_id for code in held], 901)
        clean()
        pay(cast.aisyah, [code.code_id for code in held], 450)
        assert [code.points for code in find_by_ids([code.code_id for code in held])] == [350]
        pay(cast.aisyah, ids_of(late), 400, at_most=50)
        assert available(cast.aisyah) == 50 and ids_of(late) == []
        clean_but_orders()


def today_in(gifts, days):
    with gifts.app.app_context():
        return today() + timedelta(days=days)


def pay(actor, ids, points, at_most=None):
    """A payment without its order: the ledger's part alone."""
    return services.pay(f"pay:{utc_now()}", ids, points, actor=actor, order_id=None, wallet_at_most=at_most)


def clean_but_orders():
    from app.ledger.verify import broken_invariants

    assert [broken.name for broken in broken_invariants()] == []


def test_the_wallet_never_pays_more_than_the_page_said(app, cast, gifts):
    code = gifts.one(500)
    give_points(app, cast.aisyah, 1000)
    with app.app_context():
        with pytest.raises(CodeTaken):
            pay(cast.aisyah, ids_of(code), 700, at_most=100)
        assert available(cast.aisyah) == 1000
        clean()


def test_codes_whose_last_day_has_passed_while_they_waited_are_declined_and_not_opened(app, cast, gifts):
    with app.app_context():
        last_day = today()
    batch_id, _codes = gifts.make(50_000, 10, until=last_day, approve=False)
    with app.app_context():
        with travel(utc_now() + timedelta(days=1)), pytest.raises(BatchMoved):
            services.approve_batch(batch_id, actor=cast.finance)
        with travel(utc_now() + timedelta(days=1)):
            declined = services.decline_batch(batch_id, actor=cast.finance)
        assert declined.state is BatchState.DECLINED
        clean()


def test_above_the_limit_codes_stay_locked_until_a_second_person_approves(app, cast, gifts):
    batch_id, codes = gifts.make(500, 201, approve=False)  # RM 5,025
    with app.app_context():
        assert batch(batch_id).state is BatchState.WAITING and ids_of(*codes[:5]) == []
        with pytest.raises(SecondPersonNeeded):
            services.approve_batch(batch_id, actor=cast.marketer)
        services.approve_batch(batch_id, actor=cast.finance)
        services.approve_batch(batch_id, actor=cast.finance)
        assert batch(batch_id).state is BatchState.LIVE and len(ids_of(*codes[:5])) == 5
        posting = execute_sql("SELECT actor_id, checker_id FROM postings").one()
        assert tuple(posting) == (cast.marketer.person_id, cast.finance.person_id)
        clean()


def test_exactly_five_thousand_needs_nobody_and_a_declined_batch_never_opens(app, cast, gifts):
    batch_id, _codes = gifts.make(1000, 100, approve=False)
    declined, codes = gifts.make(1000, 101, approve=False)
    with app.app_context():
        assert batch(batch_id).state is BatchState.LIVE
        services.decline_batch(declined, actor=cast.finance, reason="Too many")
        with pytest.raises(BatchMoved):
            services.approve_batch(declined, actor=cast.owner)
        assert ids_of(codes[0]) == []
        assert (
            db.session.get(GiftCampaign, gifts.campaign_id, populate_existing=True).committed_points
            == 100_000
        )
        clean()


def test_the_budget_is_a_hard_stop(app, cast):
    gifts = build_gifts(app, cast, budget=1_000)
    gifts.make(300, 3)
    with pytest.raises(InvalidInput) as refused:
        gifts.make(101, 1)
    assert "100 points left" in str(refused.value.fields["code_count"])
    gifts.make(100, 1)


@pytest.mark.parametrize("wanted", [(0, 1), (50_001, 1), (1, 0), (1, 1_000_001)])
def test_a_batch_outside_the_bounds_is_refused(app, cast, gifts, wanted):
    with app.app_context(), pytest.raises(InvalidInput):
        gifts.make(*wanted)


def test_voiding_takes_back_what_is_left_and_leaves_what_was_used(app, cast, gifts):
    batch_id, codes = gifts.make(500, 3)
    with app.app_context():
        services.claim("key-1", ids_of(codes[0]), actor=cast.aisyah)
        assert services.void_code(batch_id, codes[1][-4:], actor=cast.owner, reason="Lost card") == 500
        assert ids_of(codes[1]) == [] and len(ids_of(codes[2])) == 1
        with pytest.raises(InvalidInput):
            services.void_code(batch_id, codes[1], actor=cast.owner, reason="Lost card")
        assert services.void_batch(batch_id, actor=cast.owner, reason="Printed twice") == 500
        with pytest.raises(BatchMoved):
            services.void_batch(batch_id, actor=cast.owner, reason="Printed twice")
        row = batch(batch_id)
        assert (row.used_points, row.voided_points, available(cast.aisyah)) == (500, 1000, 500)
        assert db.session.get(GiftCampaign, gifts.campaign_id, populate_existing=True).committed_points == 500
        clean()


def test_a_code_is_good_for_thirty_days_after_its_date_and_then_its_points_expire(app, cast, gifts):
    batch_id, codes = gifts.make(500, 2, until=today_in(gifts, 10))
    with app.app_context():
        with travel(utc_now() + timedelta(days=40)):
            assert services.expire_batches() == 0
            services.claim("key-1", ids_of(codes[0]), actor=cast.aisyah)
        with travel(utc_now() + timedelta(days=41)):
            assert ids_of(codes[1]) == []
            assert services.expire_batches() == 500 and services.expire_batches() == 0
        row = batch(batch_id)
        assert (row.state, row.used_points, row.expired_points) == (BatchState.ENDED, 500, 500)
        clean()


def test_a_code_is_not_good_before_its_campaign_begins(app, cast, gifts):
    code = gifts.one(500)
    with app.app_context(), travel(utc_now() - timedelta(days=2)):
        assert ids_of(code) == []
