"""What people are told of their company's level: one notice a person for each change, and the warnings before one.

The admins of the company get the same by mail, each in their language, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import format_date
from sqlalchemy import Select, select

from app.core.db import db
from app.core.i18n import _, ngettext
from app.identity.models import Person, PersonStatus
from app.notices import letters
from app.notices.services import notify
from app.partners.models import Membership, Organisation, OrganisationStatus, Role
from app.tiers import benefits
from app.tiers.plans import Definition, Level
from app.tiers.standings import Change

KIND, HREF = "tier", "/tier"

# Subject and paragraphs in the language in force when it is called.
Letter = Callable[[], tuple[str, list[object]]]


def people_of(organisation_ids: Iterable[int]) -> dict[int, list[int]]:
    """Who belongs to companies now; nobody of a suspended one."""
    found: dict[int, list[int]] = {}
    query = _members(select(Membership.organisation_id, Membership.person_id), organisation_ids)
    for organisation_id, person_id in db.session.execute(query):
        found.setdefault(organisation_id or 0, []).append(person_id)
    return found


def _members(query: Select[*tuple[Any, ...]], organisation_ids: Iterable[int]) -> Select[*tuple[Any, ...]]:
    """The open memberships of companies that are not suspended: whoever may be written to is one of them."""
    return query.join(Organisation, Organisation.id == Membership.organisation_id).where(
        Membership.organisation_id.in_(set(organisation_ids)),
        Membership.ended_at.is_(None),
        Organisation.status == OrganisationStatus.ACTIVE,
    )


def tell_changes(changes: Sequence[Change]) -> None:
    """Tell everybody in the companies that the level has changed, and their admins by mail."""
    ids = {change.standing.organisation_id for change in changes}
    people, admins = people_of(ids), _admins_of(ids)
    for change in changes:
        organisation_id = change.standing.organisation_id
        dedupe = f"tier:{organisation_id}:{change.standing.changes + 1}"
        notify(
            people.get(organisation_id, ()),
            KIND,
            lambda change=change: _words(change),  # type: ignore[misc]
            href=HREF,
            dedupe=dedupe,
            icon="medal",
        )
        _mail(admins.get(organisation_id, ()), lambda change=change: _change_letter(change), dedupe)  # type: ignore[misc]


def _admins_of(organisation_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Who gets the letters of companies: id, e-mail and language of their active admins; nobody of a suspended one."""
    query = (
        _members(select(Membership.organisation_id, Person.id, Person.email, Person.locale), organisation_ids)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.role == Role.PARTNER_ADMIN, Person.status == PersonStatus.ACTIVE)
        .order_by(Person.id)
    )
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.organisation_id, []).append(row)
    return found


def _mail(readers: Iterable[Any], letter: Letter, dedupe: str) -> None:
    """One mail to each reader; who was promised `dedupe` before gets none."""

    def whole() -> letters.Letter:
        return letters.Letter(*letter(), button=_("See your tier"))

    letters.send_once(readers, whole, href=HREF, dedupe=f"{dedupe}:mail")


def _change_letter(change: Change) -> tuple[str, list[object]]:
    title, body = _words(change)
    if not change.is_up:
        return title, [body]
    lines = benefits.gained(change.version.definition, change.from_level, change.to_level)
    said = [f"{line.title}: {line.text}" if line.text else line.title for line in lines]
    return title, [_("This is yours from now on."), *said] if said else [
        _("Your tier page says what comes next.")
    ]


def _words(change: Change) -> tuple[str, str]:
    definition = change.version.definition
    name = definition.level(change.to_level).name
    if not change.is_up:
        return (
            _("Your company is %(tier)s now", tier=name),
            _("What it takes to climb again stands on your tier page."),
        )
    lines = benefits.gained(definition, change.from_level, change.to_level)
    title = _("Your company has reached %(tier)s", tier=name)
    return title, " · ".join(line.title for line in lines[:4])


def tell_warning(organisation_id: int, definition: Definition, level: Level, until: date, days: int) -> None:
    """Tell everybody in a company that its level is lowered on a date unless it has enough by then."""
    below = definition.levels[max(definition.index(level.slug) - 1, 0)]

    def words() -> tuple[str, str]:
        title = ngettext(
            "%(tier)s needs more within %(num)s day",
            "%(tier)s needs more within %(num)s days",
            days,
            tier=level.name,
        )
        day = str(format_date(until, "d MMMM y", rebase=False))
        return title, _(
            "Your company becomes %(below)s on %(day)s unless it has what %(tier)s needs by then.",
            below=below.name, day=day, tier=level.name,
        )  # fmt: skip

    def letter() -> tuple[str, list[object]]:
        title, body = words()
        return title, [
            body,
            _("What is missing stands on your tier page. What you do until then still counts."),
        ]

    dedupe = f"tier-warning:{organisation_id}:{until.isoformat()}:{days}"
    people = people_of([organisation_id]).get(organisation_id, ())
    notify(people, KIND, words, href=HREF, dedupe=dedupe, icon="calendar-clock")
    _mail(_admins_of([organisation_id]).get(organisation_id, ()), letter, dedupe)
