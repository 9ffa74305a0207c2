"""Parts and questions of a draft: add, save, move, remove.

Each save says which text it saw (`seen`, the stamp of the part); if somebody saved in between, the second is refused,
keeps what was typed, and may then overwrite knowingly.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from sqlalchemy import delete, select

from app.core.clock import utc_now
from app.core.db import db, transaction
from app.core.errors import Conflict, NotFound
from app.core.i18n import _
from app.identity.actor import Actor
from app.training import store
from app.training.content import MAX_PARTS, MAX_QUESTIONS, Part, QuizQuestion
from app.training.models import CourseModule, CourseVersion, Question
from app.training.services.authoring import EditedMeanwhile, lock_draft, may_edit, refuse

R = TypeVar("R", CourseModule, Question)


def add_part(slug: str, part: Part, *, actor: Actor) -> Part:
    """Put a part at the end; its key is made from its title. Raises InvalidInput, NotADraft, Conflict."""
    may_edit(actor)
    with transaction():
        course, draft = lock_draft(slug)
        rows = _rows(CourseModule, draft.id)
        if len(rows) >= MAX_PARTS:
            raise Conflict(_("A course has at most %(count)s parts.", count=MAX_PARTS))
        title = next((text for text in part.title.values() if text), "")
        part = replace(part, key=store.new_key(title, [row.key for row in rows], fallback="part"))
        refuse(list(part.faults()))
        (part,), files = store.known_files(course.id, [part])
        row = CourseModule(version_id=draft.id, position=_after(rows))
        store.write_part(row, part, files.get(part.file.public_id) if part.file else None)
        db.session.add(row)
        _touch(draft)
        return part


def save_part(slug: str, part: Part, *, seen: str, actor: Actor) -> None:
    """Save a part of the draft. Raises InvalidInput, EditedMeanwhile, NotFound, NotADraft."""
    may_edit(actor)
    refuse(list(part.faults()))
    with transaction():
        course, draft = lock_draft(slug)
        loaded = store.load(draft)
        known = next((one for one in loaded.parts if one.key == part.key), None)
        if known is None:
            raise NotFound()
        if store.stamp_of(known) != seen:
            raise EditedMeanwhile()
        (part,), files = store.known_files(course.id, [part])
        row = _row(CourseModule, draft.id, part.key)
        store.write_part(row, part, files.get(part.file.public_id) if part.file else None)
        _touch(draft)


def add_question(slug: str, question: QuizQuestion, *, actor: Actor) -> QuizQuestion:
    """Put a question at the end of the pool. Raises InvalidInput, NotADraft, Conflict."""
    may_edit(actor)
    with transaction():
        _course, draft = lock_draft(slug)
        rows = _rows(Question, draft.id)
        if len(rows) >= MAX_QUESTIONS:
            raise Conflict(_("A course has at most %(count)s questions.", count=MAX_QUESTIONS))
        question = replace(question, key=store.new_key("", [row.key for row in rows], fallback="q"))
        refuse(list(question.faults()))
        row = Question(version_id=draft.id, position=_after(rows))
        store.write_question(row, question)
        db.session.add(row)
        _touch(draft)
        return question


def save_question(slug: str, question: QuizQuestion, *, seen: str, actor: Actor) -> None:
    """Save a question of the draft. Raises InvalidInput, EditedMeanwhile, NotFound, NotADraft."""
    may_edit(actor)
    refuse(list(question.faults()))
    with transaction():
        _course, draft = lock_draft(slug)
        row = _row(Question, draft.id, question.key)
        if store.stamp_of(store.question_of(row)) != seen:
            raise EditedMeanwhile()
        store.write_question(row, question)
        _touch(draft)


def move(slug: str, model: type[R], key: str, steps: int, *, actor: Actor) -> None:
    """Move a part or a question up (-1) or down (1); at the edge nothing happens."""
    may_edit(actor)
    with transaction():
        _course, draft = lock_draft(slug)
        rows = _rows(model, draft.id)
        at = next((index for index, row in enumerate(rows) if row.key == key), None)
        if at is None:
            raise NotFound()
        to = max(0, min(len(rows) - 1, at + steps))
        rows.insert(to, rows.pop(at))
        for position, row in enumerate(rows):
            row.position = position
        _touch(draft)


def remove(slug: str, model: type[R], key: str, *, actor: Actor) -> None:
    """Take a part or a question out of the draft. What was published keeps it."""
    may_edit(actor)
    with transaction():
        _course, draft = lock_draft(slug)
        row = _row(model, draft.id, key)
        db.session.execute(delete(model).where(model.id == row.id))
        _touch(draft)


def _rows(model: type[R], version_id: int) -> list[R]:
    query = select(model).where(model.version_id == version_id).order_by(model.position, model.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _row(model: type[R], version_id: int, key: str) -> R:
    query = select(model).where(model.version_id == version_id, model.key == key)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row


def _after(rows: list[R]) -> int:
    return max((row.position for row in rows), default=-1) + 1


def _touch(draft: CourseVersion) -> None:
    draft.saved_at = utc_now()
    db.session.flush()
