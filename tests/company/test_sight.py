"""A partner's page shows deals only to who may see deals."""

import pytest

from tests.cast import sign_in
from tests.deals.support import sent


@pytest.mark.parametrize(
    ("who", "sees"),
    [("manager", True), ("auditor", True), ("owner", True), ("marketer", False), ("finance", False)],
)
def test_the_customers_of_a_partner_are_told_to_who_may_review_deals(app, client, cast, who, sees):
    with app.app_context():
        sent(cast, "Zamrud Shipping Sdn Bhd")
    sign_in(client, getattr(cast, who))
    for path in (
        f"/admin/partners/{cast.kinabalu.public_id}",
        f"/admin/partners?partner={cast.kinabalu.public_id}",
    ):
        page = client.get(path)
        assert page.status_code == 200
        assert ("Zamrud Shipping" in page.get_data(as_text=True)) is sees
