"""Where the vendor's people begin, and the help page: each role its own work, the oldest first."""

import re
from datetime import timedelta

import pytest

from app.core.clock import travel, utc_now
from app.deals.services import deciding
from app.ledger.models import Owner
from app.ledger.services import adjust_or_propose
from app.partners.services import set_managers
from tests.cast import sign_in
from tests.deals.support import sent


def work_of(page):
    """The titles of the work list, in order."""
    return re.findall(r'<span class="row-title">([^<]+)</span>', page.split("<aside")[0])


def test_the_oldest_work_comes_first_and_a_decided_deal_leaves(app, client, cast):
    with app.app_context():
        with travel(utc_now() - timedelta(days=3)):
            old = sent(cast, "Batik Lama Sdn Bhd")
        sent(cast, "Teknik Baharu Sdn Bhd")
    sign_in(client, cast.manager)
    page = client.get("/admin/today").text
    assert work_of(page) == ["Batik Lama Sdn Bhd", "Teknik Baharu Sdn Bhd"]
    assert f"/admin/deals/{old.public_id}" in page and "3 days ago" in page and "None yet" in page
    with app.app_context():
        deciding.approve(old.public_id, actor=cast.manager)
    page = client.get("/admin/today").text
    assert work_of(page) == ["Teknik Baharu Sdn Bhd"] and "3 days" in page  # now the usual answer


def test_an_adjustment_waits_for_the_second_person_only(app, client, cast):
    with app.app_context():
        adjust_or_propose(
            "adjust:1", Owner("member", cast.aisyah.person_id), 20_000, actor=cast.finance,
            reason="A contest that was paid twice over", organisation_id=cast.kinabalu.id,
        )  # fmt: skip
    sign_in(client, cast.finance)
    assert work_of(client.get("/admin/today").text) == []
    sign_in(client, cast.owner)
    assert work_of(client.get("/admin/today").text) == ["A contest that was paid twice over"]


@pytest.mark.parametrize(
    ("who", "there", "not_there"),
    [
        ("marketer", ("Give an award", "Make gift codes", "Announce"), "Import sales"),
        ("finance", ("Import sales", "Ledger"), "Give an award"),
        ("auditor", ("Ledger",), "Make gift codes"),
    ],
)
def test_each_role_begins_what_it_may(client, cast, who, there, not_there):
    sign_in(client, getattr(cast, who))
    page = client.get("/admin/today").text
    tiles = page.split('class="menugrid"')[1]
    assert all(words in tiles for words in there) and not_there not in tiles


def test_a_partner_does_not_know_of_it(client, cast):
    sign_in(client, cast.kinabalu_admin)
    assert client.get("/admin/today").status_code == 404


def test_help_speaks_three_languages_and_names_who_looks_after_the_company(app, client, cast):
    with app.app_context():
        set_managers(cast.kinabalu.id, [cast.manager.person_id], actor=cast.owner)
    assert "When do points expire?" in client.get("/help").text and "mailto:" not in client.get("/help").text
    for language, words in (("ms", "Bilakah mata luput?"), ("id", "Kapan poin hangus?")):
        assert words in client.get("/help", headers={"Accept-Language": language}).text
    sign_in(client, cast.aisyah)
    page = client.get("/help").text
    assert f"mailto:{cast.manager.email}" in page and 'href="/deals/new"' in page


def test_help_leads_the_vendors_people_only_where_they_may_go(client, cast):
    sign_in(client, cast.marketer)
    page = client.get("/help").text
    assert "second person" in page and 'href="/admin/ledger"' not in page
