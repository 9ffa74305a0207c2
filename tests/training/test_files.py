"""Files and pictures of courses: who gets them, how they arrive, and that a picture says what it shows."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.core import storage
from app.partners.audience import Audience
from app.training import store
from app.training.content import FileRef, Part
from app.training.models import ModuleKind
from app.training.queries import authoring as queries
from app.training.services import authoring
from tests.cast import Cast, sign_in
from tests.training.authoring import content, draft, words
from tests.training.test_author_pages import inside, part_form, work

Publish = Callable[[], None]
PLAN = b"%PDF-1.4 the plan"
HERE = "/training/zero-trust/files"


def png(side: int = 8, name: str = "Four steps.PNG") -> tuple[BytesIO, str]:
    """A picture that nothing can squeeze."""
    file = BytesIO()
    Image.effect_noise((side, side), 90).save(file, "PNG")
    file.seek(0)
    return file, name


@pytest.fixture
def handed(app: Flask, cast: Cast) -> dict[str, str]:
    """Addresses of the file and of the picture of a course for Malaysia; another course has neither."""
    with app.test_request_context():
        writer = cast.marketer
        draft(cast)
        files = [
            authoring.attach_file("zero-trust", storage.save(each, name), actor=writer)
            for each, name in ((BytesIO(PLAN), "rahasia – plan.pdf"), png(name="steps.png"))
        ]
        parts = [
            Part("plan", words("The plan"), ModuleKind.FILE, file=FileRef(files[0].name)),
            Part("steps", words("Steps"), body=words("![Four steps](steps.png)")),
        ]
        authoring.import_content(replace(content(), parts=parts), actor=writer)
        authoring.publish("zero-trust", actor=writer)
        authoring.place_course(
            "zero-trust", authoring.Place("course", audience=Audience(("MY",))), actor=writer
        )
        draft(cast, "other")
        authoring.publish("other", actor=writer)
        return {"file": f"{HERE}/{files[0].public_id}", "picture": f"{HERE}/steps.png"}


def test_a_learner_downloads_what_a_part_hands_out_and_sees_its_pictures(
    app: Flask, client: FlaskClient, cast: Cast, handed: dict[str, str]
) -> None:
    sign_in(client, cast.aisyah)
    page = client.get("/training/zero-trust/parts/1").text
    assert f'href="{handed["file"]}"' in page and "rahasia – plan.pdf" in page
    file = client.get(handed["file"])
    assert file.status_code == 200 and file.data == PLAN and file.mimetype == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment; filename")
    assert "rahasia%20%E2%80%93%20plan.pdf" in file.headers["Content-Disposition"]
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Cache-Control"].startswith("private")
    page = client.get("/training/zero-trust/parts/2").text
    assert f'<img src="{handed["picture"]}" alt="Four steps" loading="lazy">' in page
    picture = client.get(handed["picture"])
    assert picture.mimetype == "image/png" and picture.data.startswith(b"\x89PNG")
    assert not picture.headers.get("Content-Disposition", "").startswith("attachment")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"


def test_files_of_a_course_are_for_its_audience_alone(
    app: Flask, client: FlaskClient, cast: Cast, handed: dict[str, str]
) -> None:
    for path in handed.values():
        answer = app.test_client().get(path)
        assert answer.status_code == 303 and "/sign-in" in answer.headers["Location"]
        sign_in(client, cast.budi)
        assert client.get(path).status_code == 404
        sign_in(client, cast.manager)
        assert client.get(path).status_code == 403
        assert client.get(f"/admin{path}").status_code == 200  # as the vendor's people see it
        sign_in(client, cast.aisyah)
        for wrong in (path.replace("zero-trust", "other"), path + "x", f"{HERE}/..%2F..%2Ftangga.db"):
            assert client.get(wrong).status_code == 404
        assert client.get(f"/admin{path}").status_code == 404


def sent(app: Flask, **changes: object) -> dict[str, object]:
    return {**part_form(app), **changes}


def test_a_picture_is_brought_with_what_it_shows(app: Flask, client: FlaskClient, cast: Cast) -> None:
    inside(app, draft, cast)
    sign_in(client, cast.marketer)
    address = "/admin/training/zero-trust/parts/p0"
    for given, sentence in (
        ({"picture": png()}, "Say what the picture shows"),
        ({"picture": png(700), "picture_says": "Noise"}, "Choose a picture of at most 300 KB"),
        (
            {"picture": (BytesIO(PLAN), "plan.png"), "picture_says": "A plan"},
            "Choose a PNG or JPG of at most 300 KB.",
        ),
        ({"body": "![](steps.png)"}, "Say in the square brackets what each picture shows"),
        ({"body": "```say\n![ ](/a.png)\n```"}, "Say in the square brackets what each picture shows"),
    ):
        answer = client.post(address, data=sent(app, **given))
        assert answer.status_code == 422 and sentence in answer.text, given
    said = {"picture": png(), "picture_says": "Four [steps]\n in a row"}
    assert client.post(address, data=sent(app, **said)).status_code == 303
    body = work(app).loaded.parts[0].body
    assert body == {**words("Text 0"), "en": "Text 0\n\n![Four (steps) in a row](four-steps.png)"}
    said = {"picture": png(), "picture_says": "Empat langkah", "body": "Teks 0"}
    assert client.post(f"{address}?lang=ms", data=sent(app, **said)).status_code == 303
    second = work(app).loaded.parts[0].body["ms"]
    assert second.startswith("Teks 0\n\n![Empat langkah](four-steps-") and second.endswith(".png)")
    page = client.get(address).text
    assert '<img src="/admin/training/zero-trust/files/four-steps.png" alt="Four (steps) in a row"' in page
    assert "![What it shows](four-steps.png)" in page


def test_a_new_part_that_is_refused_keeps_no_file_and_says_so(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside(app, draft, cast)
    sign_in(client, cast.marketer)
    base, again = "/admin/training/zero-trust/parts", "Choose the file once more: it was not kept."
    with app.app_context():
        before = set(storage.upload_folder().iterdir())

    def post(address: str = base, **changes: object) -> tuple[int, str]:
        form = {**sent(app, **changes), "idempotency_key": secrets.token_hex(8)}
        answer = client.post(address, data=form)
        return answer.status_code, unescape(answer.text)

    def nothing_is_kept() -> bool:
        with app.app_context():
            return (
                not store.files_of(work(app).course.id) and set(storage.upload_folder().iterdir()) == before
            )

    plan = {"kind": "file", "upload": (BytesIO(PLAN), "plan.pdf")}
    status, page = post(picture=png(), picture_says="Four steps", body="Look ![](/a.png)")
    assert status == 422 and ">Look ![](/a.png)</textarea>" in page.replace("\n", "") and again in page
    assert "four-steps.png" not in page and nothing_is_kept()
    status, page = post(**plan, picture=png())
    assert status == 422 and "Say what the picture shows" in page and page.count(again) >= 2
    assert "plan.pdf" not in page and nothing_is_kept()
    for changes in ({"title": "x" * 500}, {"minutes": "9999"}):
        plan["upload"] = (BytesIO(PLAN), "plan.pdf")
        status, page = post(**{**plan, **changes})
        assert status == 422 and again in page and "plan.pdf" not in page and nothing_is_kept()
    monkeypatch.setattr("app.training.services.editing.MAX_PARTS", 2)  # known once the file is attached
    status, page = post(kind="file", upload=(BytesIO(PLAN), "plan.pdf"), picture=png(), picture_says="Steps")
    assert status == 409 and again in page and ">Text 0</textarea>" in page.replace("\n", "")
    assert "plan.pdf" not in page and "four-steps.png" not in page and nothing_is_kept()
    # a part that is there keeps its file: the page may show it as chosen
    status, page = post(f"{base}/p0", kind="file", upload=(BytesIO(PLAN), "plan.pdf"), seen="older")
    assert status == 409 and again not in page
    (file,) = inside(app, store.files_of, work(app).course.id)
    assert f'<option value="{file.public_id}" selected>plan.pdf' in page


def test_a_course_is_not_published_with_a_picture_that_is_not_there(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    inside(app, draft, cast)
    sign_in(client, cast.marketer)
    form = sent(app, body='![A map](<no-map.png> "Where")\n\n```\n![So is one written](example.png)\n```')
    assert client.post("/admin/training/zero-trust/parts/p0", data=form).status_code == 303
    path = "/admin/training/zero-trust/publication"
    sentence = "Part 1 shows the picture “no-map.png”, which is not there."
    page = unescape(client.get(path).text)
    assert sentence in page and "shows the picture “example.png”" not in page
    answer = client.post(path)
    assert answer.status_code == 409 and sentence in unescape(answer.text)
    assert inside(app, queries.find_work, "zero-trust").is_draft
