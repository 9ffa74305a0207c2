"""The verbs of a program's life: draft, send, publish, a new version, end.

A live program never changes silently: what is published is final, a change is a version with a from-date, and facts
are judged by the version of their date.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete, func, select

from app.core import audit
from app.core.clock import today, utc_now
from app.core.db import db, dialect, lock, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput
from app.core.i18n import _, _l
from app.core.slugs import free_slug, slugify
from app.core.stamps import check_seen, stamp
from app.core.types import new_public_id
from app.identity.actor import Actor
from app.ledger.worth import asks_second_person, reporting_worth
from app.programs.models import Program, ProgramBudget, ProgramState, ProgramUse, ProgramVersion, VersionState
from app.programs.rules import Definition

RESERVED = frozenset({"new", "ended"})  # slugs that the pages use themselves


class SecondPersonNeeded(Conflict):
    """Who prepared it may not be who publishes it."""

    code = "second_person_needed"
    default = _l("A second person has to publish this. Send it for sign-off.")


class VersionIsFinal(Conflict):
    """A published version cannot be changed; a change is a new version."""

    code = "version_is_final"
    default = _l("This version is published and can no longer change. Start a new version instead.")


class VersionOpen(Conflict):
    """Only one version of a program is worked on at a time."""

    code = "version_open"
    default = _l("Somebody is already working on the next version of this program.")


def create_program(
    name: str,
    definition: Definition,
    *,
    budget_points: int | None = None,
    slug: str | None = None,
    actor: Actor,
) -> ProgramVersion:
    """A new program with its first version as a draft. Raises InvalidInput."""
    with transaction():
        name = _checked_name(name)
        definition.check()
        free = free_slug(Program.slug, slugify(slug or name, fallback="program"), RESERVED)
        program = Program(name=name, slug=free, created_by_id=actor.person_id)
        db.session.add(program)
        db.session.flush()
        version = _add_version(program, 1, name, definition, budget_points, None, actor)
        audit.record("program.drafted", actor=actor, subject="program", subject_id=program.id)
        return version


def save_draft(
    version_id: int,
    *,
    name: str,
    definition: Definition,
    budget_points: int | None,
    applies_from: date | None = None,
    seen: str | None = None,
    actor: Actor,
) -> ProgramVersion:
    """Change a draft; one that waits for sign-off becomes a draft again. `seen`: the stamp of what the writer opened.

    Raises VersionIsFinal, ChangedSince, InvalidInput.
    """
    with transaction():
        version = lock(ProgramVersion, version_id)
        if version.state is VersionState.PUBLISHED:
            raise VersionIsFinal()
        check_seen(seen, *_said(version))
        version.name = _checked_name(name)
        definition.check()
        _check_budget(budget_points)
        version.definition = definition.to_record()
        version.budget_points = budget_points
        version.applies_from = applies_from if version.number > 1 else None
        version.state, version.sent_at = VersionState.DRAFT, None
        version.editor_ids = sorted({*version.editor_ids, *([actor.person_id] if actor.person_id else [])})
        if version.number == 1:
            program = lock(Program, version.program_id)
            program.name = version.name
        return version


def start_version(program_id: int, *, actor: Actor) -> ProgramVersion:
    """The next version of a published program, as a draft that begins as a copy. Raises VersionOpen, Conflict."""
    with transaction():
        program = lock(Program, program_id)
        if program.ended_on is not None:
            raise Conflict(_("This program has ended. Start a new program instead."))
        last = _last_version(program_id)
        if last.state is not VersionState.PUBLISHED:
            raise VersionOpen()
        definition = Definition.from_record(last.definition)
        tomorrow = today() + timedelta(days=1)
        version = _add_version(
            program, last.number + 1, last.name, definition, last.budget_points, tomorrow, actor
        )
        audit.record("program.version_started", actor=actor, subject="program", subject_id=program_id)
        return version


def discard_draft(version_id: int, *, actor: Actor) -> bool:
    """Throw an unpublished version away, and the program with it if it never had another; True in that case."""
    with transaction():
        version = lock(ProgramVersion, version_id)
        if version.state is VersionState.PUBLISHED:
            raise VersionIsFinal()
        is_first = version.number == 1
        db.session.delete(version)
        db.session.flush()
        if is_first:
            db.session.execute(delete(Program).where(Program.id == version.program_id))
        audit.record("program.draft_discarded", actor=actor, subject="program", subject_id=version.program_id)
        return is_first


def send_for_sign_off(version_id: int, *, actor: Actor) -> ProgramVersion:
    """Hand a draft to a second person. Raises VersionIsFinal, InvalidInput."""
    with transaction():
        version = lock(ProgramVersion, version_id)
        if version.state is VersionState.PUBLISHED:
            raise VersionIsFinal()
        _check_ready(version)
        version.state, version.sent_at = VersionState.WAITING, utc_now()
        audit.record(
            "program.sent_for_sign_off", actor=actor, subject="program", subject_id=version.program_id
        )
        return version


def return_draft(version_id: int, *, actor: Actor, note: str = "") -> ProgramVersion:
    """Give a version that waits back to its makers."""
    with transaction():
        version = lock(ProgramVersion, version_id)
        if version.state is VersionState.PUBLISHED:
            raise VersionIsFinal()
        version.state, version.sent_at = VersionState.DRAFT, None
        audit.record(
            "program.returned",
            actor=actor,
            subject="program",
            subject_id=version.program_id,
            note=note or None,
        )
        return version


def stamp_of(version: ProgramVersion) -> str:
    """The stamp of what a version says."""
    return stamp(*_said(version))


def _said(version: ProgramVersion) -> tuple[object, ...]:
    begins = version.applies_from.isoformat() if version.applies_from else None
    return version.name, version.definition, version.budget_points, begins


def publish(version_id: int, *, seen: str | None = None, actor: Actor) -> ProgramVersion:
    """Make a version final and effective. `seen`: the stamp of what the publisher read.

    Over 5,000 in the reporting currency, or without a budget, the publisher must not have written any of it.
    Raises Forbidden (no right to publish), SecondPersonNeeded, VersionIsFinal, ChangedSince, InvalidInput.
    """
    if not actor.can("program.publish"):
        raise Forbidden()
    with transaction():
        version = lock(ProgramVersion, version_id)
        if version.state is VersionState.PUBLISHED:
            raise VersionIsFinal()
        check_seen(seen, *_said(version))
        program = lock(Program, version.program_id)
        if program.ended_on is not None:
            raise Conflict(_("This program has ended. Start a new program instead."))
        _check_ready(version)
        if needs_second_person(version) and actor.person_id in {version.made_by_id, *version.editor_ids}:
            raise SecondPersonNeeded()
        _set_budget(program.id, version.budget_points)
        program.name = version.name
        version.serial = _next_serial()
        version.state = VersionState.PUBLISHED
        version.published_by_id, version.published_at = actor.person_id, utc_now()
        db.session.flush()
        audit.record(
            "program.published", actor=actor, subject="program", subject_id=program.id,
            after={"version": version.number, "budget_points": version.budget_points, **version.definition},
        )  # fmt: skip
        return version


def end_program(program_id: int, last_day: date, *, actor: Actor) -> Program:
    """End a program after a day, today at the earliest: later facts earn nothing in it. Raises Conflict, InvalidInput."""
    with transaction():
        program = lock(Program, program_id)
        if _first_serial(program_id) is None:
            raise Conflict(_("This program was never published. Discard the draft instead."))
        if program.ended_on is not None and program.ended_on < today():
            raise Conflict(_("This program has ended already."))
        if last_day < today():
            raise InvalidInput(fields={"ended_on": _("The last day can be today or later.")})
        before = {"ended_on": program.ended_on.isoformat() if program.ended_on else None}
        program.ended_on, program.ended_serial = last_day, _next_serial()
        audit.record(
            "program.ended", actor=actor, subject="program", subject_id=program_id, before=before,
            after={"ended_on": last_day.isoformat()},
        )  # fmt: skip
        return program


def needs_second_person(version: ProgramVersion) -> bool:
    """True if the budget is worth over 5,000 in the reporting currency, is open, or cannot be valued."""
    if version.budget_points is None:
        return True
    return asks_second_person(reporting_worth(version.budget_points))


def _check_ready(version: ProgramVersion) -> None:
    definition = Definition.from_record(version.definition)
    definition.check()
    _check_budget(version.budget_points)
    if definition.ends_on and definition.ends_on < today() and version.number > 1:
        raise InvalidInput(fields={"ends_on": _("The last day has passed already.")})
    if version.number == 1:
        return
    last = db.session.scalars(
        select(ProgramVersion)
        .where(
            ProgramVersion.program_id == version.program_id, ProgramVersion.state == VersionState.PUBLISHED
        )
        .order_by(ProgramVersion.number.desc())
    ).first()
    begun = last is None or (Definition.from_record(last.definition).starts_on or date.min) <= today()
    earliest = today() + timedelta(days=1) if begun else today()
    if last is not None and last.applies_from is not None:
        earliest = max(earliest, last.applies_from)
    if version.applies_from is None or version.applies_from < earliest:
        sentence = _("A new version can apply from %(date)s at the earliest.", date=earliest.isoformat())
        raise InvalidInput(fields={"applies_from": sentence})


def _check_budget(points: int | None) -> None:
    if points is not None and not 1 <= points <= 10**12:
        raise InvalidInput(fields={"budget_points": _("Enter a budget above zero, or leave it empty.")})


def _set_budget(program_id: int, points: int | None) -> None:
    """Put the program's hard stop in place, counting what was given before there was one."""
    row = db.session.scalars(
        select(ProgramBudget).where(ProgramBudget.program_id == program_id).with_for_update()
    ).first()
    if points is None:
        if row is not None:
            db.session.delete(row)
            db.session.flush()
        return
    if row is None:
        given = db.session.scalar(
            select(func.coalesce(func.sum(ProgramUse.points), 0)).where(ProgramUse.program_id == program_id)
        )
        row = ProgramBudget(program_id=program_id, budget_points=points, spent_points=int(given or 0))
    if points < row.spent_points:
        raise InvalidInput(fields={"budget_points": _("More than this has been given already.")})
    row.budget_points = points
    db.session.add(row)
    db.session.flush()


