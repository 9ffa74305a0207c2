"""The vendor's verbs on a course: begin it, work on its draft, publish, take it off the list.

What is published is final. A change is made in a draft, one at a time, and publishing makes it the version that people
begin from then on; whoever is midway finishes theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import delete, func, select

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, lock, queue_up, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.core.i18n import _, _l
from app.core.slugs import free_slug, slugify
from app.core.storage import Stored
from app.core.types import new_public_id
from app.identity.actor import Actor
from app.partners.audience import Audience
from app.products.models import ProductFamily
from app.training import store
from app.training.content import CourseContent, Fault, Rules, key_faults, publishing_faults
from app.training.models import (
    Assignment,
    CertificationCourse,
    Course,
    CourseFile,
    CourseStatus,
    CourseVersion,
    CourseVersionState,
    Enrolment,
)

# Addresses that the vendor's pages use themselves.
RESERVED = frozenset({"new", "import", "matrix", "certificates", "certifications", "assignments"})


class EditedMeanwhile(Conflict):
    """Somebody saved the same thing since this form was opened. What was typed is still in the form."""

    code = "edited_meanwhile"
    default = _l(
        "Somebody else saved this while you were writing. What you typed is still here: compare it with theirs below, "
        "then save again to put yours in its place."
    )


class NotADraft(Conflict):
    """Only a draft can be changed."""

    code = "not_a_draft"
    default = _l("This course is published. Start a draft to change it.")


class NotReady(Conflict):
    """The draft cannot be published yet; the message says why."""

    code = "not_ready"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a course stands and who sees it; the same for every version. `family_id` is a product family's."""

    category: str = "course"
    family_id: int | None = None
    position: int = 100
    audience: Audience = field(default_factory=Audience)

    def faults(self) -> list[Fault]:
        found = list(key_faults(self.category, "category"))
        if not 0 <= self.position <= 100_000:
            found.append(("position", _("Enter a number from %(low)s to %(high)s.", low=0, high=100_000)))
        return found


def may_edit(actor: Actor) -> None:
    """Raises Forbidden unless the actor writes courses."""
    if not actor.can("training.edit"):
        raise Forbidden()


def find_course(slug: str) -> Course:
    """A course by its address. Raises NotFound."""
    course = db.session.scalar(select(Course).where(Course.slug == slug))
    if course is None:
        raise NotFound()
    return course


def get_draft(course_id: int) -> CourseVersion | None:
    """The version that is worked on, or None."""
    return db.session.scalar(
        select(CourseVersion).where(
            CourseVersion.course_id == course_id, CourseVersion.state == CourseVersionState.DRAFT
        )
    )


def lock_draft(slug: str) -> tuple[Course, CourseVersion]:
    """The course and its draft, held until the transaction ends. Raises NotFound, NotADraft."""
    course = find_course(slug)
    queue_up(Course, course.id)  # the course before its draft, as who begins one or imports into it
    draft = get_draft(course.id)
    if draft is None:
        raise NotADraft()
    draft = lock(CourseVersion, draft.id)
    if draft.state is not CourseVersionState.DRAFT:  # published while we waited
        raise NotADraft()
    return course, draft


def refuse(faults: list[Fault]) -> None:
    """Raises InvalidInput with the first sentence for each field."""
    if faults:
        raise InvalidInput(fields=dict(reversed(faults)))


def create_course(title: dict[str, str], *, slug: str | None = None, actor: Actor) -> Course:
    """A new course with an empty first draft. Raises InvalidInput, Forbidden."""
    may_edit(actor)
    rules = Rules(title=title)
    refuse(list(rules.faults()))
    with transaction():
        course = Course(slug=_free_slug(slug, title), title=dict(title), audience=Audience().to_record())
        course.created_by_id = actor.person_id
        db.session.add(course)
        db.session.flush()
        draft = CourseVersion(course_id=course.id, number=1, made_by_id=actor.person_id)
        store.write_rules(draft, rules)
        db.session.add(draft)
        db.session.flush()
        audit.record("course.created", actor=actor, subject="course", subject_id=course.id, note=course.slug)
    return course


