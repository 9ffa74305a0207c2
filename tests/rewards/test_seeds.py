"""The demo's catalogue stands in three languages, priced and in stock."""

from app.core.db import execute_sql
from app.rewards.queries.catalogue import Filters, count_facets, list_cards
from seeds.rewards import ITEMS, denomination_of, seed_rewards


def test_the_demo_catalogue_is_complete_for_both_countries(app, cast):
    with app.app_context():
        seed_rewards(cast.marketer)
        for actor, least in ((cast.aisyah, 15), (cast.budi, 8)):
            assert count_facets(actor, 0).total >= least
            cards, _more = list_cards(actor, 1_000_000, Filters())
            assert all(set(card.name) == {"en", "ms", "id"} for card in cards)
            assert all(card.rank == 0 or card.required_tier for card in cards)
        assert execute_sql("SELECT count(*) FROM rewards").scalar() == len(ITEMS)
        assert denomination_of("pasar-mega", 5000)
        wanted = sum(codes for item in ITEMS for _face, _cost, codes in item.sizes)
        assert execute_sql("SELECT count(*) FROM voucher_codes").scalar() == wanted
