"""Applause: one per person and award, however often and from however many places it is sent."""

from __future__ import annotations

from sqlalchemy import delete

from app.core.clock import utc_now
from app.core.db import db, dialect, execute_sql, transaction
from app.core.errors import NotFound
from app.core.types import bind
from app.identity.actor import Actor
from app.recognition.models import Applause, Award
from app.recognition.scope import readable_awards

_ADD = (
    "INSERT INTO award_applause (award_id, person_id, created_at) VALUES (:award, :person, :now) "
    "ON CONFLICT (award_id, person_id) DO NOTHING"
)


def applaud(public_id: str, wanted: bool, *, actor: Actor) -> None:
    """Applaud an award, or take the applause back. The form says which, so that sending it twice changes nothing.

    Raises NotFound for an award that the person cannot read.
    """
    with transaction():
        query = readable_awards(actor).where(Award.public_id == public_id).with_only_columns(Award.id)
        award_id = db.session.scalar(query)
        if award_id is None or actor.person_id is None:
            raise NotFound()
        if wanted:
            execute_sql(
                _ADD, {"award": award_id, "person": actor.person_id, "now": bind(utc_now(), dialect())}
            )
        else:
            db.session.execute(
                delete(Applause).where(Applause.award_id == award_id, Applause.person_id == actor.person_id)
            )
