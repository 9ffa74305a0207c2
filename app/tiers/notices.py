"""What people are told of their company's level: one notice a person for each change, and the warnings before one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from flask_babel import format_date
from sqlalchemy import select

from app.core.db import db
from app.core.i18n import _, ngettext
from app.notices.services import notify
from app.partners.models import Membership
from app.tiers import benefits
from app.tiers.plans import Definition, Level
from app.tiers.standings import Change

KIND, HREF = "tier", "/tier"


def people_of(organisation_ids: Iterable[int]) -> dict[int, list[int]]:
    """Who belongs to companies now."""
    found: dict[int, list[int]] = {}
    query = select(Membership.organisation_id, Membership.person_id).where(
        Membership.organisation_id.in_(set(organisation_ids)), Membership.ended_at.is_(None)
    )
    for organisation_id, person_id in db.session.execute(query):
        found.setdefault(organisation_id or 0, []).append(person_id)
    return found


def tell_changes(changes: Sequence[Change]) -> None:
    """Tell everybody in the companies that the level has changed."""
    people = people_of(change.standing.organisation_id for change in changes)
    for change in changes:
        organisation_id = change.standing.organisation_id
        notify(
            people.get(organisation_id, ()),
            KIND,
            lambda change=change: _words(change),  # type: ignore[misc]
            href=HREF,
            dedupe=f"tier:{organisation_id}:{change.standing.changes + 1}",
            icon="medal",
        )


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

    notify(
        people_of([organisation_id]).get(organisation_id, ()),
        KIND,
        words,
        href=HREF,
        dedupe=f"tier-warning:{organisation_id}:{until.isoformat()}:{days}",
        icon="calendar-clock",
    )
