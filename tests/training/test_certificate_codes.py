"""The code to scan on a certificate, read by another program: on the page in both themes, and on paper."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from app.core.settings import current_settings
from tests.cast import Cast
from tests.support.browser import Visit
from tests.support.scanning import read_page, read_pdf
from tests.training.support import publish
from tests.training.test_certificates import passed


def made(app: Flask, cast: Cast) -> tuple[str, str]:
    """(path, whole address) of a certificate."""
    with app.app_context():
        publish()
        (serial,) = passed("zero-trust", cast.aisyah)
        return f"/certificates/{serial}", f"{current_settings().external_url}/certificates/{serial}"


@pytest.mark.browser
def test_the_code_on_the_page_is_the_address_that_anybody_may_open(
    app: Flask, cast: Cast, visit: Callable[..., Visit]
) -> None:
    path, address = made(app, cast)
    assert urlsplit(address).path == path
    for theme in ("light", "dark"):
        for size in ("phone", "desktop"):
            stranger = visit(size, theme=theme)
            assert read_page(stranger.goto(path)) == [address], (theme, size)
            expect(stranger.page.locator("main")).to_contain_text("Aisyah Rahman")


def test_the_code_on_paper_is_the_same_address(app: Flask, client: FlaskClient, cast: Cast) -> None:
    path, address = made(app, cast)
    assert read_pdf(client.get(f"{path}.pdf").data) == [address]
