"""Courses are written in a draft; what is published is final."""

from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import text

from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.core.storage import save
from app.partners.audience import Audience
from app.training import store
from app.training.content import FileRef, Option, Part, QuizQuestion
from app.training.models import CourseModule, CourseStatus, ModuleKind, Question, QuestionKind
from app.training.services import authoring, editing, learning
from tests.cast import Cast
from tests.training.authoring import content, draft, published, question, words


@pytest.fixture(autouse=True)
def _inside(app):
    with app.test_request_context():
        yield


def loaded(slug: str = "zero-trust") -> store.Loaded:
    version = authoring.get_draft(authoring.find_course(slug).id)
    assert version is not None
    return store.load(version)


def test_a_new_course_is_an_empty_draft_with_an_address_of_its_own(cast: Cast) -> None:
    first = authoring.create_course({"en": "Zero Trust basics"}, actor=cast.marketer)
    second = authoring.create_course({"en": "Zero Trust basics"}, actor=cast.marketer)
    reserved = authoring.create_course({"en": "Matrix"}, actor=cast.marketer)
    assert (first.slug, first.status) == ("zero-trust-basics", CourseStatus.DRAFT)
    assert second.slug.startswith("zero-trust-basics-") and reserved.slug.startswith("matrix-")
    assert authoring.create_course({"ms": "学习"}, actor=cast.marketer).slug == "course"


def test_only_who_writes_courses_writes_them(cast: Cast) -> None:
    for actor in (cast.manager, cast.finance, cast.auditor, cast.kinabalu_admin):
        with pytest.raises(Forbidden):
            authoring.create_course({"en": "No"}, actor=actor)


def test_publishing_says_what_is_missing(cast: Cast) -> None:
    course = authoring.create_course({"ms": "Tanpa Inggeris"}, actor=cast.marketer)
    with pytest.raises(authoring.NotReady) as refused:
        authoring.publish(course.slug, actor=cast.marketer)
    assert str(refused.value.message) == "The course has no English title. The course has no parts yet."


def test_a_published_version_is_final_and_the_next_draft_is_a_copy(cast: Cast) -> None:
    course = published(cast)
    first = course.current_version_id
    with pytest.raises(authoring.NotADraft):
        editing.save_part("zero-trust", Part("p0", words("New")), seen="", actor=cast.marketer)
    version = authoring.start_draft("zero-trust", actor=cast.marketer)
    assert version.number == 2 and version.id == authoring.start_draft("zero-trust", actor=cast.owner).id
    assert loaded().parts == tuple(content().parts) and loaded().questions == tuple(content().questions)
    part = replace(loaded().parts[0], body=words("Changed"))
    editing.save_part("zero-trust", part, seen=store.stamp_of(loaded().parts[0]), actor=cast.marketer)
    authoring.publish("zero-trust", actor=cast.marketer)
    bodies = db.session.scalars(
        text("SELECT version_id FROM course_modules WHERE key = 'p0' ORDER BY version_id")
    )
    assert list(bodies) == [first, version.id]
    assert authoring.find_course("zero-trust").current_version_id == version.id


def test_the_database_itself_refuses_a_change_of_what_is_published(cast: Cast) -> None:
    published(cast)
    for statement in (
        "UPDATE course_modules SET minutes = 1",
        "DELETE FROM course_questions",
        "UPDATE course_versions SET pass_mark_percent = 1",
    ):
        with pytest.raises(Exception, match="final"), transaction():
            db.session.execute(text(statement))


def test_parts_are_added_moved_and_removed(cast: Cast) -> None:
    draft(cast)
    added = editing.add_part("zero-trust", Part("", words("Three objections")), actor=cast.marketer)
    again = editing.add_part("zero-trust", Part("", words("Three objections")), actor=cast.marketer)
    assert added.key == "three-objections" and again.key.startswith("three-objections-")
    editing.move("zero-trust", CourseModule, added.key, -1, actor=cast.marketer)
    editing.move("zero-trust", CourseModule, "p0", -1, actor=cast.marketer)
    editing.remove("zero-trust", CourseModule, again.key, actor=cast.marketer)
    assert [part.key for part in loaded().parts] == ["p0", "three-objections", "p1"]
    with pytest.raises(NotFound):
        editing.move("zero-trust", CourseModule, "no-such", 1, actor=cast.marketer)


def test_questions_are_added_saved_moved_and_removed(cast: Cast) -> None:
    draft(cast, questions=1)
    made = editing.add_question("zero-trust", question("x"), actor=cast.marketer)
    true = QuizQuestion("x", words("Is it?"), QuestionKind.TRUE_FALSE, store.true_false(False))
    truth = editing.add_question("zero-trust", true, actor=cast.marketer)
    editing.move("zero-trust", Question, truth.key, -1, actor=cast.marketer)
    editing.save_question(
        "zero-trust", replace(made, text=words("Better?")), seen=store.stamp_of(made), actor=cast.marketer
    )
    assert [one.text["en"] for one in loaded().questions] == ["Question q0?", "Is it?", "Better?"]
    assert loaded().questions[1].options[1].is_right
    editing.remove("zero-trust", Question, made.key, actor=cast.marketer)
    assert len(loaded().questions) == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"options": [Option("a", words("One"), True)]}, "Write from 2 to 10 answers."),
        ({"options": [Option("a", words("1")), Option("b", words("2"))]}, "Mark the right answer."),
        (
            {"options": [Option("a", words("1"), True), Option("b", words("2"), True)]},
            "Mark one answer only, or let several be right.",
        ),
        ({"options": [Option("a", words("1"), True), Option("a", words("2"))]}, "Two answers have the same key."),
        ({"options": [Option("a", words("One"), True), Option("b", {"en": " ONE "})]}, "Two answers read the same."),
        (
            {"options": [Option("a", {"en": "1", "ms": "Satu  ya"}, True), Option("b", {"en": "2", "ms": "satu ya"})]},
            "Two answers read the same.",
        ),
        ({"options": [Option("a", {}, True), Option("b", words("2"))]}, "Write every answer that you offer."),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_refused(cast: Cast, changed: dict, sentence: str) -> None:
    draft(cast)
    with pytest.raises(InvalidInput) as refused:
        editing.add_question("zero-trust", replace(question("x"), **changed), actor=cast.marketer)
    assert refused.value.fields["options"] == sentence


