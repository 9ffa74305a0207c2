"""The vendor's list of people: search, side, keyset."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, false, func, or_, select, tuple_

from app.core.db import db
from app.identity.actor import Actor
from app.identity.models import Person, PersonStatus
from app.identity.queries import PersonRow, visible_people
from app.partners.models import Membership, Organisation

PAGE = 25


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people; `after` is the key of the next one."""

    rows: list[PersonRow]
    total: int
    after: str | None


def contains(text: str) -> str:
    """A LIKE pattern that finds `text` anywhere, its own wildcards taken literally. Escape character: backslash."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def list_people(actor: Actor, *, side: str = "all", text: str = "", after: str | None = None) -> PeoplePage:
    """People in scope by name. `side`: all, vendor, partners or deactivated."""
    query = _filtered(visible_people(actor), side, text)
    total = select(func.count()).select_from(
        _filtered(visible_people(actor), side, text).with_only_columns(Person.id).subquery()
    )
    query = query.add_columns(total.scalar_subquery().label("total"))
    if after:
        key = select(func.lower(Person.name), Person.id).where(Person.public_id == after)
        found = db.session.execute(key).first()
        query = query.where(tuple_(func.lower(Person.name), Person.id) > tuple_(*found) if found else false())
    rows = db.session.execute(query.order_by(func.lower(Person.name), Person.id).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    return PeoplePage(
        rows=[row[:3] for row in shown],  # type: ignore[misc]
        total=int(rows[0]._mapping["total"]) if rows else 0,
        after=shown[-1][0].public_id if len(rows) > PAGE else None,
    )


def _filtered(
    query: Select[Person, Membership, Organisation], side: str, text: str
) -> Select[Person, Membership, Organisation]:
    if side == "vendor":
        query = query.where(Membership.organisation_id.is_(None))
    elif side == "partners":
        query = query.where(Membership.organisation_id.is_not(None))
    elif side == "deactivated":
        query = query.where(Person.status == PersonStatus.DEACTIVATED)
    if text.strip():
        pattern = contains(text.strip()[:80])
        query = query.where(
            or_(
                func.lower(Person.name).like(pattern, escape="\\"),
                Person.email.like(pattern, escape="\\"),
                func.lower(Organisation.name).like(pattern, escape="\\"),
            )
        )
    return query
