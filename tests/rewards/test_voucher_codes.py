"""The code to scan on a voucher, read by another program: on the order's page and at the counter, in both themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.identity.actor import Actor
from app.rewards.services import redeem
from tests.cast import PASSWORD, Cast
from tests.rewards.conftest import Shop
from tests.support.browser import Visit
from tests.support.scanning import read_page

CODES = ["PMEGA-7KQ2-0001", "PMEGA-7KQ2-0002"]


@pytest.mark.browser
def test_the_code_of_a_voucher_says_what_stands_below_it(
    app: Flask, cast: Cast, shop: Shop, rich: Callable[[Actor, int], None], visit: Callable[..., Visit]
) -> None:
    shop.stock(shop.market, shop.market_50, *CODES)
    rich(cast.aisyah, 5_000)
    with app.app_context():
        order = redeem(shop.market, shop.market_50, 2, "key-00001", cast.aisyah)
    for theme in ("light", "dark"):
        seen = visit("phone", theme=theme)
        page = seen.sign_in(cast.aisyah.email, PASSWORD)
        seen.goto(f"/orders/{order}")
        if page.get_by_role("button", name="Show code").count():
            page.get_by_role("button", name="Show code").click()
            expect(page.get_by_role("button", name="Show code")).to_have_count(0)
        for path in (f"/orders/{order}", f"/orders/{order}?view=counter"):
            seen.goto(path)
            shown = [code.strip() for code in page.locator("main code").all_inner_texts()]
            assert shown == CODES, (theme, path)
            assert read_page(page) == CODES, (theme, path)
