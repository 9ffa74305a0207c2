"""Verbs that touch a company and its people at once."""

from __future__ import annotations

from typing import Any

from app.core.db import transaction
from app.deals.services.tidying import hand_over
from app.identity.actor import Actor
from app.identity.queries import find_admin
from app.identity.services import invitations, people
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


def deactivate_member(person_id: int, *, actor: Actor) -> None:
    """Keep a person out; drafts and open deals of a partner's person pass to an admin of the company.

    To the admin who acts, or to the longest-serving one. Without any admin they wait with the person.
    Raises Forbidden or Conflict.
    """
    with transaction():
        organisation_id = people.deactivate(person_id, actor=actor)
        if organisation_id is None:
            return
        is_own = actor.organisation_id == organisation_id
        heir = actor.person_id if is_own else find_admin(organisation_id, but=person_id)
        if heir is not None:
            hand_over(person_id, organisation_id, heir, actor=actor)
