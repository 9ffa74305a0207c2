"""The quiz: what is drawn, what an answer does, three attempts and a day, and what is refused."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.activities.models import Activity
from app.core.clock import travel, utc_now
from app.core.db import db, transaction
from app.core.errors import InvalidInput, NotFound
from app.training.errors import AnsweredAlready, NoQuiz, NotOffered, PartsUnread, QuizWaits
from app.training.models import Attempt, CoursePass, CourseVersion, QuestionKind
from app.training.rules import is_pass, tries_of
from app.training.services import quizzes
from tests.cast import Cast
from tests.ledger.support import clean
from tests.programs.makers import balance
from tests.training.support import (
    answer_all,
    drawn,
    pays,
    publish,
    question,
    read_all,
    right,
    try_quiz,
    wrong,
)


def test_the_quiz_opens_when_every_part_was_gone_through(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        publish("reading", questions=0)
        with pytest.raises(PartsUnread):
            quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
        read_all("zero-trust", cast.aisyah)
        assert quizzes.begin_attempt("zero-trust", actor=cast.aisyah).question_count == 5
        with pytest.raises(NoQuiz):
            quizzes.begin_attempt("reading", actor=cast.aisyah)


def test_an_attempt_draws_from_the_pool_and_keeps_what_it_drew(app: Flask, cast: Cast) -> None:
    kinds = [QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.TRUE_FALSE] * 4
    rights = {"single": ("b",), "multiple": ("a", "c"), "true_false": ("true",)}
    with app.app_context():
        pool = [question(at, kind, rights[kind.value]) for at, kind in enumerate(kinds, 1)]
        publish(questions=pool, drawn_count=5)
        read_all("zero-trust", cast.aisyah)
        attempt = quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
        again = quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
        first = [(row.question_id, row.option_keys) for row, _asked in drawn(attempt)]
        then = [(row.question_id, row.option_keys) for row, _asked in drawn(again)]
        orders = [row.option_keys for row, asked in drawn(attempt) if asked.kind is QuestionKind.TRUE_FALSE]
    assert again.id == attempt.id and first == then
    assert len({each for each, _keys in first}) == 5
    assert all(keys == ["true", "false"] for keys in orders)


def test_questions_and_options_come_in_another_order_each_time(app: Flask, cast: Cast) -> None:
    """Twelve questions for four people: one order for all of them, or the author's, would come once in 10^25."""
    with app.app_context():
        publish(questions=12)
        orders, options = [], set()
        for actor in (cast.aisyah, cast.kinabalu_admin, cast.budi, cast.merapi_admin):
            read_all("zero-trust", actor)
            asked = drawn(quizzes.begin_attempt("zero-trust", actor=actor))
            orders.append([question.key for _row, question in asked])
            options |= {tuple(row.option_keys) for row, _question in asked}
    assert len({tuple(order) for order in orders}) > 1
    assert all(sorted(order) == sorted(orders[0]) for order in orders) and len(options) > 1


def test_the_first_pass_earns_at_once_and_the_second_earns_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        pays(cast, 150)
        publish()
        read_all("zero-trust", cast.aisyah)
        done = try_quiz("zero-trust", cast.aisyah, mistakes=1)
        again = try_quiz("zero-trust", cast.aisyah)
        kinds = db.session.scalars(select(Activity.kind).order_by(Activity.id)).all()
        activity = db.session.scalars(select(Activity).order_by(Activity.id)).first()
        attempt = db.session.get_one(Attempt, done.attempt.id)
        stored = db.session.get_one(CoursePass, (attempt.course_id, cast.aisyah.person_id))
        points = balance("member", cast.aisyah.person_id)
        clean()
    assert done.outcome is not None and again.outcome is not None
    assert done.outcome.is_first and done.outcome.points == 150
    assert done.outcome.earned[0]["program"] == "Train and earn"
    assert (attempt.right_count, attempt.is_passed) == (4, True)
    assert not again.outcome.is_first and again.outcome.earned == ()
    assert (kinds, points, stored.points) == (["course_passed", "certified"], 150, 150)
    assert activity is not None and activity.attributes["course"] == "zero-trust"