def _free_slug(wanted: str | None, title: dict[str, str]) -> str:
    name = next((text for text in title.values() if text), "")
    slug = free_slug(Course.slug, wanted or slugify(name, fallback="course"), RESERVED)
    if wanted is not None and slug != wanted:
        raise InvalidInput(fields={"slug": _("Another course has this address.")})
    return slug


def start_draft(slug: str, *, actor: Actor) -> CourseVersion:
    """The draft of a course: the one under way, or a copy of what is published."""
    may_edit(actor)
    with transaction():
        course = lock(Course, find_course(slug).id)
        draft = get_draft(course.id)
        if draft is not None:
            return draft
        if course.current_version_id is None:
            raise NotFound()
        current = db.session.get_one(CourseVersion, course.current_version_id)
        number = db.session.scalar(
            select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)
        )
        draft = CourseVersion(course_id=course.id, number=(number or 0) + 1, made_by_id=actor.person_id)
        loaded = store.load(current)
        store.write_rules(draft, loaded.rules)
        db.session.add(draft)
        db.session.flush()
        parts, files = store.known_files(course.id, loaded.parts)
        store.write_all(draft, store.Loaded(loaded.rules, parts, loaded.questions), files)
        audit.record("course.draft_started", actor=actor, subject="course", subject_id=course.id)
        return draft


def save_settings(slug: str, rules: Rules, place: Place, *, seen: str, actor: Actor) -> None:
    """Title, rules, shelf and audience. `seen` is the stamp of the rules that the form was opened with.

    The audience counts at once, the rest when the draft is published. Raises InvalidInput, EditedMeanwhile, NotADraft.
    """
    may_edit(actor)
    refuse([*rules.faults(), *place.faults()])
    with transaction():
        course, draft = lock_draft(slug)
        if store.stamp_of(store.rules_of(draft)) != seen:
            raise EditedMeanwhile()
        if place.family_id is not None and db.session.get(ProductFamily, place.family_id) is None:
            raise InvalidInput(fields={"family": _("Choose one of the answers offered.")})
        before = course.audience
        store.write_rules(draft, rules)
        _put(course, place)
        if course.status is CourseStatus.DRAFT:
            course.title = dict(rules.title)
        db.session.flush()
        audit.record(
            "course.settings_saved", actor=actor, subject="course", subject_id=course.id,
            before={"audience": before}, after={"audience": course.audience},
        )  # fmt: skip


def _put(course: Course, place: Place) -> None:
    course.category, course.family_id, course.position = place.category, place.family_id, place.position
    course.audience, course.updated_at = place.audience.to_record(), utc_now()


def place_course(slug: str, place: Place, *, actor: Actor) -> None:
    """Shelf and audience of a published course, without a new version."""
    may_edit(actor)
    refuse(place.faults())
    with transaction():
        course = lock(Course, find_course(slug).id)
        before = course.audience
        _put(course, place)
        db.session.flush()
        audit.record(
            "course.audience_set", actor=actor, subject="course", subject_id=course.id,
            before={"audience": before}, after={"audience": course.audience},
        )  # fmt: skip


def publish(slug: str, *, actor: Actor) -> CourseVersion:
    """Make the draft the version that people begin. Raises NotReady with what is missing, NotADraft."""
    may_edit(actor)
    with transaction():
        course, draft = lock_draft(slug)
        loaded = store.load(draft)
        names = [file.name for file in store.files_of(course.id)]
        missing = publishing_faults(loaded.rules, loaded.parts, loaded.questions, names)
        if missing:
            raise NotReady(" ".join(missing[:3]))
        draft.state, draft.published_at = CourseVersionState.PUBLISHED, utc_now()
        draft.published_by_id = actor.person_id
        db.session.flush()
        course = lock(Course, course.id)
        course.current_version_id, course.title = draft.id, dict(draft.title)
        if course.status is CourseStatus.DRAFT:
            course.status = CourseStatus.LIVE
        course.updated_at = utc_now()
        db.session.flush()
        audit.record(
            "course.published", actor=actor, subject="course", subject_id=course.id, after={"version": draft.number}
        )  # fmt: skip
        return draft


