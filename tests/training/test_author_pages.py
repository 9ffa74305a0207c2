"""The vendor writes courses on screen; nothing that was typed is lost."""

import secrets
from html import unescape
from io import BytesIO

import pytest

from app.training import store
from app.training.models import CourseStatus
from app.training.queries import authoring as queries
from app.training.services import authoring, editing
from tests.cast import Cast, sign_in
from tests.training.authoring import content, draft, published, question


@pytest.fixture
def writer(app, client, cast: Cast):
    sign_in(client, cast.marketer)
    return client


def inside(app, function, *given, **named):
    with app.test_request_context():
        return function(*given, **named)


def work(app, slug: str = "zero-trust"):
    return inside(app, queries.find_work, slug)


def seen(app, at: int = 0) -> str:
    return store.stamp_of(work(app).loaded.parts[at])


def part_form(app, **changes) -> dict[str, str]:
    return {"title": "Part 0", "kind": "text", "minutes": "3", "body": "Text 0", "seen": seen(app), **changes}


def keyed(**fields: str) -> dict[str, str]:
    return {"idempotency_key": secrets.token_hex(8), **fields}


def test_every_page_of_a_course_opens_for_its_writer_and_for_who_only_reads(app, client, cast: Cast) -> None:
    inside(app, published, cast)
    inside(app, draft, cast, "other")
    for actor in (cast.marketer, cast.auditor):
        sign_in(client, actor)
        for slug in ("zero-trust", "other"):
            for path in ("", "/parts/p0", "/parts/p1?lang=ms", "/questions", "/questions/q0", "/settings?lang=id",
                         "/assignments", "/course.yaml"):  # fmt: skip
                answer = client.get(f"/admin/training/{slug}{path}")
                assert answer.status_code == 200, (slug, path)
        for path in (
            "",
            "?view=drafts",
            "?view=retired",
            "/matrix",
            "/certificates",
            "/certifications",
            "/assignments",
        ):
            assert client.get(f"/admin/training{path}").status_code == 200, path


def test_a_course_is_begun_written_and_published(app, writer) -> None:
    begun = writer.post("/admin/training", data=keyed(title="Zero Trust basics"))
    assert begun.location == "/admin/training/zero-trust-basics/parts/new"
    form = keyed(title="What changed", kind="text", minutes="3", body="Passwords are not enough.")
    added = writer.post("/admin/training/zero-trust-basics/parts", data=form)
    assert added.location == "/admin/training/zero-trust-basics/parts/what-changed"
    asked = keyed(
        text="What first?", kind="single", option_0_text="Who she is", option_0_right="y", option_1_text="The Wi-Fi"
    )  # fmt: skip
    assert writer.post("/admin/training/zero-trust-basics/questions", data=asked).status_code == 303
    page = writer.get("/admin/training/zero-trust-basics/publication").text
    assert "Malay lacks 3 pieces; English is shown there." in page
    assert writer.post("/admin/training/zero-trust-basics/publication").status_code == 303
    course = inside(app, authoring.find_course, "zero-trust-basics")
    assert course.status is CourseStatus.LIVE


def test_what_cannot_be_saved_stays_typed_with_a_sentence_at_its_field(app, writer, cast: Cast) -> None:
    inside(app, draft, cast)
    for changes, sentence in (
        ({"title": "x" * 5000}, "Use at most 200 characters."),
        ({"title": ""}, None),  # other languages still name it
        ({"minutes": "9999"}, "Enter a number from 0 to 600."),
        ({"minutes": "🎓"}, "Enter a whole number."),
        ({"kind": "video", "url": "javascript:alert(1)"}, "Write a link that begins with https://"),
        ({"kind": "file"}, "Choose the file that this part hands out."),
        ({"kind": "film"}, "Choose one of the answers offered."),
        ({"kind": "file", "file": "forged"}, "which this course does not have"),
    ):
        answer = writer.post(
            "/admin/training/zero-trust/parts/p0", data=part_form(app, body="Kept <b>words</b> 🎓", **changes)
        )
        if sentence is None:
            assert answer.status_code == 303
            continue
        assert answer.status_code == 422, changes
        page = unescape(answer.text)
        assert sentence in page and "Kept <b>words</b> 🎓" in page, changes


def test_a_language_is_written_without_touching_the_others(app, writer, cast: Cast) -> None:
    inside(app, draft, cast)
    form = part_form(app, title="Bahagian", body="Teks", go="id")
    answer = writer.post("/admin/training/zero-trust/parts/p0?lang=ms", data=form)
    assert answer.location == "/admin/training/zero-trust/parts/p0?lang=id"
    part = work(app).loaded.parts[0]
    assert (part.title["en"], part.title["ms"], part.body["ms"]) == ("Part 0", "Bahagian", "Teks")


