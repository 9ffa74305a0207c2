"""The wallet page, its statement and receipts."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import travel, utc_now
from app.ledger.models import Owner
from app.ledger.services import EarnRow, adjust, claw_back, earn, earn_many, refund, share_out, spend
from app.wallet.lines import action_of
from tests.cast import Cast, sign_in
from tests.ledger.support import member
from tests.support.statements import count_statements

NOW = datetime.now(UTC)


@pytest.fixture
def full(app: Flask, cast: Cast) -> dict[str, str]:
    """A wallet with one of everything; the public ids of its lines."""
    made = {}
    with app.app_context():
        mine, company = member(cast.aisyah), Owner("organisation", cast.kinabalu.id)
        with travel(NOW - timedelta(days=300)):
            made["old"] = earn("old", mine, 1000, occurred_at=utc_now()).public_id
        with travel(NOW - timedelta(days=40)):
            earn("company", company, 5000, occurred_at=utc_now())
            award = earn("award", mine, 2600, occurred_at=utc_now())
            paid = spend("paid", mine, 1600, actor=cast.aisyah)
            made |= {"award": award.public_id, "paid": paid.public_id}
        made["held"] = earn(
            "held", mine, 777, occurred_at=utc_now() - timedelta(days=3), hold_days=14
        ).public_id
        made["refund"] = refund("refund", paid.posting_id, actor=cast.aisyah, reason="sold out").public_id
        made["claw"] = claw_back("claw", award.posting_id, reason="customer cancelled").public_id
        made["share"] = share_out(
            "share", cast.kinabalu.id, mine.id, 700, actor=cast.kinabalu_admin
        ).public_id
        made["gift"] = adjust("gift", mine, 50, actor=cast.finance, reason="goodwill").public_id
    return made


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def test_the_wallet_says_what_there_is_and_what_comes(
    client: FlaskClient, cast: Cast, full: dict[str, str]
) -> None:
    text = page(sign_in(client, cast.aisyah), "/wallet")
    assert '<p class="big-number">1,750' in text
    assert "+777" in text
    assert "less what was taken back. Gift codes and shared points are not in it." in text
    assert "clears" in text
    assert "\u22121,600" in text
    assert "/wallet?of=company" not in text


def test_a_partner_admin_sees_the_company_beside_and_never_added(
    client: FlaskClient, cast: Cast, full: dict[str, str]
) -> None:
    sign_in(client, cast.kinabalu_admin)
    own, company = page(client, "/wallet"), page(client, "/wallet?of=company")
    assert '<p class="big-number">0' in own
    assert "4,300" in own
    assert '<p class="big-number">4,300' in company
    assert "less what was taken back." in company and "Gift codes and shared points" not in company
    page(sign_in(client, cast.aisyah), "/wallet?of=company", 404)


def test_filters_and_months_narrow_the_statement(
    client: FlaskClient, cast: Cast, full: dict[str, str]
) -> None:
    sign_in(client, cast.aisyah)
    spent = page(client, "/wallet?show=spent")
    assert full["paid"] in spent
    assert full["old"] not in spent
    old = NOW - timedelta(days=300)
    month = page(client, f"/wallet?month={old:%Y-%m}&show=nonsense")
    assert full["old"] in month
    assert full["held"] not in month
    for odd in ("month=2026-13", "month=%C2%B2026-01", "after=x", "after=99999999999999999999", "of=x"):
        page(client, f"/wallet?{odd}")


def test_every_line_opens_its_receipt_and_strangers_get_404(
    client: FlaskClient, cast: Cast, full: dict[str, str]
) -> None:
    sign_in(client, cast.aisyah)
    for public_id in full.values():
        page(client, f"/wallet/{public_id}")
    held = page(client, f"/wallet/{full['held']}")
    assert "Day 4 of 14" in held
    assert "Clears by itself on" in held
    claw = page(client, f"/wallet/{full['claw']}")
    assert "customer cancelled" in claw
    assert full["award"] in claw
    sign_in(client, cast.budi)
    for public_id in full.values():
        page(client, f"/wallet/{public_id}", 404)


def test_a_debt_is_said_where_one_looks(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        award = earn("a", member(cast.aisyah), 1000, occurred_at=utc_now())
        spend("b", member(cast.aisyah), 1000, actor=cast.aisyah)
        taken = claw_back("c", award.posting_id, reason="cancelled")
    sign_in(client, cast.aisyah)
    assert "1,000 points that were taken back are already spent" in page(client, "/wallet")
    assert "1,000 points of it were already spent" in page(client, f"/wallet/{taken.public_id}")


def test_the_statement_as_a_file_neutralises_formulas(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        for number, note in enumerate(("=1+1", "@SUM(A1)", "+60 12", "plain")):
            adjust(f"k{number}", member(cast.aisyah), 10 + number, actor=cast.finance, reason=note)
    answer = sign_in(client, cast.aisyah).get("/wallet/statement.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["plain", "'+60 12", "'@SUM(A1)", "'=1+1"]
    assert [row[4] for row in rows[1:]] == ["13", "12", "11", "10"]


def test_pages_ask_as_little_for_a_thousand_lines_as_for_ten(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.kinabalu_admin)
    counts = []
    with app.app_context():
        owner = member(cast.kinabalu_admin)
    for lines in (10, 1000):
        with app.app_context():
            rows = [EarnRow(f"{lines}:{each}", owner, 5, utc_now()) for each in range(lines)]
            rows += [
                EarnRow(f"{lines}:{each}:held", owner, 5, utc_now(), hold_days=9) for each in range(lines)
            ]
            earn_many(rows)
            last = earn(f"{lines}:last", owner, 5, occurred_at=utc_now())
        seen = []
        for path in ("/wallet", f"/wallet/{last.public_id}", "/wallet?of=company"):
            with count_statements(app) as statements:
                page(client, path)
            seen.append(len(statements))
        counts.append(seen)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 8, counts


def test_show_more_goes_on_where_the_page_ended(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        made = [
            earn(f"k{number}", member(cast.aisyah), 5, occurred_at=utc_now()).public_id
            for number in range(60)
        ]
    sign_in(client, cast.aisyah)
    seen: list[str] = []
    path: str | None = "/wallet"
    while path:
        text = page(client, path)
        seen += [each for each in reversed(made) if f"/wallet/{each}" in text]
        more = text.split('class="btn secondary" href="')
        path = more[1].split('"')[0].replace("&amp;", "&") if len(more) > 1 else None
    assert seen == made[::-1]


def test_a_receipt_leads_to_what_its_button_names(app: Flask) -> None:
    with app.test_request_context():
        named = {path: action_of(f"/{path}/x") for path in ("deals", "orders", "training", "recognition")}
    assert named == {
        "deals": "See the deal",
        "orders": "See the order",
        "training": "See the course",
        "recognition": "See who was recognised",
    }