def set_retired(slug: str, is_retired: bool, *, actor: Actor) -> None:
    """Take a published course off the list, or put it back. Who is midway may finish. Raises NotFound."""
    may_edit(actor)
    with transaction():
        course = lock(Course, find_course(slug).id)
        if course.status is CourseStatus.DRAFT:
            raise Conflict(_("This course was never published. Discard its draft instead."))
        course.status = CourseStatus.RETIRED if is_retired else CourseStatus.LIVE
        course.updated_at = utc_now()
        db.session.flush()
        code = "course.retired" if is_retired else "course.restored"
        audit.record(code, actor=actor, subject="course", subject_id=course.id)


def discard_draft(slug: str, *, actor: Actor) -> bool:
    """Throw the draft away. True if the course itself is gone, since it was never published.

    Raises NotADraft, and Conflict while a certification or an assignment asks for a course that was never published.
    """
    may_edit(actor)
    with transaction():
        course, draft = lock_draft(slug)
        is_gone = course.current_version_id is None
        if is_gone:
            for model in (Assignment, CertificationCourse, Enrolment):
                if db.session.scalar(select(func.count()).where(model.course_id == course.id)):
                    raise Conflict(
                        _("A certification or an assignment asks for this course. Take it out there first.")
                    )
        store.clear(draft.id)
        db.session.execute(delete(CourseVersion).where(CourseVersion.id == draft.id))
        if is_gone:
            db.session.execute(delete(CourseFile).where(CourseFile.course_id == course.id))
            db.session.execute(delete(Course).where(Course.id == course.id))
        code = "course.discarded" if is_gone else "course.draft_discarded"
        audit.record(code, actor=actor, subject="course", subject_id=course.id, note=slug)
        db.session.expire_all()
        return is_gone


def attach_file(slug: str, stored: Stored, *, actor: Actor, name: str = "") -> CourseFile:
    """Keep an uploaded file with a course, for a part to hand out or, under a `name` that no other has, to show."""
    may_edit(actor)
    with transaction():
        course = lock(Course, find_course(slug).id)
        if name and any(file.name == name for file in store.files_of(course.id)):
            stem, _dot, ending = name.rpartition(".")
            name = f"{stem}-{new_public_id()[:5]}.{ending}"
        file = CourseFile(
            course_id=course.id, storage_key=stored.key, name=name or stored.name, size_bytes=stored.size,
            made_by_id=actor.person_id,
        )  # fmt: skip
        db.session.add(file)
        db.session.flush()
        audit.record("course.file_added", actor=actor, subject="course", subject_id=course.id, note=file.name)
    return file


def import_content(content: CourseContent, *, into: str | None = None, actor: Actor) -> Course:
    """Put a course file into the draft of a course: of `into`, else of the one whose slug it names, else of a new one.

    Nothing is published by it. Raises InvalidInput; then nothing was changed.
    """
    may_edit(actor)
    with transaction():
        slug = into or content.slug
        known = db.session.scalar(select(Course).where(Course.slug == slug))
        if known is None:
            if into is not None:
                raise NotFound()
            if slug in RESERVED:
                raise InvalidInput(fields={"file": _("Another course has this address.")})
            known = create_course(dict(content.rules.title), slug=slug, actor=actor)
        else:
            start_draft(slug, actor=actor)
        course, draft = lock_draft(slug)
        parts, files = store.known_files(course.id, content.parts)
        course.family_id = _family(content.family)
        course.category = content.category
        if course.status is CourseStatus.DRAFT:
            course.title = dict(content.rules.title)
        store.clear(draft.id)
        store.write_rules(draft, content.rules)
        store.write_all(draft, store.Loaded(content.rules, parts, tuple(content.questions)), files)
        audit.record("course.imported", actor=actor, subject="course", subject_id=course.id)
        return course


def _family(slug: str) -> int | None:
    if not slug:
        return None
    found = db.session.scalar(select(ProductFamily.id).where(ProductFamily.slug == slug))
    if found is None:
        raise InvalidInput(fields={"file": _("There is no product family “%(slug)s”.", slug=slug[:60])})
    return found
