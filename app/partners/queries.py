"""Whose organisations, and who looks after them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import Select, exists, false, or_, select

from app.core.db import db
from app.core.errors import NotFound
from app.partners.models import (
    ExternalId,
    Organisation,
    OrganisationFamily,
    OrganisationManager,
    Role,
)


class Viewer(Protocol):
    """What a scope needs to know of an actor."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def role(self) -> Role: ...
    @property
    def is_vendor(self) -> bool: ...
    def can(self, permission: str) -> bool: ...


def visible_organisation_ids(viewer: Viewer) -> Select[int]:
    """Ids of the organisations whose rows a person may see; for `.in_()` in the scopes of other areas.

    A partner's person: their own. A channel manager: those they look after, and those nobody looks after.
    Other vendor roles that may read partners: all.
    """
    query = select(Organisation.id)
    if not viewer.is_vendor:
        return query.where(Organisation.id == viewer.organisation_id)
    if not viewer.can("partner.view"):
        return query.where(false())
    if viewer.role is Role.CHANNEL_MANAGER:
        link = OrganisationManager
        looked_after = exists().where(link.organisation_id == Organisation.id)
        query = query.where(or_(looked_after.where(link.person_id == viewer.person_id), ~looked_after))
    return query


def visible_organisations(viewer: Viewer) -> Select[Organisation]:
    """The organisations a person may see. The one scope of this area."""
    return select(Organisation).where(Organisation.id.in_(visible_organisation_ids(viewer)))


def find_organisation(public_id: str, viewer: Viewer) -> Organisation:
    """One organisation in scope. Raises NotFound."""
    found = db.session.scalars(
        visible_organisations(viewer).where(Organisation.public_id == public_id)
    ).first()
    if found is None:
        raise NotFound()
    return found


def get_organisation(organisation_id: int) -> Organisation | None:
    """One organisation by its inner id, whoever asks."""
    return db.session.get(Organisation, organisation_id)


def may_sell(organisation_id: int, family_ids: Iterable[int]) -> bool:
    """Whether an organisation may sell all these families. Without any row it may sell everything."""
    allowed = list_family_ids(organisation_id)
    return not allowed or set(family_ids) <= set(allowed)


def list_family_ids(organisation_id: int) -> list[int]:
    """Families an organisation is restricted to; empty means no restriction."""
    link = OrganisationFamily
    return list(db.session.scalars(select(link.family_id).where(link.organisation_id == organisation_id)))


def list_manager_ids(organisation_id: int) -> list[int]:
    """People of the vendor who look after an organisation; empty means every channel manager does."""
    link = OrganisationManager
    return list(db.session.scalars(select(link.person_id).where(link.organisation_id == organisation_id)))


def find_external(kind: str, source: str, key: str) -> int | None:
    """Our id of what another system calls `key`, or None."""
    return db.session.scalar(
        select(ExternalId.target_id).where(
            ExternalId.kind == kind, ExternalId.source == source, ExternalId.key == key
        )
    )


def find_external_many(kind: str, source: str, keys: Iterable[str] | None = None) -> dict[str, int]:
    """Our ids by the other system's keys: of these keys, or of all that the source has."""
    query = select(ExternalId.key, ExternalId.target_id).where(
        ExternalId.kind == kind, ExternalId.source == source
    )
    if keys is None:
        return {row.key: row.target_id for row in db.session.execute(query)}
    found: dict[str, int] = {}
    wanted = list(dict.fromkeys(keys))
    for start in range(0, len(wanted), 500):
        part = query.where(ExternalId.key.in_(wanted[start : start + 500]))
        found.update({row.key: row.target_id for row in db.session.execute(part)})
    return found


def list_kinds() -> list[str]:
    """Types of organisation that are in use."""
    return list(db.session.scalars(select(Organisation.kind).distinct()))
