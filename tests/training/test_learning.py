"""Going through a course: places are kept, versions are finished as they were begun."""

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.core.db import db, transaction
from app.core.errors import NotFound
from app.training.errors import CourseClosed
from app.training.models import Course, CourseModule, CourseStatus, Enrolment
from app.training.queries.courses import find_course, list_visible
from app.training.services import learning
from tests.cast import Cast
from tests.training.support import pays, publish, read_all, try_quiz


def test_a_place_is_kept_and_the_next_part_is_named(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        first = learning.enrol("zero-trust", actor=cast.aisyah)
        again = learning.enrol("zero-trust", actor=cast.aisyah)
        step = learning.finish_part("zero-trust", 1, actor=cast.aisyah)
        learning.finish_part("zero-trust", 1, actor=cast.aisyah)
        view = find_course("zero-trust", cast.aisyah)
        place = db.session.get_one(Enrolment, first.id).module_id
        second = db.session.scalars(select(CourseModule).where(CourseModule.key == "m2")).one()
    assert again.id == first.id
    assert (step.next_number, step.has_quiz) == (2, True)
    assert (view.done_count, view.part_count, view.minutes, view.minutes_left) == (1, 3, 12, 8)
    assert place == second.id


def test_a_part_left_out_is_asked_for_before_the_quiz(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        learning.finish_part("zero-trust", 1, actor=cast.aisyah)
        step = learning.finish_part("zero-trust", 3, actor=cast.aisyah)
    assert step.next_number == 2


def test_people_midway_finish_the_version_that_they_began(app: Flask, cast: Cast) -> None:
    with app.app_context():
        course = publish(parts=2)
        learning.finish_part("zero-trust", 1, actor=cast.aisyah)
        publish(course=course, parts=4, title="Zero Trust, second edition")
        midway, new = find_course("zero-trust", cast.aisyah), find_course("zero-trust", cast.budi)
        learning.finish_part("zero-trust", 2, actor=cast.aisyah)
        done = try_quiz("zero-trust", cast.aisyah)
    assert (midway.part_count, midway.title) == (2, "Zero Trust basics")
    assert (new.part_count, new.title) == (4, "Zero Trust, second edition")
    assert done.outcome is not None


def test_a_course_without_a_quiz_is_passed_by_its_last_part(app: Flask, cast: Cast) -> None:
    with app.app_context():
        pays(cast, 30)
        publish("short", parts=1, questions=0, gives_certificate=False)
        step = learning.finish_part("short", 1, actor=cast.aisyah)
        again = learning.finish_part("short", 1, actor=cast.aisyah)
    assert step.outcome is not None and step.outcome.points == 30
    assert again.outcome is None and again.next_number is None


def test_who_is_outside_the_audience_finds_nothing_and_who_is_in_it_stays(app: Flask, cast: Cast) -> None:
    with app.app_context():
        course = publish(audience={"countries": ["MY"]})
        with pytest.raises(NotFound):
            learning.enrol("zero-trust", actor=cast.budi)
        with pytest.raises(NotFound):
            learning.enrol("zero-trust", actor=cast.marketer)
        learning.enrol("zero-trust", actor=cast.aisyah)
        with transaction():
            db.session.get_one(Course, course.id).audience = {"countries": ["ID"]}
        seen = [
            [each.slug for each in list_visible(who)] for who in (cast.aisyah, cast.budi, cast.kinabalu_admin)
        ]
    assert seen == [["zero-trust"], ["zero-trust"], []]


def test_a_closed_course_can_be_finished_but_not_begun(app: Flask, cast: Cast) -> None:
    with app.app_context():
        course = publish()
        learning.enrol("zero-trust", actor=cast.aisyah)
        with transaction():
            db.session.get_one(Course, course.id).status = CourseStatus.RETIRED
        read_all("zero-trust", cast.aisyah)
        assert try_quiz("zero-trust", cast.aisyah).outcome is not None
        with pytest.raises(CourseClosed):
            learning.enrol("zero-trust", actor=cast.aisyah)
        with pytest.raises(NotFound):
            learning.enrol("zero-trust", actor=cast.budi)


def test_there_is_no_part_zero_and_none_after_the_last(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        for number in (0, 4, -1, 10**9):
            with pytest.raises(NotFound):
                learning.finish_part("zero-trust", number, actor=cast.aisyah)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE course_versions SET pass_mark_percent = 10",
        "DELETE FROM course_versions",
        "UPDATE course_modules SET minutes = 1",
        "UPDATE course_questions SET options = '[]'",
        "DELETE FROM course_questions",
    ],
)
def test_the_database_refuses_to_change_a_published_version(app: Flask, cast: Cast, statement: str) -> None:
    with app.app_context():
        publish()
        with pytest.raises(DBAPIError, match="final"), transaction():
            db.session.execute(text(statement))
