"""A live plan with its next version as a draft; the levels of Kinabalu, and of Merapi out of the manager's sight."""

from datetime import timedelta

from sqlalchemy import select

from app.core.clock import today
from app.core.db import db
from app.tiers.models import TierPlan
from app.tiers.services.plans import start_version
from tests.cast import Cast
from tests.support.permissions import Sample
from tests.tiers.makers import live


def samples(cast: Cast) -> dict[str, Sample]:
    version = live(cast)
    start_version(version.plan_id, actor=cast.marketer)
    public_id = db.session.scalar(select(TierPlan.public_id).where(TierPlan.id == version.plan_id))
    own, foreign = {"public_id": cast.kinabalu.public_id}, {"public_id": cast.merapi.public_id}
    pin = {"level": "silver", "reason": "A promise", "ends_on": (today() + timedelta(days=30)).isoformat()}
    return {
        # The first role that may discards or publishes the draft; the next finds none.
        "tiers_admin.*": Sample({"public_id": public_id}, also={"*": {404}}),
        "tiers_admin.company": Sample(own, foreign),
        "tiers_admin.pin": Sample(own, foreign, form=pin),
        "tiers_admin.unpin": Sample(own, foreign),
    }
