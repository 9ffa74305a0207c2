"""What the learner's pages show: the start page with paths and shelves, the parts of a course, the state of its quiz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import current_locale
from app.identity.actor import Actor
from app.programs.estimates import points_of_courses
from app.training.models import (
    Attempt,
    CourseFile,
    CourseModule,
    CourseVersion,
    Enrolment,
    ModuleKind,
    ModuleProgress,
    language_of,
    said,
)
from app.training.queries.certificates import CertificateView, list_own
from app.training.queries.courses import CourseView, Listed, Membership, list_views, read_scope, shelve
from app.training.rules import Outcome, Tries, tries_of

PAGE = 20
PATHS = 3
SHORT_READ = "short_read"


@dataclass(frozen=True, slots=True)
class Path:
    """A certification on the learner's page, with its courses in order."""

    slug: str
    names: dict[str, str]
    opening: dict[str, str]
    course_ids: tuple[int, ...]
    passed_ids: frozenset[int]

    @property
    def name(self) -> str:
        return said(self.names, current_locale())

    @property
    def opens(self) -> str:
        return said(self.opening, current_locale())

    @property
    def done_count(self) -> int:
        return len(self.passed_ids)

    @property
    def is_done(self) -> bool:
        return self.done_count == len(self.course_ids)


@dataclass(frozen=True, slots=True)
class LearnPage:
    """The start page. `points`: what each unfinished course would earn the person; `following`: key of the next page."""

    paths: Sequence[Path]
    views: dict[int, CourseView]
    due: Sequence[CourseView]
    courses: Sequence[CourseView]
    short_reads: Sequence[CourseView]
    certificates: Sequence[CertificateView]
    points: dict[str, int]
    following: int | None
    has_any: bool

    def courses_of(self, path: Path) -> list[CourseView]:
        """The courses of a path: what is under way first, then what is left, what waits for its quiz, what is done."""
        found = [self.views[each] for each in path.course_ids if each in self.views]
        return sorted(found, key=lambda each: (each.is_passed, each.is_waiting, not each.is_open))

    @property
    def to_earn(self) -> int:
        return sum(self.points.values())


def learn_page(actor: Actor, *, after: int = 0) -> LearnPage:
    """The learner's start page; from the second page on only the shelves go on. `after` is how many were shown."""
    listed, places = read_scope(actor)
    paths = _paths(listed, places)
    in_paths = [each for path in paths for each in path.course_ids]
    due, rest = shelve(listed, in_paths)
    rest.sort(key=lambda each: each.is_passed)
    shelf = rest[after : after + PAGE]
    following = after + PAGE if len(rest) > after + PAGE else None
    first = [] if after else [*in_paths, *(each.id for each in due)]
    views = list_views([*dict.fromkeys(first), *(each.id for each in shelf)], actor)
    by_id = {view.id: view for view in views}
    unpassed = [view.slug for view in views if not view.is_passed]
    on_shelf = [by_id[each.id] for each in shelf if each.id in by_id]
    return LearnPage(
        paths=paths if not after else [],
        views=by_id,
        due=[by_id[each.id] for each in due if each.id in by_id] if not after else [],
        courses=[view for view in on_shelf if view.category != SHORT_READ],
        short_reads=[view for view in on_shelf if view.category == SHORT_READ],
        certificates=list_own(actor) if not after else [],
        points=points_of_courses(actor, unpassed) if unpassed else {},
        following=following,
        has_any=bool(listed),
    )


