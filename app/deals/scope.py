"""Whose deals. The one scope of this area; queries and services start from it."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from app.core.db import db
from app.core.errors import NotFound
from app.deals.models import Deal
from app.identity.actor import Actor
from app.partners.queries import visible_organisation_ids


def visible_deals(actor: Actor) -> Select[Deal]:
    """The deals a person may see.

    A member: their own. A partner admin: the company's. The vendor's people who review deals: what was sent by the
    companies they look after; a draft is nobody's but the partner's.
    """
    query = select(Deal)
    if not actor.is_vendor:
        if not actor.can("deal.view"):
            return query.where(false())
        query = query.where(Deal.organisation_id == actor.organisation_id)
        return query if actor.can("deal.manage") else query.where(Deal.member_id == actor.person_id)
    if not actor.can("deal.review"):
        return query.where(false())
    return query.where(
        Deal.submitted_at.is_not(None), Deal.organisation_id.in_(visible_organisation_ids(actor))
    )


def one_deal(public_id: str, actor: Actor) -> Select[Deal]:
    """The one deal in scope with this public id. Raises NotFound for what cannot be an id."""
    if not public_id.isalnum():
        raise NotFound()
    return visible_deals(actor).where(Deal.public_id == public_id)


def find_deal_id(public_id: str, actor: Actor) -> int:
    """Inner id of a deal in scope. Raises NotFound."""
    found = db.session.scalar(one_deal(public_id, actor).with_only_columns(Deal.id))
    if found is None:
        raise NotFound()
    return found
