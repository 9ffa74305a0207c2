"""What announcement tests begin with: drafts and what is out, made through the services."""

from __future__ import annotations

from typing import Any

from app.core import jobs
from app.identity.actor import Actor
from app.messages.models import Announcement, Kind
from app.messages.services import drafts, publishing
from app.messages.services.drafts import Draft, Words
from app.partners.audience import Audience

WORDS = {
    "en": Words("Partner Day", "18 January, Kuala Lumpur", "Seats are **open**.", ""),
    "id": Words("Hari Mitra", "18 Januari, Kuala Lumpur", "Kursi sudah **dibuka**.", ""),
}


def draft(**changes: Any) -> Draft:
    """A draft in English and Indonesian, for everybody."""
    given: dict[str, Any] = {"words": WORDS, **changes}
    return Draft(**given)


def live(actor: Actor, **changes: Any) -> Announcement:
    """An announcement that is out and told."""
    row = publishing.publish(drafts.create(draft(**changes), actor=actor).public_id, actor=actor)
    jobs.run_due()
    return row


def must(actor: Actor, **changes: Any) -> Announcement:
    """One that must be confirmed."""
    return live(actor, kind=Kind.MUST_CONFIRM, **changes)


def in_country(*countries: str) -> Audience:
    return Audience(countries=countries)
