"""The vendor's work queue as pages: decide, undo, go on; every action also as a plain POST."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import travel, utc_now
from app.core.db import db
from app.deals import services
from app.deals.models import Deal
from app.deals.states import DealState
from tests.cast import Cast, sign_in
from tests.deals.support import approved, fields, sent
from tests.support.statements import count_statements


def make(app: Flask, act: Any) -> str:
    with app.app_context():
        return str(act().public_id)


def state_of(app: Flask, public_id: str) -> DealState:
    with app.app_context():
        return db.session.query(Deal).filter_by(public_id=public_id).one().state


def test_the_queue_shows_what_waits_oldest_first(app: Flask, client: FlaskClient, cast: Cast) -> None:
    for index, name in enumerate(("Alpha Foods", "Beta Foods", "Gamma Foods")):
        with travel(utc_now() - timedelta(hours=9 - index)):
            make(app, lambda name=name: sent(cast, name))
    sign_in(client, cast.manager)
    page = client.get("/admin").text
    assert page.index("Alpha Foods") < page.index("Beta Foods") < page.index("Gamma Foods")
    assert "3 waiting" in page


def test_an_empty_queue_says_what_it_is_for(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.manager)
    assert "Nothing waits for you" in client.get("/admin").text


def test_an_approval_opens_the_next_item_and_offers_an_undo(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    first = make(app, lambda: sent(cast, "Alpha Foods"))
    second = make(app, lambda: sent(cast, "Beta Foods"))
    sign_in(client, cast.manager)
    answer = client.post(f"/admin/deals/{first}/approval")
    assert answer.status_code == 303 and answer.location == f"/admin/deals/{second}#item"
    assert state_of(app, first) is DealState.APPROVED
    page = client.get(answer.location).text
    assert "Alpha Foods approved" in page and f'action="/admin/deals/{first}/undo"' in page
    assert 'id="item" tabindex="-1"' in page


def test_the_undo_survives_navigation_and_takes_the_decision_back(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    deal = make(app, lambda: sent(cast))
    sign_in(client, cast.manager)
    client.post(f"/admin/deals/{deal}/rejection", data={"reason": "too_early", "message": "Come back in May"})
    assert state_of(app, deal) is DealState.REJECTED
    assert f"/admin/deals/{deal}/undo" in client.get("/admin/deals").text
    answer = client.post(f"/admin/deals/{deal}/undo")
    assert answer.status_code == 303 and state_of(app, deal) is DealState.SUBMITTED
    assert f"/admin/deals/{deal}/undo" not in client.get("/admin").text


def test_the_undo_is_gone_after_a_minute(app: Flask, client: FlaskClient, cast: Cast) -> None:
    deal = make(app, lambda: sent(cast))
    sign_in(client, cast.manager)
    client.post(f"/admin/deals/{deal}/approval")
    with travel(utc_now() + timedelta(seconds=61)):
        assert "/undo" not in client.get("/admin").text
        refused = client.post(f"/admin/deals/{deal}/undo")
    assert refused.status_code == 409 and state_of(app, deal) is DealState.APPROVED


def test_the_last_decision_leads_back_to_the_queue(app: Flask, client: FlaskClient, cast: Cast) -> None:
    deal = make(app, lambda: sent(cast))
    sign_in(client, cast.manager)
    assert client.post(f"/admin/deals/{deal}/approval").location == "/admin"


def test_a_rejection_without_a_reason_keeps_the_message(app: Flask, client: FlaskClient, cast: Cast) -> None:
    deal = make(app, lambda: sent(cast))
    sign_in(client, cast.manager)
    answer = client.post(f"/admin/deals/{deal}/rejection", data={"message": "Come back in May"})
    assert (
        answer.status_code == 422 and "Come back in May" in answer.text and "Choose a reason." in answer.text
    )
    assert state_of(app, deal) is DealState.SUBMITTED


def test_a_question_needs_words_and_moves_the_turn(app: Flask, client: FlaskClient, cast: Cast) -> None:
    deal = make(app, lambda: sent(cast))
    sign_in(client, cast.manager)
    assert client.post(f"/admin/deals/{deal}/question", data={"message": " "}).status_code == 422
    assert "Which tender?" in client.get(f"/admin/deals/{deal}/question?message=Which tender?").text
    answer = client.post(f"/admin/deals/{deal}/question", data={"message": "Which tender?"})
    assert answer.status_code == 303 and state_of(app, deal) is DealState.INFORMATION_NEEDED
    assert "Which tender?" in client.get(f"/admin/deals/{deal}").text


def test_the_sheet_and_the_page_come_from_one_address(app: Flask, client: FlaskClient, cast: Cast) -> None:
    deal = make(app, lambda: sent(cast))
    sign_in(client, cast.manager)
    url = f"/admin/deals/{deal}/rejection"
    sheet = client.get(url, headers={"HX-Request": "true", "HX-Target": "sheet"}).text
    page = client.get(url).text
    assert "<html" in page and "<html" not in sheet
    assert 'id="sheet-title"' in sheet and 'hx-target="#sheet"' in sheet and 'hx-target="#main"' in page
    done = client.post(
        url, data={"reason": "too_early"}, headers={"HX-Request": "true", "HX-Target": "sheet"}
    )
    assert done.status_code == 204 and done.headers["HX-Redirect"] == "/admin"


def test_a_rival_who_was_first_is_shown_and_approved_only_knowingly(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    make(app, lambda: sent(cast, "Bumi Raya Retail", by=cast.budi, customer_domain="bumiraya.example"))
    later = make(app, lambda: sent(cast, "PT Bumi Raya", customer_domain="shop.bumiraya.example"))
    sign_in(client, cast.manager)
    page = client.get(f"/admin/deals/{later}").text
    assert "Same customer" in page and cast.merapi.name in page
    compared = client.get(f"/admin/deals/{later}/duplicates").text
    assert "bumiraya.example" in compared and "shop.bumiraya.example" in compared
    refused = client.post(f"/admin/deals/{later}/approval")
    assert refused.status_code == 409 and state_of(app, later) is DealState.SUBMITTED
    assert client.post(f"/admin/deals/{later}/approval", data={"knowingly": "1"}).status_code == 303
    assert state_of(app, later) is DealState.APPROVED


def test_a_deal_changed_after_it_was_opened_is_not_approved(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    deal = make(app, lambda: sent(cast))
    sign_in(client, cast.manager)
    shown = re.search(r'name="revision" value="(\d+)"', client.get(f"/admin/deals/{deal}").text)
    assert shown is not None
    with app.app_context():
        changed = fields(cast, value=9_900_000)
        services.edit(deal, changed, actor=cast.aisyah)
    answer = client.post(f"/admin/deals/{deal}/approval", data={"revision": shown[1]})
    assert answer.status_code == 409 and state_of(app, deal) is DealState.SUBMITTED


def test_the_clean_ones_are_listed_first_then_approved_together(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    clean = [make(app, lambda name=name: sent(cast, name)) for name in ("Alpha Foods", "Omega Steel")]
    large = make(app, lambda: sent(cast, "Zenith Port", value=99_000_000_00))
    sign_in(client, cast.manager)
    page = client.get("/admin/deals/approvals").text
    assert "Alpha Foods" in page and "Omega Steel" in page and "Zenith Port" not in page
    answer = client.post("/admin/deals/approvals", data={"id": [*clean, large]})
    assert answer.status_code == 303
    assert [state_of(app, one) for one in clean] == [DealState.APPROVED] * 2
    assert state_of(app, large) is DealState.SUBMITTED
    page = client.get("/admin").text
    assert "2 deals approved" in page and "1 deal needs a closer look." in page
    client.post(f"/admin/deals/approvals/undo?id={clean[0]}&id={clean[1]}")
    assert [state_of(app, one) for one in clean] == [DealState.SUBMITTED] * 2


def test_the_list_of_all_deals_filters_and_searches(app: Flask, client: FlaskClient, cast: Cast) -> None:
    make(app, lambda: approved(cast, "Alpha Foods"))
    make(app, lambda: sent(cast, "Beta Foods"))
    sign_in(client, cast.manager)
    page = client.get("/admin/deals?state=protected").text
    assert "Alpha Foods" in page and "Beta Foods" not in page
    page = client.get("/admin/deals?q=beta").text
    assert "Beta Foods" in page and "Alpha Foods" not in page
    assert "Nothing fits" in client.get("/admin/deals?q=nobody").text


def test_who_only_reads_sees_no_decision(app: Flask, client: FlaskClient, cast: Cast) -> None:
    deal = make(app, lambda: sent(cast))
    sign_in(client, cast.auditor)
    page = client.get(f"/admin/deals/{deal}").text
    assert "/approval" not in page and "If you approve" not in page
    assert client.post(f"/admin/deals/{deal}/approval").status_code == 403
    assert state_of(app, deal) is DealState.SUBMITTED


def test_a_partner_finds_nothing_here(app: Flask, client: FlaskClient, cast: Cast) -> None:
    deal = make(app, lambda: sent(cast))
    sign_in(client, cast.aisyah)
    for path in ("/admin", "/admin/deals", f"/admin/deals/{deal}", f"/admin/deals/{deal}/duplicates"):
        assert client.get(path).status_code == 404
    assert client.post(f"/admin/deals/{deal}/approval").status_code == 404


def test_an_item_costs_at_most_eight_statements_however_long_the_queue(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    deal = make(app, lambda: sent(cast, "Alpha Foods"))
    sign_in(client, cast.manager)
    client.get(f"/admin/deals/{deal}")
    counts = []
    for names in ((), ("Beta Foods", "Gamma Steel", "Delta Port", "Epsilon Trust")):
        for name in names:
            make(app, lambda name=name: sent(cast, name))
        for path in ("/admin", f"/admin/deals/{deal}", "/admin/deals"):
            with count_statements(app) as seen:
                assert client.get(path).status_code == 200
            counts.append(len(seen))
    assert max(counts) <= 8 and counts[:3] == counts[3:]


def test_pages_stay_small(app: Flask, client: FlaskClient, cast: Cast) -> None:
    for number in range(12):
        make(app, lambda number=number: sent(cast, f"Customer number {number} of Kinabalu"))
    sign_in(client, cast.manager)
    answer = client.get("/admin", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip" and len(answer.data) < 14 * 1024
