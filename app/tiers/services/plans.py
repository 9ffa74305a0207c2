"""The verbs of a plan's life: draft, send, publish, a new version.

What is published is final, and the live year never changes: a new version begins with the next year (with a rolling
window, the next month). A second person publishes, always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, func, select

from app.activities.pipeline import take_turn
from app.core import audit
from app.core.clock import today, utc_now
from app.core.db import db, dialect, lock, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput
from app.core.i18n import _, _l
from app.core.stamps import check_seen, stamp
from app.core.types import new_public_id
from app.identity.actor import Actor
from app.partners.models import Organisation
from app.tiers.benefits import times
from app.tiers.catalogue import load_catalogue, look_again, parse
from app.tiers.models import Cause, TierPlan, TierState, TierVersion, VersionState
from app.tiers.plans import Definition
from app.tiers.rebuilding import rebuild
from app.tiers.services.levels import lift
from app.tiers.signing import tell_writers
from app.tiers.windows import CALENDAR, ROLLING, next_review, window_on

CHUNK = 500
_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")


class SecondPersonNeeded(Conflict):
    """Who wrote it may not be who publishes it."""

    code = "second_person_needed"
    default = _l("A second person has to publish this. Send it for sign-off.")


class VersionIsFinal(Conflict):
    """A published version cannot be changed; a change is a new version."""

    code = "version_is_final"
    default = _l("This version is published and can no longer change. Start a new version instead.")


class NotSent(Conflict):
    """A draft may be half written: what is published was sent for it."""

    code = "not_sent"
    default = _l("This is still a draft. It has to be sent for sign-off first.")


class VersionOpen(Conflict):
    """Only one version of a plan is worked on at a time."""

    code = "version_open"
    default = _l("Somebody is already working on the next version of this plan.")


def create_plan(name: str, definition: Definition, *, month: int = CALENDAR, actor: Actor) -> TierVersion:
    """A new plan with its first version as a draft. Raises InvalidInput."""
    with transaction():
        name = _checked_name(name)
        definition.check()
        last = db.session.scalar(select(func.coalesce(func.max(TierPlan.position), 0)))
        plan = TierPlan(name=name, position=int(last or 0) + 1, created_by_id=actor.person_id)
        db.session.add(plan)
        db.session.flush()
        version = _add_version(plan.id, 1, name, definition, month, today(), actor)
        audit.record("tier_plan.drafted", actor=actor, subject="tier_plan", subject_id=plan.id)
        return version


def stamp_of(version: TierVersion) -> str:
    """The stamp of what a version says."""
    return stamp(*_said(version))


def save_draft(
    version_id: int,
    *,
    name: str,
    definition: Definition,
    month: int,
    seen: str | None = None,
    actor: Actor,
) -> TierVersion:
    """Change a draft; one that waits for sign-off becomes a draft again. `seen`: the stamp of what the writer opened.

    Raises VersionIsFinal, ChangedSince, InvalidInput.
    """
    with transaction():
        version = _open_version(version_id)
        check_seen(seen, *_said(version))
        version.name = _checked_name(name)
        if _last_published(version.plan_id) is None:  # until then nothing else says what the plan is called
            db.session.get_one(TierPlan, version.plan_id).name = version.name
        if not 0 <= month <= 12:
            raise InvalidInput(fields={"month": _("Choose a period.")})
        definition.check()
        version.definition, version.year_starts_month = definition.to_record(), month
        version.state, version.sent_at = VersionState.DRAFT, None
        version.editor_ids = sorted({*version.editor_ids, *([actor.person_id] if actor.person_id else [])})
        _check_keeps_levels(version, definition)
        return version


def start_version(plan_id: int, *, actor: Actor) -> TierVersion:
    """The next version of a published plan, as a draft that begins as a copy. Raises VersionOpen, NotFound."""
    with transaction():
        plan = lock(TierPlan, plan_id)
        last = _last_version(plan_id)
        if last.state is not VersionState.PUBLISHED:
            raise VersionOpen()
        begins = _next_start(last)
        version = _add_version(
            plan.id, last.number + 1, _name_of_next(last, begins), Definition.from_record(last.definition),
            last.year_starts_month, begins, actor,
        )  # fmt: skip
        audit.record("tier_plan.version_started", actor=actor, subject="tier_plan", subject_id=plan_id)
        return version


def discard_draft(version_id: int, *, actor: Actor) -> bool:
    """Throw an unpublished version away, and the plan with it if it never had another; True in that case."""
    with transaction():
        version = _open_version(version_id)
        is_first = version.number == 1
        db.session.delete(version)
        db.session.flush()
        if is_first:
            db.session.execute(delete(TierPlan).where(TierPlan.id == version.plan_id))
        audit.record(
            "tier_plan.draft_discarded", actor=actor, subject="tier_plan", subject_id=version.plan_id
        )
        return is_first


def send_for_sign_off(version_id: int, *, actor: Actor) -> TierVersion:
    """Hand a draft to a second person. Raises VersionIsFinal, InvalidInput."""
    with transaction():
        version = _open_version(version_id)
        _check_ready(version)
        version.state, version.sent_at = VersionState.WAITING, utc_now()
        audit.record(
            "tier_plan.sent_for_sign_off", actor=actor, subject="tier_plan", subject_id=version.plan_id
        )
        return version


def return_draft(version_id: int, *, actor: Actor) -> TierVersion:
    """Give a version that waits back to its makers, who are told; a draft stays one. Raises VersionIsFinal."""
    with transaction():
        version = _open_version(version_id)
        if version.state is not VersionState.WAITING:
            return version
        tell_writers(version, actor=actor, is_published=False)
        version.state, version.sent_at = VersionState.DRAFT, None
        audit.record("tier_plan.returned", actor=actor, subject="tier_plan", subject_id=version.plan_id)
        return version


def publish(version_id: int, *, seen: str | None = None, actor: Actor) -> TierVersion:
    """Make a version final and tell its writers: the first applies at once and places every company, a later one with
    the next year. `seen`: the stamp of what the second person read.

    Raises Forbidden (no right to publish), SecondPersonNeeded, NotSent, VersionIsFinal, ChangedSince, InvalidInput.
    """
    if not actor.can("tier.publish"):
        raise Forbidden()
    with transaction():
        take_turn()
        version = _open_version(version_id)
        plan = lock(TierPlan, version.plan_id)
        if actor.person_id in {version.made_by_id, *version.editor_ids}:
            raise SecondPersonNeeded()
        if version.state is not VersionState.WAITING:
            raise NotSent()
        check_seen(seen, *_said(version))
        _check_ready(version)
        previous = _last_published(plan.id)
        version.applies_from = today() if previous is None else _next_start(previous)
        plan.name = version.name
        version.state = VersionState.PUBLISHED
        version.published_by_id, version.published_at = actor.person_id, utc_now()
        db.session.flush()
        if _new_stamp():
            rebuild()
        audit.record(
            "tier_plan.published", actor=actor, subject="tier_plan", subject_id=plan.id,
            after={"version": version.number, "applies_from": version.applies_from.isoformat(),
                   "month": version.year_starts_month, **version.definition},
        )  # fmt: skip
        if version.applies_from <= today():
            settle_all(Cause.PLAN, actor=actor)
        tell_writers(version, actor=actor, is_published=True)
        return version


def settle_all(cause: Cause = Cause.REVIEW, *, actor: Actor | None = None) -> int:
    """Give every company its place and lift those that have enough; how many were lifted."""
    lifted = 0
    for ids in walk_companies():
        lifted += len(lift(ids, cause=cause, actor=actor))
    return lifted


def walk_companies() -> Iterable[list[int]]:
    """Ids of all companies, some at a time."""
    after = 0
    while True:
        query = select(Organisation.id).where(Organisation.id > after).order_by(Organisation.id).limit(CHUNK)
        ids = list(db.session.scalars(query))
        if ids:
            yield ids
        if len(ids) < CHUNK:
            return
        after = ids[-1]


def _new_stamp() -> bool:
    """Let every process read the plans anew; True the first time."""
    if dialect() == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    first = db.session.scalar(select(TierState.id)) is None
    fresh = new_public_id()
    look_again()
    db.session.execute(
        insert(TierState)
        .values(id=1, stamp=fresh, built_at=utc_now())
        .on_conflict_do_update(index_elements=["id"], set_={"stamp": fresh})
    )
    return first


def _said(version: TierVersion) -> tuple[object, ...]:
    return version.name, version.year_starts_month, version.definition


def _open_version(version_id: int) -> TierVersion:
    version = lock(TierVersion, version_id)
    if version.state is VersionState.PUBLISHED:
        raise VersionIsFinal()
    return version


def _last_version(plan_id: int) -> TierVersion:
    query = select(TierVersion).where(TierVersion.plan_id == plan_id).order_by(TierVersion.number.desc())
    return db.session.scalars(query.limit(1)).one()


def _last_published(plan_id: int) -> TierVersion | None:
    query = (
        select(TierVersion)
        .where(TierVersion.plan_id == plan_id, TierVersion.state == VersionState.PUBLISHED)
        .order_by(TierVersion.number.desc())
    )
    return db.session.scalars(query.limit(1)).first()


def _next_start(previous: TierVersion) -> date:
    """The first day of the year after the one that is running, and after what is published already."""
    return next_review(previous.year_starts_month, max(today(), previous.applies_from))


def _name_of_next(last: TierVersion, begins: date) -> str:
    """The name of the version before, with its years moved on: what follows the 2027 plan is the 2028 plan."""
    is_yearly = last.year_starts_month != ROLLING
    named_in = window_on(last.year_starts_month, last.applies_from).start if is_yearly else last.applies_from
    years = begins.year - named_in.year
    return _YEAR.sub(lambda found: str(int(found[0]) + years), last.name)


def _add_version(
    plan_id: int, number: int, name: str, definition: Definition, month: int, begins: date, actor: Actor
) -> TierVersion:
    version = TierVersion(
        plan_id=plan_id, number=number, name=name, definition=definition.to_record(), year_starts_month=month,
        applies_from=begins, made_by_id=actor.person_id, editor_ids=[actor.person_id] if actor.person_id else [],
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    return version


def _check_ready(version: TierVersion) -> None:
    definition = Definition.from_record(version.definition)
    definition.check()
    _check_keeps_levels(version, definition)
    others = [plan for plan in load_catalogue().plans if plan.id != version.plan_id]
    wrong: dict[str, object] = {}
    for plan in others:
        newest = plan.versions[-1].definition
        if newest.audience.is_everybody and definition.audience.is_everybody:
            wrong["audience_countries"] = _(
                "%(plan)s is for everybody already, and a company has one plan. Say whom this one is for, or change"
                " that one.",
                plan=plan.name,
            )  # fmt: skip
        for at, mine in enumerate(definition.levels):
            other = next((level for level in newest.levels if level.slug == mine.slug), None)
            if other is not None and mine.multiplier_bps != other.multiplier_bps:
                wrong[f"level-{at}-multiplier"] = _(
                    "%(level)s earns %(times)s times in %(plan)s. A level earns the same everywhere.",
                    level=mine.name, times=times(other.multiplier_bps), plan=plan.name,
                )  # fmt: skip
    if wrong:
        raise InvalidInput(fields=wrong)


def _check_keeps_levels(version: TierVersion, definition: Definition) -> None:
    """Companies stand on the levels of the live version: a new one may add and rename, not take away or reorder."""
    previous = _last_published(version.plan_id)
    if previous is None:
        return
    old = [level.slug for level in parse(previous).levels]
    kept = [level.slug for level in definition.levels if level.slug in set(old)]
    if kept != old or definition.levels[0].slug != old[0]:
        raise InvalidInput(
            fields={"levels": _("Companies stand on the levels of this plan: rename them, or add more.")}
        )


def _checked_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 80:
        raise InvalidInput(fields={"name": _("Give the plan a name of up to 80 characters.")})
    return cleaned
