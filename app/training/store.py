"""Between records of what a course says and the rows that keep it: load a version, write a draft."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, delete, literal, select, union_all

from app.core.clock import utc_now
from app.core.db import db
from app.core.errors import InvalidInput
from app.core.i18n import _
from app.core.slugs import slugify
from app.core.types import JSONText, dump_json, new_public_id
from app.products.models import ProductFamily
from app.training.content import (
    FALSE,
    TRUE,
    CourseContent,
    FileRef,
    Option,
    Part,
    QuizQuestion,
    Rules,
)
from app.training.models import (
    Course,
    CourseFile,
    CourseModule,
    CourseVersion,
    ModuleKind,
    Question,
    QuestionKind,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version with what it holds, in order."""

    rules: Rules
    parts: tuple[Part, ...]
    questions: tuple[QuizQuestion, ...]


def new_key(text: str, taken: Sequence[str], *, fallback: str) -> str:
    """A key that nothing else in the version has."""
    key = slugify(text, fallback=fallback, longest=40)
    return key if key not in taken else f"{key}-{new_public_id()[:5]}"


def stamp_of(record: Rules | Part | QuizQuestion) -> str:
    """A short digest of what a record says: who saves says which they saw, so that nobody overwrites unseen."""
    return hashlib.sha256(dump_json(_plain(record)).encode()).hexdigest()[:20]


def _plain(record: Rules | Part | QuizQuestion) -> object:
    if isinstance(record, Rules):
        return [getattr(record, name) for name in Rules.__dataclass_fields__]
    if isinstance(record, Part):
        file = record.file.public_id if record.file else None
        return [
            record.key,
            dict(record.title),
            record.kind,
            record.minutes,
            dict(record.body),
            record.url,
            file,
        ]
    options = [option.to_record() for option in record.options]
    return [record.key, dict(record.text), record.kind, options, dict(record.explanation)]


def rules_of(version: CourseVersion) -> Rules:
    """Title and rules of a version."""
    return Rules(
        title=version.title,
        summary=version.summary or {},
        pass_mark_percent=version.pass_mark_percent,
        attempts_limit=version.attempts_limit,
        wait_hours=version.wait_hours,
        drawn_count=version.drawn_count,
        gives_certificate=version.gives_certificate,
        validity_months=version.validity_months,
    )


def load(version: CourseVersion) -> Loaded:
    """What a version says, as it stands now. One statement: parts and questions have columns of the same kinds."""
    nothing: Any = literal(None, Text())
    no_options: Any = literal(None, JSONText())
    parts = (
        select(
            literal(0).label("side"), CourseModule.position, CourseModule.id, CourseModule.key,
            cast(CourseModule.kind, Text).label("kind"), CourseModule.minutes, CourseModule.title.label("words"),
            CourseModule.body.label("more"), no_options.label("options"), CourseModule.url, CourseFile.name,
            CourseFile.public_id,
        )
        .outerjoin(CourseFile, CourseFile.id == CourseModule.file_id)
        .where(CourseModule.version_id == version.id)
    )  # fmt: skip
    questions = select(
        literal(1), Question.position, Question.id, Question.key, cast(Question.kind, Text), literal(0), Question.text,
        Question.explanation, Question.options, nothing, nothing, nothing,
    ).where(Question.version_id == version.id)  # fmt: skip
    rows = db.session.execute(union_all(parts, questions)).all()
    rows = sorted(rows, key=lambda row: (row.side, row.position, row.id))
    return Loaded(
        rules_of(version),
        tuple(_part(row) for row in rows if row.side == 0),
        tuple(_question(row) for row in rows if row.side == 1),
    )


def _part(row: Any) -> Part:
    file = FileRef(row.name, row.public_id) if row.public_id else None
    return Part(row.key, row.words, ModuleKind(row.kind), row.minutes, row.more or {}, row.url, file)


def _question(row: Any) -> QuizQuestion:
    return read_question(row.key, row.words, QuestionKind(row.kind), row.options, row.more)


def question_of(row: Question) -> QuizQuestion:
    """A stored question."""
    return read_question(row.key, row.text, row.kind, row.options, row.explanation)


