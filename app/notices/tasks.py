"""Background work of the bell."""

from __future__ import annotations

from app.core import jobs
from app.notices import services


@jobs.periodic("notices.purge", every_minutes=24 * 60)
def purge() -> None:
    """Forget old notices."""
    services.purge()
