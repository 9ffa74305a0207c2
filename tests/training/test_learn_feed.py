"""What home and *More* say of training: courses to finish, the earliest due date first, in the reader's language."""

from datetime import timedelta

from flask import Flask
from flask_babel import force_locale
from sqlalchemy import update

from app.core.clock import today, travel, utc_now
from app.core.db import db, transaction
from app.core.feed import FeedRow
from app.home.queries import read_feed
from app.identity.actor import Actor
from app.programs.courses import course_titles
from app.training.models import Assignment, AssignmentPerson, Course
from app.training.queries import home_rows, more_fact
from app.training.services import learning
from tests.cast import Cast
from tests.training.support import publish, read_all, try_quiz


def assign(course: Course, who: Actor, days: int) -> None:
    with transaction():
        made = Assignment(course_id=course.id, due_on=today() + timedelta(days=days))
        db.session.add(made)
        db.session.flush()
        db.session.add(AssignmentPerson(assignment_id=made.id, person_id=who.person_id))


def rows_of(who: Actor) -> list[FeedRow]:
    query = home_rows(who)
    assert query is not None
    return sorted((FeedRow(*row) for row in db.session.execute(query)), key=lambda row: row.rank)


def test_home_names_two_courses_to_finish_the_earliest_due_first(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish("begun", title="Begun", parts=3, questions=5)
        later, sooner = publish("later", title="Later"), publish("sooner", title="Sooner", questions=0)
        publish("untouched", title="Untouched")
        learning.finish_part("begun", 1, actor=cast.aisyah)
        assert [row.ref for row in rows_of(cast.aisyah)] == ["begun"]
        assert rows_of(cast.budi) == []
        assign(later, cast.aisyah, 20)
        assign(sooner, cast.aisyah, 4)
        due = [(today() + timedelta(days=days)).isoformat() for days in (4, 20)]
        rows, fact = rows_of(cast.aisyah), more_fact(cast.aisyah)
        with transaction():
            words = {"en": "Sooner", "ms": "Segera"}
            db.session.execute(update(Course).where(Course.id == sooner.id).values(title=words))
        with app.test_request_context(), force_locale("ms"):
            titles, named = [row.title for row in rows_of(cast.aisyah)], course_titles()["sooner"]
        assert home_rows(cast.marketer) is None and more_fact(cast.budi) is None
    assert [(row.part, row.ref, row.n1, row.extra) for row in rows] == [
        ("learn", "sooner", 12, "0"),
        ("learn", "later", 12, "5"),
    ]
    assert [row.at for row in rows] == due
    assert fact == "3 to finish" and titles == ["Segera", "Later"] and named == "Segera"


def test_a_course_whose_attempts_are_used_up_is_asked_for_again_once_its_quiz_opens(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        course = publish(questions=1, parts=1, wait_hours=24)
        assign(course, cast.aisyah, 3)
        read_all("zero-trust", cast.aisyah, parts=1)
        seen = []
        for _try in range(3):
            seen.append([row.ref for row in rows_of(cast.aisyah)])
            try_quiz("zero-trust", cast.aisyah, mistakes=1)
        assert seen == [["zero-trust"]] * 3
        assert rows_of(cast.aisyah) == [] and more_fact(cast.aisyah) is None
        assert "learn" not in read_feed(cast.aisyah)
        with travel(utc_now() + timedelta(hours=23, minutes=55)):
            assert rows_of(cast.aisyah) == []
        with travel(utc_now() + timedelta(hours=24, minutes=5)):
            assert [(row.ref, row.n1) for row in rows_of(cast.aisyah)] == [("zero-trust", 0)]
            kept = read_feed(cast.aisyah)["learn"]  # home's statement asks for the time whenever it runs
            assert [row.title for row in kept] == ["Zero Trust basics"]
            try_quiz("zero-trust", cast.aisyah, mistakes=1)
            assert len(rows_of(cast.aisyah)) == 1, "two attempts are left of the next three"


def test_what_was_passed_is_no_longer_asked_for(app: Flask, cast: Cast) -> None:
    with app.app_context():
        course = publish(questions=1, parts=1)
        assign(course, cast.aisyah, 3)
        read_all("zero-trust", cast.aisyah, parts=1)
        assert [(row.text, row.n1) for row in rows_of(cast.aisyah)] == [("open", 0)]
        try_quiz("zero-trust", cast.aisyah)
        assert rows_of(cast.aisyah) == [] and more_fact(cast.aisyah) is None
