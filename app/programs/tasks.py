"""Work that programs do by themselves."""

from __future__ import annotations

from app.core.jobs import periodic
from app.programs.parking import replay_parked


@periodic("programs.replay_parked", every_minutes=10)
def replay() -> object:
    """Award what waited for an exchange rate that has come since."""
    return replay_parked()
