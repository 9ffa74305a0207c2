"""A course is one file that people write by hand; a bad one gets a sentence with its line and changes nothing."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.core.db import db
from app.core.yamltree import MAX_BYTES, UnreadableFile
from app.training import store
from app.training.content import CourseContent, FileRef, Option, Part, QuizQuestion, Rules
from app.training.course_file import CourseFileFault, parse_course
from app.training.exchange import export_course
from app.training.models import Course, CourseVersion, ModuleKind, QuestionKind
from app.training.queries import authoring as queries
from app.training.services import authoring
from tests.cast import Cast, sign_in
from tests.training.authoring import content, published

COURSES = sorted((Path(__file__).resolve().parents[2] / "seeds" / "courses").glob("*.yaml"))
GOOD = "tangga_course: 1\nslug: zero-trust\ntitle: Zero Trust\nparts:\n  - key: p1\n    title: One\n    text: Words\n"


@pytest.fixture
def inside(app):
    with app.test_request_context():
        yield


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(UnreadableFile) as refused:
        parse_course(text.encode() if isinstance(text, str) else text)
    found = refused.value
    return found.faults if isinstance(found, CourseFileFault) else [str(found.message)]


@pytest.mark.usefixtures("inside")
class TestReading:
    @pytest.mark.parametrize("path", COURSES, ids=lambda path: path.stem)
    def test_the_files_of_the_demo_come_out_as_they_went_in(self, path: Path) -> None:
        made = parse_course(path.read_bytes())
        assert parse_course(export_course(made).encode()) == made
        without = [asked.key for asked in made.questions if {*asked.explanation} != {"en", "ms", "id"}]
        assert not without, "each answer is explained, in every language"

    def test_text_alone_is_english(self) -> None:
        made = parse_course(GOOD.encode())
        assert made.rules.title == {"en": "Zero Trust"} and made.parts[0].body == {"en": "Words"}

    def test_words_that_yaml_would_turn_into_something_else_stay_words(self) -> None:
        text = GOOD.replace("Zero Trust", "2026-01-01").replace("One", "no").replace("Words", "012")
        made = parse_course(text.encode())
        assert (made.rules.title, made.parts[0].title, made.parts[0].body) == (
            {"en": "2026-01-01"},
            {"en": "no"},
            {"en": "012"},
        )

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            (b"", "The file is empty."),
            (b"\n  \n", "The file is empty."),
            (b"# only a note\n", "The file is empty."),
            (b"a: 1\nb: \xff", "Line 2: this is not UTF-8 text."),
            (b"a: [1\nb: 2", "Line 2: this cannot be read as YAML."),
            (b"title: \x07", "Line 1: a character stands here that no text has."),
            (b"x: &a [lol]\ny: [*a, *a]", "Line 1: anchors and aliases (& and *) are not taken."),
            (b"x: !!python/object/apply:os.system [ls]", "Line 1: tags (!) are not taken."),
            (b"a: 1\n---\nb: 2", "Line 2: a second document begins."),
            (b"a: 1\na: 2", "Line 2: \u201ca\u201d stands here a second time."),
            (b"[" * 500, "Line 1: this is nested too deeply."),
            (b"x: [" + b"1," * 30_000 + b"1]", "Line 1: the file has too many entries."),
            (b"? [a, b]\n: 1", "Line 1: a name must be one word."),
            (b"x" * (MAX_BYTES + 1), "This file is over 1 MB."),
            (b"- a\n- b", "Line 1: names with values are expected here"),
            (b"just words", "Line 1: names with values are expected here"),
            (b"slug: a\ntitle: b", "the file must say"),
            (b"tangga_course: 2\nslug: a", "the file must say"),
        ],
    )
    def test_a_file_that_is_no_course_gets_a_sentence_with_its_line(self, text: bytes, sentence: str) -> None:
        assert any(sentence in fault for fault in faults(text))

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            (
                "slug: zero-trust",
                "slug: Zero Trust!",
                "Line 2: Use small letters, digits and hyphens, at most 60.",
            ),
            ("title: Zero Trust", "title: [a]", "Line 3: text is expected here"),
            (
                "title: Zero Trust",
                "title: {fr: Zero}",
                "Line 3: “fr” is not known here. Known are en, ms, id.",
            ),
            ("title: Zero Trust", f"title: {'x' * 5000}", "Line 3: Use at most 200 characters."),
            ("title: Zero Trust", "titel: Zero Trust", "Line 3: “titel” is not known here."),
            ("parts:", "attempts: 99\nparts:", "Line 4: Enter a number from 1 to 10."),
            ("parts:", "attempts: many\nparts:", "Line 4: a whole number is expected here."),
            ("parts:", "attempts: 1.5\nparts:", "Line 4: a whole number is expected here."),
            ("parts:", "certificate: maybe\nparts:", "Line 4: true or false is expected here."),
            (
                "parts:",
                "questions: none\nparts:",
                "Line 4: a list is expected here: lines that begin with a hyphen.",
            ),
            ("key: p1", "key: ../etc", "Line 5: Use small letters, digits and hyphens, at most 60."),
            ("key: p1", "minutes: 3", "Line 5: the key is missing"),
            ("title: One", "kind: film", "Line 6: one of text, video, file is expected here."),
            (
                "text: Words",
                "kind: video\n    link: http://x.example",
                "Line 8: Write a link that begins with https://",
            ),
            ("text: Words", "kind: file", "Choose the file that this part hands out."),
            ("text: Words", "minutes: 601", "Line 7: Write how many minutes it takes, from 0 to 600."),
            (
                "text: Words",
                "text: Words\n  - key: p1\n    title: Two",
                "Line 8: the key “p1” stands here a second time.",
            ),
        ],
    )
    def test_a_slip_is_told_at_its_line(self, old: str, new: str, sentence: str) -> None:
        assert any(
            fault.startswith(sentence) or sentence in fault for fault in faults(GOOD.replace(old, new))
        )

    @pytest.mark.parametrize(
        ("question", "sentence"),
        [
            ("kind: true_false\n    answers: [{key: a, text: x}]", "Line 11: “answers” does not go with the kind"),
            ("kind: true_false\n    answer: perhaps", "Line 11: true or false is expected here."),
            ("kind: true_false", "Say whether it is true or false."),
            ("answers: [{key: a, text: x}, {key: b, text: y}]", "Line 10: Mark the right answer."),
            ("answers: [{key: a, text: x, right: true}]", "Line 10: Write from 2 to 10 answers."),
            ("answers: [{key: a, text: x, right: true}, {key: b, text: y, right: true}]", "Line 10: Mark one answer only"),
            ("answers: [{key: a, text: x, right: true}, {key: a, text: y}]", "Line 10: the key “a” stands here a second"),
            ("answers: [{key: a, text: x, right: true}, {key: b, text: X}]", "Line 10: Two answers read the same."),
            ("answers: [{key: a, right: true}, {key: b, text: y}]", "Line 10: Write every answer that you offer."),
            ("answer: true", "“answer” does not go with the kind single."),
        ],
    )  # fmt: skip
    def test_a_question_that_cannot_be_answered_is_told_at_its_line(
        self, question: str, sentence: str
    ) -> None:
        text = GOOD + f"questions:\n  - key: q1\n    {question}\n    question: Which?\n"
        assert any(sentence in fault for fault in faults(text))

    def test_several_slips_are_told_at_once_in_their_order(self) -> None:
        found = faults(
            GOOD.replace("title: Zero Trust", "titel: x\nattempts: 0").replace("title: One", "minutes: -1")
        )
        lines = [int(fault.split(":")[0].removeprefix("Line ")) for fault in found]
        assert len(found) >= 4 and lines == sorted(lines)

    def test_the_worst_file_that_is_let_in_is_read_in_a_moment(self) -> None:
        rows = "".join(f"  - {{key: p{at}, title: x, kind: film}}\n" for at in range(4000))
        start = perf_counter()
        assert faults("tangga_course: 1\nslug: a\ntitle: b\nparts:\n" + rows)
        assert perf_counter() - start < 5


def _words() -> st.SearchStrategy[dict[str, str]]:
    text = st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=60
    ).map(str.strip)
    lines = st.lists(text, min_size=1, max_size=3).map("\n".join).map(str.strip).filter(bool)
    return st.fixed_dictionaries({"en": lines}, optional={"ms": lines, "id": lines})


@settings(max_examples=60, deadline=None)
@given(title=_words(), body=_words(), minutes=st.integers(0, 600), mark=st.integers(1, 100))
def test_whatever_is_exported_is_read_back_equal(title, body, minutes, mark) -> None:
    other = {language: f"not {text}" for language, text in title.items()}  # no two answers read the same
    options = [Option("a1", title, True), Option("b2", other)]
    made = CourseContent(
        "any-course",
        Rules(title, body, pass_mark_percent=mark, validity_months=None, gives_certificate=False),
        parts=(
            Part("one", title, ModuleKind.TEXT, minutes, body),
            Part("two", title, ModuleKind.VIDEO, 0, {}, "https://videos.example/x?a=b&c=d#e"),
            Part("three", title, ModuleKind.FILE, 0, {}, file=FileRef("a: b.pdf", "abc")),
        ),
        questions=(
            QuizQuestion("q", title, QuestionKind.SINGLE, options, body),
            QuizQuestion("t", body, QuestionKind.TRUE_FALSE, store.true_false(False)),
        ),
    )
    assert _read_quietly(export_course(made)) == made


def _read_quietly(text: str) -> CourseContent:
    from flask import Flask
    from flask_babel import Babel

    quiet = Flask(__name__)
    Babel(quiet)
    with quiet.test_request_context():
        return parse_course(text.encode())


# ---- into the database ----


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("inside")
def test_a_file_lands_in_the_draft_and_what_is_published_stays(cast: Cast) -> None:
    course = published(cast)
    changed = replace(content(), parts=content(parts=5).parts)
    authoring.import_content(changed, actor=cast.marketer)
    work = queries.find_work("zero-trust")
    assert work.is_draft and work.version.number == 2 and len(work.loaded.parts) == 5
    current = db.session.get_one(CourseVersion, course.current_version_id)
    assert len(store.load(current).parts) == 2
    authoring.import_content(content(), actor=cast.marketer)
    assert store.content_of(course, queries.find_work("zero-trust").version).parts == tuple(content().parts)


@pytest.mark.usefixtures("inside")
def test_a_refused_file_changes_nothing(cast: Cast) -> None:
    published(cast)
    before = (count(Course), count(CourseVersion))
    for wrong in (
        replace(content("new-one"), family="no-such"),
        replace(content("matrix")),
        replace(
            content("new-two"),
            parts=(Part("f", {"en": "F"}, ModuleKind.FILE, file=FileRef("x.pdf", "forged")),),
        ),
        replace(content("zero-trust"), family="no-such"),
    ):
        with pytest.raises(authoring.InvalidInput):
            authoring.import_content(wrong, actor=cast.marketer)
        db.session.expire_all()
    assert (count(Course), count(CourseVersion)) == before


def test_a_file_is_sent_and_fetched_on_screen(app, client, cast: Cast) -> None:
    sign_in(client, cast.marketer)
    bad = {"file": (BytesIO(b"tangga_course: 1\nslug: x\ntitel: y\nparts: 3"), "x.yaml")}
    refused = client.post("/admin/training/import", data=bad)
    assert refused.status_code == 422
    assert (
        "Line 3: “titel” is not known here." in refused.text
        and "Line 4: a list is expected here" in refused.text
    )
    for sent in (b"&a [*a]", b"x" * (10 * 1024 * 1024), b"\x00\x01", b""):
        assert (
            client.post("/admin/training/import", data={"file": (BytesIO(sent), "x.yaml")}).status_code == 422
        )
    assert client.post("/admin/training/import", data={}).status_code == 422
    good = client.post("/admin/training/import", data={"file": (BytesIO(COURSES[-1].read_bytes()), "c.yaml")})
    with app.test_request_context():
        made = parse_course(COURSES[-1].read_bytes())
    if made.family:  # the cast sells other things
        assert good.status_code == 422
        text = COURSES[-1].read_text("utf-8").replace(f"family: {made.family}", "family: cloud")
        good = client.post("/admin/training/import", data={"file": (BytesIO(text.encode()), "c.yaml")})
    assert good.location == f"/admin/training/{made.slug}"
    file = client.get(f"/admin/training/{made.slug}/course.yaml")
    assert file.headers["Content-Disposition"].startswith("attachment")
    with app.test_request_context():
        assert parse_course(file.data) == replace(made, family="cloud" if made.family else "")


def test_the_command_imports_publishes_and_exports(app, cast: Cast, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    from app.training.cli import training_group

    path = tmp_path / "course.yaml"
    path.write_text(GOOD, "utf-8")
    given = ["import", str(path), "--as", "marketer@vendor.example.com", "--publish", "--json"]
    done = runner.invoke(training_group, given)
    assert json.loads(done.output) == {
        "slug": "zero-trust", "version": 1, "published": True, "parts": 1, "questions": 0,
    }  # fmt: skip
    out = runner.invoke(training_group, ["export", "zero-trust"])
    assert out.exit_code == 0 and "slug: zero-trust" in out.output
    path.write_text(GOOD.replace("parts", "prats"), "utf-8")
    wrong = runner.invoke(training_group, ["import", str(path), "--as", "marketer@vendor.example.com"])
    assert wrong.exit_code == 1 and "Line 4: “prats” is not known here." in wrong.output


@pytest.mark.usefixtures("inside")
def test_the_example_in_the_docs_is_a_course_file() -> None:
    text = (COURSES[0].parents[2] / "docs" / "courses.md").read_text("utf-8")
    example = text.split("```yaml\n", 1)[1].split("\n```\n\n**", 1)[0]
    made = parse_course(example.encode())
    assert len(made.parts) == 4 and len(made.questions) == 2
