"""What a phone has to fetch: first load at most 60 KB compressed in at most 7 requests, all ours; HTML at most 14 KB."""

import gzip
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Request

from tests.cast import sign_in
from tests.e2e.crawl import Found, rivals, visitors
from tests.e2e.looking import enter
from tests.support.browser import Visit

FIRST_LOAD, REQUESTS, HTML = 60 * 1024, 7, 14 * 1024


@pytest.mark.browser
@pytest.mark.parametrize("role", ["member", "channel_manager"])
def test_the_first_load_of_home_is_small_and_all_ours(
    demo: Flask, role: str, visit: Callable[..., Visit]
) -> None:
    here = visit("phone", "en", "light")
    enter(here, demo, visitors(demo)[role], "en")
    loaded: list[tuple[str, int]] = []

    def note(request: Request) -> None:
        if request.redirected_to is None:
            loaded.append((request.url, request.sizes()["responseBodySize"]))

    here.page.on("requestfinished", note)
    opened = here.page.goto(here.base_url + "/")
    assert opened is not None and opened.status == 200
    here.page.wait_for_load_state("networkidle")
    listing = "\n".join(f"{size:7d} {url}" for url, size in loaded)
    assert {urlsplit(url).netloc for url, _size in loaded} == {urlsplit(here.base_url).netloc}, listing
    assert len(loaded) <= REQUESTS, listing
    assert sum(size for _url, size in loaded) <= FIRST_LOAD, listing


def test_the_html_of_every_page_is_small(demo: Flask, found: Found) -> None:
    people, clients, heavy = {**visitors(demo), **rivals(demo)}, {}, []
    for page in found.one_each(rivals=True):
        if page.role not in clients:
            client = demo.test_client()
            clients[page.role] = sign_in(client, people[page.role]) if page.role else client
        body = clients[page.role].get(page.path).get_data()
        size = len(gzip.compress(body, 6))
        if size > HTML:
            heavy.append(f"{page.role} {page.path}: {size} bytes of {len(body)}")
    assert not heavy, "\n".join(heavy)
