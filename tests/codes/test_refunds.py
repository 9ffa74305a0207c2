"""An order paid with codes and cancelled gives each part back where it came from."""

from datetime import timedelta

from app.codes import services
from app.codes.queries import find_by_ids
from app.core.clock import today, travel, utc_now
from app.core.db import execute_sql
from app.rewards.services import cancel, redeem
from tests.codes.test_services import batch, ids_of, today_in
from tests.ledger.support import clean
from tests.rewards.conftest import available, build_shop, give_points

PRICE = 13_200


def order_of(app, cast, gifts, points, *, until=None):
    """(order, ids of the codes, batch id): earbuds by hand, paid by a code and 3,200 of the wallet."""
    shop = build_shop(app, cast)
    batch_id, codes = gifts.make(points, 1, until=until)
    give_points(app, cast.aisyah, 5_000)
    with app.app_context():
        ids = ids_of(*codes)
        return redeem(shop.earbuds, None, 1, "key-1", cast.aisyah, code_ids=ids), ids, batch_id


def test_points_go_back_to_the_code_and_to_the_wallet(app, cast, gifts):
    order, ids, batch_id = order_of(app, cast, gifts, 10_000)
    with app.app_context():
        assert (available(cast.aisyah), find_by_ids(ids)) == (1_800, [])
        cancel(order, actor=cast.aisyah)
        assert available(cast.aisyah) == 5_000
        assert [code.points for code in find_by_ids(ids)] == [10_000]
        assert batch(batch_id).used_points == 0
        services.claim("key-2", ids, actor=cast.aisyah)
        assert available(cast.aisyah) == 15_000
        clean()


def test_what_an_expired_code_gave_lives_thirty_days_in_the_wallet(app, cast, gifts):
    order, _ids, batch_id = order_of(app, cast, gifts, 10_000, until=today_in(gifts, 5))
    with app.app_context(), travel(utc_now() + timedelta(days=6)):
        cancel(order, actor=cast.aisyah)
        assert available(cast.aisyah) == 15_000 and batch(batch_id).used_points == 10_000
        late = execute_sql("SELECT expires_on FROM lots WHERE amount = 10000").scalar()
        assert str(late)[:10] == (today() + timedelta(days=30)).isoformat()
        clean()


def test_what_a_voided_code_gave_comes_to_the_wallet_too(app, cast, gifts):
    order, _ids, batch_id = order_of(app, cast, gifts, 10_000)
    with app.app_context():
        assert services.void_batch(batch_id, actor=cast.owner, reason="Withdrawn") == 0
        cancel(order, actor=cast.aisyah)
        assert available(cast.aisyah) == 15_000
        clean()


def test_an_order_paid_by_codes_alone_gives_back_without_a_wallet(app, cast, gifts):
    shop = build_shop(app, cast)
    batch_id, codes = gifts.make(10_000, 2, until=today_in(gifts, 5))
    with app.app_context():
        order = redeem(shop.earbuds, None, 1, "key-1", cast.budi, code_ids=ids_of(*codes))
        assert available(cast.budi) == 0
        with travel(utc_now() + timedelta(days=6)):
            cancel(order, actor=cast.budi)
            assert available(cast.budi) == PRICE
        assert batch(batch_id).used_points == PRICE
        clean()
