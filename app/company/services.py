"""Verbs that touch a company and its people at once."""

from __future__ import annotations

from typing import Any

from app.core.db import transaction
from app.identity.actor import Actor
from app.identity.services import invitations
from app.partners import services as partners
from app.partners.models import Organisation, Role


def create_partner(values: dict[str, Any], admin_email: str, *, actor: Actor) -> Organisation:
    """Write a partner and invite its first admin, both or neither. A channel manager looks after what they bring."""
    with transaction():
        row = partners.create_organisation(actor=actor, **values)
        if actor.role is Role.CHANNEL_MANAGER and actor.person_id is not None:
            partners.set_managers(row.id, [actor.person_id], actor=actor)
        invitations.invite(admin_email, Role.PARTNER_ADMIN, row.id, actor=actor)
    return row
