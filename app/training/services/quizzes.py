"""Quizzes: an attempt draws its questions, each is answered once, the last answer decides.

The attempt's row is the lock: answers of two tabs follow each other, and exactly one of them is the last.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import InvalidInput, NotFound
from app.core.filters import when
from app.core.i18n import _
from app.identity.actor import Actor
from app.training.errors import AnsweredAlready, NoQuiz, NotOffered, PartsUnread, PassedMeanwhile, QuizWaits
from app.training.models import (
    Attempt,
    AttemptQuestion,
    CourseVersion,
    Enrolment,
    Question,
    QuestionKind,
)
from app.training.rules import Outcome, is_pass, tries_of
from app.training.services.learning import enrol, first_unread, list_modules, quiz_size
from app.training.services.passing import pass_course

_DICE = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer did: whether it was right, and, if it was the last one, how the attempt ended."""

    attempt: Attempt
    number: int
    is_right: bool
    outcome: Outcome | None = None


def begin_attempt(slug: str, *, actor: Actor) -> Attempt:
    """Draw an attempt, or go on with the one under way.

    Raises NotFound, NoQuiz, PartsUnread, PassedMeanwhile, QuizWaits.
    """
    with transaction():
        enrolment = lock(Enrolment, enrol(slug, actor=actor).id)
        if enrolment.passed_at is not None:
            raise PassedMeanwhile()
        found = db.session.scalars(
            select(Attempt).where(Attempt.enrolment_id == enrolment.id, Attempt.finished_at.is_(None))
        ).first()
        if found is not None:
            return found
        count = quiz_size(enrolment.version_id)
        if not count:
            raise NoQuiz()
        # A renewal goes straight to the quiz: the parts were gone through before.
        if (
            enrolment.number == 1
            and first_unread(enrolment.id, list_modules(enrolment.version_id)) is not None
        ):
            raise PartsUnread()
        version = db.session.get_one(CourseVersion, enrolment.version_id)
        ended = _ended(enrolment.id)
        tries = tries_of(ended, version)
        if tries.opens_at is not None:
            raise QuizWaits(
                _("All attempts are used. The quiz opens again on %(when)s.", when=when(tries.opens_at))
            )
        return _draw(enrolment, count, len(ended) + 1)


def _ended(enrolment_id: int) -> list[datetime]:
    query = select(Attempt.finished_at).where(
        Attempt.enrolment_id == enrolment_id, Attempt.finished_at.is_not(None)
    )
    return [at for at in db.session.scalars(query.order_by(Attempt.number)) if at is not None]


def _draw(enrolment: Enrolment, count: int, number: int) -> Attempt:
    attempt = Attempt(
        enrolment_id=enrolment.id,
        course_id=enrolment.course_id,
        person_id=enrolment.person_id,
        number=number,
        question_count=count,
    )
    db.session.add(attempt)
    db.session.flush()
    pool = db.session.execute(
        select(Question.id, Question.kind, Question.options)
        .where(Question.version_id == enrolment.version_id)
        .order_by(Question.position, Question.id)
    ).all()
    for place, row in enumerate(_DICE.sample(pool, count), 1):
        keys = [str(option["key"]) for option in row.options]
        if row.kind is not QuestionKind.TRUE_FALSE:  # "true" stands before "false" everywhere
            _DICE.shuffle(keys)
        db.session.add(
            AttemptQuestion(attempt_id=attempt.id, number=place, question_id=row.id, option_keys=keys)
        )
    enrolment.touched_at = utc_now()
    db.session.flush()
    return attempt


def answer(attempt_id: str, number: int, chosen: Sequence[str], *, actor: Actor) -> Answered:
    """Answer question `number` (from 1) of an attempt with the keys of the options chosen.

    The same answer again changes nothing and answers the same. The last answer ends the attempt, and a pass closes the
    round, in the same transaction. Raises NotFound (not this person's attempt, no such question), InvalidInput (nothing
    chosen, or too much), NotOffered (an option or a question that was not offered), AnsweredAlready (another answer
    stands). A refusal changes nothing.
    """
    with transaction():
        attempt = lock(Attempt, _own(attempt_id, actor))
        rows = db.session.scalars(
            select(AttemptQuestion)
            .where(AttemptQuestion.attempt_id == attempt.id)
            .order_by(AttemptQuestion.number)
            .execution_options(populate_existing=True)
        ).all()
        if not 1 <= number <= len(rows):
            raise NotFound()
        row = rows[number - 1]
        question = db.session.get_one(Question, row.question_id)
        keys = _read(chosen, row, question)
        if row.chosen is not None:
            if sorted(row.chosen) != keys:
                raise AnsweredAlready()
            return Answered(attempt, number, bool(row.is_right), _brought(attempt))
        if any(earlier.chosen is None for earlier in rows[: number - 1]):
            raise NotOffered(_("Answer the question before this one first. Nothing was changed."))
        is_right = frozenset(keys) == question.right_keys
        _write(attempt.id, number, keys, is_right)
        if number < len(rows):
            return Answered(attempt, number, is_right)
        right_count = sum(1 for each in rows if each.is_right) + is_right
        return Answered(attempt, number, is_right, _finish(attempt, right_count, actor))


def _own(public_id: str, actor: Actor) -> int:
    found = db.session.scalar(
        select(Attempt.id).where(Attempt.public_id == public_id, Attempt.person_id == actor.person_id)
    )
    if found is None:
        raise NotFound()
    return found


def _read(chosen: Sequence[str], row: AttemptQuestion, question: Question) -> list[str]:
    """The keys chosen, each once, in one order."""
    keys = sorted(set(chosen))
    if not keys:
        raise InvalidInput(fields={"option": _("Choose an answer, then send it.")})
    if not set(keys) <= set(row.option_keys):
        raise NotOffered()
    if len(keys) > 1 and question.kind is not QuestionKind.MULTIPLE:
        raise InvalidInput(fields={"option": _("This question takes one answer.")})
    return keys


def _write(attempt_id: int, number: int, keys: list[str], is_right: bool) -> None:
    # The condition is the constraint behind the lock: an answer that stands is never written over.
    written: Any = db.session.execute(
        update(AttemptQuestion)
        .where(
            AttemptQuestion.attempt_id == attempt_id,
            AttemptQuestion.number == number,
            AttemptQuestion.answered_at.is_(None),
        )
        .values(chosen=keys, is_right=is_right, answered_at=utc_now())
        .execution_options(synchronize_session=False)
    )
    if written.rowcount != 1:
        raise AnsweredAlready()


def _finish(attempt: Attempt, right_count: int, actor: Actor) -> Outcome | None:
    """Judge an attempt whose last question was answered."""
    enrolment = lock(Enrolment, attempt.enrolment_id)
    version = db.session.get_one(CourseVersion, enrolment.version_id)
    is_passed = is_pass(right_count, attempt.question_count, version.pass_mark_percent)
    outcome = None
    if is_passed:
        outcome = pass_course(enrolment, attempt, actor=actor)
    else:
        enrolment.touched_at = utc_now()
    attempt.finished_at, attempt.right_count = utc_now(), right_count
    attempt.is_passed = is_passed
    db.session.flush()
    return outcome


def _brought(attempt: Attempt) -> Outcome | None:
    """What a passed attempt brought, as it was told the first time."""
    if not attempt.is_passed:
        return None
    return Outcome.from_record(
        db.session.scalar(select(Enrolment.outcome).where(Enrolment.id == attempt.enrolment_id))
    )
