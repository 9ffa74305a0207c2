"""Attempts as their pages show them. What is right is told of answered questions only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import _, current_locale
from app.identity.actor import Actor
from app.training.models import (
    Attempt,
    AttemptQuestion,
    Course,
    CourseVersion,
    Enrolment,
    Question,
    QuestionKind,
    language_of,
    said,
)
from app.training.rules import Outcome, Tries, tries_of

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class OptionView:
    """One option: `is_right` is None until the question was answered."""

    key: str
    letter: str
    text: str
    language: str
    is_chosen: bool
    is_right: bool | None


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as this attempt asks it. Each piece says its language: another than the reader's where it lacks that."""

    number: int
    kind: QuestionKind
    text: str
    language: str
    options: Sequence[OptionView]
    is_answered: bool
    is_right: bool | None
    explanation: str
    explanation_language: str

    @property
    def is_foreign(self) -> bool:
        """True if it was not translated whole into the reader's language yet."""
        shown = {self.language, self.explanation_language, *(option.language for option in self.options)}
        return shown != {current_locale()}

    @property
    def is_multiple(self) -> bool:
        return self.kind is QuestionKind.MULTIPLE

    @property
    def right_texts(self) -> list[str]:
        return [option.text for option in self.options if option.is_right]


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt with how far it is. `states`: for each question True (right), False (wrong) or None (open)."""

    id: int
    public_id: str
    slug: str
    title: str
    enrolment_id: int
    version: CourseVersion
    question_count: int
    finished_at: datetime | None
    right_count: int
    is_passed: bool | None
    outcome: Outcome | None
    states: Sequence[bool | None]

    @property
    def current(self) -> int:
        """Number of the first question that is open; the last one once all are answered."""
        return next((at for at, state in enumerate(self.states, 1) if state is None), self.question_count)

    @property
    def needed_count(self) -> int:
        """Right answers that a pass asks for."""
        return -(-self.version.pass_mark_percent * self.question_count // 100)


def find_attempt(slug: str, public_id: str, actor: Actor) -> AttemptView:
    """A person's own attempt. Raises NotFound. Two statements."""
    row = db.session.execute(
        select(Attempt, CourseVersion, Enrolment.outcome)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(CourseVersion, CourseVersion.id == Enrolment.version_id)
        .join(Course, Course.id == Attempt.course_id)
        .where(Attempt.public_id == public_id, Attempt.person_id == actor.person_id, Course.slug == slug)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound()
    attempt, version, outcome = row
    states = db.session.scalars(
        select(AttemptQuestion.is_right)
        .where(AttemptQuestion.attempt_id == attempt.id)
        .order_by(AttemptQuestion.number)
    ).all()
    return AttemptView(
        attempt.id, attempt.public_id, slug, said(version.title, current_locale()), attempt.enrolment_id, version,
        attempt.question_count, attempt.finished_at, sum(1 for state in states if state), attempt.is_passed,
        Outcome.from_record(outcome) if attempt.is_passed else None, list(states),
    )  # fmt: skip


def find_question(attempt: AttemptView, number: int) -> QuestionView:
    """Question `number` of an attempt. Raises NotFound. One statement."""
    row = db.session.execute(
        select(AttemptQuestion, Question)
        .join(Question, Question.id == AttemptQuestion.question_id)
        .where(AttemptQuestion.attempt_id == attempt.id, AttemptQuestion.number == number)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound()
    drawn, question = row
    locale = current_locale()
    answered = drawn.chosen is not None
    words = {str(option["key"]): option.get("text") for option in question.options}
    options = [
        OptionView(
            key,
            LETTERS[at % len(LETTERS)],
            _option_text(question.kind, key, words.get(key), locale),
            language_of(words.get(key), locale),
            key in (drawn.chosen or ()),
            key in question.right_keys if answered else None,
        )
        for at, key in enumerate(drawn.option_keys)
    ]
    return QuestionView(
        number, question.kind, said(question.text, locale), language_of(question.text, locale), options, answered,
        drawn.is_right, said(question.explanation, locale) if answered else "",
        language_of(question.explanation, locale) if answered else locale,
    )  # fmt: skip


def _option_text(kind: QuestionKind, key: str, words: Any, locale: str) -> str:
    if kind is QuestionKind.TRUE_FALSE and not words:
        return _("True") if key == "true" else _("False")
    return said(words, locale)


def tries_left(attempt: AttemptView) -> Tries:
    """Attempts that are left after this one. One statement."""
    ended = db.session.scalars(
        select(Attempt.finished_at)
        .where(Attempt.enrolment_id == attempt.enrolment_id, Attempt.finished_at.is_not(None))
        .order_by(Attempt.number)
    ).all()
    return tries_of([at for at in ended if at is not None], attempt.version)
