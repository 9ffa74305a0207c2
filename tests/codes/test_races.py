"""One code, several hands, real connections: exactly one winner per amount, and whole books after fifty rounds."""

import pytest
from sqlalchemy import update

from app.codes import services
from app.codes.errors import CodeTaken
from app.codes.models import BatchState, GiftCampaign
from app.core.clock import utc_now
from app.core.db import db, dialect
from app.identity.models import Person
from app.ledger.errors import InsufficientPoints
from app.rewards.services import redeem
from tests.codes.conftest import Catcher, build_gifts
from tests.codes.test_services import batch, ids_of
from tests.ledger.support import clean
from tests.races import race, split
from tests.rewards.conftest import available, build_shop


def found(app, code):
    with app.app_context():
        return ids_of(code)


@pytest.mark.race
def test_one_code_by_two_people_goes_to_one(app, cast, gifts, rounds):
    batch_id, codes = gifts.make(500, rounds["race"])
    for number, code in enumerate(codes):
        ids = found(app, code)
        claims = [
            lambda actor=actor, ids=ids, key=f"key-{number}": services.claim(key, ids, actor=actor)
            for actor in (cast.aisyah, cast.budi)
        ]
        done, refused = split(race(app, claims))
        assert len(done) == 1 and [type(error) for error in refused] == [CodeTaken]
    with app.app_context():
        assert available(cast.aisyah) + available(cast.budi) == 500 * rounds["race"]
        assert batch(batch_id).used_points == 500 * rounds["race"]
        clean()


@pytest.mark.race
def test_one_code_in_two_tabs_is_added_once(app, cast, gifts, rounds):
    _batch, codes = gifts.make(500, rounds["race"])
    for number, code in enumerate(codes):
        ids = found(app, code)
        claims = [
            lambda ids=ids, key=f"key-{number}-{tab}": services.claim(key, ids, actor=cast.aisyah)
            for tab in (1, 2)
        ]
        done, refused = split(race(app, claims))
        assert len(done) == 1 and [type(error) for error in refused] == [CodeTaken]
    with app.app_context():
        assert available(cast.aisyah) == 500 * rounds["race"]
        clean()


@pytest.mark.race
def test_two_orders_sharing_one_code_spend_each_point_once(app, cast, gifts, rounds):
    """1,500 on a code, 1,000 each: the second finds 500 and no wallet to pay the rest."""
    shop = build_shop(app, cast)
    shop.stock(shop.market, shop.market_50, *[f"CODE-{number:05}" for number in range(2 * rounds["race"])])
    _batch, codes = gifts.make(1_500, rounds["race"])
    for number, code in enumerate(codes):
        ids = found(app, code)
        orders = [
            lambda actor=actor, ids=ids, key=f"key-{number}": redeem(
                shop.market, shop.market_50, 1, key, actor, code_ids=ids
            )
            for actor in (cast.aisyah, cast.kinabalu_admin)
        ]
        done, refused = split(race(app, orders))
        assert len(done) == 1 and [type(error) for error in refused] == [InsufficientPoints]
        assert len(found(app, code)) == 1
    with app.app_context():
        clean()


@pytest.mark.race
def test_a_claim_and_a_void_share_a_code_without_a_point_lost(app, cast, gifts, rounds):
    for number in range(max(10, rounds["race"] // 5)):
        batch_id, codes = gifts.make(500, 3)
        ids = found(app, codes[0])
        acts = [
            lambda ids=ids, key=f"key-{number}": services.claim(key, ids, actor=cast.aisyah),
            lambda it=batch_id: services.void_batch(it, actor=cast.owner, reason="Race"),
        ]
        _done, refused = split(race(app, acts))
        assert {type(error) for error in refused} <= {CodeTaken}
        with app.app_context():
            row = batch(batch_id)
            assert row.used_points + row.voided_points == 1_500
    with app.app_context():
        clean()


@pytest.mark.race
@pytest.mark.parametrize("by", ["marketer", None])
def test_of_large_halves_made_at_once_by_one_maker_only_the_first_needs_nobody(app, cast, gifts, rounds, by):
    """RM 3,000 each, of RM 5,000; in two campaigns, so that the campaign's row does not make them queue."""
    maker, campaigns = by and getattr(cast, by), (gifts.campaign_id, build_gifts(app, cast).campaign_id)
    wanted = services.Wanted(30_000, 2)
    for _number in range(rounds["race"]):
        acts = [
            lambda there=there: services.issue_batch(there, wanted, Catcher(), actor=maker)
            for there in campaigns
        ]
        done, errors = split(race(app, acts))
        assert errors == []
        assert sorted(made.state for made in done) == [BatchState.LIVE, BatchState.WAITING]
        with app.app_context():  # for the next round
            for made in done:
                if made.state is BatchState.LIVE:
                    services.void_batch(made.id, actor=cast.owner, reason="Round over")
                else:
                    services.decline_batch(made.id, actor=cast.owner)
    with app.app_context():
        clean()


@pytest.mark.parametrize("by", ["marketer", None])
def test_while_many_codes_are_made_nothing_else_of_their_maker_waits(app, cast, gifts, by):
    """Neither their session nor another campaign. On SQLite every writer waits for the one before."""
    elsewhere, went_on = build_gifts(app, cast).campaign_id, []

    def sink(batch, position, codes):
        if dialect() == "postgresql":
            with db.engine.begin() as other:
                other.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
                other.execute(update(Person).values(last_seen_at=utc_now()))
                other.execute(update(GiftCampaign).where(GiftCampaign.id != elsewhere).values(name="Later"))
        went_on.append(position)

    with app.app_context():
        services.issue_batch(elsewhere, services.Wanted(100, 2), sink, actor=by and getattr(cast, by))
    assert went_on == [0]
