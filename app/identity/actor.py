"""Who acts. Services take an Actor as an argument; only the web reads it from the session."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from flask import g, has_request_context
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam

from app.core.filters import initials
from app.core.types import BigInt
from app.identity.permissions import PERMISSIONS
from app.partners.models import PARTNER_ROLES, Role

ROLE_NAMES: dict[Role, Any] = {
    Role.MEMBER: _l("Member"),
    Role.PARTNER_ADMIN: _l("Admin"),
    Role.CHANNEL_MANAGER: _l("Channel manager"),
    Role.MARKETER: _l("Marketer"),
    Role.FINANCE: _l("Finance"),
    Role.AUDITOR: _l("Auditor"),
    Role.OWNER: _l("Owner"),
}


def role_name(role: str) -> str:
    """What screens call a role."""
    return str(ROLE_NAMES[Role(role)])


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in the role of their open membership. `organisation_id` is None for the vendor's people."""

    person_id: int | None
    public_id: str
    name: str
    email: str
    role: Role
    membership_id: int | None = None
    organisation_id: int | None = None
    organisation_public_id: str | None = None
    organisation_name: str | None = None
    organisation_country: str | None = None
    organisation_currency: str | None = None
    organisation_kind: str | None = None
    organisation_tier: str | None = None
    locale: str = "en"
    zone: str = "Asia/Kuala_Lumpur"
    has_shortcuts: bool = True

    @property
    def is_vendor(self) -> bool:
        return self.role not in PARTNER_ROLES

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def stand_in(self) -> Actor:
        """Whoever has this role; see `anyone`."""
        return anyone(self.role)

    @property
    def ids(self) -> dict[str, Any]:
        """The values of a statement made for `anyone` in this role."""
        return {"actor_person": self.person_id, "actor_organisation": self.organisation_id}

    def can(self, permission: str) -> bool:
        return permission in PERMISSIONS[self.role]


SYSTEM = Actor(person_id=None, public_id="system", name="Tangga", email="", role=Role.OWNER)


@functools.cache
def anyone(role: Role) -> Actor:
    """Whoever has this role: ids are parameters, so that a statement in their scope is made once and serves them all.

    Run it with the `ids` of an actor among its values.
    """
    person: Any = bindparam("actor_person", type_=BigInt)
    organisation: Any = bindparam("actor_organisation", type_=BigInt)
    return Actor(person, "", "", "", role, organisation_id=organisation)


def get_actor() -> Actor | None:
    """The signed-in person of this request, or None."""
    found = g.get("actor") if has_request_context() else None
    return found if isinstance(found, Actor) else None


def current_actor() -> Actor:
    """The signed-in person of this request; only for views behind `@needs`."""
    found = get_actor()
    if found is None:
        raise RuntimeError("current_actor() in a view without @needs")
    return found
