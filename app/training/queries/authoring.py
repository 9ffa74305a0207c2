"""What the vendor's pages show of courses: the list with what each still lacks, and one course in work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from app.core.clock import today
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import current_locale
from app.programs.catalogue import Version, load_catalogue
from app.programs.rules import Rule
from app.programs.sentences import Sentence, names_for, sentence_of
from app.training import store
from app.training.content import Part, QuizQuestion, Rules, Unsaid, unsaid_in
from app.training.models import (
    LANGUAGES,
    Assignment,
    Course,
    CourseModule,
    CoursePass,
    CourseStatus,
    CourseVersion,
    CourseVersionState,
    Enrolment,
    Question,
    said,
)

PAGE = 20
VIEWS = ("live", "drafts", "retired")
Draft = aliased(CourseVersion, name="draft")
Current = aliased(CourseVersion, name="current")


@dataclass(frozen=True, slots=True)
class AdminCourse:
    """A course in the list. `missing` says by language how many pieces lack words (of the draft, else of what is live)."""

    slug: str
    title: str
    status: CourseStatus
    draft_number: int | None
    version_number: int | None
    part_count: int
    question_count: int
    started: int
    passed: int
    missing: dict[str, int]


@dataclass(frozen=True, slots=True)
class AdminPage:
    """One page of the list, how many stand in each view, and the key of the next page."""

    rows: list[AdminCourse]
    counts: dict[str, int]
    after: str | None


@dataclass(frozen=True, slots=True)
class CourseWork:
    """One course as its writer sees it: the draft if there is one, else what is published."""

    course: Course
    version: CourseVersion
    current: CourseVersion | None
    loaded: store.Loaded
    midway: int
    passed: int
    assigned: int
    due_on: date | None

    @property
    def is_draft(self) -> bool:
        return self.version.state is CourseVersionState.DRAFT

    @property
    def title(self) -> str:
        return said(self.version.title, current_locale())

    @property
    def minutes(self) -> int:
        return sum(part.minutes for part in self.loaded.parts)

    @property
    def unsaid(self) -> dict[str, list[Unsaid]]:
        """By language, what has no words in it yet."""
        loaded = self.loaded
        return {one: unsaid_in(one, loaded.rules, loaded.parts, loaded.questions) for one in LANGUAGES}

    @property
    def missing(self) -> dict[str, int]:
        """By language, how many pieces have no words in it yet."""
        return {language: len(pieces) for language, pieces in self.unsaid.items()}


def _in_view(view: str) -> Any:
    if view == "drafts":
        return or_(Course.status == CourseStatus.DRAFT, Draft.id.is_not(None))
    if view == "retired":
        return Course.status == CourseStatus.RETIRED
    return Course.status == CourseStatus.LIVE


def _with_draft(query: Any) -> Any:
    return query.outerjoin(
        Draft, and_(Draft.course_id == Course.id, Draft.state == CourseVersionState.DRAFT)
    ).outerjoin(Current, Current.id == Course.current_version_id)


def list_admin(view: str, after: str = "") -> AdminPage:
    """Courses of a view in the vendor's order, by keyset. Four statements, one more when paging."""
    counts = db.session.execute(
        _with_draft(
            select(*(func.count().filter(_in_view(one)).label(one) for one in VIEWS)).select_from(Course)
        )
    ).one()
    started = select(func.count(Enrolment.person_id.distinct())).where(Enrolment.course_id == Course.id)
    passed = select(func.count(CoursePass.person_id)).where(CoursePass.course_id == Course.id)
    query: Any = _with_draft(
        select(
            Course, Draft, Current.number, started.scalar_subquery().label("started"),
            passed.scalar_subquery().label("passed"),
        )
    ).where(_in_view(view))  # fmt: skip
    if after:
        key = db.session.execute(select(Course.position, Course.id).where(Course.slug == after)).first()
        if key is None:
            return AdminPage([], dict(counts._mapping), None)
        query = query.where(
            or_(Course.position > key.position, and_(Course.position == key.position, Course.id > key.id))
        )
    found = db.session.execute(query.order_by(Course.position, Course.id).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    versions = {row[0].id: row[1].id if row[1] else row[0].current_version_id for row in shown}
    parts, questions = _skeletons([version for version in versions.values() if version])
    rows = []
    for course, draft, number, begun, done in shown:
        key = versions[course.id]
        rules = store.rules_of(draft) if draft else Rules(course.title)
        missing = {one: len(unsaid_in(one, rules, parts[key], questions[key])) for one in LANGUAGES}
        rows.append(
            AdminCourse(
                course.slug, said(rules.title, current_locale()), course.status, draft.number if draft else None, number,
                len(parts[key]), len(questions[key]), begun, done, missing,
            )
        )  # fmt: skip
    return AdminPage(rows, dict(counts._mapping), rows[-1].slug if len(found) > PAGE else None)


def _skeletons(
    version_ids: Sequence[int],
) -> tuple[dict[int, list[Part]], dict[int, list[QuizQuestion]]]:
    """Parts (a word for each language instead of their text) and questions of many versions. Two statements."""
    parts: dict[int, list[Part]] = defaultdict(list)
    questions: dict[int, list[QuizQuestion]] = defaultdict(list)
    there = [func.length(_spoken(CourseModule.body, one)).label(one) for one in LANGUAGES]
    rows = db.session.execute(
        select(CourseModule.version_id, CourseModule.key, CourseModule.kind, CourseModule.title, *there)
        .where(CourseModule.version_id.in_(version_ids))
        .order_by(CourseModule.position, CourseModule.id)
    )
    for row in rows:
        body = {one: "x" for one in LANGUAGES if row._mapping[one]}
        parts[row.version_id].append(Part(row.key, row.title, row.kind, body=body))
    for asked in db.session.scalars(select(Question).where(Question.version_id.in_(version_ids))):
        questions[asked.version_id].append(store.question_of(asked))
    return parts, questions


def _spoken(column: Any, locale: str) -> Any:
    """The words of one language in a column of words, without loading the others."""
    if db.engine.dialect.name == "postgresql":
        return func.jsonb_extract_path_text(column, locale)
    return func.json_extract(column, f"$.{locale}")


def find_work(slug: str) -> CourseWork:
    """One course with its draft, else what is published. Two statements. Raises NotFound."""
    midway = select(func.count()).where(Enrolment.course_id == Course.id, Enrolment.passed_at.is_(None))
    passed = select(func.count()).where(CoursePass.course_id == Course.id)
    open_ones = and_(Assignment.course_id == Course.id, Assignment.cancelled_at.is_(None))
    due = select(func.min(Assignment.due_on)).where(open_ones, Assignment.due_on >= today())
    row = db.session.execute(
        _with_draft(
            select(
                Course, Draft, Current, midway.scalar_subquery().label("midway"),
                passed.scalar_subquery().label("passed"),
                select(func.count()).where(open_ones).scalar_subquery().label("assigned"),
                due.scalar_subquery().label("due_on"),
            )
        )
        .where(Course.slug == slug)
        .execution_options(populate_existing=True)
    ).first()  # fmt: skip
    if row is None:
        raise NotFound()
    course, draft, current = row[0], row[1], row[2]
    version = draft or current
    return CourseWork(
        course, version, current, store.load(version), row.midway, row.passed, row.assigned, row.due_on
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answering:
    """A live program that rewards this course: `points` to the person, or only to the company where there are none."""

    name: str
    slug: str
    points: int
    version: Version
    rule: Rule


def programs_for(slug: str) -> list[Answering]:
    """Live programs that answer to passing this course."""
    on = today()
    found = []
    for program in load_catalogue().programs:
        version = program.version_on(on)
        for rule in version.definition.rules if version is not None else ():
            if version is not None and rule.trigger == "course_passed" and slug in (rule.courses or (slug,)):
                points = sum(one.points for one in rule.rewards if one.payee == "member")
                found.append(Answering(program.name, program.slug, points, version, rule))
    return found


def sentences_for(answering: Sequence[Answering]) -> list[Sentence]:
    """The rules' own sentences, where a page has room for them."""
    names = names_for(one.version.definition for one in answering) if answering else None
    return [sentence_of(one.version, one.rule, names=names) for one in answering]
