"""Where a language is missing: its writers see it at the very piece, its readers are told and read English."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.core.db import db, transaction
from app.identity.models import Person
from app.training.services import authoring, quizzes
from tests.cast import Cast, sign_in
from tests.training.authoring import content
from tests.training.support import drawn, read_all, right

NOTE = "Belum ada dalam bahasa anda"
SOME = "Sebahagiannya belum ada dalam bahasa anda"


def without_malay(words: dict[str, str]) -> dict[str, str]:
    return {language: text for language, text in words.items() if language != "ms"}


@pytest.fixture
def halfway(app: Flask, cast: Cast) -> None:
    """A draft whose second part and whose first question's answers have no Malay; it is read in Malay."""
    with app.test_request_context():
        whole = content()
        first, second = whole.parts
        second = replace(second, title=without_malay(second.title), body=without_malay(second.body))
        asked = replace(
            whole.questions[0],
            options=[replace(one, text=without_malay(one.text)) for one in whole.questions[0].options],
        )
        made = replace(
            whole, parts=[first, second], questions=[asked], rules=replace(whole.rules, drawn_count=1)
        )
        authoring.import_content(made, actor=cast.marketer)
        with transaction():
            db.session.execute(update(Person).where(Person.id == cast.aisyah.person_id).values(locale="ms"))


def test_writers_see_what_is_missing_where_it_is_missing(
    client: FlaskClient, cast: Cast, halfway: None
) -> None:
    sign_in(client, cast.marketer)
    base = "/admin/training/zero-trust"
    part = client.get(f"{base}/parts/p1").text
    assert '<a href="?lang=ms">Malay is missing here.</a>' in part and "Indonesian is missing" not in part
    assert part.count("no Malay yet") == 1  # in the outline, at this part alone
    assert (
        "There is no Malay here yet: partners read the English."
        in client.get(f"{base}/parts/p1?lang=ms").text
    )
    assert "is missing here" not in client.get(f"{base}/parts/p0").text
    assert "Malay is missing here." in client.get(f"{base}/questions/q0").text
    assert (
        client.get(f"{base}/questions").text.count("no Malay yet") == 2
    )  # the part in the outline, the question
    assert "not in this language yet" in client.get(f"{base}/questions?lang=ms").text


def test_publishing_says_before_what_english_will_stand_in_for(
    client: FlaskClient, cast: Cast, halfway: None
) -> None:
    sign_in(client, cast.marketer)
    page = unescape(client.get("/admin/training/zero-trust/publication").text)
    assert "Malay lacks 2 pieces; English is shown there." in page and "Indonesian is complete." in page
    assert "English stands in for Malay here:" in page and "English stands in for Indonesian" not in page
    links = re.findall(r'<a href="(/admin/training/zero-trust/[^"]+\?lang=ms)">([^<]+)</a>', page)
    assert links == [
        ("/admin/training/zero-trust/parts/p1?lang=ms", "Part 1"),
        ("/admin/training/zero-trust/questions/q0?lang=ms", "Question q0?"),
    ]
    assert all(client.get(path).status_code == 200 for path, _words in links)
    assert (
        client.post("/admin/training/zero-trust/publication").status_code == 303
    )  # it stands against nothing


def test_readers_are_told_and_the_text_says_its_language(
    app: Flask, client: FlaskClient, cast: Cast, halfway: None
) -> None:
    with app.test_request_context():
        authoring.publish("zero-trust", actor=cast.marketer)
        read_all("zero-trust", cast.aisyah, parts=2)
        attempt = quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
        chosen = right(drawn(attempt)[0][1])
        path = f"/training/zero-trust/quiz/{attempt.public_id}/1"
    sign_in(client, cast.aisyah)
    page = client.get("/training/zero-trust").text
    assert SOME in page and '<span lang="en">Part 1</span>' in page and "Part 0 (ms)" in page
    page = client.get("/training/zero-trust/parts/2").text
    assert NOTE in page and '<span lang="en">Part 1</span></h1>' in page
    assert '<div class="lesson" lang="en">' in page and "<p>Text 1</p>" in page
    page = client.get("/training/zero-trust/parts/1").text
    assert NOTE not in page and "Text 0 (ms)" in page and 'class="lesson">' in page
    page = client.get(path).text
    assert NOTE in page and "Question q0? (ms)</h1>" in page and '<span lang="en">Answer a</span>' in page
    client.post(path, data={"option": chosen})
    page = client.get(path).text
    assert "Because. (ms)" in page and page.count('<span lang="en">Answer') == 3


def test_the_text_of_lessons_grows_on_the_device_that_asked(
    app: Flask, client: FlaskClient, cast: Cast, halfway: None
) -> None:
    with app.test_request_context():
        authoring.publish("zero-trust", actor=cast.marketer)
    sign_in(client, cast.aisyah)
    at = "/training/zero-trust/parts/1"
    for size, shown, following in (
        ("large", "lesson large", "larger"),
        ("larger", "lesson larger", ""),
        ("", "lesson", "large"),
    ):
        answer = client.post("/training/text-size", data={"size": size, "next": at})
        assert answer.status_code == 303 and answer.headers["Location"] == at
        page = client.get(at).text
        assert f'<div class="{shown}">' in page
        assert f'form="text-size" name="size" value="{following}"' in page
    assert client.post("/training/text-size", data={"size": "huge"}).status_code == 422
    away = client.post("/training/text-size", data={"size": "", "next": "//x.example"})
    assert away.headers["Location"] == "/training"
    client.set_cookie("lesson_size", '"><script>')
    assert '<div class="lesson">' in client.get(at).text
