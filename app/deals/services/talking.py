"""What both sides say and attach. A partner's word on an open question is the answer to it."""

from __future__ import annotations

from app.core import audit, jobs
from app.core.clock import utc_now
from app.core.db import db, transaction
from app.core.errors import InvalidInput
from app.core.i18n import _
from app.core.storage import Stored
from app.deals.models import Deal, DealComment, DealFile
from app.deals.services.moves import NOTIFY, hold, move, require
from app.deals.states import DealState, EventKind, Verb
from app.identity.actor import Actor

BODY_MAX = 2_000
FILES_MAX = 20


def comment(public_id: str, body: str, *, actor: Actor) -> Deal:
    """Say something about a deal; the other side is told. In state `information_needed` a partner's comment is the answer.

    Raises InvalidInput if empty or too long, NotFound, Forbidden, DealAlreadyDecided.
    """
    text = body.strip()
    if not text:
        raise InvalidInput(fields={"body": _("Write something first.")})
    if len(text) > BODY_MAX:
        raise InvalidInput(fields={"body": _("Use at most %(count)s characters.", count=BODY_MAX)})
    with transaction():
        deal = hold(public_id, Verb.COMMENT, actor)
        row = DealComment(deal_id=deal.id, author_id=actor.person_id, body=text)
        db.session.add(row)
        db.session.flush()
        if deal.state is DealState.INFORMATION_NEEDED and not actor.is_vendor:
            deal.queued_at = utc_now()
            move(deal, Verb.ANSWER, EventKind.ANSWERED, actor, note=text, notify_after=0)
        else:
            jobs.enqueue(NOTIFY, {"comment_id": row.id}, dedupe=f"deals.notify:comment:{row.id}")
        return deal


def answer(public_id: str, body: str, *, actor: Actor) -> Deal:
    """Answer the vendor's question; it is the vendor's turn again. Raises DealAlreadyDecided if nothing was asked."""
    with transaction():
        require(hold(public_id, Verb.COMMENT, actor), Verb.ANSWER)
        return comment(public_id, body, actor=actor)


def attach(public_id: str, stored: Stored, *, actor: Actor) -> DealFile:
    """Put a kept upload on a deal (save it before the transaction). Raises InvalidInput beyond 20 files."""
    with transaction():
        deal = hold(public_id, Verb.ATTACH, actor)
        count = db.session.query(DealFile).filter(DealFile.deal_id == deal.id).count()
        if count >= FILES_MAX:
            raise InvalidInput(fields={"file": _("A deal holds at most %(count)s files.", count=FILES_MAX)})
        row = DealFile(
            deal_id=deal.id, author_id=actor.person_id, name=stored.name, size_bytes=stored.size,
            storage_key=stored.key,
        )  # fmt: skip
        db.session.add(row)
        audit.record(
            "deal.file_attached", actor=actor, subject="deal", subject_id=deal.id,
            organisation_id=deal.organisation_id, note=stored.name,
        )  # fmt: skip
        db.session.flush()
        return row
