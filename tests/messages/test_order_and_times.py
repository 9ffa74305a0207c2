"""What stands first and for how long; going out later, going back to draft, and correcting, by the forms."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from app.core import jobs
from app.core.clock import travel, utc_now
from app.core.db import db
from app.messages import queries
from app.messages.models import Announcement, State
from app.messages.services import publishing
from app.messages.services.drafts import Words
from tests.cast import Cast, sign_in
from tests.messages.support import WORDS, live, must

KEY = "a-key-of-a-form"


def in_order(page: str, *titles: str) -> bool:
    """Whether these stand on a page one below the other."""
    places = [page.find(title) for title in titles]
    return -1 not in places and places == sorted(places)


def test_what_is_pinned_stands_first_in_the_news_and_on_home_until_its_time_is_over(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    start = utc_now()
    with app.app_context():
        live(
            cast.marketer,
            words={"en": Words("Pinned", "", "T", "")},
            pinned_until=start + timedelta(minutes=9),
        )
        for number, title in enumerate(("One", "Two", "Three")):
            with travel(start + timedelta(minutes=1 + number)):
                live(cast.marketer, words={"en": Words(f"{title} later", "", "T", "")})
    sign_in(client, cast.aisyah)
    with travel(start + timedelta(minutes=5)):
        page = client.get("/news").text
        assert in_order(page, "Pinned", "Three later", "Two later", "One later")
        home = client.get("/").text
        assert in_order(home, "Pinned", "Three later") and "Two later" not in home
    with app.app_context(), travel(start + timedelta(minutes=5)):
        must(cast.marketer, words={"en": Words("Must be said", "", "T", "")})
    with travel(start + timedelta(minutes=6)):
        assert in_order(client.get("/news").text, "Must be said", "Pinned", "Three later")
    with app.app_context(), travel(start + timedelta(minutes=10)):
        jobs.SCHEDULE["messages.schedule"].run()
    with travel(start + timedelta(minutes=11)):
        page = client.get("/news").text
        assert in_order(page, "Three later", "Two later", "One later", '">Pinned</')
        home = client.get("/").text
        assert in_order(home, "Three later", "Two later") and "Pinned" not in home


def test_it_is_scheduled_taken_back_and_scheduled_again_by_the_forms(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    sign_in(client, cast.marketer)
    typed = {
        "idempotency_key": KEY, "kind": "news", "title_en": "Later", "body_en": "Text.",
        "starts_at": "2090-03-01T08:30", "action": "publish",
    }  # fmt: skip
    path = client.post("/admin/news", data=typed).location.removesuffix("/edit")
    page = client.get(path).text
    assert "Scheduled" in page and f'action="{path}/draft"' in page and "It goes out by itself on" in page
    assert "Later" in client.get("/admin/news?show=scheduled").text
    assert "Later" not in sign_in(client, cast.aisyah).get("/news").text
    assert client.get(path.replace("/admin", "")).status_code == 404
    sign_in(client, cast.marketer)
    for status in (303, 409):
        assert client.post(f"{path}/draft").status_code == status
    with app.app_context():
        row = db.session.query(Announcement).one()
        assert row.state is State.DRAFT and publishing.publish_due() == 0
    assert 'value="Later"' in client.get(path, follow_redirects=True).text
    assert client.post(path, data=typed).status_code == 303
    with app.app_context(), travel(utc_now().replace(year=2090, month=3, day=1)):
        assert publishing.publish_due() == 1
        assert [line.title for line in queries.list_news(cast.aisyah).lines] == ["Later"]


def test_a_correction_is_gone_on_with_by_a_link_kept_and_thrown_away(
    app: Flask, cast: Cast, client: FlaskClient
) -> None:
    with app.app_context():
        path = f"/admin/news/{live(cast.marketer).public_id}"
    sign_in(client, cast.marketer)
    assert f'href="{path}/correction"' not in client.get(path).text
    client.post(f"{path}/corrections")
    assert f'href="{path}/correction"' in client.get(path).text
    given = {"title_en": "Half corrected", "body_en": "Text", "action": "draft", "note": ""}
    assert client.post(f"{path}/correction", data=given).status_code == 303
    assert 'value="Half corrected"' in client.get(f"{path}/correction").text
    assert WORDS["en"].title in sign_in(client, cast.aisyah).get("/news").text
    sign_in(client, cast.marketer)
    assert client.post(f"{path}/deletion").status_code == 303
    assert client.get(f"{path}/correction").location == path
