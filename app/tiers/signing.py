"""What those who wrote a plan are told of the second person's answer."""

from __future__ import annotations

from sqlalchemy import select

from app.core.clock import today
from app.core.db import db
from app.core.i18n import _
from app.identity.actor import Actor
from app.notices.services import notify
from app.tiers.models import TierPlan, TierVersion
from app.tiers.words import long_day

KIND = "tier_plan_decided"


def tell_writers(version: TierVersion, *, actor: Actor, is_published: bool) -> None:
    """Tell everybody who wrote a version, but not the one who answers; once for each time it was sent."""
    public_id = db.session.scalar(select(TierPlan.public_id).where(TierPlan.id == version.plan_id))
    name, begins = version.name, version.applies_from
    coming = f"?coming={version.number}" if is_published and begins > today() else ""

    def words() -> tuple[object, object]:
        if not is_published:
            return name, _("%(person)s gave your plan back. It is a draft again.", person=actor.name)
        return name, _(
            "%(person)s published your plan. It applies from %(day)s.",
            person=actor.name,
            day=long_day(begins),
        )

    sent = version.sent_at.isoformat() if version.sent_at else ""
    notify(
        {version.made_by_id, *version.editor_ids} - {actor.person_id}, KIND, words,
        href=f"/admin/tiers/plans/{public_id}{coming}", icon="circle-check" if is_published else "rotate-ccw",
        dedupe=f"tier-plan:{version.id}:{sent}:{'published' if is_published else 'returned'}",
    )  # fmt: skip
