"""The vendor's list of companies and their tiers: none is passed over between two pages."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast, add_company, sign_in
from tests.tiers.makers import live

ROW = re.compile(r'href="/admin/tiers/companies/([a-z0-9]+)"')
MORE = re.compile(r'href="(/admin/tiers/companies\?[^"]*after=[^"]*)"')


def test_companies_of_one_name_all_stand_in_the_list(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        live(cast)
        made = [
            add_company("Sinar Sdn Bhd", "MY", "MYR", "en", "Asia/Kuala_Lumpur", "Town")
            for _number in range(60)
        ]
    sign_in(client, cast.marketer)
    url, seen = "/admin/tiers/companies", list[str]()
    while url:
        page = client.get(url).text
        seen += ROW.findall(page)
        more = MORE.search(page)
        url = unescape(more[1]) if more else ""
    assert len(seen) == len(set(seen)) and {company.public_id for company in made} < set(seen)
    assert client.get("/admin/tiers/companies?after=nobody").status_code == 404
