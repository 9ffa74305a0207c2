"""Short ways to make courses and to go through them in tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.core.clock import utc_now
from app.core.db import db, transaction
from app.identity.actor import Actor
from app.programs.rules import Reward
from app.training.models import (
    Attempt,
    AttemptQuestion,
    Certification,
    CertificationCourse,
    Course,
    CourseModule,
    CourseStatus,
    CourseVersion,
    CourseVersionState,
    Question,
    QuestionKind,
)
from app.training.services import learning, quizzes
from tests.programs.makers import definition, live


def option(key: str, *, right: bool = False, **words: str) -> dict[str, Any]:
    """One option with words; English from the key unless said otherwise."""
    return {"key": key, "text": words or {"en": f"Option {key}"}, "right": right}


def question(
    number: int, kind: QuestionKind = QuestionKind.SINGLE, right: Sequence[str] = ("b",)
) -> Question:
    """Question `number` with the options a to d."""
    keys = ("true", "false") if kind is QuestionKind.TRUE_FALSE else "abcd"
    return Question(
        key=f"q{number}",
        position=number,
        kind=kind,
        text={"en": f"Question {number}?"},
        explanation={"en": f"Because {number}."},
        options=[option(key, right=key in right) for key in keys],
    )


def publish(
    slug: str = "zero-trust",
    *,
    title: str = "Zero Trust basics",
    parts: int = 3,
    questions: Sequence[Question] | int = 5,
    audience: dict[str, Any] | None = None,
    course: Course | None = None,
    body: str | None = None,
    **rules: Any,
) -> Course:
    """A live course whose version has these rules; with `course`, its next version."""
    pool = [question(at) for at in range(1, questions + 1)] if isinstance(questions, int) else list(questions)
    rules.setdefault("drawn_count", len(pool))
    with transaction():
        if course is None:
            course = Course(slug=slug, title={"en": title}, audience=audience or {})
        db.session.add(course)
        db.session.flush()
        numbers = db.session.scalars(select(CourseVersion.number).where(CourseVersion.course_id == course.id))
        version = CourseVersion(
            course_id=course.id, number=max(numbers, default=0) + 1, title={"en": title}, **rules
        )
        db.session.add(version)
        db.session.flush()
        for at in range(1, parts + 1):
            words = body or f"Text of part {at}.\n\n```say\nSay {at}\n```"
            db.session.add(
                CourseModule(
                    version_id=version.id,
                    key=f"m{at}",
                    position=at,
                    title={"en": f"Part {at}"},
                    body={"en": words},
                    minutes=4,
                )
            )
        for each in pool:
            each.version_id = version.id
            db.session.add(each)
        db.session.flush()
        version.state, version.published_at = CourseVersionState.PUBLISHED, utc_now()
        course.current_version_id, course.status = version.id, CourseStatus.LIVE
    return course


def certify(name: str, *courses: Course, **more: Any) -> Certification:
    """A certification that asks for these courses."""
    with transaction():
        made = Certification(slug=name.lower().replace(" ", "-"), name={"en": name}, **more)
        db.session.add(made)
        db.session.flush()
        for at, course in enumerate(courses):
            db.session.add(CertificationCourse(certification_id=made.id, course_id=course.id, position=at))
    return made


def pays(cast: Any, points: int = 150, **more: Any) -> None:
    """A live program that gives so many points for a passed course."""
    fixed = Reward(kind="fixed", points=points, number=1, hold_days=0)
    live(cast, definition(fixed, trigger="course_passed", **more), name="Train and earn")


def read_all(slug: str, actor: Actor, parts: int = 3) -> learning.Step:
    """Go through every part; the last step."""
    return [learning.finish_part(slug, at, actor=actor) for at in range(1, parts + 1)][-1]


def drawn(attempt: Attempt) -> list[tuple[AttemptQuestion, Question]]:
    """The questions of an attempt, in order."""
    query = (
        select(AttemptQuestion, Question)
        .join(Question, Question.id == AttemptQuestion.question_id)
        .where(AttemptQuestion.attempt_id == attempt.id)
        .order_by(AttemptQuestion.number)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def right(question: Question) -> list[str]:
    return sorted(question.right_keys)


def wrong(question: Question) -> list[str]:
    return [next(str(each["key"]) for each in question.options if not each["right"])]


def answer_all(attempt: Attempt, actor: Actor, *, mistakes: int = 0) -> quizzes.Answered:
    """Answer every question, the first `mistakes` of them wrongly; the last answer."""
    last = None
    for row, asked in drawn(attempt):
        chosen = wrong(asked) if row.number <= mistakes else right(asked)
        last = quizzes.answer(attempt.public_id, row.number, chosen, actor=actor)
    assert last is not None
    return last


def try_quiz(slug: str, actor: Actor, *, mistakes: int = 0) -> quizzes.Answered:
    """One whole attempt."""
    return answer_all(quizzes.begin_attempt(slug, actor=actor), actor, mistakes=mistakes)
