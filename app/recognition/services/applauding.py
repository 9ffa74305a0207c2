"""Applause: one per person and award, however often and from however many places it is sent."""

from __future__ import annotations

from sqlalchemy import delete

from app.core.clock import utc_now
from app.core.db import db, dialect, execute_sql_many, transaction
from app.core.errors import NotFound
from app.core.types import bind
from app.identity.actor import Actor
from app.recognition.groups import TOGETHER, list_group
from app.recognition.models import Applause, Award
from app.recognition.scope import readable_awards

_ADD = (
    "INSERT INTO award_applause (award_id, person_id, created_at) VALUES (:award, :person, :now) "
    "ON CONFLICT (award_id, person_id) DO NOTHING"
)


def applaud(public_id: str, wanted: bool, *, actor: Actor, view: str | None = None) -> None:
    """Applaud an award, or take the applause back. The form says which, so that sending it twice changes nothing.

    With a `view` of the wall, all the years of service of that day which stand there together (see `groups`).
    Raises NotFound for an award that the person cannot read.
    """
    with transaction():
        query = readable_awards(actor).where(Award.public_id == public_id).with_only_columns(Award.id)
        award_id = db.session.scalar(query)
        if award_id is None or actor.person_id is None or (view is not None and view not in TOGETHER):
            raise NotFound()
        ids = [award_id] if view is None else list_group(award_id, view, actor)
        if wanted:
            person, now = actor.person_id, bind(utc_now(), dialect())
            execute_sql_many(_ADD, [{"award": each, "person": person, "now": now} for each in ids])
        else:
            mine = Applause.person_id == actor.person_id
            db.session.execute(delete(Applause).where(Applause.award_id.in_(ids), mine))