def test_the_second_of_two_editors_gets_a_sentence_and_keeps_what_was_typed(app, writer, cast: Cast) -> None:
    inside(app, draft, cast)
    form = part_form(app, body="Mine")
    assert (
        writer.post("/admin/training/zero-trust/parts/p0", data=part_form(app, body="Theirs")).status_code
        == 303
    )
    refused = writer.post("/admin/training/zero-trust/parts/p0", data=form)
    assert refused.status_code == 409
    assert "Somebody else saved this while you were writing." in refused.text
    assert "Mine</textarea>" in refused.text and "Theirs</pre>" in refused.text
    assert work(app).loaded.parts[0].body["en"] == "Theirs"
    again = writer.post("/admin/training/zero-trust/parts/p0", data=part_form(app, body="Mine"))
    assert again.status_code == 303 and work(app).loaded.parts[0].body["en"] == "Mine"


def test_publishing_while_somebody_edits_keeps_what_was_typed(app, writer, cast: Cast) -> None:
    inside(app, draft, cast)
    form = part_form(app, body="Too late")
    inside(app, authoring.publish, "zero-trust", actor=cast.owner)
    refused = writer.post("/admin/training/zero-trust/parts/p0", data=form)
    assert refused.status_code == 409 and "save again to put it into a new draft." in refused.text
    assert "Too late</textarea>" in refused.text and 'name="new_draft"' in refused.text
    assert (
        writer.post("/admin/training/zero-trust/parts/p0", data={**form, "new_draft": "y"}).status_code == 303
    )
    assert work(app).version.number == 2 and work(app).loaded.parts[0].body["en"] == "Too late"


def test_a_question_keeps_its_answers_through_a_refusal(app, writer, cast: Cast) -> None:
    inside(app, draft, cast)
    fields = {"text": "Which?", "kind": "single", "option_0_text": "One", "option_1_text": "Two"}
    refused = writer.post("/admin/training/zero-trust/questions", data=keyed(**fields))
    assert refused.status_code == 422 and "Mark the right answer." in refused.text
    assert 'value="One"' in refused.text and 'value="Two"' in refused.text
    alike = keyed(**{**fields, "option_0_right": "y", "option_1_text": " one"})
    refused = writer.post("/admin/training/zero-trust/questions", data=alike)
    assert refused.status_code == 422 and "Two answers read the same." in refused.text
    for forged in ({"option_0_text": "x" * 501, "option_0_right": "y"}, {"kind": "essay"}, {"text": ""}):
        assert (
            writer.post(
                "/admin/training/zero-trust/questions", data=keyed(**{**fields, **forged})
            ).status_code
            == 422
        )
    truth = keyed(text="Is it so?", kind="true_false", is_true="false")
    assert writer.post("/admin/training/zero-trust/questions", data=truth).status_code == 303


def test_an_answer_keeps_its_key_and_other_languages_when_it_is_reworded(app, writer, cast: Cast) -> None:
    inside(app, draft, cast)
    before = work(app).loaded.questions[0]
    fields = {"text": "Better?", "kind": "multiple", "seen": store.stamp_of(before)}
    for at, option in enumerate(before.options):
        fields |= {f"option_{at}_key": option.key, f"option_{at}_text": f"New {option.key}"}
    fields |= {"option_0_right": "y", "option_1_right": "y", "option_2_text": "", "option_5_key": "forged",
               "option_5_text": "A fourth"}  # fmt: skip
    assert writer.post("/admin/training/zero-trust/questions/q0", data=fields).status_code == 303
    after = work(app).loaded.questions[0]
    assert [one.text["en"] for one in after.options] == ["New a", "New b", "A fourth"]
    assert after.options[0].key == "a" and after.options[0].text["ms"] == "Answer a (ms)"
    assert after.options[2].key != "forged"


def test_markdown_is_shown_as_text_where_it_is_script(app, writer, cast: Cast) -> None:
    inside(app, draft, cast)
    body = "Hello <script>alert(1)</script> [x](javascript:alert(1))\n\n![p](https://else.example/p.png)"
    assert (
        writer.post("/admin/training/zero-trust/parts/p0", data=part_form(app, body=body)).status_code == 303
    )
    for page in (
        writer.get("/admin/training/zero-trust/parts/p0").text,
        writer.post(
            "/admin/training/zero-trust/preview", data={"body": body, "title": "T", "kind": "text"}
        ).text,
    ):
        assert "<script>alert" not in page and 'href="javascript' not in page and "<img" not in page


def test_a_file_is_uploaded_with_its_part(app, writer, cast: Cast) -> None:
    inside(app, draft, cast)
    form = part_form(app, kind="file", upload=(BytesIO(b"%PDF-1.4 slides"), "slides.pdf"))
    assert writer.post("/admin/training/zero-trust/parts/p0", data=form).status_code == 303
    assert work(app).loaded.parts[0].file.name == "slides.pdf"
    wrong = part_form(app, kind="file", upload=(BytesIO(b"MZ virus"), "slides.pdf"))
    answer = writer.post("/admin/training/zero-trust/parts/p0", data=wrong)
    assert answer.status_code == 422 and "Choose a PDF, a picture" in answer.text


