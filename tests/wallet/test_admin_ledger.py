"""The vendor finds, opens and traces postings, each role what it may."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import utc_now
from app.core.db import db, transaction
from app.ledger.models import Owner
from app.ledger.services import EarnRow, claw_back, earn, earn_many, share_out, spend
from app.partners.models import OrganisationManager
from tests.cast import Cast, sign_in
from tests.ledger.support import member
from tests.support.statements import count_statements


@pytest.fixture
def made(app: Flask, cast: Cast) -> dict[str, str]:
    with app.app_context():
        aisyah, budi = member(cast.aisyah), member(cast.budi)
        award = earn("award", aisyah, 1000, occurred_at=utc_now(), organisation_id=cast.kinabalu.id)
        found = {"award": award.public_id}
        found["paid"] = spend("paid", aisyah, 900, actor=cast.aisyah).public_id
        found["claw"] = claw_back("claw", award.posting_id, actor=cast.manager, reason="cancelled").public_id
        earn("company", Owner("organisation", cast.kinabalu.id), 500, occurred_at=utc_now())
        found["share"] = share_out(
            "share", cast.kinabalu.id, aisyah.id, 200, actor=cast.kinabalu_admin
        ).public_id
        found["rival"] = earn(
            "rival", budi, 70, occurred_at=utc_now(), organisation_id=cast.merapi.id
        ).public_id
    return found


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def test_finance_finds_postings_by_person_company_and_number(
    client: FlaskClient, cast: Cast, made: dict[str, str]
) -> None:
    sign_in(client, cast.finance)
    everything = page(client, "/admin/ledger")
    assert all(public_id in everything for public_id in made.values())
    for text in ("aisyah", "Kinabalu", made["award"]):
        found = page(client, f"/admin/ledger?q={text}")
        assert made["award"] in found
        assert made["rival"] not in found
    assert made["paid"] not in page(client, "/admin/ledger?kind=award&q=%25")
    assert made["award"] in page(client, "/admin/ledger?kind=award&after=x")
    assert "Nothing matches" in page(client, "/admin/ledger?q=nobody+at+all")


def test_a_posting_opens_with_its_transfers_lots_and_links(
    client: FlaskClient, cast: Cast, made: dict[str, str]
) -> None:
    sign_in(client, cast.auditor)
    for public_id in made.values():
        page(client, f"/admin/ledger/{public_id}")
    claw = page(client, f"/admin/ledger/{made['claw']}")
    for text in ("Hafiz Karim", "cancelled", made["award"], "owed", "900"):
        assert text in claw
    assert made["claw"] in page(client, f"/admin/ledger/{made['award']}")
    page(client, "/admin/ledger/nothing", 404)


def test_a_manager_sees_only_the_companies_they_look_after(
    app: Flask, client: FlaskClient, cast: Cast, made: dict[str, str]
) -> None:
    with app.app_context(), transaction():
        db.session.add(OrganisationManager(organisation_id=cast.merapi.id, person_id=cast.owner.person_id))
    sign_in(client, cast.manager)
    text = page(client, "/admin/ledger")
    assert made["award"] in text
    assert made["rival"] not in text
    page(client, f"/admin/ledger/{made['rival']}", 404)
    page(sign_in(client, cast.marketer), "/admin/ledger", 403)
    page(sign_in(client, cast.aisyah), "/admin/ledger", 404)


def test_the_list_asks_as_little_for_a_thousand_postings_as_for_ten(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.owner)
    counts = []
    for number in (10, 1000):
        with app.app_context():
            earn_many(
                [EarnRow(f"{number}:{each}", member(cast.aisyah), 5, utc_now()) for each in range(number)]
            )
        with count_statements(app) as statements:
            page(client, "/admin/ledger?q=aisyah")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8