def read_question(key: str, text: Any, kind: QuestionKind, stored: Any, explanation: Any) -> QuizQuestion:
    """A question from its columns."""
    options = [Option(str(one["key"]), one.get("text") or {}, bool(one.get("right"))) for one in stored]
    if kind is QuestionKind.TRUE_FALSE:
        options.sort(key=lambda option: option.key != TRUE)
    return QuizQuestion(key, text, kind, options, explanation or {})


def content_of(course: Course, version: CourseVersion) -> CourseContent:
    """The whole course as a file says it."""
    loaded = load(version)
    family = ""
    if course.family_id is not None:
        family = db.session.scalar(
            select(ProductFamily.slug).where(ProductFamily.id == course.family_id)
        ) or ""  # fmt: skip
    return CourseContent(
        course.slug, loaded.rules, course.category, family, loaded.parts, loaded.questions
    )  # fmt: skip


def true_false(is_true: bool) -> list[Option]:
    """The two options of a true-or-false question."""
    return [Option(TRUE, {}, is_true), Option(FALSE, {}, not is_true)]


def write_rules(version: CourseVersion, rules: Rules) -> None:
    """Put title and rules on a draft."""
    for name in Rules.__dataclass_fields__:
        value = getattr(rules, name)
        setattr(version, name, dict(value) if name in ("title", "summary") else value)
    version.saved_at = utc_now()


def write_part(row: CourseModule, part: Part, file_id: int | None) -> None:
    """Put a part on its row; what does not belong to its kind is dropped."""
    row.key, row.kind, row.minutes = part.key, part.kind, part.minutes
    row.title, row.body = dict(part.title), dict(part.body)
    row.url = part.url if part.kind is ModuleKind.VIDEO else None
    row.file_id = file_id if part.kind is ModuleKind.FILE else None


def write_question(row: Question, question: QuizQuestion) -> None:
    """Put a question on its row."""
    row.key, row.kind = question.key, question.kind
    row.text, row.explanation = dict(question.text), dict(question.explanation)
    row.options = [option.to_record() for option in question.options]


def clear(version_id: int) -> None:
    """Take every part and question out of a draft."""
    for model in (CourseModule, Question):
        db.session.execute(
            delete(model).where(model.version_id == version_id),
            execution_options={"synchronize_session": "fetch"},
        )


def write_all(version: CourseVersion, loaded: Loaded, file_ids: dict[str, int]) -> None:
    """Write parts and questions of an empty draft in their order. `file_ids` by public id."""
    for position, part in enumerate(loaded.parts):
        row = CourseModule(version_id=version.id, position=position)
        write_part(row, part, file_ids.get(part.file.public_id) if part.file else None)
        db.session.add(row)
    for position, question in enumerate(loaded.questions):
        asked = Question(version_id=version.id, position=position)
        write_question(asked, question)
        db.session.add(asked)
    db.session.flush()


def files_of(course_id: int) -> list[CourseFile]:
    """Files of a course, newest first."""
    query = select(CourseFile).where(CourseFile.course_id == course_id).order_by(CourseFile.id.desc())
    return list(db.session.scalars(query))


def known_files(course_id: int, parts: Sequence[Part]) -> tuple[tuple[Part, ...], dict[str, int]]:
    """The parts with each file found among the course's own, by id, else by name.

    Raises InvalidInput for a file that the course does not have.
    """
    if not any(part.file for part in parts):
        return tuple(parts), {}
    files = files_of(course_id)
    by_id = {file.public_id: file for file in files}
    by_name = {file.name: file for file in reversed(files)}
    found, ids = [], dict[str, int]()
    for number, part in enumerate(parts, 1):
        if part.kind is not ModuleKind.FILE or part.file is None:
            found.append(part)
            continue
        file = by_id.get(part.file.public_id) or by_name.get(part.file.name)
        if file is None:
            raise InvalidInput(
                fields={
                    "file": _(
                        "Part %(number)s hands out “%(name)s”, which this course does not have. Upload it to the "
                        "course first.",
                        number=number, name=(part.file.name or part.file.public_id)[:80],
                    )
                }
            )  # fmt: skip
        ids[file.public_id] = file.id
        found.append(
            Part(part.key, part.title, part.kind, part.minutes, part.body, part.url, FileRef(file.name, file.public_id))
        )  # fmt: skip
    return tuple(found), ids
