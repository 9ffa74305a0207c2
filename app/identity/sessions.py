"""Server-side sessions: the cookie holds a random token, the row decides.

A session dies at sign-out, when idle, at its absolute age, with its person, membership or company.
`seen_at` is written at most every five minutes, in a short transaction of its own.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, and_, bindparam, delete, select, update

from app.core.clock import utc_now
from app.core.crypto import keyed_digest, new_token
from app.core.db import db, in_transaction, read, transaction
from app.core.settings import Settings, current_settings
from app.identity.actor import Actor
from app.identity.models import Person, PersonStatus, UserSession
from app.partners.models import PARTNER_ROLES, Membership, Organisation, OrganisationStatus, Role

TOUCH_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class LoadedSession:
    """A living session: its row id, who acts, and whether it must be touched or given a new token."""

    session_id: int
    actor: Actor
    is_stale: bool
    is_outranked: bool


def limits_for(role: Role, settings: Settings) -> tuple[timedelta, timedelta]:
    """(idle, absolute) life of a session for a role."""
    if role in PARTNER_ROLES:
        idle, hours = settings.session_partner_idle_minutes, settings.session_partner_hours
    else:
        idle, hours = settings.session_vendor_idle_minutes, settings.session_vendor_hours
    return timedelta(minutes=idle), timedelta(hours=hours)


def token_digest(token: str) -> str:
    """How a session token is stored."""
    return keyed_digest("session", token)


def start_session(person_id: int, role: Role, *, user_agent: str = "", address: str = "") -> str:
    """Open a session inside a transaction and return its token."""
    assert in_transaction()
    token, now = new_token(), utc_now()
    db.session.add(
        UserSession(
            token_digest=token_digest(token),
            person_id=person_id,
            role=role,
            created_at=now,
            seen_at=now,
            user_agent=user_agent[:300],
            address=address[:60],
        )
    )
    db.session.execute(update(Person).where(Person.id == person_id).values(last_seen_at=now))
    return token


@functools.cache
def _session_query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            UserSession.id.label("session_id"),
            UserSession.created_at,
            UserSession.seen_at,
            UserSession.ended_at,
            UserSession.role.label("session_role"),
            Person.id.label("person_id"),
            Person.public_id,
            Person.name,
            Person.email,
            Person.status,
            Person.locale,
            Person.time_zone,
            Person.has_shortcuts,
            Membership.id.label("membership_id"),
            Membership.role,
            Organisation.id.label("organisation_id"),
            Organisation.public_id.label("organisation_public_id"),
            Organisation.name.label("organisation_name"),
            Organisation.country,
            Organisation.currency,
            Organisation.kind,
            Organisation.tier,
            Organisation.time_zone.label("organisation_zone"),
            Organisation.status.label("organisation_status"),
        )
        .join(Person, Person.id == UserSession.person_id)
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(UserSession.token_digest == bindparam("digest"))
    )


def load_session(token: str) -> LoadedSession | None:
    """The living session of a token in one statement, or None."""
    row = read(_session_query(), {"digest": token_digest(token)}).first()
    if row is None or row.ended_at is not None or row.status is not PersonStatus.ACTIVE:
        return None
    if row.organisation_status is OrganisationStatus.SUSPENDED:
        return None
    settings, now = current_settings(), utc_now()
    idle, absolute = limits_for(row.role, settings)
    if now - row.seen_at > idle or now - row.created_at > absolute:
        return None
    return LoadedSession(
        session_id=row.session_id,
        actor=Actor(
            person_id=row.person_id,
            public_id=row.public_id,
            name=row.name,
            email=row.email,
            role=row.role,
            membership_id=row.membership_id,
            organisation_id=row.organisation_id,
            organisation_public_id=row.organisation_public_id,
            organisation_name=row.organisation_name,
            organisation_country=row.country,
            organisation_currency=row.currency,
            organisation_kind=row.kind,
            organisation_tier=row.tier,
            locale=row.locale,
            zone=row.time_zone or row.organisation_zone or settings.time_zone,
            has_shortcuts=row.has_shortcuts,
        ),
        is_stale=now - row.seen_at >= TOUCH_EVERY,
        is_outranked=row.session_role is not row.role,
    )


def touch_session(session_id: int, person_id: int) -> None:
    """Note that the session is in use."""
    now = utc_now()
    with transaction():
        db.session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now))
        db.session.execute(update(Person).where(Person.id == person_id).values(last_seen_at=now))


def rotate_session(session_id: int, role: Role) -> str:
    """Give a session a new token and the role it now stands for; the old token dies."""
    token = new_token()
    with transaction():
        db.session.execute(
            update(UserSession)
            .where(UserSession.id == session_id)
            .values(token_digest=token_digest(token), role=role, seen_at=utc_now())
        )
    return token


def end_session(token: str) -> None:
    """Sign one browser out."""
    with transaction():
        db.session.execute(
            update(UserSession)
            .where(UserSession.token_digest == token_digest(token), UserSession.ended_at.is_(None))
            .values(ended_at=utc_now())
        )


def end_sessions_of(person_id: int, *, but: int | None = None, only: str | None = None) -> int:
    """Sign a person out everywhere, all but session id `but`, or of public id `only` alone; says how many."""
    query = update(UserSession).where(UserSession.person_id == person_id, UserSession.ended_at.is_(None))
    if but is not None:
        query = query.where(UserSession.id != but)
    if only is not None:
        query = query.where(UserSession.public_id == only)
    with transaction():
        done = cast("CursorResult[Any]", db.session.execute(query.values(ended_at=utc_now())))
        return int(done.rowcount)


def list_sessions(person_id: int) -> list[UserSession]:
    """A person's living sessions, latest first."""
    now, settings = utc_now(), current_settings()
    oldest = now - timedelta(hours=max(settings.session_partner_hours, settings.session_vendor_hours))
    query = (
        select(UserSession)
        .where(
            UserSession.person_id == person_id,
            UserSession.ended_at.is_(None),
            UserSession.created_at > oldest,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        .limit(20)
    )
    return [
        row
        for row in db.session.scalars(query)
        if now - row.seen_at <= limits_for(row.role, settings)[0]
        and now - row.created_at <= limits_for(row.role, settings)[1]
    ]


def purge_sessions(before: datetime) -> None:
    """Drop sessions that nobody has used since."""
    with transaction():
        db.session.execute(delete(UserSession).where(UserSession.seen_at < before))