@pytest.mark.parametrize(
    "url",
    ["http://videos.example/x", "javascript:alert(1)", "https://", "https://local/x", "//videos.example/x", "",
     "https://me@videos.example/x", "https://videos.example:port/x", "https://videos.example/a b",
     "https://videos.example/" + "x" * 1000, "data:text/html,x", "https://[::1/x"],
)  # fmt: skip
def test_a_video_is_a_plain_https_link(cast: Cast, url: str) -> None:
    draft(cast)
    with pytest.raises(InvalidInput) as refused:
        editing.add_part(
            "zero-trust", Part("", words("Film"), ModuleKind.VIDEO, url=url), actor=cast.marketer
        )
    assert "https://" in str(refused.value.fields["url"])


def test_a_part_hands_out_only_a_file_of_its_own_course(cast: Cast) -> None:
    draft(cast), draft(cast, "other")
    stored = save(BytesIO(b"%PDF-1.4 slides"), "slides.pdf")
    file = authoring.attach_file("other", stored, actor=cast.marketer)
    part = Part("", words("Slides"), ModuleKind.FILE, file=FileRef("slides.pdf", file.public_id))
    with pytest.raises(InvalidInput, match=r".*"):
        editing.add_part("zero-trust", part, actor=cast.marketer)
    assert editing.add_part("other", part, actor=cast.marketer).file == FileRef("slides.pdf", file.public_id)


def test_settings_are_saved_with_the_audience(cast: Cast) -> None:
    draft(cast)
    rules = replace(content().rules, pass_mark_percent=90)
    place = authoring.Place("short_read".replace("_", "-"), cast.families["cloud"], 5, Audience(("MY",)))
    seen = store.stamp_of(loaded().rules)
    authoring.save_settings("zero-trust", rules, place, seen=seen, actor=cast.marketer)
    course = authoring.find_course("zero-trust")
    assert (course.family_id, course.position, course.audience["countries"]) == (
        cast.families["cloud"],
        5,
        ["MY"],
    )
    assert loaded().rules.pass_mark_percent == 90
    with pytest.raises(InvalidInput) as refused:
        authoring.save_settings(
            "zero-trust", replace(rules, title={"en": "x" * 5000}), place, seen=seen, actor=cast.marketer
        )
    assert refused.value.fields == {"title_en": "Use at most 200 characters."}


def test_a_draft_is_discarded_and_with_it_a_course_that_was_never_published(cast: Cast) -> None:
    draft(cast)
    assert authoring.discard_draft("zero-trust", actor=cast.marketer) is True
    with pytest.raises(NotFound):
        authoring.find_course("zero-trust")
    published(cast)
    authoring.start_draft("zero-trust", actor=cast.marketer)
    assert authoring.discard_draft("zero-trust", actor=cast.marketer) is False
    assert authoring.get_draft(authoring.find_course("zero-trust").id) is None


def test_a_course_is_taken_off_the_list_and_put_back(cast: Cast) -> None:
    published(cast)
    authoring.set_retired("zero-trust", True, actor=cast.marketer)
    assert authoring.find_course("zero-trust").status is CourseStatus.RETIRED
    authoring.set_retired("zero-trust", False, actor=cast.marketer)
    assert authoring.find_course("zero-trust").status is CourseStatus.LIVE
    draft(cast, "other")
    with pytest.raises(Conflict):
        authoring.set_retired("other", True, actor=cast.marketer)


def test_people_midway_finish_the_version_that_they_began(cast: Cast) -> None:
    first = published(cast).current_version_id
    learning.finish_part("zero-trust", 1, actor=cast.aisyah)
    authoring.import_content(content(parts=4), actor=cast.marketer)
    second = authoring.publish("zero-trust", actor=cast.marketer).id
    assert learning.enrol("zero-trust", actor=cast.aisyah).version_id == first
    assert learning.enrol("zero-trust", actor=cast.budi).version_id == second
    assert learning.finish_part("zero-trust", 2, actor=cast.aisyah).next_number is None  # hers has two parts


def test_a_course_off_the_list_is_begun_by_nobody_and_finished_by_who_is_in_it(cast: Cast) -> None:
    published(cast)
    learning.enrol("zero-trust", actor=cast.aisyah)
    authoring.set_retired("zero-trust", True, actor=cast.marketer)
    assert learning.finish_part("zero-trust", 1, actor=cast.aisyah).next_number == 2
    with pytest.raises((NotFound, Conflict)):
        learning.enrol("zero-trust", actor=cast.budi)
