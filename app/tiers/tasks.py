"""Work that tiers do by themselves."""

from __future__ import annotations

from app.core.jobs import periodic
from app.tiers.services.reviews import run_review


@periodic("tiers.review", every_minutes=30)
def review() -> object:
    """Count what waited for a rate, place new companies, warn and lower whom the review has found short."""
    return len(run_review())
