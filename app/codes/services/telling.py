"""Who is told what about gift codes: a batch that waits, the answer to it, and guessing. Never a code."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import select

from app.codes.models import GiftCampaign, GiftCodeBatch
from app.codes.queries.vendor import checkers
from app.core import audit, jobs
from app.core.crypto import keyed_digest
from app.core.db import db, transaction
from app.core.i18n import _, current_locale, ngettext
from app.core.money import format_points
from app.notices.letters import Letter, find_readers, send_once
from app.notices.services import notify
from app.partners.models import Membership, Role

HOUR = 3600
ALERT = "codes.guessing"


def tell_waiting(batch: GiftCodeBatch, campaign: GiftCampaign) -> None:
    """Ask those who may approve it."""
    name = campaign.name

    def words() -> tuple[object, object]:
        body = ngettext(
            "%(num)s gift code waits for your approval.", "%(num)s gift codes wait for your approval.", batch.code_count
        )  # fmt: skip
        return name, body

    notify(
        [person_id for person_id, _name in checkers(batch.made_by_id)], "code_batch_waiting", words,
        href=f"/admin/codes/{batch.public_id}", dedupe=f"code-batch:{batch.public_id}", icon="user-check",
    )  # fmt: skip


def tell_decided(batch: GiftCodeBatch, *, is_approved: bool) -> None:
    """Tell the one who made it what the second person said."""
    if batch.made_by_id is None or batch.made_by_id == batch.decided_by_id:
        return
    name = db.session.scalar(select(GiftCampaign.name).where(GiftCampaign.id == batch.campaign_id)) or ""

    def words() -> tuple[object, object]:
        if is_approved:
            return name, _("Your gift codes were approved. Download their file.")
        return name, _("Your gift codes were declined. They stay locked.")

    notify(
        [batch.made_by_id], "code_batch_decided", words, href=f"/admin/codes/{batch.public_id}",
        dedupe=f"code-batch-decided:{batch.public_id}", icon="check" if is_approved else "x",
    )  # fmt: skip


def warn_of_guessing(scope: str, who: str, limit: int) -> None:
    """Note once an hour and scope that somebody has used up the wrong codes, and tell the owners.

    `scope` is person, session, address or installation; `who` is kept as a keyed digest, a person by id.
    """
    digest = keyed_digest("limit", who)[:16]
    payload = {"scope": scope, "limit": limit, "hour": int(time.time()) // HOUR, "who": digest}
    with transaction():
        dedupe = f"codes-guessing:{scope}:{digest}:{payload['hour']}"
        if jobs.enqueue(ALERT, payload, dedupe=dedupe) is None:
            return
        is_person = scope == "person" and who.isdecimal()
        audit.record(
            "code.guessing_stopped", actor=None, subject="person" if is_person else None,
            subject_id=int(who) if is_person else None, after={"scope": scope, "limit": limit, "who": digest},
        )  # fmt: skip


def tell_owners(payload: dict[str, Any]) -> None:
    """Notice and mail to the owners: where the guessing came from, and what was done."""
    key = f"{payload['scope']}:{payload['who']}:{payload['hour']}"

    def words() -> tuple[object, object]:
        return _("Somebody is guessing gift codes"), _guessing(str(payload["scope"]), int(payload["limit"]))

    def letter() -> Letter:
        subject, sentence = words()
        return Letter(str(subject), [sentence, _("Right codes still work for people who have not guessed.")])

    with transaction():
        owners = find_readers(Membership.role == Role.OWNER)
        notify(
            [owner.id for owner in owners], ALERT, words, href="/admin/codes",
            dedupe=f"codes-guessing:{key}", icon="shield-alert",
        )  # fmt: skip
        send_once(owners, letter, href="/admin/codes", dedupe=f"codes-guessing:{key}")


def _guessing(scope: str, limit: int) -> str:
    count = format_points(limit, current_locale())
    sentences = {
        "person": _("One person entered %(count)s wrong codes within an hour. We stopped them.", count=count),
        "session": _("One browser entered %(count)s wrong codes within an hour. We stopped it.", count=count),
        "address": _("One address entered %(count)s wrong codes within an hour. We stopped it.", count=count),
    }
    everywhere = _("%(count)s wrong codes were entered within an hour. Guests must sign in now.", count=count)
    return sentences.get(scope, everywhere)
