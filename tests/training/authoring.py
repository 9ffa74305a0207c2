"""Courses for tests, made by the vendor's verbs."""

from app.core.db import db
from app.training.content import CourseContent, Option, Part, QuizQuestion, Rules
from app.training.models import Course, ModuleKind, QuestionKind
from app.training.services import authoring
from tests.cast import Cast


def words(text: str) -> dict[str, str]:
    return {"en": text, "ms": f"{text} (ms)", "id": f"{text} (id)"}


def question(key: str, right: str = "b") -> QuizQuestion:
    options = [Option(one, words(f"Answer {one}"), one == right) for one in "abc"]
    return QuizQuestion(key, words(f"Question {key}?"), QuestionKind.SINGLE, options, words("Because."))


def content(slug: str = "zero-trust", *, parts: int = 2, questions: int = 3) -> CourseContent:
    return CourseContent(
        slug,
        Rules(words("Zero Trust"), words("What changed."), drawn_count=min(2, questions), validity_months=12),
        parts=[Part(f"p{at}", words(f"Part {at}"), ModuleKind.TEXT, 3, words(f"Text {at}")) for at in range(parts)],
        questions=[question(f"q{at}") for at in range(questions)],
    )  # fmt: skip


def draft(cast: Cast, slug: str = "zero-trust", **sizes: int) -> Course:
    """A course that was never published."""
    return authoring.import_content(content(slug, **sizes), actor=cast.marketer)


def published(cast: Cast, slug: str = "zero-trust", **sizes: int) -> Course:
    """A live course."""
    draft(cast, slug, **sizes)
    authoring.publish(slug, actor=cast.marketer)
    db.session.expire_all()
    return authoring.find_course(slug)
