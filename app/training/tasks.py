"""What training does by itself: large audiences and newcomers join assignments, reminders, warnings before certificates
end, and certificates for passes from before a certification was."""

from __future__ import annotations

from typing import Any

from app.core.jobs import handler, periodic
from app.training.queries.assignments import TAKE_IN
from app.training.services import assigning, catching_up


@handler(catching_up.CERTIFY, max_attempts=5, lease=120)
def certify(payload: dict[str, Any]) -> None:
    """Certificates for who has passed all courses of a certification already; each is given once."""
    catching_up.certify_batch(int(payload["certification_id"]), str(payload["run"]), int(payload["after"]))


@handler(TAKE_IN, max_attempts=5, lease=120)
def take_in(payload: dict[str, Any]) -> None:
    """A large audience onto its assignment; each person once."""
    assigning.take_in(int(payload["assignment_id"]))


@periodic("training.newcomers", every_minutes=60)
def newcomers() -> None:
    """People who came to fit an assignment's audience are on it too."""
    assigning.take_in_newcomers()


@periodic("training.reminders", every_minutes=60)
def reminders() -> None:
    """Reminders before the due date and once it is overdue."""
    assigning.remind()


@periodic("training.expiry", every_minutes=360)
def expiry() -> None:
    """Warnings before a certificate ends."""
    assigning.warn_of_expiry()