def test_three_attempts_then_a_day(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        read_all("zero-trust", cast.aisyah)
        for _try in range(3):
            failed = try_quiz("zero-trust", cast.aisyah, mistakes=2)
            assert failed.outcome is None
        with pytest.raises(QuizWaits, match="opens again on"):
            quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
        with travel(utc_now() + timedelta(hours=23, minutes=59)), pytest.raises(QuizWaits):
            quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
        with travel(utc_now() + timedelta(hours=24, minutes=1)):
            assert try_quiz("zero-trust", cast.aisyah).outcome is not None


def test_the_rule_of_attempts_counts_in_rounds() -> None:
    version = CourseVersion(attempts_limit=3, wait_hours=24)
    now = utc_now()
    ended = [now - timedelta(hours=hours) for hours in (60, 50, 40)]
    assert tries_of([], version, now).left == 3
    assert tries_of(ended[:2], version, now).left == 1
    assert tries_of(ended, version, ended[-1] + timedelta(hours=1)).opens_at == ended[-1] + timedelta(
        hours=24
    )
    assert tries_of(ended, version, now).left == 3
    assert tries_of([*ended, now], version, now).left == 2
    assert tries_of(ended, CourseVersion(attempts_limit=3, wait_hours=0), ended[-1]).left == 3


@pytest.mark.parametrize(
    ("got", "of", "passes"), [(4, 5, True), (3, 5, False), (5, 5, True), (7, 9, False), (8, 10, True)]
)
def test_eighty_percent_is_enough(got: int, of: int, passes: bool) -> None:
    assert is_pass(got, of, 80) is passes


def test_the_same_answer_twice_is_one_and_another_is_refused(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        read_all("zero-trust", cast.aisyah)
        attempt = quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
        asked = drawn(attempt)[0][1]
        first = quizzes.answer(attempt.public_id, 1, wrong(asked), actor=cast.aisyah)
        same = quizzes.answer(attempt.public_id, 1, wrong(asked), actor=cast.aisyah)
        with pytest.raises(AnsweredAlready):
            quizzes.answer(attempt.public_id, 1, right(asked), actor=cast.aisyah)
        kept, expected = drawn(attempt)[0][0].chosen, wrong(asked)
        answer_all_from_two(attempt, cast)
        with pytest.raises(AnsweredAlready):
            quizzes.answer(attempt.public_id, 1, right(asked), actor=cast.aisyah)
    assert (first.is_right, same.is_right) == (False, False)
    assert kept == expected


def answer_all_from_two(attempt: Attempt, cast: Cast) -> None:
    for row, asked in drawn(attempt)[1:]:
        quizzes.answer(attempt.public_id, row.number, right(asked), actor=cast.aisyah)


def test_what_was_never_offered_is_refused_and_nothing_is_lost(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publish()
        for who in (cast.aisyah, cast.budi):
            read_all("zero-trust", who)
        attempt = quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
        quizzes.begin_attempt("zero-trust", actor=cast.budi)
        for number, chosen, refusal in (
            (1, ["zz"], NotOffered),
            (1, ["a", "zz"], NotOffered),
            (1, ["\x00", "💥" * 900], NotOffered),
            (1, [], InvalidInput),
            (1, ["a", "b"], InvalidInput),
            (2, ["a"], NotOffered),
            (0, ["a"], NotFound),
            (6, ["a"], NotFound),
            (10**12, ["a"], NotFound),
        ):
            with pytest.raises(refusal):
                quizzes.answer(attempt.public_id, number, chosen, actor=cast.aisyah)
        for thief in (cast.budi, cast.kinabalu_admin, cast.owner):
            with pytest.raises(NotFound):
                quizzes.answer(attempt.public_id, 1, ["a"], actor=thief)
        assert all(row.chosen is None for row, _asked in drawn(attempt))
        assert answer_all(attempt, cast.aisyah).outcome is not None


def test_a_question_with_several_right_options_wants_them_all(app: Flask, cast: Cast) -> None:
    with app.app_context():
        pool = [question(at, QuestionKind.MULTIPLE, ("a", "c")) for at in (1, 2)]
        publish(questions=pool)
        read_all("zero-trust", cast.aisyah)
        attempt = quizzes.begin_attempt("zero-trust", actor=cast.aisyah)
        half = quizzes.answer(attempt.public_id, 1, ["a"], actor=cast.aisyah)
        whole = quizzes.answer(attempt.public_id, 2, ["c", "a", "c"], actor=cast.aisyah)
    assert (half.is_right, whole.is_right) == (False, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE quiz_attempt_questions SET is_right = (1 = 1) WHERE number = 1",
        "DELETE FROM quiz_attempt_questions",
        "UPDATE quiz_attempts SET right_count = 5",
        "DELETE FROM course_passes",
        "UPDATE certificates SET person_name = 'Somebody else'",
        "DELETE FROM certificates",
    ],
)
def test_the_database_refuses_to_change_what_was_answered(app: Flask, cast: Cast, statement: str) -> None:
    with app.app_context():
        publish()
        read_all("zero-trust", cast.aisyah)
        try_quiz("zero-trust", cast.aisyah)
        with pytest.raises(DBAPIError), transaction():
            db.session.execute(text(statement))