def _paths(listed: Sequence[Listed], places: Sequence[Membership]) -> list[Path]:
    """Certifications whose courses the person may all see; unfinished ones first, at most three."""
    known = {each.id: each for each in listed}
    grouped: dict[int, list[Membership]] = {}
    for place in sorted(places, key=lambda place: place.order):
        grouped.setdefault(place.certification_id, []).append(place)
    found = []
    for rows in grouped.values():
        ids = tuple(row.course_id for row in rows)
        if all(each in known for each in ids):
            passed = frozenset(each for each in ids if known[each].is_passed)
            found.append(Path(rows[0].slug, rows[0].names, rows[0].opening, ids, passed))
    found.sort(key=lambda path: path.is_done)
    return found[:PATHS]


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a course for one person."""

    id: int
    number: int
    kind: ModuleKind
    minutes: int
    titles: dict[str, str]
    bodies: dict[str, str]
    url: str | None
    file_id: str | None
    file_name: str | None
    file_bytes: int | None
    is_done: bool

    @property
    def title(self) -> str:
        return said(self.titles, current_locale())

    @property
    def is_foreign(self) -> bool:
        """True if its words were not translated into the reader's language yet."""
        locale = current_locale()
        return any(language_of(words, locale) != locale for words in (self.titles, self.bodies))

    @property
    def body(self) -> str:
        return said(self.bodies, current_locale())


def list_parts(course: CourseView) -> list[PartView]:
    """The parts of the version that the person is in; all are done once it was passed. One statement."""
    progress = and_(
        ModuleProgress.module_id == CourseModule.id, ModuleProgress.enrolment_id == (course.enrolment_id or 0)
    )
    query = (
        select(
            CourseModule, CourseFile.public_id, CourseFile.name, CourseFile.size_bytes, ModuleProgress.done_at
        )
        .outerjoin(CourseFile, CourseFile.id == CourseModule.file_id)
        .outerjoin(ModuleProgress, progress)
        .where(CourseModule.version_id == course.version_id)
        .order_by(CourseModule.position, CourseModule.id)
    )
    return [
        PartView(
            module.id, number, module.kind, module.minutes, module.title, module.body, module.url, public_id,
            name, size, done_at is not None or (course.is_passed and not course.is_open),
        )
        for number, (module, public_id, name, size, done_at) in enumerate(db.session.execute(query), 1)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class QuizState:
    """Where a person stands with the quiz of a course: the attempt under way, the tries left."""

    open_id: str | None
    tries: Tries
    last_right: int | None
    last_of: int | None

    @property
    def opens_at(self) -> datetime | None:
        return self.tries.opens_at


def quiz_state(course: CourseView) -> QuizState:
    """One statement; nothing was tried before the course was begun."""
    version = CourseVersion(attempts_limit=course.attempts_limit, wait_hours=course.wait_hours)
    if course.enrolment_id is None:
        return QuizState(None, tries_of([], version), None, None)
    rows = db.session.execute(
        select(Attempt.public_id, Attempt.finished_at, Attempt.right_count, Attempt.question_count)
        .where(Attempt.enrolment_id == course.enrolment_id)
        .order_by(Attempt.number)
    ).all()
    ended = [row for row in rows if row.finished_at is not None]
    opened = next((row.public_id for row in rows if row.finished_at is None), None)
    last = ended[-1] if ended else None
    return QuizState(
        opened,
        tries_of([row.finished_at for row in ended], version),
        last.right_count if last else None,
        last.question_count if last else None,
    )


def pass_outcome(course: CourseView, actor: Actor) -> Outcome | None:
    """What the last pass of a course brought this person. One statement."""
    query = (
        select(Enrolment.outcome)
        .where(
            Enrolment.course_id == course.id,
            Enrolment.person_id == actor.person_id,
            Enrolment.passed_at.is_not(None),
        )
        .order_by(Enrolment.number.desc())
    )
    return Outcome.from_record(db.session.scalar(query.limit(1)))


def find_file(course_id: int, name: str) -> CourseFile:
    """A file of a course by its public id, or by the name that a text gives its picture. Raises NotFound."""
    found = db.session.scalars(
        select(CourseFile)
        .where(CourseFile.course_id == course_id, or_(CourseFile.public_id == name, CourseFile.name == name))
        .order_by(CourseFile.id)
    ).first()
    if found is None:
        raise NotFound()
    return found
