"""The pages: the wall, an award, applause, consent, the certificate, and the vendor's desk."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import func, select

from app.core.db import db
from app.core.storage import upload_folder
from app.partners.services import set_managers, suspend_organisation
from app.recognition.models import Award, AwardState
from tests.cast import Cast, sign_in
from tests.conftest import count_statements
from tests.recognition.support import begin, company, give, person, points_of

HTMX = {"HX-Request": "true"}


def form(cast: Cast, **more: Any) -> dict[str, Any]:
    """What the page sends when Aisyah gets 250 points for Customer hero."""
    found: dict[str, Any] = {
        "to": person(cast.aisyah), "category": "customer-hero", "points": "250", "is_on_wall": "y",
        "citation_lang": "en", "idempotency_key": "key-of-the-form-1",
    }  # fmt: skip
    return {**found, **more}


def text_of(html: str) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def picture_bytes(kind: str = "PNG") -> io.BytesIO:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(target, kind)
    return io.BytesIO(target.getvalue())


def test_the_wall_shows_awards_to_everybody_and_a_script_as_text(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast)
        give(cast, citation="<script>alert(1)</script> & thanks")
        give(cast, company(cast.kinabalu), category="partner-of-the-quarter", citation="")
        hidden = give(cast, is_on_wall=False, citation="Between us")
    page = sign_in(client, cast.budi).get("/recognition").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; thanks" in page and "<script>alert" not in page
    assert "The strongest quarter of all" not in page and "Kuartal terkuat dari semuanya" in page
    assert "Between us" not in page and client.get(f"/recognition/{hidden.public_id}").status_code == 404
    own = sign_in(client, cast.aisyah).get("/recognition?view=mine").text
    assert "Between us" in own and "My awards" in own
    path = f"/recognition/{hidden.public_id}?view=mine"
    assert path in own and 'class="iconbtn back" href="/recognition?view=mine"' in client.get(path).text


def test_wall_pages_ask_no_more_than_eight_things(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=0)
        for _each in range(16):
            give(cast)
        lead = give(cast, company(cast.kinabalu), category="partner-of-the-quarter")
    sign_in(client, cast.kinabalu_admin)
    for path in (
        "/recognition",
        "/recognition?view=country",
        f"/recognition/{lead.public_id}",
        "/hall-of-fame",
    ):
        with count_statements(app) as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= 8, (path, seen)
    sign_in(client, cast.owner)
    for path in ("/admin/recognition", "/admin/recognition/new", f"/admin/recognition/{lead.public_id}"):
        with count_statements(app) as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= 8, (path, seen)
    with count_statements(app) as seen:
        assert client.get(f"/admin/recognition/new?to={person(cast.aisyah)}&q=kina").status_code == 200
    assert len(seen) <= 8, seen


def test_a_waiting_award_asks_no_more_than_eight_things_of_anybody(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=900_000)
        path = f"/admin/recognition/{give(cast, points=150_000).public_id}"
    for actor in (cast.marketer, cast.finance, cast.owner, cast.auditor):
        sign_in(client, actor)
        with count_statements(app) as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= 8, (actor.name, len(seen), seen)


def test_every_award_is_on_exactly_one_page_of_the_wall(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=0)
        wanted = [give(cast, citation=f"Number {each}.").public_id for each in range(33)]
    sign_in(client, cast.budi)
    seen, path = [], "/recognition"
    while path:
        page = client.get(path).text
        seen += re.findall(r'id="award-([a-z0-9]+)"', page)
        following = re.search(r'href="(/recognition\?after=[^"]+)"', page)
        path = following[1] if following else ""
    assert seen == wanted[::-1]


def test_applause_is_given_once_and_taken_back(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=0)
        award = give(cast).public_id
    sign_in(client, cast.budi)
    for _twice in range(2):
        answer = client.post(f"/recognition/{award}/applause", data={"applaud": "1"}, headers=HTMX)
        assert 'aria-pressed="true"' in answer.text and ">1<" in answer.text
    back = client.post(f"/recognition/{award}/applause", data={"applaud": "0", "back": "//evil.example"})
    assert back.status_code == 303 and back.location == f"/recognition#award-{award}"
    assert 'aria-pressed="true"' not in client.get("/recognition").text
    assert client.post("/recognition/nothing/applause", data={"applaud": "1"}).status_code == 404


def test_an_auditor_reads_the_applause_and_gives_none(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=0)
        award = give(cast).public_id
    sign_in(client, cast.budi).post(f"/recognition/{award}/applause", data={"applaud": "1"})
    sign_in(client, cast.auditor)
    assert client.post(f"/recognition/{award}/applause", data={"applaud": "1"}).status_code == 403
    for page in ("/recognition", f"/recognition/{award}"):
        said = client.get(page).text
        assert "1 person applauds" in said and "aria-pressed" not in said
    client = sign_in(app.test_client(), cast.manager)
    assert client.post(f"/recognition/{award}/applause", data={"applaud": "1"}).status_code == 303


def test_a_suspended_company_is_not_shown_while_that_lasts(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=0)
        alone = give(cast)
        both = give(cast, person(cast.aisyah), person(cast.budi))
        suspend_organisation(cast.kinabalu.id, actor=cast.owner, reason="Under review")
    page = sign_in(client, cast.budi).get("/recognition").text
    assert alone.public_id not in page and both.public_id in page and cast.aisyah.name not in page


def test_the_certificate_is_for_who_got_it_and_for_the_vendor(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=0)
        path = f"/recognition/{give(cast).public_id}/certificate.pdf"
    answer = sign_in(client, cast.aisyah).get(path)
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF-")
    assert answer.mimetype == "application/pdf"
    (sheet,) = PdfReader(io.BytesIO(answer.data)).pages
    words = sheet.extract_text()
    assert cast.aisyah.name in words and "/recognition/" not in words
    assert not sheet.images, "a code to scan would lead a stranger to the sign-in page"
    for stranger in (cast.budi, cast.kinabalu_admin):
        assert sign_in(client, stranger).get(path).status_code == 404
    assert sign_in(client, cast.auditor).get(path).status_code == 200


def test_the_desk_says_the_cost_and_what_the_receiver_will_see_in_their_language(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast)
    sign_in(client, cast.marketer)
    page = client.get(f"/admin/recognition/new?to={person(cast.budi)}").text
    assert "RM\xa01,000 left" in page and f"Give {cast.budi.first_name} the award" in page
    data = form(cast, to=person(cast.budi))
    part = client.post("/admin/recognition/preview", data=data, headers={**HTMX, "HX-Target": "outcome"}).text
    assert "250 points cost RM\xa012.50 of the RM\xa01,000 award budget." in part
    assert "Pahlawan pelanggan" in part and f"Give {cast.budi.first_name} 250 points" in part
    assert 'hx-swap-oob="true"' in part and "<html" not in part
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Award)) == 0


def test_every_button_that_shows_before_it_gives_says_where_it_leads(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast)
    sign_in(client, cast.marketer)
    page = client.get(f"/admin/recognition/new?to={person(cast.aisyah)}").text
    actions = re.findall(r'<button[^>]*formaction="([^"]*)"[^>]*>([^<]+)', page)
    assert [label for _action, label in actions] == ["Find someone", "See it before you give it"]
    for action, _label in actions:
        shown = client.post(action or "/admin/recognition/new", data=form(cast))
        assert shown.status_code == 200 and f"{cast.aisyah.first_name} will see" in shown.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Award)) == 0


def test_over_the_limit_the_button_asks_a_named_person(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast, budget=None)
    sign_in(client, cast.marketer)
    data = form(cast, points="other", points_other="120,000")
    page = client.post("/admin/recognition/preview", data=data).text
    assert f"Ask {cast.finance.first_name} to approve" in page
    shown = client.post("/admin/recognition/new", data=data)
    page = client.get(shown.location).text
    assert "Waits for approval" in page and "was asked to approve this" in page
    sign_in(client, cast.finance)
    assert "Approve and give" in client.get(shown.location).text
    assert client.post(f"{shown.location}/approval").status_code == 303
    with app.app_context():
        assert points_of(cast.aisyah) == 120_000


def test_who_approves_reads_what_the_budget_holds_and_what_waits(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=250_000)
        first, second = (give(cast, points=120_000 + more).public_id for more in (0, 20_000))
    sign_in(client, cast.finance)
    page = text_of(client.get(f"/admin/recognition/{second}").text)
    assert "Award budget left 250,000 points All that waits, with this award 260,000 points" in page
    assert client.post(f"/admin/recognition/{first}/approval").status_code == 303
    refused = client.post(f"/admin/recognition/{second}/approval")
    page = text_of(refused.text)
    assert refused.status_code == 409 and "Not given: the award waits on" in page
    assert "The award budget holds 130,000 points; this award needs 140,000." in page
    assert "Somebody was faster" not in page and "Choose fewer" not in page and "Do not approve" in page
    with app.app_context():
        assert points_of(cast.aisyah) == 120_000


def test_the_page_says_that_a_second_half_needs_somebody_and_why(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast, budget=None)
        give(cast, points=60_000)
    sign_in(client, cast.marketer)
    data = form(cast, points="other", points_other="50000")
    page = client.post("/admin/recognition/preview", data=data).text
    assert "With the 60,000 points that you gave the same receiver in the last 24 hours" in page
    assert f"Ask {cast.finance.first_name} to approve" in page
    shown = client.post("/admin/recognition/new", data=data).location
    sign_in(client, cast.finance)
    page = client.get(shown).text
    assert "By itself it is not over RM\xa05,000." in page and "Approve and give" in page
    large = client.post("/admin/recognition/preview", data={**data, "points_other": "200000"})
    assert large.status_code == 403
    sign_in(client, cast.marketer)
    large = client.post("/admin/recognition/preview", data={**data, "points_other": "200000"})
    assert "Over RM\xa05,000 a second person approves." in large.text


def test_the_same_form_sent_twice_gives_one_award(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
    sign_in(client, cast.marketer)
    first = client.post("/admin/recognition/new", data=form(cast))
    again = client.post("/admin/recognition/new", data=form(cast))
    assert first.status_code == again.status_code == 303 and first.location == again.location
    with app.app_context():
        assert points_of(cast.aisyah) == 250


@pytest.mark.parametrize(
    ("field", "given", "sentence", "status"),
    [
        ("citation", "x" * 5_000, "Use at most 600 characters. You have 5000.", 422),
        ("category", "🏆", "Choose what the award is for.", 422),
        ("points", "-5", "Enter how many points.", 422),
        ("points_other", "1e9", "Enter a whole number.", 422),
        ("citation_lang", "xx", "Choose the language that you wrote in.", 422),
        ("points_other", "20,001", "The award budget does not hold these points any more.", 409),
        ("to", "", "Choose who gets the award.", 422),
    ],
)
def test_bad_input_is_said_at_its_field_and_what_was_typed_stays(
    app: Flask, client: FlaskClient, cast: Cast, field: str, given: str, sentence: str, status: int
) -> None:
    with app.app_context():
        begin(cast)
    sign_in(client, cast.marketer)
    data = form(cast, citation="Kept words") | {field: given}
    if field == "points_other":
        data["points"] = "other"
    if field == "to":
        data.pop("to")
    answer = client.post("/admin/recognition/new", data=data)
    assert answer.status_code == status and sentence in answer.text
    assert ("Kept words" if field != "citation" else "x" * 5_000) in answer.text
    assert field in ("citation_lang", "points") or given in answer.text or field == "category"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Award)) == 0


def test_a_picture_is_drawn_anew_and_served_to_readers_only(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        begin(cast)
        before = len(list(upload_folder().iterdir()))
    sign_in(client, cast.marketer)
    bad = form(cast, picture=(io.BytesIO(b"<svg onload=alert(1)>"), "x.png"))
    answer = client.post("/admin/recognition/new", data=bad, content_type="multipart/form-data")
    assert answer.status_code == 422 and "Choose a picture: PNG, JPG or WebP." in answer.text
    no_one = form(cast, to="", picture=(picture_bytes(), "x.png"))
    no_one.pop("to")
    assert client.post("/admin/recognition/new", data=no_one).status_code == 422
    data = form(cast, picture=(picture_bytes("WEBP"), "../../x.webp"))
    location = client.post("/admin/recognition/new", data=data).location
    with app.app_context():
        assert len(list(upload_folder().iterdir())) == before + 1
    path = location.replace("/admin", "") + "/picture"
    shown = sign_in(client, cast.budi).get(path)
    assert shown.mimetype == "image/jpeg" and shown.data.startswith(b"\xff\xd8\xff")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    client.post("/sign-out")
    assert app.test_client().get(path).status_code == 303


def test_a_manager_finds_only_whom_they_look_after(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
        set_managers(cast.merapi.id, [cast.owner.person_id or 0], actor=cast.owner)
    sign_in(client, cast.manager)
    page = client.get("/admin/recognition/new?q=merapi").text
    assert "Nobody by that name." in page and cast.budi.public_id not in page
    assert client.get(f"/admin/recognition/new?to={person(cast.budi)}").status_code == 404
    answer = client.post("/admin/recognition/new", data=form(cast, to=person(cast.budi)))
    assert answer.status_code == 404
    assert client.post("/admin/recognition/new", data=form(cast)).status_code == 303


def test_categories_are_the_vendors_own_in_three_languages(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.marketer)
    assert "Add the usual categories" in client.get("/admin/recognition/categories").text
    client.post("/admin/recognition/categories/usual")
    data = {
        "name_en": "Best newcomer",
        "name_id": "Pendatang terbaik",
        "icon": "medal",
        "tone": "ok",
        "position": "1",
    }
    assert client.post("/admin/recognition/categories/new", data=data).status_code == 303
    wrong = client.post("/admin/recognition/categories/new", data={**data, "name_en": "", "icon": "skull"})
    assert wrong.status_code == 422 and "Enter the name in English." in wrong.text
    assert "Best newcomer" in client.get("/admin/recognition/new").text
    same = {**data, "name_en": " best  NEWCOMER ", "name_id": "Hebat", "note_en": "Kept words"}
    again = client.post("/admin/recognition/categories/new", data=same)
    assert again.status_code == 422 and "Kept words" in again.text
    assert (
        again.text.count('<a href="#name_') == 1 and "There is a category of this name already." in again.text
    )
    same = {**same, "name_en": "Another", "name_id": "pendatang Terbaik"}
    again = client.post("/admin/recognition/categories/new", data=same)
    assert again.status_code == 422 and 'href="#name_id"' in again.text
    assert client.post("/admin/recognition/categories/best-newcomer", data=data).status_code == 303
    client.post("/admin/recognition/categories/best-newcomer/offer", data={"offered": "0"})
    assert "Best newcomer" not in client.get("/admin/recognition/new").text
    assert "Not offered" in client.get("/admin/recognition/categories").text
    assert client.post("/admin/recognition/categories/new", data=data).status_code == 303
    again = client.post("/admin/recognition/categories/best-newcomer/offer", data={"offered": "1"})
    assert again.status_code == 409 and "Another category has this name now." in again.text
    assert client.get("/admin/recognition/categories/service").status_code == 404


def test_undo_and_withdrawal_from_the_page(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context():
        begin(cast)
        first, second = give(cast, points=10), give(cast, points=20)
    sign_in(client, cast.marketer)
    assert client.post(f"/admin/recognition/{first.public_id}/undo").status_code == 303
    again = client.post(f"/admin/recognition/{first.public_id}/undo")
    assert again.status_code == 409 and "The time to undo is over." in again.text
    path = f"/admin/recognition/{second.public_id}/withdrawal"
    assert client.post(path, data={"reason": ""}).status_code == 422
    assert client.post(path, data={"reason": "It was another deal."}).status_code == 303
    assert "It was another deal." in client.get(f"/admin/recognition/{second.public_id}").text
    with app.app_context():
        states = list(db.session.scalars(select(Award.state).order_by(Award.id)))
        assert states == [AwardState.TAKEN_BACK, AwardState.WITHDRAWN] and points_of(cast.aisyah) == 0
