"""The partner's pages: form, list, detail, actions; over HTTP, without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import today
from app.deals import queries, services
from app.deals.content import Line
from app.deals.states import DealState
from seeds.reference import seed_reference
from tests.cast import Cast, sign_in
from tests.deals.support import approved, in_state, sent
from tests.programs.makers import live
from tests.support.statements import count_statements


def body(**changes: Any) -> dict[str, Any]:
    """The whole form as the public interface names it."""
    found: dict[str, Any] = {
        "idempotency_key": "key-" + str(changes.pop("key", "0001")),
        "action": "submit",
        "customer_name": "Mutiara Logistics Sdn Bhd",
        "customer_country": "MY",
        "customer_domain": "www.mutiara.com.my",
        "customer_registration_no": "201901024417",
        "contact_name": "Farid Hamzah",
        "contact_email": "farid@mutiara.com.my",
        "product_family": ["firewall"],
        "value": ["48,000"],
        "currency": "MYR",
        "expected_close_on": (today("UTC") + timedelta(days=30)).isoformat(),
        "notes": "Tender 7",
    }
    found.update(changes)
    return found


def test_the_whole_form_in_one_post_sends_a_deal_and_leads_to_it(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.aisyah)
    answer = client.post(
        "/deals", data=body(product_family=["firewall", "cloud"], value=["48,000", "1,000.50"])
    )
    assert answer.status_code == 303 and re.fullmatch(r"/deals/[a-z0-9]{14}", answer.location)
    page = client.get(answer.location)
    assert page.status_code == 200 and "Mutiara Logistics Sdn Bhd" in page.text and "49,000.50" in page.text
    with app.app_context():
        row = queries.list_deals(cast.aisyah).rows[0]
        assert (row.state, row.value_minor, row.products) == (
            DealState.SUBMITTED,
            4_900_050,
            "Firewall, Cloud",
        )


WRONG: list[dict[str, Any]] = [
    {"customer_name": ""}, {"customer_name": "..."}, {"customer_name": "x" * 301}, {"customer_country": "XX"},
    {"customer_country": "Malaysia"}, {"customer_domain": "co.id"}, {"customer_domain": "not a site"},
    {"contact_name": " "}, {"contact_email": "farid"}, {"product_family": ["nothing"]}, {"product_family": []},
    {"value": ["48 ribu"]}, {"value": ["48.000"]}, {"value": ["0"]}, {"value": ["-1"]}, {"value": []},
    {"value": ["1e9"]}, {"value": ["99999999999999999"]}, {"currency": "XXX"}, {"expected_close_on": "12/11/2026"},
    {"expected_close_on": "2020-01-01"}, {"expected_close_on": ""}, {"notes": "n" * 2001}, {"action": "approve"},
    {"product_family": ["firewall"] * 11, "value": ["1"] * 11},
]  # fmt: skip


def test_what_cannot_be_read_is_422_with_the_typed_text_kept_and_no_row(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.aisyah)
    for wrong in WRONG:
        answer = client.post("/deals", data=body(notes="Do not lose <this>") | wrong)
        assert answer.status_code == 422, answer.location
        if "action" not in wrong:
            assert "Do not lose &lt;this&gt;" in answer.text or "notes" in wrong
            for name, value in wrong.items():
                if name in ("customer_country", "currency", "product_family"):
                    continue  # chosen, not typed
                text = value if isinstance(value, str) else (value or [""])[0]
                assert text.strip() in answer.text
    with app.app_context():
        assert queries.list_deals(cast.aisyah).rows == []


def test_a_deal_that_was_sent_cannot_be_emptied_and_every_missing_field_is_named(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        one = sent(cast).public_id
    sign_in(client, cast.aisyah)
    whole = body() | {"customer_domain": "www.mutiara.com.my"}
    for name in (
        "customer_name",
        "customer_country",
        "contact_name",
        "product_family",
        "value",
        "expected_close_on",
    ):
        answer = client.post(f"/deals/{one}/edit", data=whole | {name: ""})
        assert answer.status_code == 422 and f'href="#{name}"' in answer.text, name
    assert client.post(f"/deals/{one}/edit", data={"value": "", "product_family": ""}).status_code == 422
    assert client.post(f"/deals/{one}/edit", data=whole).status_code == 303
    with app.app_context():
        assert queries.find_deal(one, cast.aisyah).deal.customer_domain == "www.mutiara.com.my"


def test_numbers_are_read_in_the_language_of_the_person(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.budi)
    data = body(currency="IDR", value=["48.000.000"], customer_country="ID")
    answer = client.post("/deals", data=data)
    assert answer.status_code == 303
    with app.app_context():
        assert queries.list_deals(cast.budi).rows[0].value_minor == 4_800_000_000


def test_three_steps_without_scripts_keep_a_server_draft_and_send_it(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.aisyah)
    first = client.get("/deals/new")
    key = re.search(r'name="idempotency_key" value="([^"]+)"', first.text)
    assert key and 'action="/deals"' in first.text
    step = {name: body()[name] for name in ("customer_name", "customer_country", "contact_name")}
    answer = client.post("/deals", data=step | {"idempotency_key": key[1], "goto": "2"})
    assert answer.status_code == 303 and answer.location.endswith("/edit?step=2")
    edit = answer.location.split("?")[0]
    wrong = client.post(
        edit, data={"step": "2", "goto": "3", "product_family": "firewall", "value": "48 ribu"}
    )
    assert wrong.status_code == 422 and "48 ribu" in wrong.text
    more = client.post(
        edit, data={"step": "2", "goto": "line", "product_family": "firewall", "value": "48,000"}
    )
    assert more.status_code == 303
    assert client.get(more.location).text.count('name="product_family"') == 2
    second = {"product_family": ["firewall", ""], "value": ["48,000", ""], "currency": "MYR"}
    late = body()["expected_close_on"]
    answer = client.post(edit, data=second | {"step": "2", "goto": "3", "expected_close_on": late})
    assert answer.status_code == 303 and answer.location.endswith("step=3")
    assert "Mutiara Logistics" in client.get(answer.location).text
    done = client.post(edit, data={"step": "3", "action": "submit"})
    assert done.status_code == 303 and done.location == edit.removesuffix("/edit")
    with app.app_context():
        rows = queries.list_deals(cast.aisyah).rows
        assert [row.state for row in rows] == [DealState.SUBMITTED]


def test_a_step_that_lacks_something_is_shown_again_with_a_sentence_at_the_field(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.aisyah)
    answer = client.post(
        "/deals", data={"idempotency_key": "k" * 10, "goto": "2", "customer_name": "", "contact_name": ""}
    )
    assert answer.status_code == 422
    assert 'id="customer_name-error"' in answer.text and 'href="#contact_name"' in answer.text
    with app.app_context():
        assert queries.list_deals(cast.aisyah).rows == []


def test_autosave_and_the_button_of_one_form_make_one_draft(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.aisyah)
    data = {"idempotency_key": "k" * 12, "customer_name": "Teratai Foods", "value": ["48 ribu"]}
    saved = client.post("/deals/autosave", data=data)
    assert "Draft saved" in saved.text and saved.headers["HX-Replace-Url"].endswith("/edit?step=1")
    client.post("/deals/autosave", data=data | {"customer_name": "Teratai Foods Sdn Bhd"})
    answer = client.post(
        "/deals", data={"idempotency_key": "k" * 12, "customer_name": "Teratai Foods Sdn Bhd"}
    )
    assert answer.status_code == 303
    with app.app_context():
        rows = queries.list_deals(cast.aisyah).rows
        assert [row.customer_name for row in rows] == ["Teratai Foods Sdn Bhd"]


def test_the_same_form_sent_twenty_times_makes_one_deal(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.aisyah)
    places = {client.post("/deals", data=body()).location for _time in range(20)}
    assert len(places) == 1
    other = client.post("/deals", data=body(customer_name="Another Name"))
    assert other.status_code == 422
    with app.app_context():
        assert queries.overview(cast.aisyah).counts["all"] == 1


def test_a_win_earns_at_once_and_its_page_links_the_receipt(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        live(cast)
        one = approved(cast).public_id
    sign_in(client, cast.aisyah)
    assert "1,920" in client.get(f"/deals/{one}").text
    assert client.get(f"/deals/{one}/win").status_code == 200
    data = {
        "idempotency_key": "w" * 10,
        "invoice_no": "INV-7",
        "invoice_value": "48,000",
        "won_on": today("UTC").isoformat(),
    }
    wrong = client.post(f"/deals/{one}/win", data=data | {"invoice_value": "x", "won_on": "2999-01-01"})
    assert wrong.status_code == 422 and "INV-7" in wrong.text
    answer = client.post(f"/deals/{one}/win", data=data)
    assert (answer.status_code, answer.location) == (303, f"/deals/{one}")
    assert client.post(f"/deals/{one}/win", data=data).location == f"/deals/{one}"
    page = client.get(f"/deals/{one}").text
    assert "INV-7" in page and "Mark as won" not in page
    assert "1,920" in page and re.search(r'href="/wallet/[a-z0-9]{14}"', page)
    again = client.post(f"/deals/{one}/win", data=data | {"idempotency_key": "w" * 11})
    assert again.status_code == 409


@pytest.mark.parametrize("path", ["loss", "withdrawal", "comments", "files"])
def test_each_small_form_stands_on_a_page_of_its_own(
    app: Flask, client: FlaskClient, cast: Cast, path: str
) -> None:
    with app.app_context():
        one = approved(cast).public_id
    sign_in(client, cast.aisyah)
    assert client.get(f"/deals/{one}/{path}").status_code == 200
    sheet = client.get(f"/deals/{one}/{path}", headers={"HX-Request": "true", "HX-Target": "sheet"})
    assert "sheet-title" in sheet.text and "<html" not in sheet.text
    data = {"loss": {"reason": "price"}, "comments": {"body": "Any news?"}}.get(path, {})
    if path == "files":
        data = {"file": (BytesIO(b"%PDF-1.7 x"), "offer.pdf")}
    if path != "withdrawal":
        assert client.post(f"/deals/{one}/{path}", data={}).status_code == 422
    assert client.post(f"/deals/{one}/{path}", data=data).status_code == 303
    page = client.get(f"/deals/{one}")
    assert {"loss": "Price", "comments": "Any news?", "files": "offer.pdf"}.get(
        path, "Withdrawn"
    ) in page.text


def test_a_file_comes_back_as_an_attachment_to_those_who_see_the_deal(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        one = sent(cast).public_id
    sign_in(client, cast.aisyah)
    upload = {"file": (BytesIO(b"%PDF-1.7 x"), "../offer.pdf")}
    assert client.post(f"/deals/{one}/files", data=upload).status_code == 303
    with app.app_context():
        file = queries.find_deal(one, cast.aisyah).parts.files[0]
    path = f"/deals/{one}/files/{file.public_id}"
    for actor, status in ((cast.aisyah, 200), (cast.manager, 200), (cast.budi, 404), (cast.finance, 403)):
        sign_in(client, actor)
        answer = client.get(path)
        assert answer.status_code == status
        if status == 200:
            assert (
                answer.headers["Content-Disposition"].startswith("attachment")
                and answer.data == b"%PDF-1.7 x"
            )


def test_strangers_get_404_and_the_vendor_403_on_the_partners_pages(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        one = sent(cast).public_id
    for actor, status in ((cast.budi, 404), (cast.manager, 403), (cast.owner, 403)):
        sign_in(client, actor)
        for path in ("", "/edit", "/win", "/loss", "/withdrawal"):
            assert client.get(f"/deals/{one}{path}").status_code == status, path
        for path in ("/edit", "/win", "/loss", "/withdrawal"):
            data = {"idempotency_key": "k" * 10}
            assert client.post(f"/deals/{one}{path}", data=data).status_code == status, path
    sign_in(client, cast.budi)
    for odd in ("%00", "'", "..", "x" * 300, "%F0%9F%98%80"):
        assert client.get(f"/deals/{odd}").status_code == 404


@pytest.mark.parametrize("who", ["aisyah", "budi"])
def test_the_pages_cost_the_same_few_statements_at_ten_deals_and_at_fifty(
    app: Flask, client: FlaskClient, cast: Cast, who: str
) -> None:
    """A program with a budget and another currency included: that is the dearest case."""
    actor = getattr(cast, who)
    with app.app_context():
        seed_reference(cast.owner)
        live(cast, budget=10**6)
    sign_in(client, actor)
    costs: list[list[tuple[str, int]]] = []
    for count in (10, 40):
        with app.app_context():
            for number in range(count):
                name = f"{chr(97 + number % 26) * 8} {count} {number:04d}"
                deal = sent(cast, name, by=actor, currency=actor.organisation_currency, lines=two_lines(cast))
            services.approve(deal.public_id, actor=cast.manager)
        one = deal.public_id
        paths = (
            "/deals",
            f"/deals?deal={one}",
            f"/deals/{one}",
            f"/deals/{one}/edit",
            "/deals/new",
            f"/deals/{one}/win",
        )
        client.get(f"/deals/{one}")  # the catalogue of programs is read once per process
        found = []
        for path in paths:
            with count_statements(app) as seen:
                assert client.get(path).status_code == 200
            found.append((path.replace(one, "x"), len(seen)))
        costs.append(found)
    assert costs[0] == costs[1]
    assert all(number <= 8 for _path, number in costs[0]), costs[0]


def two_lines(cast: Cast) -> Any:
    return [Line(cast.families["firewall"], 100_000), Line(cast.families["cloud"], 200_000)]


def test_every_state_has_its_page(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        ids = {state: in_state(cast, state, f"{state.value} {state.value}").public_id for state in DealState}
    sign_in(client, cast.aisyah)
    for state, one in ids.items():
        for path in (f"/deals/{one}", f"/deals?deal={one}", "/deals?show=closed", "/deals?q=zzz"):
            answer = client.get(path)
            assert answer.status_code == 200, (state, path)
            assert "<h1" in answer.text


def test_the_list_comes_as_a_file_that_no_spreadsheet_runs(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        sent(cast, "=HYPERLINK(1)")
        sent(cast, "Klinik Damai", by=cast.budi)
    sign_in(client, cast.aisyah)
    answer = client.get("/deals/list.csv")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    assert "'=HYPERLINK(1)" in answer.text and "48000.00" in answer.text and "Klinik" not in answer.text


def test_going_back_asks_for_the_form_again_and_the_same_again_leaves_no_line(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.aisyah)
    place = client.post("/deals", data=body()).location
    page = client.get(place + "/edit", headers={"Accept-Encoding": "br"})
    assert "no-store" in page.headers["Cache-Control"] and page.headers["Content-Encoding"] == "br"
    again = client.post(place + "/edit", data=body())
    shown = client.get(again.location).text
    assert again.location == place and "Nothing was changed" in shown and "Changed" not in shown
    client.post(place + "/edit", data=body(notes="Tender 8"))
    shown = client.get(place).text
    assert "Changes sent" in shown and "Changed" in shown
