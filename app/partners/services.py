"""Verbs that write organisations, memberships and outside ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update

from app.core import audit
from app.core.clock import utc_now
from app.core.db import db, lock, transaction
from app.core.errors import Conflict, NotFound
from app.partners.models import (
    ExternalId,
    Membership,
    Organisation,
    OrganisationFamily,
    OrganisationManager,
    OrganisationStatus,
    Role,
)

EDITABLE = (
    "name", "kind", "country", "currency", "locale", "time_zone", "registration_no", "domain", "city", "region",
    "parent_id",
)  # fmt: skip


def create_organisation(
    *,
    actor: Any,
    name: str,
    kind: str,
    country: str,
    currency: str,
    locale: str = "en",
    time_zone: str = "Asia/Kuala_Lumpur",
    external: tuple[str, str] | None = None,
    audited: bool = True,
    **more: Any,
) -> Organisation:
    """Write a new organisation, and how another system calls it: `external` is (source, key).

    `more`: registration_no, domain, city, region, parent_id. A bulk import passes `audited=False` and writes one
    audit row for the batch.
    """
    unknown = set(more) - set(EDITABLE)
    if unknown:
        raise TypeError(f"unknown fields {sorted(unknown)}")
    with transaction():
        row = Organisation(
            name=name,
            kind=kind,
            country=country,
            currency=currency,
            locale=locale,
            time_zone=time_zone,
            **more,
        )
        db.session.add(row)
        db.session.flush()
        if external is not None:
            add_external("organisation", external[0], external[1], row.id)
        if audited:
            audit.record(
                "partner.created",
                actor=actor,
                subject="organisation",
                subject_id=row.id,
                organisation_id=row.id,
                after={"name": name, "kind": kind, "country": country},
            )
    return row


def update_organisation(
    organisation_id: int, *, actor: Any, audited: bool = True, **changes: Any
) -> Organisation:
    """Change what is written about an organisation. Raises NotFound."""
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise TypeError(f"unknown fields {sorted(unknown)}")
    with transaction():
        row = lock(Organisation, organisation_id)
        before = {key: getattr(row, key) for key in changes if getattr(row, key) != changes[key]}
        if not before:
            return row
        for key in before:
            setattr(row, key, changes[key])
        if audited:
            _record("partner.edited", row, actor, before=before, after={key: changes[key] for key in before})
    return row


def _record(code: str, row: Organisation, actor: Any, **more: Any) -> None:
    audit.record(code, actor=actor, subject="organisation", subject_id=row.id, organisation_id=row.id, **more)


def suspend_organisation(organisation_id: int, *, actor: Any, reason: str) -> None:
    """Keep an organisation's people out until it is lifted; their value stays. Raises Conflict."""
    _set_status(organisation_id, OrganisationStatus.SUSPENDED, "partner.suspended", actor, reason)


def reinstate_organisation(organisation_id: int, *, actor: Any) -> None:
    """Let a suspended organisation's people in again. Raises Conflict."""
    _set_status(organisation_id, OrganisationStatus.ACTIVE, "partner.reinstated", actor, None)


def _set_status(
    organisation_id: int, status: OrganisationStatus, code: str, actor: Any, note: str | None
) -> None:
    with transaction():
        row = lock(Organisation, organisation_id)
        if row.status is status:
            raise Conflict()
        row.status = status
        _record(code, row, actor, note=note)


def set_families(organisation_id: int, family_ids: Iterable[int], *, actor: Any) -> None:
    """Say which families an organisation may sell; none means all."""
    wanted = set(family_ids)
    with transaction():
        row = lock(Organisation, organisation_id)
        link = OrganisationFamily
        present = set(
            db.session.scalars(select(link.family_id).where(link.organisation_id == organisation_id))
        )
        if wanted == present:
            return
        db.session.execute(
            delete(link).where(link.organisation_id == organisation_id, link.family_id.in_(present - wanted))
        )
        db.session.add_all(
            link(organisation_id=organisation_id, family_id=family_id)
            for family_id in sorted(wanted - present)
        )
        _record(
            "partner.families_set",
            row,
            actor,
            before={"families": sorted(present)},
            after={"families": sorted(wanted)},
        )


def set_managers(organisation_id: int, person_ids: Iterable[int], *, actor: Any) -> None:
    """Say who looks after an organisation; nobody means every channel manager. Raises Conflict for other people."""
    wanted = set(person_ids)
    with transaction():
        row = lock(Organisation, organisation_id)
        managers = set(
            db.session.scalars(
                select(Membership.person_id).where(
                    Membership.person_id.in_(wanted),
                    Membership.ended_at.is_(None),
                    Membership.role.in_((Role.CHANNEL_MANAGER, Role.OWNER)),
                )
            )
        )
        if managers != wanted:
            raise Conflict()
        link = OrganisationManager
        present = set(
            db.session.scalars(select(link.person_id).where(link.organisation_id == organisation_id))
        )
        if wanted == present:
            return
        db.session.execute(
            delete(link).where(link.organisation_id == organisation_id, link.person_id.in_(present - wanted))
        )
        db.session.add_all(
            link(organisation_id=organisation_id, person_id=person_id)
            for person_id in sorted(wanted - present)
        )
        _record(
            "partner.managers_set",
            row,
            actor,
            before={"people": sorted(present)},
            after={"people": sorted(wanted)},
        )


def open_membership(person_id: int, organisation_id: int | None, role: Role) -> Membership:
    """Begin a person's place, inside a transaction. One open place a person: the database refuses a second."""
    row = Membership(person_id=person_id, organisation_id=organisation_id, role=role, started_at=utc_now())
    db.session.add(row)
    db.session.flush()
    return row


def change_membership_role(person_id: int, role: Role) -> Membership:
    """End the open place and begin the next in another role, inside a transaction. Raises NotFound."""
    now = utc_now()
    ended = db.session.execute(
        update(Membership)
        .where(Membership.person_id == person_id, Membership.ended_at.is_(None))
        .values(ended_at=now)
        .returning(Membership.organisation_id)
    ).first()
    if ended is None:
        raise NotFound()
    row = Membership(person_id=person_id, organisation_id=ended[0], role=role, started_at=now)
    db.session.add(row)
    db.session.flush()
    return row


def add_external(kind: str, source: str, key: str, target_id: int) -> None:
    """Note how another system calls one of ours; a merge is a second key for the same target."""
    with transaction():
        db.session.add(ExternalId(kind=kind, source=source, key=key, target_id=target_id))
        db.session.flush()


def add_external_many(kind: str, source: str, targets: Mapping[str, int]) -> None:
    """Like `add_external` for many keys at once."""
    rows: Sequence[ExternalId] = [
        ExternalId(kind=kind, source=source, key=key, target_id=target) for key, target in targets.items()
    ]
    with transaction():
        db.session.add_all(rows)
        db.session.flush()


def keep_tier(levels: Mapping[int, str | None]) -> None:
    """Write the level that companies hold now, by id. Only tiers calls this; history and audit are kept there."""
    groups: dict[str | None, list[int]] = {}
    for organisation_id, level in sorted(levels.items()):
        groups.setdefault(level, []).append(organisation_id)
    with transaction():
        for level, ids in groups.items():
            for at in range(0, len(ids), 500):
                db.session.execute(
                    update(Organisation).where(Organisation.id.in_(ids[at : at + 500])).values(tier=level),
                    execution_options={"synchronize_session": "fetch"},
                )