def _next_serial() -> int:
    """Move the catalogue to its next state; whoever publishes at the same time waits here."""
    if dialect() == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    stamp = new_public_id()
    statement = (
        insert(ProgramState)
        .values(id=1, serial=1, stamp=stamp)
        .on_conflict_do_update(
            index_elements=["id"], set_={"serial": ProgramState.serial + 1, "stamp": stamp}
        )
        .returning(ProgramState.serial)
    )
    return int(db.session.execute(statement).scalar_one())


def _add_version(
    program: Program,
    number: int,
    name: str,
    definition: Definition,
    budget_points: int | None,
    applies_from: date | None,
    actor: Actor,
) -> ProgramVersion:
    _check_budget(budget_points)
    version = ProgramVersion(
        program_id=program.id,
        number=number,
        name=name,
        definition=definition.to_record(),
        budget_points=budget_points,
        applies_from=applies_from,
        made_by_id=actor.person_id,
        editor_ids=[actor.person_id] if actor.person_id else [],
    )
    db.session.add(version)
    db.session.flush()
    return version


def _last_version(program_id: int) -> ProgramVersion:
    return db.session.scalars(
        select(ProgramVersion)
        .where(ProgramVersion.program_id == program_id)
        .order_by(ProgramVersion.number.desc())
        .limit(1)
    ).one()


def _first_serial(program_id: int) -> int | None:
    return db.session.scalar(
        select(func.min(ProgramVersion.serial)).where(ProgramVersion.program_id == program_id)
    )


def _checked_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 80:
        raise InvalidInput(fields={"name": _("Give the program a name of up to 80 characters.")})
    return cleaned