def test_settings_are_typed_in_one_language_with_the_audience(app, writer, cast: Cast) -> None:
    inside(app, draft, cast)
    stamp = store.stamp_of(work(app).loaded.rules)
    fields = {
        "title": "Sifar", "summary": "", "drawn_count": "1", "pass_mark_percent": "70", "attempts_limit": "2",
        "wait_hours": "12", "validity_months": "", "category": "short_read", "family": "", "position": "5",
        "audience_countries": "MY", "seen": stamp,
    }  # fmt: skip
    assert writer.post("/admin/training/zero-trust/settings?lang=ms", data=fields).status_code == 303
    after = work(app)
    assert after.loaded.rules.title == {"en": "Zero Trust", "id": "Zero Trust (id)", "ms": "Sifar"}
    assert after.loaded.rules.validity_months is None and after.course.audience["countries"] == ["MY"]
    assert writer.post("/admin/training/zero-trust/settings", data=fields).status_code == 409
    for wrong in (
        {"pass_mark_percent": "0"},
        {"family": "999"},
        {"category": "forged"},
        {"audience_countries": "XX"},
    ):
        fresh = {**fields, "seen": store.stamp_of(after.loaded.rules), **wrong}
        assert writer.post("/admin/training/zero-trust/settings", data=fresh).status_code == 422, wrong


def test_assigning_says_what_is_wrong_and_keeps_the_form(app, writer, cast: Cast) -> None:
    inside(app, published, cast)
    for fields, sentence in (
        ({"who": "audience", "due_on": "9999-12-31"}, "Choose a date between 1990 and 2100."),
        ({"who": "audience", "due_on": "2099-12-31"}, "Choose a date within three years."),
        (
            {"who": "people", "people": "nobody@else.example"},
            "No person of a partner has the address nobody@else.example.",
        ),
        ({"who": "people", "people": "manager@vendor.example.com"}, "No person of a partner has the address"),
        ({"who": "people", "people": ""}, "Choose at least one person of a partner."),
        ({"who": "everyone"}, "Choose one of the answers offered."),
        ({"who": "audience", "remind_days": "4"}, "Choose one of the answers offered."),
    ):
        answer = writer.post("/admin/training/zero-trust/assignments", data=keyed(note="Kept note", **fields))
        assert answer.status_code == 422 and sentence in answer.text and "Kept note" in answer.text, fields
    good = keyed(who="people", people="aisyah@kinabalu.example.com\nBUDI@merapi.example.com", due_on="")
    assert writer.post("/admin/training/zero-trust/assignments", data=good).status_code == 303
    listed = writer.get("/admin/training/assignments").text
    assert "0 of 2 passed" in listed and "Assign a course" in listed
    assert listed.count('href="/admin/training/zero-trust/assignments"') == 2
    assert "Take it back now" in listed and "This cannot be undone." in listed


def test_a_certification_needs_two_published_courses(app, writer, cast: Cast) -> None:
    inside(app, published, cast)
    inside(app, published, cast, "second")
    inside(app, draft, cast, "third")
    wrong = keyed(name_en="Certified Seller", courses="zero-trust")
    assert "Choose from 2 to 30 courses." in writer.post("/admin/training/certifications", data=wrong).text
    good = {
        "name_en": "Certified Seller",
        "courses": ["zero-trust", "second"],
        "serial_prefix": "vcs",
        "is_live": "y",
    }
    made = writer.post("/admin/training/certifications", data={**good, **keyed()})
    assert made.location == "/admin/training/certifications/certified-seller"
    forged = {**good, "courses": ["zero-trust", "third"]}
    assert writer.post(made.location, data=forged).status_code == 422
    assert writer.post(made.location, data={**good, "serial_prefix": "V-1"}).status_code == 422
    assert "Certified Seller" in writer.get("/admin/training/certifications").text


def test_lists_go_on_by_keyset(app, writer, cast: Cast) -> None:
    for number in range(22):
        inside(app, published, cast, f"course-{number:02}", parts=1, questions=1)
    first = writer.get("/admin/training").text
    assert "course-19" in first and "course-20" not in first
    assert "course-21" in writer.get("/admin/training?after=course-19").text
    assert writer.get("/admin/training?after=nothing").status_code == 200


def test_two_at_once_cannot_both_save(app, cast: Cast) -> None:
    inside(app, draft, cast)
    assert content().parts and question("x")
    with app.test_request_context():
        part = work(app).loaded.parts[0]
        stamp = store.stamp_of(part)
        editing.save_part("zero-trust", store.Part(part.key, {"en": "One"}), seen=stamp, actor=cast.marketer)
        with pytest.raises(authoring.EditedMeanwhile):
            editing.save_part("zero-trust", store.Part(part.key, {"en": "Two"}), seen=stamp, actor=cast.owner)
