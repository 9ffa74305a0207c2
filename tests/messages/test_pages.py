"""The pages: reading, confirming, writing, looking who has read; as page, as fragment, without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import jobs
from app.core.clock import utc_now, zone_letters
from app.core.db import db
from app.core.feed import FeedRow
from app.core.mail import Mail
from app.messages import queries
from app.messages.models import Announcement, State
from app.messages.services import drafts, reading
from app.messages.services.drafts import Words
from app.notices.queries import unread_count as bell
from app.partners.services import suspend_organisation
from tests.cast import Cast, add_person, sign_in
from tests.messages.support import WORDS, draft, in_country, live, must
from tests.support.pages import seen_on
from tests.support.statements import count_statements

HTMX = {"HX-Request": "true"}
KEY = "a-key-of-a-form"


def typed(**changes: Any) -> dict[str, Any]:
    """What the editor sends."""
    return {
        "idempotency_key": KEY,
        "kind": "news",
        "title_en": "Partner Day",
        "body_en": "Seats are **open**.",
        "action": "draft",
        **changes,
    }


def only() -> Announcement:
    return db.session.query(Announcement).one()


def test_opening_writes_nothing_and_the_page_reports_the_reading(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    with app.app_context():
        row = live(cast.marketer)
    sign_in(client, cast.budi)
    listed = client.get("/news")
    assert "Hari Mitra" in listed.text and 'lang="id"' in listed.text
    page = client.get(f"/news/{row.public_id}")
    assert "<strong>dibuka</strong>" in page.text
    assert f'hx-post="/news/{row.public_id}/reading"' in page.text
    with app.app_context():
        assert db.session.scalar(queries.unread_count(cast.budi)) == 1
    assert client.post(f"/news/{row.public_id}/reading", headers=HTMX).status_code == 204
    plain = client.post(f"/news/{row.public_id}/reading")
    assert (plain.status_code, plain.location) == (303, f"/news/{row.public_id}")
    with app.app_context():
        assert db.session.scalar(queries.unread_count(cast.budi)) == 0
        assert db.session.scalar(queries.unread_count(cast.aisyah)) == 1
        assert db.session.scalar(bell(cast.budi)) == 0 and db.session.scalar(bell(cast.aisyah)) == 1
    assert "/reading" not in client.get(f"/news/{row.public_id}").text


def test_what_must_be_confirmed_stands_first_until_it_is(app: Flask, cast: Cast, client: FlaskClient) -> None:
    with app.app_context():
        row = must(cast.marketer)
        live(cast.marketer, words={"en": Words("Newer", "", "Text", "")})
        assert [line.title for line in queries.list_news(cast.aisyah).lines] == ["Partner Day", "Newer"]
    sign_in(client, cast.aisyah)
    path = f"/news/{row.public_id}"
    assert 'name="revision" value="1"' in client.get(path).text
    assert client.post(f"{path}/confirmation", data={"revision": "7"}).status_code == 409
    assert client.post(f"{path}/confirmation", data={"revision": "x"}).status_code == 409
    assert "Needs you to confirm" in client.get(path).text
    with app.app_context():
        assert db.session.scalar(bell(cast.aisyah)) == 2
    for _again in range(2):
        assert client.post(f"{path}/confirmation", data={"revision": "1"}).status_code == 303
    shown = client.get(path).text
    assert "You confirmed this on" in shown and ">Confirmed</p>" in shown
    assert "Needs you to confirm" not in shown + client.get("/notices").text
    with app.app_context():
        assert db.session.scalar(bell(cast.aisyah)) == 1, "who confirms has read what the bell told"
        assert [line.title for line in queries.list_news(cast.aisyah).lines] == ["Newer", "Partner Day"]
        news = live(cast.marketer)
    assert client.post(f"/news/{news.public_id}/confirmation", data={"revision": "1"}).status_code == 409


def test_a_stranger_finds_nothing(app: Flask, cast: Cast, client: FlaskClient) -> None:
    with app.app_context():
        row = must(cast.marketer, audience=in_country("MY"))
    sign_in(client, cast.budi)
    path = f"/news/{row.public_id}"
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/reading").status_code == 404
    assert client.post(f"{path}/confirmation", data={"revision": "1"}).status_code == 404
    assert "Partner Day" not in client.get("/news").text
    assert client.get(f"/admin/news/{row.public_id}").status_code == 404
    assert sign_in(client, cast.finance).get("/admin/news").status_code == 403


def test_markup_in_a_body_is_text_or_gone(app: Flask, cast: Cast, client: FlaskClient) -> None:
    words = {
        "en": Words(
            "<script>alert(1)</script>", "<b>", '<img src=x onerror="alert(1)"> [x](javascript:1)', ""
        )
    }
    with app.app_context():
        row = live(cast.marketer, words=words, with_mail=True)
        html = db.session.query(Mail).first()
        assert html is not None and html.html is not None and "<script>alert" not in html.html
    for actor, path in (
        (cast.aisyah, f"/news/{row.public_id}"),
        (cast.marketer, f"/admin/news/{row.public_id}"),
    ):
        page = sign_in(client, actor).get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text and "<img src=x" not in page.text
        assert 'href="javascript' not in page.text


def test_the_editor_keeps_a_draft_and_lets_it_out(app: Flask, cast: Cast, client: FlaskClient) -> None:
    sign_in(client, cast.marketer)
    assert client.get("/admin/news/new").status_code == 200
    made = client.post("/admin/news", data=typed(title_id="Hari Mitra", audience_countries="ID"))
    assert made.status_code == 303
    assert (
        client.post("/admin/news", data=typed(title_id="Hari Mitra", audience_countries="ID")).location
        == made.location
    )
    with app.app_context():
        row = only()
        assert (row.state, row.for_countries) == (State.DRAFT, "|ID|")
    page = client.get(f"/admin/news/{row.public_id}", follow_redirects=True)
    assert "1 of 3 languages ready" in page.text and "Bahasa Indonesia lacks: message." in page.text
    assert "2 people in 1 partner company." in page.text
    test = client.post(f"/admin/news/{row.public_id}", data=typed(action="test", tab="en"))
    assert test.status_code == 303
    with app.app_context():
        mail = db.session.query(Mail).one()
        assert (mail.recipient, mail.subject) == (cast.marketer.email, "Test: Partner Day")
    lacking = client.post(f"/admin/news/{row.public_id}", data=typed(action="test", tab="ms"))
    assert lacking.status_code == 422 and "Bahasa Melayu" in lacking.text
    out = client.post(f"/admin/news/{row.public_id}", data=typed(action="publish"))
    assert out.status_code == 303
    with app.app_context():
        assert only().state is State.LIVE
        jobs.run_due()
    shown = client.get(f"/admin/news/{row.public_id}")
    assert shown.status_code == 200 and "Take it down now" in shown.text
    assert "Published. Readers are being told." in shown.text
    with app.app_context():
        suspend_organisation(cast.merapi.id, actor=cast.owner, reason="Under review")
    nobody = typed(action="publish", audience_countries="ID", idempotency_key="another-key")
    shown = client.post("/admin/news", data=nobody, follow_redirects=True)
    assert "Published. Nobody fits its audience yet; who fits later will see it." in shown.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title_en": "x" * 5000}, "at most 120 characters"),
        ({"starts_at": "9999-12-31T10:00"}, "between 2000 and 2100"),
        ({"starts_at": "soon"}, "Choose a day and a time"),
        ({"starts_at": "2027-01-02T10:00", "ends_at": "2027-01-01T10:00"}, "ends before it starts"),
        ({"kind": "alarm"}, "Choose one of the answers"),
        ({"href": "javascript:alert(1)"}, "Enter a page of this portal"),
        ({"audience_countries": "XX"}, "Choose one of the answers"),
        ({"action": "publish", "body_en": ""}, "at least one language"),
        ({"action": "publish", "button_en": "Reserve"}, "Say where the button leads."),
        ({"action": "publish", "ends_at": "2001-01-01T10:00"}, "passed already"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_typed_is_lost(
    app: Flask, cast: Cast, client: FlaskClient, changes: dict[str, Any], sentence: str
) -> None:
    sign_in(client, cast.marketer)
    given = typed(summary_en="Kept words", **changes)
    answer = client.post("/admin/news", data=given)
    assert answer.status_code == 422 and sentence in answer.text and "Kept words" in answer.text
    with app.app_context():
        assert db.session.query(Announcement).count() == 0
    assert client.post("/admin/news/preview", data=given, headers=HTMX).status_code == 200


def test_an_empty_announcement_is_asked_for_each_thing_once_in_the_writers_language(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    sign_in(client, cast.marketer)
    given = typed(action="publish", title_en="", body_en="")
    client.post("/language", data={"locale": "id", "next": "/admin/news/new"})
    answer = client.post("/admin/news", data=given).text
    summary = answer.split('role="alert"')[1].split("</ul>")[0]
    headline = "Tulis judul setidaknya dalam satu bahasa. Bahasa Indonesia belum punya judul."
    message = "Tulis pesan setidaknya dalam satu bahasa. Bahasa Indonesia belum punya pesan."
    assert summary.count(headline) == 1 and summary.count(message) == 1
    assert 'href="#title_id"' in summary and 'href="#body_id"' in summary


def test_the_editor_says_whose_clock_it_goes_by(app: Flask, cast: Cast, client: FlaskClient) -> None:
    assert "Your time, MYT. Empty: at once." in sign_in(client, cast.marketer).get("/admin/news/new").text
    for zone, letters in (("Asia/Jakarta", "WIB"), ("Asia/Kuching", "MYT"), ("Asia/Dubai", "")):
        assert zone_letters(zone) == letters


def test_the_preview_shows_what_is_typed_and_keeps_nothing(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    sign_in(client, cast.marketer)
    shown = client.post("/admin/news/preview", data=typed(tab="en", kind="must_confirm"), headers=HTMX)
    assert "<strong>open</strong>" in shown.text and "<html" not in shown.text
    assert "Needs you to confirm: Partner Day" in shown.text
    with app.app_context():
        assert db.session.query(Announcement).count() == 0


def test_a_correction_by_the_pages(app: Flask, cast: Cast, client: FlaskClient) -> None:
    with app.app_context():
        row = live(cast.marketer)
    path = f"/admin/news/{row.public_id}"
    sign_in(client, cast.marketer)
    assert client.get(f"{path}/correction").status_code == 303
    assert client.post(f"{path}/corrections").location == f"{path}/correction"
    assert "Revision 2" in client.get(f"{path}/correction").text
    given = {"title_en": "Corrected", "body_en": "Text", "action": "publish"}
    refused = client.post(f"{path}/correction", data=given)
    assert refused.status_code == 422 and "Say what the correction changes." in refused.text
    assert client.post(f"{path}/correction", data={**given, "note": "The date."}).status_code == 303
    for late in ({}, {"href": "no address"}):  # it is out: said as such, whatever else is wrong
        assert client.post(f"{path}/correction", data={**given, **late}).status_code == 409
    page = sign_in(client, cast.aisyah).get(f"/news/{row.public_id}")
    assert "Corrected" in page.text and "The date." in page.text


def test_times_take_down_and_throwing_away(app: Flask, cast: Cast, client: FlaskClient) -> None:
    with app.app_context():
        row, draft_row = live(cast.marketer), drafts.create(draft(), actor=cast.marketer)
    sign_in(client, cast.marketer)
    path = f"/admin/news/{row.public_id}"
    assert client.post(f"{path}/times", data={"ends_at": "2001-01-01T10:00"}).status_code == 422
    assert client.post(f"{path}/times", data={"ends_at": "x"}).status_code == 422
    assert client.post(f"{path}/times", data={"pinned_until": "2090-01-01T10:00"}).status_code == 303
    assert client.post(f"{path}/draft").status_code == 409
    assert client.post(f"{path}/takedown").status_code == 303
    assert client.post(f"{path}/takedown").status_code == 409
    assert client.post(f"/admin/news/{draft_row.public_id}/deletion").status_code == 303
    assert client.get(f"/admin/news/{draft_row.public_id}").status_code == 404
    assert "Taken down" in client.get("/admin/news?show=taken_down").text


def test_receipts_by_person_with_filters_and_as_a_file(app: Flask, cast: Cast, client: FlaskClient) -> None:
    with app.app_context():
        row = must(cast.marketer)
        reading.read(row.public_id, actor=cast.budi)
        reading.confirm(row.public_id, 1, actor=cast.aisyah)
        for number in range(60):
            add_person(
                f"p{number}@kinabalu.example.com", f"=Person {number:02}", cast.aisyah.role, cast.kinabalu
            )
    path = f"/admin/news/{row.public_id}/receipts"
    sign_in(client, cast.marketer)
    with count_statements(app) as seen:
        page = client.get(path)
    assert len(seen) <= 8 and "=Person 49" in page.text and "Budi" not in page.text
    for answer, count in (("read", 2), ("unread", 62), ("confirmed", 1), ("unconfirmed", 63), ("odd", 64)):
        shown = client.get(f"{path}?show={answer}").text
        assert f'<span class="count">{count}</span>' in shown
    assert "Aisyah" in client.get(f"{path}?show=confirmed").text
    assert "Budi" not in client.get(f"{path}?show=confirmed").text
    file = client.get(f"/admin/news/{row.public_id}/receipts.csv")
    assert len(file.text.splitlines()) == 65 and "'=Person 00" in file.text
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_home_gets_what_waits_and_two_of_the_rest_in_one_statement(app: Flask, cast: Cast) -> None:
    with app.app_context():
        must(cast.marketer)
        for title in ("One", "Two", "Three"):
            live(cast.marketer, words={"en": Words(title, "", "Text", "")})
        query = queries.home_rows(cast.aisyah)
        assert query is not None and queries.home_rows(cast.manager) is None
        rows = sorted(db.session.execute(query).all())
        assert [(row.part, row.title, row.n1, row.n2) for row in rows] == [
            ("confirm", "Partner Day", 1, 1),
            ("news", "Three", 1, 3),
            ("news", "Two", 1, 3),
        ]
        assert rows[0].text == "18 January, Kuala Lumpur" and rows[1].text is None
        assert rows[0].at
        feed = [FeedRow(*row) for row in rows]
        assert abs((queries.out_since(feed[0]) - utc_now()).total_seconds()) < 60
        assert queries.more_words(feed) == "1 to confirm" and queries.more_words(feed[1:]) == "3 new"
        stand_in = queries.unread_count(cast.aisyah.stand_in)
        assert db.session.execute(stand_in, cast.aisyah.ids).scalar() == 4


def test_the_lists_go_on_by_key_within_few_statements(app: Flask, cast: Cast, client: FlaskClient) -> None:
    with app.app_context():
        for number in range(queries.PAGE_SIZE + 6):
            words = {"en": Words(f"News {number:02}", "", "Text", "")}
            live(cast.marketer, words=words, audience=in_country("MY"))
        key = queries.list_news(cast.aisyah).next
        rest = queries.list_news(cast.aisyah, after=key or "")
        assert [line.title for line in rest.lines] == [f"News {number:02}" for number in range(5, -1, -1)]
    sign_in(client, cast.aisyah)
    with count_statements(app) as seen:
        assert client.get("/news").status_code == 200
    assert len(seen) <= 8, seen
    more = client.get(f"/news?after={key}", headers=HTMX)
    assert "News 00" in more.text and "<html" not in more.text
    sign_in(client, cast.auditor)
    with count_statements(app) as seen:
        page = client.get("/admin/news")
    assert len(seen) <= 8 and "News 25" in page.text and "News 00" not in page.text
    assert 'href="/admin/news/new"' not in page.text
    assert len(WORDS) == 2


def test_who_saves_a_draft_over_another_is_told_and_loses_nothing(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    sign_in(client, cast.marketer).post("/admin/news", data=typed())
    with app.app_context():
        path = f"/admin/news/{only().public_id}"
    opened = seen_on(client.get(path + "/edit").text)
    theirs = typed(title_en="Theirs", seen=opened)
    assert sign_in(client, cast.owner).post(path, data=theirs).status_code == 303
    sign_in(client, cast.marketer)
    wrong = client.post(path, data=typed(title_en="Mine", href="nowhere", seen=opened))
    assert wrong.status_code == 422 and seen_on(wrong.text) == opened
    for action in ("draft", "publish"):
        told = client.post(path, data=typed(title_en="Mine", seen=opened, action=action))
        assert told.status_code == 409 and "This draft was saved elsewhere" in told.text
        assert 'value="Mine"' in told.text and 'value="Theirs"' in client.get(path + "/edit").text
    again = client.post(path, data=typed(title_en="Mine", seen=seen_on(told.text)))
    assert again.status_code == 303 and 'value="Mine"' in client.get(path + "/edit").text


def test_nobody_puts_a_correction_out_over_the_words_of_another(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    with app.app_context():
        path = f"/admin/news/{live(cast.marketer).public_id}/correction"
    sign_in(client, cast.marketer).post(path + "s")
    opened = seen_on(client.get(path).text)
    given = {"body_en": "Text", "note": "The date.", "seen": opened}
    assert sign_in(client, cast.owner).post(path, data={**given, "title_en": "Theirs"}).status_code == 303
    sign_in(client, cast.marketer)
    wrong = client.post(path, data={**given, "title_en": "Mine", "action": "publish", "note": ""})
    assert wrong.status_code == 409 and "This draft was saved elsewhere" in wrong.text
    told = client.post(path, data={**given, "title_en": "Mine", "action": "publish"})
    assert told.status_code == 409 and 'value="Mine"' in told.text
    assert 'value="Theirs"' in client.get(path).text
    mine = {**given, "title_en": "Mine", "action": "publish", "seen": seen_on(told.text)}
    assert client.post(path, data={**mine, "note": ""}).status_code == 422
    assert client.post(path, data=mine).status_code == 303
    assert "Mine" in sign_in(client, cast.aisyah).get("/news").text
