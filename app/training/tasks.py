"""What training does by itself: newcomers join assignments, people are reminded, certificates warn before they end."""

from __future__ import annotations

from app.core.jobs import periodic
from app.training.services import assigning


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
